// The view of articles: the list, the text of the one that was picked, its quotes beside it.

const ROW_OF_LIST = 68;

function articlesView(root) {
  const list = el("div", { class: "list", role: "list", "aria-label": "Articles" });
  const picker = el("details", { class: "picker", open: true }, el("summary", {}, "Articles"), list);
  const reader = el("article", { class: "reader" });
  const cards = el("aside", { class: "cards", "aria-label": "Quotes of this article" });
  root.append(el("div", { class: "articles" }, picker, reader, cards));
  const rows = virtualRows(list, index => listRow(listed[index]));
  const narrow = matchMedia("(max-width: 44rem)");
  let listed = [];
  let article = null;
  let ties = new Map();
  let pinned = null;
  let active = [];
  let under = null; // what the pointer was moved over last

  function listRow(one) {
    const count = one.rows.reduce((sum, quote) => sum + passing.has(quote), 0);
    return el("div", { class: "list-row", role: "listitem" },
      el("a", { href: `#articles/${one.at}`, "aria-current": one === article ? "true" : null },
        el("strong", {}, one.name), el("span", { class: "line" }, el("span", {}, source(one)), el("span", {}, counted(count, "quote")))));
  }

  function filter(keepPlace) {
    const words = folded(wanted.search).split(/\s+/).filter(Boolean);
    const only = wanted.hidden.size || Object.keys(wanted.fields).length;
    const withQuotes = new Set(shown.map(quote => quote.article));
    listed = !isFiltered() ? articles : articles.filter(one => withQuotes.has(one) || (!only && words.every(word => textOf(one).includes(word))));
    picker.firstChild.textContent = listed.length === articles.length ? counted(articles.length, "article") : `${numbers.format(listed.length)} of ${counted(articles.length, "article")}`;
    rows.reset(listed.length, ROW_OF_LIST, keepPlace);
    if (article && listed.includes(article) && !keepPlace) rows.show(listed.indexOf(article));
  }

  // Put what is shown into the address, for Back to lead here.
  function name() {
    if (article) history.replaceState(null, "", `#articles/${article.at}`);
  }

  function textOf(one) {
    one.search ??= `${one.folded} ${folded(one.text || "")}`;
    return one.search;
  }

  function draw() {
    ties = new Map();
    active = [];
    pinned = null;
    reader.replaceChildren();
    cards.replaceChildren();
    cards.classList.remove("open");
    if (!article) {
      reader.append(empty(articles.length ? "No article passes the filters." : "There is no article in this report."));
      return;
    }
    const quotesHere = article.rows.filter(quote => passing.has(quote));
    reader.append(el("header", {}, el("h2", { tabindex: "-1" }, article.name),
      el("p", { class: "dim" }, [source(article), article.title ? article.id : ""].filter(Boolean).join(" · ")),
      article.more.length ? el("dl", { class: "more" }, article.more.map(([key, value]) => el("div", {}, el("dt", {}, key), el("dd", {}, webPage(value))))) : null));
    if (article.text === null) {
      const why = article.lack === "unfit" ? "The text that was given has other words where the quotes should be" : "The text of this article is not in the report";
      reader.append(empty(`${why}; its quotes are listed.`));
    } else {
      reader.append(el("div", { class: "text" }, markedText(article, quotesHere, ties)));
    }
    cards.append(
      el("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => pin(null) }, "✕"),
      quotesHere.length ? el("ol", {}, quotesHere.map(quote => {
        const node = card(quote);
        tie(ties, quote, node, "card");
        return node;
      })) : empty(article.rows.length ? `None of its ${counted(article.rows.length, "quote")} passes the filters.` : "No quote was found in this article."));
  }

  function webPage(value) {
    return /^https?:\/\//i.test(value) ? el("a", { href: value, rel: "noopener noreferrer", target: "_blank" }, value) : value;
  }

  function light(some) {
    for (const quote of active) for (const { node, role } of ties.get(quote) || []) node.classList.remove("on", `on-${role}`);
    active = some;
    for (const quote of active) for (const { node, role } of ties.get(quote) || []) node.classList.add("on", `on-${role}`);
    root.classList.toggle("tied", active.length > 0);
  }

  function pin(quote) {
    pinned = quote;
    light(quote ? [quote] : []);
    for (const node of cards.querySelectorAll(".pinned")) node.classList.remove("pinned");
    cards.classList.toggle("open", Boolean(quote));
    const node = quote && cards.querySelector(`[data-index="${quote.index}"]`);
    node?.classList.add("pinned");
    if (node && !narrow.matches) scrollInside(cards, node);
  }

  function scrollInside(box, node) {
    const [outer, inner] = [box.getBoundingClientRect(), node.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom) box.scrollTop += inner.top - outer.top - 40;
  }

  function tiesAt(event) {
    return event.target.closest(".badge, .words, .cue, .speaker, .target, .card")?.ties || [];
  }

  for (const part of [reader, cards]) {
    // Not mouseover, which comes, too, where the text moves under a pointer that rests, as after a jump.
    part.addEventListener("mousemove", event => {
      if (event.target === under) return;
      under = event.target;
      light(tiesAt(event).length || !pinned ? tiesAt(event) : [pinned]);
    });
    part.addEventListener("mouseleave", () => light(pinned ? [pinned] : []));
    part.addEventListener("focusin", event => tiesAt(event).length && light(tiesAt(event)));
    part.addEventListener("focusout", () => light(pinned ? [pinned] : []));
  }
  reader.addEventListener("click", event => {
    const at = tiesAt(event);
    if (at.length) pin(at.includes(pinned) && !event.target.matches(".badge") ? null : at[0]);
    else if (!event.target.closest("a")) pin(null);
  });
  cards.addEventListener("click", event => {
    const [quote] = tiesAt(event);
    if (!quote || event.target.closest("a, summary")) return;
    pin(quote);
    badgeOf(quote)?.scrollIntoView();
  });
  root.addEventListener("keydown", event => event.key === "Escape" && pin(null));

  function badgeOf(quote) {
    return reader.querySelector(`.badge[data-index="${quote.index}"]`);
  }

  return {
    // Called when the view is opened: path is [article, quote], numbers as strings, or [].
    open([at, index]) {
      const before = article;
      article = articles[Number(at)] || article || listed[0] || articles[0] || null;
      if (at === undefined) name();
      const quote = article?.rows[Number(index)];
      if (quote && !passing.has(quote)) wantNothing(); // a link from elsewhere leads to what it names
      draw();
      filter(before !== null);
      if (at !== undefined && narrow.matches) picker.open = false;
      if (!quote) {
        reader.scrollTop = 0;
        if (before !== article && before) reader.querySelector("h2")?.focus({ preventScroll: true });
        return;
      }
      pin(quote);
      const badge = badgeOf(quote) || cards.querySelector(`[data-index="${quote.index}"] summary`);
      badge?.scrollIntoView();
      badge?.focus({ preventScroll: true });
    },
    update() {
      filter(false);
      if (!listed.includes(article)) {
        article = listed[0] || null;
        name();
      }
      draw();
    },
  };
}
