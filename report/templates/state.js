// What is in the report (written by data.py), what of it is wanted, and which quotes that leaves.

const data = JSON.parse(byId("data").textContent);
const NO_STANCE = "none";
const articles = data.articles;
const quotes = [];

function spans(edges) {
  const pairs = [];
  for (let i = 0; i < edges.length; i += 2) pairs.push([edges[i], edges[i + 1]]);
  return pairs;
}

function mention(written) {
  if (!written.length) return null;
  const [start, end, name, party] = written;
  return { start, end, name: data.names[name], party: data.names[party] };
}

function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

for (const [at, article] of articles.entries()) {
  article.at = at;
  article.name = article.title || article.id;
  article.rows = article.quotes.map((written, index) => {
    const [kind, stance, certainty, stanceScore, scores, segments, cue, speaker, target, group, words] = written;
    const parts = article.text === null ? words : spans(segments).map(([start, end]) => article.text.slice(start, end));
    const quote = {
      at: quotes.length, article, index, group, scores: scores.map(each => each / 1000), stanceScore: stanceScore / 1000, score: certainty / 1000,
      kind: data.kinds[kind], stance: data.labels[stance],
      segments: spans(segments), cue: spans(cue), speaker: mention(speaker), target: mention(target),
      text: parts.join(" … ").replace(/\s+/g, " "),
    };
    quote.speakerName = quote.speaker ? quote.speaker.party : "";
    quote.targetName = quote.target ? quote.target.party : "";
    quotes.push(quote);
    return quote;
  });
  article.quotes = null; // read; the rows are what is used
}
const names = new Map(data.names.map(name => [name, folded(name)]));
names.set("", "");
for (const article of articles) article.folded = folded(`${article.name} ${article.id} ${article.outlet}`);

// Quotes are made ready to be searched while nothing else is to be done, or when a search comes before that.
let foldedQuotes = 0;

function fold(quote) {
  const own = [quote.speaker, quote.target].map(one => (one ? names.get(one.name) : "")).join(" ");
  quote.folded = folded(quote.text);
  quote.all = `${names.get(quote.speakerName)} ${names.get(quote.targetName)} ${own} ${quote.folded} ${quote.article.folded}`;
}

function foldUpTo(end) {
  for (; foldedQuotes < end; foldedQuotes++) fold(quotes[foldedQuotes]);
}

function foldWhenIdle() {
  foldUpTo(Math.min(quotes.length, foldedQuotes + 500));
  if (foldedQuotes < quotes.length) (window.requestIdleCallback || setTimeout)(foldWhenIdle);
}

// The columns of the table, and so the fields that can be filtered and sorted.
const COLUMNS = [
  { key: "speaker", label: "Speaker", of: quote => quote.speakerName, suggest: true },
  { key: "target", label: "Target", of: quote => quote.targetName, suggest: true },
  { key: "stance", label: "Stance", of: quote => quote.stance, choices: data.labels },
  { key: "kind", label: "Kind", of: quote => quote.kind, choices: data.kinds },
  { key: "quote", label: "Quote", of: quote => quote.text, fold: quote => quote.folded },
  { key: "article", label: "Article", of: quote => quote.article.name, fold: quote => quote.article.folded },
  { key: "date", label: "Date", of: quote => quote.article.day || quote.article.date, there: articles.some(one => one.date) },
  { key: "outlet", label: "Outlet", of: quote => quote.article.outlet, suggest: true, there: articles.some(one => one.outlet) },
  { key: "group", label: "Group", of: quote => (quote.group < 0 ? "" : String(quote.group)), number: true, exact: true, there: quotes.some(one => one.group >= 0) },
  { key: "score", label: "Score", of: quote => quote.score, number: true, filter: false },
].filter(column => column.there !== false);

const wanted = { search: "", least: 0, hidden: new Set(), fields: {}, sort: "", descending: false };
const watchers = [];
let shown = quotes; // the quotes that pass, in the order of the table
let passing = new Set(quotes);

function watch(changed) {
  watchers.push(changed);
}

// Set what is wanted, and tell every watcher: want({ least: 0.5 }), want({ fields: { speaker: "=Ann Lee" } }).
function want(change) {
  Object.assign(wanted, change);
  select();
  for (const changed of watchers) changed();
}

function wantField(key, value) {
  const fields = { ...wanted.fields, [key]: value };
  if (!value) delete fields[key];
  want({ fields });
}

function wantNothing() {
  want({ search: "", least: 0, hidden: new Set(), fields: {} });
}

function isFiltered() {
  return Boolean(wanted.search || wanted.least > 0 || wanted.hidden.size || Object.keys(wanted.fields).length);
}

// A field's filter: words that must be in it; "=" and the whole of it; "=" alone where it is empty.
function fieldTest(column, value) {
  if (column.choices || column.exact) return quote => column.of(quote) === value;
  if (value.startsWith("=")) {
    const whole = value.slice(1).trim();
    return quote => column.of(quote) === whole;
  }
  const part = folded(value.trim());
  if (column.fold) return quote => column.fold(quote).includes(part);
  const known = new Map(); // of names there are far fewer than quotes
  return quote => {
    const text = column.of(quote);
    if (!known.has(text)) known.set(text, folded(text).includes(part));
    return known.get(text);
  };
}

function select() {
  const words = folded(wanted.search).split(/\s+/).filter(Boolean);
  if (words.length || COLUMNS.some(column => column.fold && wanted.fields[column.key])) foldUpTo(quotes.length);
  const tests = COLUMNS.filter(column => wanted.fields[column.key]).map(column => fieldTest(column, wanted.fields[column.key]));
  shown = sorted(wanted.sort).filter(quote =>
    quote.score >= wanted.least &&
    !wanted.hidden.has(quote.stance) &&
    words.every(word => quote.all.includes(word)) &&
    tests.every(test => test(quote)));
  if (wanted.descending) shown.reverse();
  passing = new Set(shown);
}

const orders = new Map([["", quotes]]);
const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });

// All quotes in the order of a column; empty fields come last. Sorted once: filtering keeps the order.
function sorted(key) {
  if (!orders.has(key)) {
    const column = COLUMNS.find(one => one.key === key);
    const rank = new Map([...new Set(quotes.map(column.of))].sort((one, other) =>
      (one === "") - (other === "") || (column.number ? one - other : collator.compare(one, other))).map((value, at) => [value, at]));
    orders.set(key, [...quotes].sort((one, other) => rank.get(column.of(one)) - rank.get(column.of(other)) || one.at - other.at));
  }
  return orders.get(key);
}

// Count things by a key, most first, then in the order of their coming: tally(quotes, quote => quote.stance) gives [["none", 12], ["offer", 3]].
function tally(items, of) {
  const counts = new Map();
  for (const item of items) {
    const key = of(item);
    counts.set(key, (counts.get(key) || 0) + 1);
  }
  return [...counts].sort((one, other) => other[1] - one[1]);
}
