// Elements from code. Text from articles only ever becomes text nodes: nothing here parses markup.

const SVG = "http://www.w3.org/2000/svg";

function byId(id) {
  return document.getElementById(id);
}

// el("p", { class: "dim", onclick: act, "aria-label": "…" }, "text", element, null) — null children are left out.
function el(name, attributes, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function svg(name, attributes, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "vars") for (const [key, set] of Object.entries(value)) element.style.setProperty(key, set);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined));
  return element;
}

const numbers = new Intl.NumberFormat("en");

function counted(count, what) {
  return `${numbers.format(count)} ${what}${count === 1 ? "" : "s"}`;
}

function score(value) {
  return value.toFixed(2);
}

function empty(text) {
  return el("p", { class: "empty" }, text);
}
