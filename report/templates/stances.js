// How stances look: a colour, a shape beside it, and the label. A model may have labels of its own.

const SHAPES = { rejection: "✕", denial: "≠", assurance: "✓", offer: "+", none: "·" };
const OTHER_SHAPES = ["◆", "▲", "■", "★"];
const OTHERS = data.labels.filter(label => !Object.hasOwn(SHAPES, label));

function shape(stance) {
  return Object.hasOwn(SHAPES, stance) ? SHAPES[stance] : OTHER_SHAPES[OTHERS.indexOf(stance) % OTHER_SHAPES.length];
}

// The class that colours an element: its --fill, --tint and --strong.
function colour(stance) {
  return Object.hasOwn(SHAPES, stance) ? `s-${stance}` : `s-other-${OTHERS.indexOf(stance) % 2}`;
}

function stanceTag(stance) {
  return el("span", { class: `stance ${colour(stance)}` }, el("i", { "aria-hidden": "true" }, shape(stance)), stance);
}

// How many of these quotes have which stance: [["offer", 3], …], in the order of the labels.
function stanceCounts(items) {
  const counts = new Map(tally(items, quote => quote.stance));
  return data.labels.filter(label => counts.has(label)).map(label => [label, counts.get(label)]);
}

// The commonest stance that is an act; "none" only where nothing else is there.
function mainStance(counts) {
  const acts = counts.filter(([label]) => label !== NO_STANCE);
  return [...(acts.length ? acts : counts)].sort((one, other) => other[1] - one[1])[0][0];
}

function said(counts) {
  return counts.map(([label, count]) => `${count} ${label}`).join(", ");
}

function whoToWhom(quote) {
  return quote.targetName ? `${quote.speakerName || "nobody named"} to ${quote.targetName}` : quote.speakerName || "nobody named";
}

function placeOf(quote) {
  return `#articles/${quote.article.at}/${quote.index}`;
}

function source(article) {
  return [article.outlet, article.date].filter(Boolean).join(" · ");
}
