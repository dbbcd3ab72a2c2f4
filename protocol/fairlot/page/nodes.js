// Elements, without markup in strings: whatever others wrote stays text.

const SVG = "http://www.w3.org/2000/svg";

function fillIn(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null) node.setAttribute(name, String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== ""));
  return node;
}

export function el(name, attributes = {}, ...children) {
  return fillIn(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return fillIn(document.createElementNS(SVG, name), attributes, children);
}

/** Text in which `words` between backticks are code. */
export function prose(text) {
  return text.split("`").map((part, i) => (i % 2 ? el("code", {}, part) : part));
}

/** A shape for a verdict: ring with a tick, square with a cross, broken ring. */
export function shape(state) {
  const frame = {
    holds: () => [
      svg("circle", { cx: 12, cy: 12, r: 10 }),
      svg("path", { d: "M7 12.5l3.5 3.5L17 9" }),
    ],
    fails: () => [
      svg("rect", { x: 2, y: 2, width: 20, height: 20 }),
      svg("path", { d: "M7 7l10 10M17 7L7 17" }),
    ],
    open: () => [svg("circle", { cx: 12, cy: 12, r: 10, "stroke-dasharray": "3 3" })],
  }[state]();
  return svg(
    "svg",
    { viewBox: "0 0 24 24", class: `shape ${state}`, "aria-hidden": "true" },
    ...frame,
  );
}

export function replaceIn(node, ...children) {
  node.replaceChildren(
    ...children.flat(Infinity).filter((child) => child !== null && child !== ""),
  );
}

/** A verdict: shape, word and sentence. */
export function verdictBox(state, ...children) {
  return el(
    "div",
    { class: `verdict ${state}`, "data-state": state },
    shape(state),
    el("div", {}, ...children),
  );
}

const MOST_MARKS = 30;
const ENLARGED = 1.5;

/** A row of marks, the one of whoever looks pointed at; the winners' before a line. */
export function rowPicture(caption, { at, all, line, you }) {
  const marks = Math.min(all, MOST_MARKS);
  const scaled = (number) =>
    all <= marks ? number : Math.round((number * (marks - 1)) / (all - 1));
  const mine = scaled(at);
  const cut =
    line === null ? null : all <= marks ? line : Math.max(1, Math.min(marks - 1, scaled(line)));
  const shapes = [];
  for (let i = 0; i < marks; i += 1) {
    const x = 10 + i * 10;
    const first = cut !== null && i < cut;
    shapes.push(
      first
        ? svg("rect", { x: x - 3.5, y: 26, width: 7, height: 7, class: "won" })
        : svg("circle", { cx: x, cy: 29.5, r: 3.5, class: "other" }),
    );
  }
  if (cut !== null && cut < marks) {
    const x = 5 + cut * 10;
    shapes.push(svg("line", { x1: x, x2: x, y1: 20, y2: 40, class: "cut" }));
  }
  const x = 10 + mine * 10;
  shapes.push(svg("path", { d: `M${x} 23l-4 -7h8z`, class: "mine" }));
  const anchor = mine < 3 ? "start" : mine > marks - 4 ? "end" : "middle";
  shapes.push(svg("text", { x, y: 12, "text-anchor": anchor }, you));
  const width = Math.max(120, marks * 10 + 10);
  const size = { viewBox: `0 0 ${width} 44`, width: width * ENLARGED, height: 44 * ENLARGED };
  const drawn = svg(
    "svg",
    { ...size, role: "img", "aria-label": caption, class: "row" },
    ...shapes,
  );
  return el("figure", {}, drawn, el("figcaption", {}, caption));
}
