// The fading past of chapter 7: what arrives of a gradient over 60 steps, beside what sigma_max and rho alone would say.
// h_t = g(rho U h_{t-1} + drive e_t), eight units, a hundred steps; U has radius 1, so rho is the radius of rho U.
// dh_T/dh_k is the product of the Jacobians Diag(g'(z_j)) rho U; U, its eigenvalues and the noise e come as data.

import { COLORS, axes, make, short } from "./plot.js";
import { choice, explorable, range } from "./kit.js";

const FAR = 60; // the longest distance; the steps before those let the state settle
const [LOWEST, HIGHEST] = [1e-12, 1e4]; // where the axis of the norms ends
const sigmoid = (z) => 1 / (1 + Math.exp(-z));
const G = {
  tanh: { gamma: 1, g: Math.tanh, slope: (h) => 1 - h * h },
  sigmoid: { gamma: 0.25, g: sigmoid, slope: (h) => h * (1 - h) },
  none: { gamma: 1, g: (z) => z, slope: () => 1 },
};

const times = (A, B) => A.map((row) => B[0].map((_, j) => row.reduce((sum, a, k) => sum + a * B[k][j], 0)));
const trace = (A) => A.reduce((sum, row, i) => sum + row[i], 0);

/**
 * The largest singular value. S = A'A, its trace made 1, is squared again and again: what remains, P, lives where S
 * stretches most, be that one direction or several of the same singular value, and weighs S there alone.
 */
function largestSingularValue(A) {
  const size = Math.max(...A.flat().map(Math.abs));
  if (size === 0) return 0;
  const unit = A.map((row) => row.map((a) => a / size));
  const S = times(unit[0].map((_, j) => unit.map((row) => row[j])), unit);
  let [P, purity] = [S, 0];
  for (let k = 0; k < 30; k += 1) {
    const whole = trace(P);
    P = P.map((row) => row.map((p) => p / whole));
    const squared = times(P, P);
    if (k > 3 && Math.abs(trace(squared) - purity) < 1e-15) break; // nothing fades any more
    purity = trace(squared);
    P = squared;
  }
  return size * Math.sqrt(trace(times(S, P)) / trace(P));
}

function compute({ kind, rho, g: name, drive }, { kinds, noise }) {
  const { gamma, g, slope } = G[name];
  const U = kinds[kind].U.map((row) => row.map((u) => rho * u));
  const slopes = [];
  let h = noise[0];
  for (const e of noise.slice(1)) {
    h = U.map((row, i) => g(row.reduce((sum, u, j) => sum + u * h[j], drive * e[i])));
    slopes.push(h.map(slope));
  }
  const norms = [1];
  let product = U.map((row, i) => row.map((_, j) => Number(i === j)));
  for (let n = 1; n <= FAR; n += 1) {
    const s = slopes.at(-n);
    product = times(product, U.map((row, i) => row.map((u) => s[i] * u)));
    norms.push(largestSingularValue(product));
  }
  const sigma = largestSingularValue(U);
  const met = slopes.slice(-FAR).flat();
  return {
    norms,
    sigma,
    bound: norms.map((_, n) => (gamma * sigma) ** n),
    powers: norms.map((_, n) => rho ** n),
    eigenvalues: kinds[kind].eigenvalues.map((pair) => pair.map((part) => rho * part)),
    slopes: met,
    slope: met.reduce((sum, s) => sum + s, 0) / met.length,
  };
}

function drawNorms(g, box, { norms, bound, powers }) {
  const legend = [["bound (γσ)ⁿ", COLORS.orange], ["radius ρⁿ", COLORS.green]];
  const name = (tick) => ({ 1: "1", 10000: "10⁴" })[tick] ?? short(tick).replace("1·", "");
  const y = { min: LOWEST, max: HIGHEST, log: true, ticks: [1e-12, 1e-8, 1e-4, 1, 1e4], name, label: "" };
  const chart = axes(g, { ...box, x: { min: 0, max: FAR, label: "distance n = T − k (steps)" }, y, legend });
  const title = make(g, "text", { x: box.left, y: box.top - 8, fill: COLORS.blue });
  for (const [words, dy] of [["‖dh", 0], ["T", 3], ["/dh", -3], ["k", 3], ["‖", -3]]) {
    make(title, "tspan", { dy, "font-size": dy > 0 ? 11 : 13 }, words);
  }
  const along = (numbers) => numbers.map((number, n) => [n, Math.max(number, 1e-300)]);
  chart.line([[0, 1], [FAR, 1]], "var(--ink)", { "stroke-width": 1 });
  chart.line(along(norms), COLORS.blue, { "stroke-width": 3.5 });
  // Where the two run together their dashes take turns.
  chart.line(along(bound), COLORS.orange, { "stroke-dasharray": "8 10" });
  chart.line(along(powers), COLORS.green, { "stroke-dasharray": "8 10", "stroke-dashoffset": 9 });
}

function drawPlane(g, box, { eigenvalues, sigma }) {
  const side = { min: -2.8, max: 2.8, ticks: [-2, -1, 0, 1, 2] };
  const chart = axes(g, { ...box, x: { ...side, label: "with the unit circle" }, y: { ...side, label: "" } });
  const title = make(g, "text", { x: box.left, y: box.top - 8 });
  make(title, "tspan", { fill: COLORS.green }, "eigenvalues");
  make(title, "tspan", { fill: COLORS.orange, dx: 8 }, `σ = ${short(sigma)}${sigma > side.max ? " outside" : ""}`);
  const circle = (radius, stroke, attributes = {}) => {
    const r = chart.X(radius) - chart.X(0);
    make(chart.plot, "circle", { cx: chart.X(0), cy: chart.Y(0), r, fill: "none", stroke, ...attributes });
  };
  circle(1, "var(--ink)", { "stroke-width": 1.5 });
  circle(sigma, COLORS.orange, { "stroke-width": 2, "stroke-dasharray": "8 10" });
  chart.dots(eigenvalues, COLORS.green, 4);
  const [first, ...others] = eigenvalues;
  if (others.every((pair) => pair.join() === first.join())) { // dots on one point look like one
    chart.label(...first, `${eigenvalues.length}×`, COLORS.green, { dx: 5, dy: -6, "font-size": 12 });
  }
}

function drawSlopes(g, box, { slopes }) {
  const side = { min: 0, max: 1, ticks: [0, 0.5, 1] };
  const y = { ...side, name: (share) => `${100 * share} %`, label: "" };
  const legend = [["share", COLORS.pink]];
  const chart = axes(g, { ...box, x: { ...side, label: "slope g′(z)" }, y, legend });
  const counts = Array(10).fill(0);
  for (const s of slopes) counts[Math.min(Math.floor(10 * s), 9)] += 1;
  counts.forEach((count, i) => {
    const [x, y] = [chart.X(i / 10) + 1, chart.Y(count / slopes.length)];
    const size = { width: chart.X(0.1) - chart.X(0) - 2, height: chart.Y(0) - y };
    make(chart.plot, "rect", { x, y, ...size, fill: COLORS.pink });
  });
}

function draw({ g, width }, numbers) {
  if (width < 560) { // low enough to be seen together with the controls on a phone
    const half = Math.round(width / 2);
    const small = { top: 232, width: half - 44, height: 112 };
    drawNorms(g, { left: 40, top: 22, width: width - 56, height: 150 }, numbers);
    drawPlane(g, { ...small, left: 26, width: small.height }, numbers);
    drawSlopes(g, { ...small, left: half + 32 }, numbers);
    return small.top + small.height + 36;
  }
  const small = { left: width - 200, width: 136, height: 136 };
  drawNorms(g, { left: 40, top: 26, width: width - 290, height: 336 }, numbers);
  drawPlane(g, { ...small, top: 26 }, numbers);
  drawSlopes(g, { ...small, top: 226 }, numbers);
  return 398;
}

/** A norm in words, as far as the axis goes; `to` stands before what is on it. */
function words(norm, to = "") {
  if (norm < LOWEST) return "below 10⁻¹²";
  return norm > HIGHEST ? "beyond 10⁴" : to + short(norm, 2).replace(/^1·/, "");
}

/** Which of the chapter's three sentences speaks of these absolute eigenvalues: what it expects, if one does. */
function expected(least, most) {
  const near = 1e-6; // the eigenvalues of the data are rounded
  if (most < 1 - near) return "vanishes";
  if (least > 1 + near) return "explodes";
  return most - least < near ? "is stable" : null;
}

function say({ norms, eigenvalues, slope }) {
  const sizes = eigenvalues.map((pair) => Math.hypot(...pair));
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const spread = most - least < 1e-6 ? `All absolute eigenvalues are ${short(most)}`
    : `Absolute eigenvalues from ${short(least, 2)} to ${short(most)}`;
  const end = norms[FAR];
  const found = end < 0.1 ? "vanishes" : end > 10 ? "explodes" : "is stable";
  const rule = expected(least, most);
  const right = rule === found ? "Right" : "Wrong";
  const verdict = rule ? `“it ${rule}”. ${right} here: the` : "none of the three sentences applies. The";
  const peak = norms.indexOf(Math.max(...norms));
  const first = peak < FAR && norms[peak] > 2 ? `grows ${words(norms[peak], "to ")} at distance ${peak} and ` : "";
  let last = first ? `is ${words(end)} at ${FAR}` : `${end > 1 ? "grows" : "falls"} ${words(end, "to ")} over ${FAR} steps`;
  if (norms.every((norm) => Math.abs(norm - 1) < 1e-6)) last = `stays 1 over ${FAR} steps`;
  return `${spread}: ${verdict} norm ${first}${last}. The mean slope is ${short(slope, 2)}.`;
}

explorable("fading", {
  title: "What arrives of a gradient over distance, and what eigenvalues and singular values say of it",
  controls: {
    kind: choice("matrix U", { orthogonal: "orthogonal", nonnormal: "non-normal: four N", random: "random" }),
    g: choice("non-linearity g", { tanh: "tanh", sigmoid: "logistic sigmoid", none: "none: powers of U" }),
    rho: range("spectral radius ρ", { min: 0.5, max: 2.5, step: 0.05, value: 1.5 }),
    drive: { ...range("drive: std. dev. of noise", { min: 0, max: 3, step: 0.1, value: 1 }), idle: ({ g }) => g === "none" },
  },
  compute,
  draw,
  say,
});
