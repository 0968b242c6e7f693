// One unit of chapter 1 and what it remembers: a sequence, the same with its first symbol changed, and the map between
// two states. h_t = g(V x_t + U h_{t-1} + c) from h_0 = 0; x_t is 1, -1 or 0 for +, - and 0, and 0 after what was typed.

import { COLORS, axes, make, short } from "./plot.js";
import { choice, explorable, range, text } from "./kit.js";

const T = 20;
const FAR = 1000; // so long the two sequences are compared
const TOLD = 0.01; // nearer to each other two states count as one
const GONE = 1e9; // a state beyond has run away
const INPUT = { "+": 1, "-": -1, 0: 0 };
const SIGN = { "+": "+", "-": "−", 0: "0" };
const INK = { "+": COLORS.green, "-": COLORS.pink, 0: "var(--ink)" };
const REACH = { tanh: 1.25, identity: 3 }; // of the axes
const G = { tanh: Math.tanh, identity: (z) => z };

const next = (h, symbol, { V, U, c, g }) => G[g](V * INPUT[symbol] + U * h + c);

function run(symbols, values) {
  const states = [0];
  for (const symbol of symbols) states.push(next(states.at(-1), symbol, values));
  return states;
}

/** The last step after which the two can be told apart, FAR if there is none, and how far apart they are then. */
function compare(one, other, values) {
  let [h, k, steps] = [0, 0, 0];
  for (let t = 0; t < FAR; t += 1) {
    [h, k] = [next(h, one[t] ?? "0", values), next(k, other[t] ?? "0", values)];
    if (Math.abs(h - k) >= TOLD) steps = t + 1;
    if (Math.abs(h) > GONE || Math.abs(k) > GONE) return { steps: steps && FAR, apart: Math.abs(h - k) };
  }
  return { steps, apart: Math.abs(h - k) };
}

/** The states that a step without a symbol leaves as they are, in order. */
function restingPlaces({ U, c, g }) {
  if (g === "identity") return U === 1 ? [] : [c / (1 - U)];
  const rise = (h) => Math.tanh(U * h + c) - h;
  const steep = U > 1 ? Math.sqrt(1 - 1 / U) : 0; // between -steep and steep the curve is steeper than the diagonal
  const turns = U > 1 ? [-steep, steep].map((y) => (Math.atanh(y) - c) / U).filter((h) => Math.abs(h) < 1) : [];
  const ends = [-1, ...turns, 1];
  return ends.slice(1).flatMap((end, i) => {
    let [low, high] = [ends[i], end];
    const sign = Math.sign(rise(low));
    if (sign === Math.sign(rise(high))) return [];
    for (let halved = 0; halved < 60; halved += 1) {
      const middle = (low + high) / 2;
      if (Math.sign(rise(middle)) === sign) low = middle;
      else high = middle;
    }
    return [high];
  });
}
const holds = (h, { U, g }) => (g === "identity" ? U < 1 : U * (1 - h * h) <= 1);

function compute({ symbols: typed, ...values }) {
  const symbols = typed.padEnd(T, "0");
  const changed = (symbols[0] === "+" ? "-" : "+") + symbols.slice(1);
  return {
    symbols,
    changed,
    states: run(symbols, values),
    others: run(changed, values),
    places: restingPlaces(values),
    told: compare(symbols, changed, values),
  };
}

const tick = (number) => short(number).replace("-", "−");
const signed = (number) => tick(Math.abs(number) < 100 ? Number(number.toFixed(3)) : number);

function drawTime(g, box, numbers, { g: kind, steps, ...values }) {
  const { symbols, changed, states, others, places } = numbers;
  const reach = REACH[kind];
  const chart = axes(g, {
    ...box,
    x: { min: 0, max: T + 0.4, ticks: [5, 10, 15, 20], name: () => "", label: "step" },
    y: { min: -reach, max: reach, name: tick, label: "state" },
    legend: [[`${SIGN[symbols[0]]} first`, COLORS.blue], [`${SIGN[changed[0]]} first`, COLORS.orange]],
  });
  const below = box.top + box.height;
  [...symbols].forEach((symbol, i) => {
    const strong = { fill: i ? "var(--ink)" : COLORS.blue, "font-weight": symbol === "0" ? 400 : 700 };
    make(g, "text", { x: chart.X(i + 1), y: below + 15, "text-anchor": "middle", opacity: i < steps ? 1 : 0.5, ...strong }, SIGN[symbol]);
  });
  const first = { x: chart.X(1), y: below + 30, "text-anchor": "middle", fill: COLORS.orange, "font-weight": 700 };
  make(g, "text", first, SIGN[changed[0]]);
  for (const t of [5, 10, 15]) make(g, "text", { x: chart.X(t), y: below + 31, "text-anchor": "middle", "font-size": 12 }, t);
  for (const h of places.filter((h) => holds(h, { ...values, g: kind }))) {
    chart.line([[0, h], [T + 0.4, h]], "var(--ink)", { "stroke-width": 1, "stroke-dasharray": "2 4" });
  }
  for (const [path, color] of [[others, COLORS.orange], [states, COLORS.blue]]) {
    const points = path.slice(0, steps + 1).map((h, t) => [t, h]);
    chart.line(points, color);
    chart.dots(points, color, 2.6);
    chart.dots(points.slice(-1), color, 5);
  }
}

function drawMap(g, box, numbers, { steps, symbols: _, ...values }) {
  const { symbols, changed, states, others, places } = numbers;
  const reach = REACH[values.g];
  const used = ["+", "-", "0"].filter((symbol) => symbol === "0" || (symbols + changed).includes(symbol));
  const chart = axes(g, {
    ...box,
    x: { min: -reach, max: reach, name: tick, label: "state before the step" },
    y: { min: -reach, max: reach, name: tick, label: "state after it" },
    legend: [["for", "var(--ink)"], ...used.map((symbol) => [SIGN[symbol], INK[symbol]])],
  });
  chart.line([[-reach, -reach], [reach, reach]], COLORS.grey, { "stroke-width": 1.2, "stroke-dasharray": "5 4" });
  const grid = Array.from({ length: 121 }, (_, i) => reach * (i / 60 - 1));
  for (const symbol of used) {
    const curve = grid.map((h) => [h, next(h, symbol, values)]);
    chart.line(curve, INK[symbol], { "stroke-width": symbol === "0" ? 2.4 : 1.2 });
  }
  const ways = [[others, COLORS.orange], [states, COLORS.blue]];
  for (const [path, color] of ways) {
    const stairs = path.slice(0, steps).flatMap((h, t) => [[h, h], [h, path[t + 1]], [path[t + 1], path[t + 1]]]);
    chart.line(stairs, color, { "stroke-width": 1.6 });
  }
  for (const h of places.filter((h) => Math.abs(h) <= reach)) mark(chart.plot, chart.X(h), chart.Y(h), holds(h, values));
  for (const [path, color] of ways) chart.dots([[path[steps], path[steps]]], color, 4);
  const y = box.top + box.height + 45;
  for (const [x, words, held] of [[box.left, "holds", true], [box.left + 68, "repels", false]]) {
    mark(g, x + 5, y - 4, held);
    make(g, "text", { x: x + 17, y }, words);
  }
}
const mark = (g, cx, cy, held) =>
  make(g, "circle", { cx, cy, r: 6, fill: held ? "var(--ink)" : "var(--paper)", stroke: "var(--ink)", "stroke-width": 2 });

function draw({ g, width }, numbers, values) {
  const { V, U, c } = values;
  const plus = (number) => `${number < 0 ? "−" : "+"} ${Math.abs(number)}`;
  const inner = `${V} xₜ ${plus(U)} hₜ₋₁ ${plus(c)}`;
  make(g, "text", { x: width / 2, y: 16, "text-anchor": "middle", "font-size": 15 }, `hₜ = ${values.g === "tanh" ? `tanh(${inner})` : inner}`);
  const wide = width >= 560;
  const size = wide ? Math.min(Math.round(0.4 * width), 280) : Math.min(width - 56, 250);
  const time = { left: 40, top: 52, width: wide ? width - size - 110 : width - 44, height: wide ? size : 170 };
  const map = { left: wide ? width - size - 4 : (width - size) / 2 + 14, top: wide ? 52 : 52 + 170 + 70, width: size, height: size };
  drawTime(g, time, numbers, values);
  drawMap(g, map, numbers, values);
  return map.top + size + 54;
}

function say({ states, others, changed, places, told }, { steps, U, c, g }) {
  const now = `After ${steps} step${steps > 1 ? "s" : ""} the state is ${signed(states[steps])}, ` +
    `with ${SIGN[changed[0]]} first ${signed(others[steps])}.`;
  let memory = `From step ${told.steps + 1} on they are less than ${TOLD} apart: forgotten.`;
  if (told.steps === 0) memory = "The first symbol makes no difference.";
  if (told.steps === FAR) memory = `Even after 1,000 steps they are ${signed(told.apart)} apart.`;
  if (told.apart > GONE / 10) memory = "They run apart without end.";
  const [a, , b] = places.map(signed);
  let rest = `Waiting, every state runs to one place, ${a}.`;
  if (b) rest = `Two places, ${a} and ${b}, hold what comes near.`;
  if (g === "identity" && U === 1) rest = c ? `No state rests: each step adds ${tick(c)}.` : "Waiting, every state stays as it is, errors too.";
  if (g === "identity" && U > 1) rest = `States run away from ${a}.`;
  return `${now} ${memory} ${rest}`;
}

explorable("state", {
  title: "One recurrent unit: its states over time, and the map from each state to the next",
  controls: {
    symbols: text("symbols: +, − or 0 (wait)", { letters: "+-0", longest: T, value: "+" }),
    g: choice("g", { tanh: "tanh", identity: "identity, g(z) = z" }),
    steps: range("steps", { min: 1, max: T, step: 1, value: T, play: true }),
    V: range("V, input to state", { min: 0, max: 3, step: 0.1, value: 1 }),
    U: range("U, state to state", { min: 0, max: 2.5, step: 0.05, value: 0.8 }),
    c: range("bias c", { min: -1, max: 1, step: 0.05, value: 0, show: tick }),
  },
  compute,
  draw,
  say,
});
