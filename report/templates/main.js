// The views and the address: #articles/3/1 is the second quote of the fourth article, #quotes the table, and so on.

const VIEWS = [
  ["articles", "Articles", articlesView],
  ["quotes", "Quotes", tableView],
  ["people", "Who to whom", peopleView],
  ["time", "Over time", timelineView],
  ["same", "Same quote", groupsView],
].filter(([name]) => name !== "same" || quotes.some(quote => quote.group >= 0));
const views = new Map();
let current = "";

function go() {
  const [name, ...path] = location.hash.slice(1).split("/");
  if (name === "content") return;
  open(VIEWS.some(([known]) => known === name) ? name : "articles", path);
}

function open(name, path) {
  const before = current;
  current = name;
  for (const [known, , make] of VIEWS) {
    const tab = byId(`tab-${known}`);
    if (known === name) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
    if (known === name && !views.has(name)) {
      const root = el("div", { class: `view view-${name}`, id: `view-${name}` });
      byId("content").append(root);
      views.set(name, { root, ...make(root) });
    }
    if (views.has(known)) views.get(known).root.hidden = known !== name;
  }
  if (before !== name) window.scrollTo(0, 0);
  views.get(name).open(path);
}

function drawTheme() {
  const button = byId("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const show = () => (button.textContent = isDark() ? "Light" : "Dark");
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    show();
  });
  dark.addEventListener("change", show);
  show();
}

for (const [name, label] of VIEWS) byId("tabs").append(el("a", { id: `tab-${name}`, href: `#${name}` }, label));
drawTheme();
drawFilters();
select();
showFilters();
watch(() => views.get(current)?.update());
document.querySelector(".skip").addEventListener("click", event => {
  event.preventDefault();
  byId("content").focus();
});
// What sticks below the bar must know how high it is.
new ResizeObserver(([bar]) => document.documentElement.style.setProperty("--bar", `${bar.target.offsetHeight}px`)).observe(document.querySelector(".bar"));
addEventListener("hashchange", go);
go();
if (matchMedia("(max-width: 44rem)").matches) document.querySelector(".notices")?.removeAttribute("open"); // one line is enough
foldWhenIdle();
