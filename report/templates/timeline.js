// Over time: all quotes by day, month or year, and below them who spoke when.

const LANES = 12;
const CHART = 180; // pixels
const LANE = 30;
const WIDEST = 1200;

function timelineView(root) {
  let width = 0;
  new ResizeObserver(() => root.clientWidth && Math.min(root.clientWidth, WIDEST) !== width && !root.hidden && update()).observe(root);

  function update() {
    width = Math.min(root.clientWidth, WIDEST);
    const dated = shown.filter(quote => quote.article.day);
    const undated = shown.length - dated.length;
    root.replaceChildren();
    if (!dated.length) {
      root.append(empty(articles.some(article => article.day) ? "No quote of an article with a date passes the filters." : "No article here has a date, so nothing can be shown over time."));
      return;
    }
    const [bins, length, unit] = binned(dated.map(quote => quote.article.day));
    const byBin = new Map(bins.map(bin => [bin, []]));
    for (const quote of dated) byBin.get(quote.article.day.slice(0, length)).push(quote);
    const speakers = tally(dated.filter(quote => quote.speakerName), quote => quote.speakerName).slice(0, LANES);
    const left = width < 560 ? 96 : 190;
    const place = { x: bin => left + (bins.indexOf(bin) + 0.5) * step, left };
    const step = (width - left - 8) / bins.length;
    root.append(el("section", {}, el("h2", {}, "Over time"),
      el("p", { class: "dim" }, `Quotes by ${unit} of their article${undated ? `; ${numbers.format(undated)} without a date are not shown` : ""}. A bar or a dot leads to its quotes.`),
      drawing(bins, byBin, speakers, place, step)));
  }

  function drawing(bins, byBin, speakers, place, step) {
    const most = Math.max(...[...byBin.values()].map(some => some.length));
    const height = CHART + 26 + speakers.length * LANE + 8;
    const chart = svg("svg", { class: "timeline", width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Quotes over time" });
    for (const tick of ticks(most)) {
      const y = CHART - (tick / most) * (CHART - 16);
      chart.append(svg("line", { x1: place.left, x2: width - 8, y1: y, y2: y, class: "rule" }), svg("text", { x: place.left - 8, y: y + 4, "text-anchor": "end" }, String(tick)));
    }
    const every = Math.ceil(((bins[0].length + 2) * 7) / step);
    for (const [at, bin] of bins.entries()) {
      if (at % every === 0) chart.append(svg("text", { x: place.x(bin), y: CHART + 17, "text-anchor": "middle" }, bin));
      if (byBin.get(bin).length) chart.append(bar(bin, byBin.get(bin), most, place, Math.min(step * 0.8, 48)));
    }
    for (const [at, [speaker]] of speakers.entries()) lane(chart, speaker, CHART + 26 + at * LANE + LANE / 2, bins, byBin, place, step);
    return chart;
  }

  function mark(label, fields, ...parts) {
    const act = () => showQuotes(fields);
    return svg("g", { role: "button", tabindex: "0", class: "mark", "aria-label": label, onclick: act,
      onkeydown: event => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        act();
      } }, svg("title", {}, label), ...parts);
  }

  function bar(bin, some, most, place, wide) {
    const counts = stanceCounts(some);
    let top = CHART;
    const parts = counts.map(([label, count]) => {
      const high = (count / most) * (CHART - 16);
      top -= high;
      return svg("g", { class: colour(label) },
        svg("rect", { x: place.x(bin) - wide / 2, y: top, width: wide, height: Math.max(0.5, high - 1) }),
        high > 15 && wide > 11 ? svg("text", { x: place.x(bin), y: top + high / 2 + 4, "text-anchor": "middle", class: "shape" }, shape(label)) : null);
    });
    const hit = svg("rect", { x: place.x(bin) - wide / 2, y: 0, width: wide, height: CHART, class: "hit" });
    return mark(`${bin}: ${said(counts)}`, { date: bin }, hit, ...parts);
  }

  function lane(chart, speaker, y, bins, byBin, place, step) {
    const fits = Math.floor((place.left - 14) / 7);
    const name = speaker.length > fits ? `${speaker.slice(0, fits - 1)}…` : speaker;
    chart.append(svg("line", { x1: place.left, x2: width - 8, y1: y, y2: y, class: "rule" }),
      svg("text", { x: place.left - 8, y: y + 4, "text-anchor": "end" }, svg("title", {}, speaker), name));
    for (const bin of bins) {
      const some = byBin.get(bin).filter(quote => quote.speakerName === speaker);
      if (!some.length) continue;
      const counts = stanceCounts(some);
      const stance = mainStance(counts);
      const text = some.length > 1 && step > 30 ? `${shape(stance)}${some.length}` : shape(stance);
      const wide = 12 + text.length * 7;
      chart.append(mark(`${speaker}, ${bin}: ${said(counts)}`, { date: bin, speaker: `=${speaker}` },
        svg("g", { class: colour(stance) },
          svg("rect", { x: place.x(bin) - wide / 2, y: y - 10, width: wide, height: 20, rx: 6 }),
          svg("text", { x: place.x(bin), y: y + 4, "text-anchor": "middle", class: "shape" }, text))));
    }
  }

  return { open: update, update };
}

// Give every bin from the first day to the last, the length of its name, and its unit: days while they fit, else months, else years.
function binned(days) {
  const [first, last] = days.reduce(([low, high], day) => [day < low ? day : low, day > high ? day : high], [days[0], days[0]]);
  const months = (Number(last.slice(0, 4)) - Number(first.slice(0, 4))) * 12 + Number(last.slice(5, 7)) - Number(first.slice(5, 7));
  const span = (Date.parse(last) - Date.parse(first)) / 86400000;
  const bins = [];
  if (span <= 45) {
    for (let at = Date.parse(first); at <= Date.parse(last); at += 86400000) bins.push(new Date(at).toISOString().slice(0, 10));
    return [bins, 10, "day"];
  }
  if (months <= 48) {
    for (let at = 0; at <= months; at++) bins.push(new Date(Date.UTC(Number(first.slice(0, 4)), Number(first.slice(5, 7)) - 1 + at, 1)).toISOString().slice(0, 7));
    return [bins, 7, "month"];
  }
  for (let year = Number(first.slice(0, 4)); year <= Number(last.slice(0, 4)); year++) bins.push(String(year).padStart(4, "0"));
  return [bins, 4, "year"];
}

function ticks(most) {
  const rough = most / 4;
  const size = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const step = [1, 2, 5, 10].map(by => by * size).find(by => by >= rough);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step);
}
