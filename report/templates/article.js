// One article's text: quotes, cues and mentions marked, each tied to the others of its quote.

// Give the text as paragraphs of pieces. ties: a Map to fill, quote to [{ node, role }].
function markedText(article, wantedQuotes, ties) {
  const marks = wantedQuotes.flatMap(quote => [
    ...quote.segments.map(([start, end]) => ({ start, end, quote, role: "words" })),
    ...quote.cue.map(([start, end]) => ({ start, end, quote, role: "cue" })),
    ...["speaker", "target"].filter(role => quote[role]).map(role => ({ start: quote[role].start, end: quote[role].end, quote, role })),
  ]);
  const text = article.text;
  const breaks = [...text.matchAll(/[^\S\n]*\n\s*/g)].map(found => [found.index, found.index + found[0].length]);
  const edges = new Set([0, text.length, ...marks.flatMap(mark => [mark.start, mark.end]), ...breaks.flat()]);
  const starting = new Map();
  for (const mark of marks) starting.set(mark.start, [...(starting.get(mark.start) || []), mark]);
  const breaking = new Map(breaks);
  const paragraphs = [];
  let paragraph = [];
  let open = [];
  let gap = 0; // where the current run of line ends stops
  const ordered = [...edges].sort((one, other) => one - other);
  for (let i = 0; i + 1 < ordered.length; i++) {
    const [start, end] = [ordered[i], ordered[i + 1]];
    open = [...open.filter(mark => mark.end > start), ...(starting.get(start) || [])];
    if (breaking.has(start)) {
      gap = breaking.get(start);
      if (paragraph.length) paragraphs.push(el("p", {}, paragraph));
      paragraph = [];
    }
    for (const mark of open) {
      if (mark.role === "words" && mark.start === start && mark.quote.segments[0][0] === start) paragraph.push(badge(mark.quote, ties));
    }
    if (start < gap) continue;
    paragraph.push(open.length ? piece(text.slice(start, end), open, ties) : text.slice(start, end));
  }
  if (paragraph.length) paragraphs.push(el("p", {}, paragraph));
  return paragraphs;
}

function piece(text, open, ties) {
  const words = open.find(mark => mark.role === "words");
  const node = el("span", { class: [...new Set(open.map(mark => mark.role))].join(" ") }, text);
  if (words) sure(node, words.quote);
  for (const { quote, role } of open) tie(ties, quote, node, role);
  return node;
}

// The mark before a quote: its stance's shape, which the keyboard reaches.
function badge(quote, ties) {
  const label = `Quote ${quote.index + 1}: ${quote.stance}, ${whoToWhom(quote)}`;
  const node = el("button", { type: "button", class: "badge", "aria-label": label, "data-index": quote.index }, shape(quote.stance));
  sure(node, quote);
  tie(ties, quote, node, "words");
  return node;
}

// Colour by stance, paler the less certain the quote is.
function sure(node, quote) {
  node.classList.add(colour(quote.stance));
  node.classList.toggle("unsure", quote.score < 0.5);
  node.style.setProperty("--sure", `${Math.round(25 + 75 * quote.score)}%`);
}

function tie(ties, quote, node, role) {
  if (!ties.has(quote)) ties.set(quote, []);
  ties.get(quote).push({ node, role });
  node.ties = [...(node.ties || []), quote];
}

// A quote beside the text: who, to whom, what, and the scores on demand.
function card(quote) {
  const bars = data.labels.map((label, at) => el("div", { class: `meter ${colour(label)}` },
    el("span", {}, label), el("span", { class: "track" }, el("span", { class: "fill", vars: { "--share": `${quote.scores[at] * 100}%` } })),
    el("span", {}, score(quote.scores[at]))));
  const also = [quote.speaker, quote.target].filter(one => one && one.party !== one.name)
    .map(one => el("p", { class: "dim" }, `here named ${one.name}`));
  const node = el("li", { class: `card ${colour(quote.stance)}`, "data-index": quote.index },
    el("div", { class: "card-head" }, stanceTag(quote.stance), el("span", { class: "dim" }, quote.kind)),
    el("p", { class: "who" }, el("strong", {}, quote.speakerName || "nobody named"), quote.targetName ? [" → ", quote.targetName] : null),
    also,
    el("p", { class: "card-words" }, quote.text),
    quote.group >= 0 ? el("p", {}, el("a", { href: `#same/${quote.group}` }, `same quote: group ${quote.group}`)) : null,
    el("details", {}, el("summary", {}, "Scores"),
      el("p", { class: "dim" }, `${score(quote.score)} that it is attributed speech; of the stances:`), bars));
  node.classList.toggle("unsure", quote.score < 0.5);
  return node;
}
