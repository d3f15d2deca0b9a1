// The bar above every view: search, least score, stances, and a field for every column.

const inputs = new Map();

function drawFilters() {
  const form = byId("filters");
  form.addEventListener("submit", event => event.preventDefault());
  for (const column of COLUMNS) {
    if (column.filter === false) continue;
    const input = column.choices ? choice(column) : entry(column);
    inputs.set(column.key, input);
    form.append(el("label", {}, el("span", {}, column.label), input));
    if (column.suggest) form.append(suggestions(column));
  }
  form.append(el("p", { class: "hint" }, "Part of a name or text finds it; = before it wants it whole; = alone finds what is empty."));
  for (const label of data.labels) byId("legend").append(stanceButton(label));
  byId("search").addEventListener("input", event => want({ search: event.target.value }));
  byId("least").addEventListener("input", event => want({ least: Number(event.target.value) }));
  byId("clear").addEventListener("click", () => {
    wantNothing();
    byId("search").focus();
  });
  byId("more-filters").addEventListener("click", () => openFilters(byId("filters").hidden));
  wanted.least = Number(byId("least").value);
  watch(showFilters);
}

function openFilters(open) {
  byId("filters").hidden = !open;
  byId("more-filters").setAttribute("aria-expanded", String(open));
}

function entry(column) {
  return el("input", {
    type: "text", name: column.key, list: column.suggest ? `known-${column.key}` : null, autocomplete: "off",
    spellcheck: "false", inputmode: column.exact ? "numeric" : null, placeholder: column.key === "date" ? "2022-01" : null,
    oninput: event => wantField(column.key, event.target.value),
  });
}

function choice(column) {
  const options = column.choices.map(value => el("option", { value }, value));
  return el("select", { name: column.key, onchange: event => wantField(column.key, event.target.value) }, el("option", { value: "" }, "any"), options);
}

function suggestions(column) {
  const most = tally(quotes, column.of).filter(([name]) => name).slice(0, 200);
  return el("datalist", { id: `known-${column.key}` }, most.map(([name]) => el("option", { value: name })));
}

function stanceButton(label) {
  const button = el("button", { type: "button", class: `stance ${colour(label)}`, "aria-pressed": "true", "data-stance": label,
    title: "Show or hide this stance" },
    el("i", { "aria-hidden": "true" }, shape(label)), label, el("b", {}));
  button.addEventListener("click", () => {
    const hidden = new Set(wanted.hidden);
    if (!hidden.delete(label)) hidden.add(label);
    want({ hidden });
  });
  return button;
}

function showFilters() {
  const counts = new Map(tally(shown, quote => quote.stance));
  for (const button of byId("legend").children) {
    const label = button.dataset.stance;
    button.setAttribute("aria-pressed", String(!wanted.hidden.has(label)));
    button.querySelector("b").textContent = numbers.format(counts.get(label) || 0);
  }
  for (const [key, input] of inputs) {
    const value = wanted.fields[key] || "";
    if (input.value !== value) input.value = value;
    input.classList.toggle("set", Boolean(value));
  }
  if (byId("search").value !== wanted.search) byId("search").value = wanted.search;
  byId("least").value = wanted.least;
  byId("least-shown").textContent = score(wanted.least);
  byId("clear").hidden = !isFiltered();
  const set = Object.keys(wanted.fields).length;
  byId("more-filters").textContent = set ? `Filters (${set})` : "Filters";
  byId("count").textContent = shown.length === quotes.length
    ? counted(quotes.length, "quote")
    : `${numbers.format(shown.length)} of ${counted(quotes.length, "quote")}`;
}
