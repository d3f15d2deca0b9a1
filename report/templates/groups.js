// The same quote across articles: every group side by side with its outlets.

const GROUPS_AT_ONCE = 30;

function groupsView(root) {
  let limit = GROUPS_AT_ONCE;
  let only = null;

  function update() {
    root.replaceChildren();
    const groups = new Map();
    for (const quote of shown) if (quote.group >= 0 && (only === null || quote.group === only)) groups.set(quote.group, [...(groups.get(quote.group) || []), quote]);
    const ordered = [...groups].sort((one, other) => other[1].length - one[1].length || one[0] - other[0]);
    root.append(el("h2", {}, "The same quote"), el("p", { class: "dim" }, "Quotes that report the same words, as each article has them."));
    if (only !== null) root.append(el("p", {}, el("a", { href: "#same" }, "Show all groups")));
    if (!ordered.length) root.append(empty("No group of quotes passes the filters."));
    for (const [number, some] of ordered.slice(0, limit)) root.append(group(number, some));
    if (ordered.length > limit) {
      root.append(el("button", { type: "button", onclick: () => {
        limit += GROUPS_AT_ONCE;
        update();
      } }, `Show more of ${counted(ordered.length, "group")}`));
    }
  }

  function group(number, some) {
    const speaker = tally(some, quote => quote.speakerName)[0][0] || "nobody named";
    const places = new Set(some.map(quote => quote.article.outlet || quote.article.id)).size;
    const inOrder = [...some].sort((one, other) => collator.compare(one.article.day, other.article.day) || one.at - other.at);
    return el("section", { class: "group", "data-group": number },
      el("h3", {}, speaker, el("span", { class: "dim" }, ` group ${number}: ${counted(some.length, "version")} in ${counted(places, articles.some(one => one.outlet) ? "outlet" : "article")}`)),
      el("div", { class: "versions" }, inOrder.map(version)));
  }

  function version(quote) {
    return el("figure", { class: `version ${colour(quote.stance)}` },
      el("blockquote", {}, el("a", { href: placeOf(quote) }, quote.text)),
      el("figcaption", {}, el("strong", {}, quote.article.outlet || quote.article.name), quote.article.date ? ` · ${quote.article.date}` : "",
        el("span", { class: "line" }, stanceTag(quote.stance), el("span", { class: "dim" }, ` ${quote.kind} · ${quote.speakerName || "nobody named"}`))));
  }

  return {
    open([number]) {
      only = number === undefined ? null : Number(number);
      if (only !== null && !shown.some(quote => quote.group === only)) wantNothing();
      update();
    },
    update,
  };
}
