// The wall of chapter 8: a start, a rate and a threshold, and where descent goes without clipping and with.
// h_t = tanh(u h_{t-1} + c) from h_0 = -0.6, T = 50, L = (h_T - 0.7)^2; the gradient is carried forwards.

import { COLORS, axes, make, short } from "./plot.js";
import { choice, explorable, point, range } from "./kit.js";

const H0 = -0.6;
const TARGET = 0.7;
const T = 50;
const U = { min: 0.4, max: 2.2, label: "weight u" };
const C = { min: -0.1, max: 0.85, label: "bias c" };
const power = (exponent) => short(10 ** exponent, 2);

function lossAndGradient(u, c) {
  let [h, du, dc] = [H0, 0, 0];
  for (let t = 0; t < T; t += 1) {
    const before = h;
    h = Math.tanh(u * h + c);
    du = (1 - h * h) * (before + u * du);
    dc = (1 - h * h) * (1 + u * dc);
  }
  return [(h - TARGET) ** 2, [2 * (h - TARGET) * du, 2 * (h - TARGET) * dc]];
}

const CLIPPING = {
  norm(gradient, tau) {
    const norm = Math.hypot(...gradient);
    return norm <= tau ? gradient : gradient.map((entry) => (entry * tau) / norm);
  },
  element: (gradient, tau) => gradient.map((entry) => Math.min(Math.max(entry, -tau), tau)),
};

function descend(start, rate, steps, limit) {
  const path = [start];
  const losses = [];
  const norms = [];
  for (let k = 0; k <= steps; k += 1) {
    const [loss, gradient] = lossAndGradient(...path[k]);
    losses.push(loss);
    norms.push(Math.hypot(...gradient));
    if (k < steps) path.push(limit(gradient).map((slope, i) => path[k][i] - rate * slope));
  }
  return { path, losses, norms };
}

function compute({ start, rate, tau, kind, steps }) {
  const from = start.split(",").map(Number);
  const threshold = 10 ** tau;
  return {
    plain: descend(from, 10 ** rate, steps, (gradient) => gradient),
    clipped: descend(from, 10 ** rate, steps, (gradient) => CLIPPING[kind](gradient, threshold)),
  };
}

// The surface does not depend on the controls: computed once, orange where it is high, blue near loss 0.
let picture;
function surface() {
  const [columns, rows] = [300, 190];
  const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const highest = (1 + TARGET) ** 2;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const u = U.min + ((column + 0.5) / columns) * (U.max - U.min);
      const c = C.max - ((row + 0.5) / rows) * (C.max - C.min);
      const share = lossAndGradient(u, c)[0] / highest;
      const high = Math.max((share - 0.1) / 0.9, 0);
      const deep = Math.min(Math.max((Math.log10(0.02) - Math.log10(Math.max(share, 1e-30))) / 2.3, 0), 1);
      const shade = high > 0 ? [196, 105, 15, 255 * (0.15 + 0.5 * high)] : [42, 132, 198, 255 * 0.6 * deep];
      image.data.set(shade, 4 * (row * columns + column));
    }
  }
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

function draw({ g, width, place }, { plain, clipped }, { kind }) {
  const height = Math.min(Math.max(Math.round(0.62 * width), 290), 430);
  const box = { left: 44, top: 24, width: width - 56, height: height - 70 };
  picture ??= surface();
  const { left: x, top: y } = box;
  const size = { width: box.width, height: box.height };
  make(g, "image", { x, y, ...size, preserveAspectRatio: "none", href: picture });
  const color = kind === "norm" ? COLORS.pink : COLORS.green;
  const legend = [["plain", "var(--ink)"], [kind === "norm" ? "clipped by norm" : "clipped element by element", color]];
  const chart = axes(g, { ...box, x: U, y: C, legend });
  for (const [u, c, words] of [
    [1.02, 0.2, "loss 0"], [2.16, 0.02, "high ground: loss 2 to 3"], [1.86, 0.36, "wall"],
  ]) chart.label(u, c, words, "var(--ink)", { "text-anchor": u > 2 ? "end" : "middle" });
  drawRun(chart, plain.path, "var(--ink)", 3.5);
  drawRun(chart, clipped.path, color, 1.5);
  place("start", chart);
  return height;
}

/** A path; its leaps are dashed, and so is what leads out of the picture or back. It ends in a dot. */
function drawRun(chart, path, ink, breadth) {
  const inside = ([u, c]) => u >= U.min && u <= U.max && c >= C.min && c <= C.max;
  const runs = [[path[0]]];
  for (let k = 1; k < path.length; k += 1) {
    const [from, to] = [path[k - 1], path[k]];
    const far = Math.hypot(to[0] - from[0], to[1] - from[1]);
    if (far < 0.2 && inside(from) && inside(to)) runs.at(-1).push(to);
    else {
      runs.push([to]);
      const share = Math.min(1, 5 / far); // enough to leave the picture
      const end = from.map((number, i) => number + share * (to[i] - number));
      if (inside(from) || inside(to)) chart.line([from, end], ink, { "stroke-dasharray": "6 4", "stroke-width": breadth });
    }
  }
  for (const run of runs) chart.line(run, ink, { "stroke-width": breadth });
  chart.dots(path.slice(-1), ink, 6);
}

function say({ plain, clipped }, { steps }) {
  const fate = ({ path, losses }) => {
    const thrown = path.findIndex(([u, c]) => Math.max(Math.abs(u), Math.abs(c)) > 4);
    const now = losses[steps] < 1e-12 ? "below 10⁻¹²" : short(losses[steps]);
    if (losses[steps] < 1e-4) return `arrives, loss ${now}`;
    return thrown < 0 ? `is on its way, loss ${now}` : `was thrown out by step ${thrown} and has loss ${now}`;
  };
  const hops = clipped.losses.filter((loss, k) => k > 0 && loss > 1 && clipped.losses[k - 1] <= 1).length;
  const over = hops ? ` It went over the edge ${hops === 1 ? "once" : `${hops} times`}.` : "";
  return `After ${steps} ${steps === 1 ? "step" : "steps"}, plain descent ${fate(plain)}. Clipped, it ${fate(clipped)}.${over}`;
}

explorable("wall", {
  title: "Descent on a loss with a wall, plain and clipped",
  controls: {
    start: point("Start", { x: [0.42, 2.18], y: [-0.08, 0.84], step: [0.01, 0.01], value: "2,0.7", names: ["u", "c"] }),
    rate: range("step size η", { min: -2.5, max: 0, step: 0.1, value: -1, show: power }),
    tau: range("threshold τ", { min: -2, max: 2, step: 0.1, value: -0.7, show: power }),
    kind: choice("clip", { norm: "by norm", element: "element by element" }),
    steps: range("steps", { min: 0, max: 400, step: 1, value: 300 }),
  },
  compute,
  draw,
  say,
});
