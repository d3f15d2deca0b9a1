// Long lists of rows of one height, of which only those near the window are elements.

const OVERSCAN = 8;

// box scrolls; rows of `height` pixels come from draw(index); above() is the height of what stays above them.
// Gives { reset(count, height), show(index) }.
function virtualRows(box, draw, above = () => 0, role = "presentation") {
  const sheet = el("div", { class: "sheet", role });
  const drawn = new Map();
  let count = 0;
  let height = 1;
  box.append(sheet);

  function render() {
    const first = Math.max(0, Math.floor(box.scrollTop / height) - OVERSCAN);
    const last = Math.min(count, Math.ceil((box.scrollTop + box.clientHeight) / height) + OVERSCAN);
    for (const [index, row] of drawn) {
      const kept = (index >= first && index < last) || row.contains(document.activeElement);
      if (!kept) {
        row.remove();
        drawn.delete(index);
      }
    }
    let before = null; // the next row that is drawn already, from the end: rows stand in reading order, for the Tab key
    for (let index = last - 1; index >= first; index--) {
      if (!drawn.has(index)) {
        const row = draw(index);
        row.style.transform = `translateY(${index * height}px)`;
        row.dataset.row = index;
        drawn.set(index, row);
        sheet.insertBefore(row, before);
      }
      before = drawn.get(index);
    }
  }

  function focusable(index) {
    const row = drawn.get(index);
    return row && (row.matches("a, button") ? row : row.querySelector("a, button"));
  }

  function show(index) {
    const top = index * height;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + height + above() > box.scrollTop + box.clientHeight) box.scrollTop = top + height + above() - box.clientHeight;
    render();
  }

  box.addEventListener("scroll", render, { passive: true });
  box.addEventListener("keydown", event => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -count, End: count }[event.key];
    const row = event.target.closest("[data-row]");
    if (!step || !row) return;
    event.preventDefault();
    const to = Math.min(count - 1, Math.max(0, Number(row.dataset.row) + step));
    show(to);
    focusable(to)?.focus({ preventScroll: true });
  });
  new ResizeObserver(() => render()).observe(box);

  return {
    show,
    reset(newCount, newHeight, keepPlace) {
      count = newCount;
      height = newHeight;
      for (const row of drawn.values()) row.remove();
      drawn.clear();
      sheet.style.height = `${count * height}px`;
      if (!keepPlace) box.scrollTop = 0;
      render();
    },
  };
}
