// What the explorables draw with: elements, numbers in words, axes with lines and marks in data units.

export const COLORS = { blue: "#2a84c6", orange: "#c4690f", green: "#128b69", pink: "#bf5896", grey: "#777d82" };

/** An element of SVG or, without a namespace of its own, of HTML. */
export function make(parent, tag, attributes = {}, text = null) {
  const html = parent.namespaceURI !== "http://www.w3.org/2000/svg" && tag !== "svg";
  const node = html ? document.createElement(tag) : document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== null) node.textContent = text;
  parent.append(node);
  return node;
}

/** A number as a reader wants it: three digits, and powers of ten where it is tiny or huge. */
export function short(number, digits = 3) {
  if (number === 0 || !Number.isFinite(number)) return Number.isNaN(number) ? "not a number" : String(number);
  const power = Math.floor(Math.log10(Math.abs(number)));
  const written = (value) => String(Number(value.toPrecision(digits))).replace("-", "−");
  if (power > -4 && power < 5) return written(number);
  const raised = [...String(power)].map((sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign] ?? "⁻").join("");
  return `${written(number / 10 ** power)}·10${raised}`;
}

/**
 * Axes in a rectangle of the stage, the words of `legend` ([words, colour] each) above them on the right; gives the
 * scales X and Y, with `X.invert`, and what draws lines, dots and words in data units.
 */
export function axes(g, { left, top, width, height, x, y, legend = [] }) {
  const side = ({ min, max, log }, start, length) => {
    const at = log ? Math.log10 : (number) => number;
    const back = log ? (number) => 10 ** number : (number) => number;
    const [low, high] = [at(min), at(max)];
    const to = (number) => start + (length * (at(number) - low)) / (high - low);
    to.invert = (pixel) => back(low + ((pixel - start) / length) * (high - low));
    return to;
  };
  const X = side(x, left, width);
  const Y = side(y, top + height, -height);
  const frame = make(g, "g", { "font-size": 12 });
  for (const tick of x.ticks ?? ticks(x)) {
    make(frame, "path", { d: `M${X(tick)} ${top}V${top + height}`, stroke: "var(--faint)", fill: "none" });
    make(frame, "text", { x: X(tick), y: top + height + 15, "text-anchor": "middle" }, x.name?.(tick) ?? short(tick));
  }
  for (const tick of y.ticks ?? ticks(y)) {
    make(frame, "path", { d: `M${left} ${Y(tick)}H${left + width}`, stroke: "var(--faint)", fill: "none" });
    make(frame, "text", { x: left - 6, y: Y(tick) + 4, "text-anchor": "end" }, y.name?.(tick) ?? short(tick));
  }
  make(frame, "path", { d: `M${left} ${top}V${top + height}H${left + width}`, stroke: "var(--ink)", fill: "none" });
  make(frame, "text", { x: left + width, y: top + height + 31, "text-anchor": "end", "font-size": 13 }, x.label);
  make(frame, "text", { x: left - 30, y: top - 8, "font-size": 13 }, y.label);
  const names = make(frame, "text", { x: left + width, y: top - 8, "text-anchor": "end", "font-size": 13 });
  legend.forEach(([words, fill], i) => make(names, "tspan", { fill }, (i ? "\u2003" : "") + words)); // dx would shift the end
  const inside = (xy) => xy.every(Number.isFinite) && xy[0] > -1e5 && xy[0] < 1e5 && xy[1] > -1e5 && xy[1] < 1e5;
  const clip = `clip-${left | 0}-${top | 0}`;
  make(make(g, "clipPath", { id: clip }), "rect", { x: left, y: top - 2, width: width + 2, height: height + 2 });
  const plot = make(g, "g", { "clip-path": `url(#${clip})` });
  return {
    X, Y, plot,
    /** A line through points [x, y]; it breaks where one is no number or far outside. */
    line(points, color, attributes = {}) {
      let pen = "M";
      const d = points.map(([a, b]) => {
        const xy = [X(a), Y(b)];
        if (!inside(xy)) { pen = "M"; return ""; }
        const part = `${pen}${xy[0].toFixed(2)} ${xy[1].toFixed(2)}`;
        pen = "L";
        return part;
      });
      return make(plot, "path", { d: d.join(""), fill: "none", stroke: color, "stroke-width": 2, ...attributes });
    },
    dots(points, color, r = 3) {
      for (const [a, b] of points) if (inside([X(a), Y(b)])) make(plot, "circle", { cx: X(a), cy: Y(b), r, fill: color });
    },
    label: (a, b, words, color, attributes = {}) =>
      make(g, "text", { x: X(a), y: Y(b), fill: color, ...attributes }, words),
  };
}
function ticks({ min, max, log }) {
  if (log) {
    const [low, high] = [Math.ceil(Math.log10(min) - 1e-9), Math.floor(Math.log10(max) + 1e-9)];
    const by = Math.max(1, Math.ceil((high - low) / 5));
    return Array.from({ length: Math.floor((high - low) / by) + 1 }, (_, i) => 10 ** (low + i * by));
  }
  const rough = (max - min) / 5;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const by = unit * [1, 2, 5, 10].find((factor) => factor * unit >= rough * 0.999);
  const first = Math.ceil(min / by - 1e-9);
  return Array.from({ length: Math.floor(max / by + 1e-9) - first + 1 }, (_, i) => Number(((first + i) * by).toFixed(10)));
}
