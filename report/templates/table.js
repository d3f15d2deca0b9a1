// The table of quotes: a column is sorted by its header, a row leads to its place in the article.

const ROW = 60; // pixels, as in style.css; a row is taller where columns stand one below the other
const NARROW_ROW = 148;

function tableView(root) {
  const narrow = matchMedia("(max-width: 60rem)");
  const head = el("div", { class: "row head", role: "row" }, COLUMNS.map(header));
  const headGroup = el("div", { role: "rowgroup", class: "head-group" }, head);
  const table = el("div", { class: "table", role: "table", "aria-label": "Quotes", tabindex: "-1" }, headGroup);
  const none = empty("No quote passes the filters.");
  const order = el("select", { "aria-label": "Sort by", onchange: event => want({ sort: event.target.value, descending: event.target.value === "score" }) },
    el("option", { value: "" }, "article order"), COLUMNS.map(column => el("option", { value: column.key }, column.label.toLowerCase())));
  root.append(
    el("div", { class: "table-tools" },
      el("label", { class: "order" }, "Sort by ", order),
      el("button", { type: "button", id: "csv", onclick: () => download("quotes.csv", csv(shown)) }, "Download CSV")),
    table, none);
  table.style.setProperty("--columns", COLUMNS.map(column => WIDTHS[column.key]).join(" "));
  const rows = virtualRows(table, index => row(shown[index], index), () => headGroup.offsetHeight, "rowgroup");
  narrow.addEventListener("change", update);

  function header(column) {
    const button = el("button", { type: "button", onclick: () => {
      const again = wanted.sort === column.key;
      if (again && wanted.descending !== (column.key === "score")) want({ sort: "", descending: false });
      else want({ sort: column.key, descending: again ? !wanted.descending : column.key === "score" });
    } }, column.label, el("i", { "aria-hidden": "true" }));
    return el("div", { role: "columnheader", class: `c-${column.key}`, "data-key": column.key }, button);
  }

  function row(quote, index) {
    const cells = COLUMNS.map(column => el("div", { role: "cell", class: `c-${column.key}`, "data-empty": column.of(quote) === "" }, cell(quote, column)));
    return el("div", { class: "row", role: "row", "aria-rowindex": index + 2, onclick: event => {
      if (!event.target.closest("a") && !String(getSelection())) location.hash = placeOf(quote);
    } }, cells);
  }

  function cell(quote, column) {
    if (column.key === "quote") return el("a", { href: placeOf(quote) }, quote.text);
    if (column.key === "stance") return stanceTag(quote.stance);
    if (column.key === "score") return score(quote.score);
    if (column.key === "group" && quote.group >= 0) return el("a", { href: `#same/${quote.group}` }, String(quote.group));
    return el("span", { title: column.of(quote) }, column.of(quote) || "–");
  }

  function update() {
    table.hidden = !shown.length;
    none.hidden = shown.length > 0;
    none.textContent = quotes.length ? "No quote passes the filters." : "There is no quote in this report.";
    byId("csv").disabled = !shown.length;
    table.setAttribute("aria-rowcount", shown.length + 1);
    order.value = wanted.sort;
    for (const header of head.children) {
      const sort = header.dataset.key !== wanted.sort ? "none" : wanted.descending ? "descending" : "ascending";
      header.setAttribute("aria-sort", sort);
      header.querySelector("i").textContent = { none: "", ascending: "▲", descending: "▼" }[sort];
    }
    rows.reset(shown.length, narrow.matches ? NARROW_ROW : ROW);
  }

  return { open: update, update };
}

const WIDTHS = {
  speaker: "minmax(7rem, 1.1fr)", target: "minmax(6rem, 1fr)", stance: "7.4rem", kind: "4.8rem", quote: "minmax(14rem, 3.4fr)",
  article: "minmax(7rem, 1.3fr)", date: "6.2rem", outlet: "minmax(5rem, .8fr)", group: "4.4rem", score: "4.2rem",
};
