// Who to whom: speakers by targets, and the stances of each speaker.

const AT_FIRST = 15; // speakers and targets in the matrix, and speakers with shares

function peopleView(root) {
  let limit = AT_FIRST;

  function update() {
    root.replaceChildren();
    if (!shown.length) {
      root.append(empty(quotes.length ? "No quote passes the filters." : "There is no quote in this report."));
      return;
    }
    root.append(el("section", {}, el("h2", {}, "Who to whom"), matrix()), el("section", {}, el("h2", {}, "Stances of each speaker"), shares()));
  }

  function matrix() {
    const aimed = shown.filter(quote => quote.targetName && quote.speakerName);
    if (!aimed.length) return empty("None of these quotes has both a speaker and a target.");
    const [allSpeakers, allTargets] = [tally(aimed, quote => quote.speakerName), tally(aimed, quote => quote.targetName)];
    const cells = new Map();
    for (const quote of aimed) {
      if (!cells.has(quote.speakerName)) cells.set(quote.speakerName, new Map());
      const ofSpeaker = cells.get(quote.speakerName);
      if (!ofSpeaker.has(quote.targetName)) ofSpeaker.set(quote.targetName, []);
      ofSpeaker.get(quote.targetName).push(quote);
    }
    const pairs = [...cells.values()].flatMap(ofSpeaker => [...ofSpeaker.values()]).sort((one, other) => other.length - one.length);
    const most = pairs[0].length;
    const [speakers, targets] = axes(pairs, allSpeakers);
    const left = Math.max(allSpeakers.length, allTargets.length) - limit;
    const without = shown.length - aimed.length;
    return [
      el("p", { class: "dim" }, `Rows speak, columns are spoken to. ${counted(aimed.length, "quote")} with a target`,
        without ? `, ${numbers.format(without)} without.` : ".", " A cell leads to its quotes."),
      el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Matrix of speakers by targets" },
        el("table", { class: "matrix" },
          el("thead", {}, el("tr", {}, el("td", {}), targets.map(name => el("th", { scope: "col" }, el("span", { title: name }, name))))),
          el("tbody", {}, speakers.map(speaker => el("tr", {}, el("th", { scope: "row", title: speaker }, speaker),
            targets.map(target => el("td", {}, matrixCell(speaker, target, cells.get(speaker).get(target), most)))))))),
      left > 0 ? el("p", {}, el("button", { type: "button", onclick: () => {
        limit += AT_FIRST;
        update();
      } }, `Show ${Math.min(left, AT_FIRST)} more`), el("span", { class: "dim" }, ` of ${counted(allSpeakers.length, "speaker")} and ${counted(allTargets.length, "target")}`)) : null,
    ].filter(Boolean).reduce((box, part) => (box.append(part), box), el("div", {}));
  }

  // Those of the commonest pairs, so that few cells are empty; targets follow the speakers, along the diagonal.
  function axes(pairs, allSpeakers) {
    const [speakers, targets] = [new Set(), new Set()];
    for (const [{ speakerName, targetName }] of pairs) {
      const fits = (speakers.has(speakerName) || speakers.size < limit) && (targets.has(targetName) || targets.size < limit);
      if (fits) {
        speakers.add(speakerName);
        targets.add(targetName);
      }
    }
    const rows = allSpeakers.map(([name]) => name).filter(name => speakers.has(name));
    const first = new Map();
    for (const name of rows) {
      for (const [{ speakerName, targetName }] of pairs) {
        if (speakerName === name && targets.has(targetName) && !first.has(targetName)) first.set(targetName, first.size);
      }
    }
    return [rows, [...first.keys()]];
  }

  function matrixCell(speaker, target, some, most) {
    if (!some) return null;
    const counts = stanceCounts(some);
    const stance = mainStance(counts);
    return el("button", {
      type: "button", class: `cell ${colour(stance)}`, vars: { "--sure": `${35 + 65 * (some.length / most)}%` },
      title: `${speaker} to ${target}: ${said(counts)}`, "aria-label": `${speaker} to ${target}: ${said(counts)}`,
      onclick: () => showQuotes({ speaker: `=${speaker}`, target: `=${target}` }),
    }, el("i", { "aria-hidden": "true" }, shape(stance)), String(some.length), stanceBar(counts));
  }

  function stanceBar(counts) {
    return el("span", { class: "mix", "aria-hidden": "true" }, counts.map(([label, count]) => el("span", { class: colour(label), vars: { "flex-grow": count } })));
  }

  function shares() {
    const speakers = tally(shown.filter(quote => quote.speakerName), quote => quote.speakerName);
    if (!speakers.length) return empty("None of these quotes has a speaker.");
    const bySpeaker = new Map(speakers.slice(0, limit).map(([name]) => [name, []]));
    for (const quote of shown) bySpeaker.get(quote.speakerName)?.push(quote);
    return el("div", { class: "shares" }, [...bySpeaker].map(([name, some]) => el("div", { class: "share" },
      el("button", { type: "button", class: "plain", onclick: () => showQuotes({ speaker: `=${name}` }) }, name),
      el("span", { class: "dim" }, numbers.format(some.length)),
      el("div", { class: "stack" }, stanceCounts(some).map(([label, count]) => el("button", {
        type: "button", class: colour(label), vars: { "flex-grow": count }, title: `${name}: ${count} ${label}`, "aria-label": `${name}: ${count} ${label}`,
        onclick: () => showQuotes({ speaker: `=${name}`, stance: label }),
      }, `${shape(label)} ${count}`))))));
  }

  return { open: update, update };
}

// Open the table with these fields wanted, beside what is wanted already.
function showQuotes(fields) {
  want({ fields: { ...wanted.fields, ...fields } });
  location.hash = "#quotes";
}
