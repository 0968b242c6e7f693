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
const REACH = { tanh: 1.25, identity: 3.2 }; // of the axes
const ALLOWED = `Only +, − and 0, at most ${T} of them.`;
const SEEN = 1 / 200; // of the reach: a shorter step isn't seen
const G = { tanh: Math.tanh, identity: (z) => z };

const next = (h, symbol, { V, U, c, g }) => G[g](V * INPUT[symbol] + U * h + c);

function run(symbols, values) {
  const states = [0];
  for (const symbol of symbols) states.push(next(states.at(-1), symbol, values));
  return states;
}

/** The last step after which the two can be told apart, FAR if there is none, where they are in the end and how far apart. */
function compare(one, other, values) {
  let [h, k, steps] = [0, 0, 0];
  for (let t = 0; t < FAR; t += 1) {
    [h, k] = [next(h, one[t] ?? "0", values), next(k, other[t] ?? "0", values)];
    if (Math.abs(h - k) >= TOLD) steps = t + 1;
    if (Math.abs(h) > GONE || Math.abs(k) > GONE) return { steps: steps && FAR, apart: Math.abs(h - k), ends: [h, k] };
  }
  return { steps, apart: Math.abs(h - k), ends: [h, k] };
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

/** Two steps after the last with something to see: a symbol, or a state that moves inside the drawing. */
function lastSeen(typed, runs, { g }) {
  const moves = ([before, after]) => Math.abs(before) <= REACH[g] && Math.abs(after - before) > SEEN * REACH[g];
  let last = Math.max(typed.length, 1);
  for (let t = last + 1; t <= T; t += 1) if (runs.some((run) => moves(run.slice(t - 1, t + 1)))) last = t;
  return Math.min(last + 2, T);
}

function compute({ symbols: typed, ...values }) {
  const symbols = typed.replaceAll("−", "-").padEnd(T, "0");
  const changed = (symbols[0] === "+" ? "-" : "+") + symbols.slice(1);
  const [states, others] = [run(symbols, values), run(changed, values)];
  return {
    symbols,
    changed,
    states,
    others,
    last: lastSeen(typed, [states, others], values),
    places: restingPlaces(values),
    told: compare(symbols, changed, values),
  };
}

function signed(number) {
  if (Math.abs(number) > 1000) return number > 0 ? "over 1,000" : "below −1,000";
  return short(Number(number.toFixed(3)));
}

function drawTime(g, box, numbers, { g: kind, steps, ...values }) {
  const { symbols, changed, states, others, places } = numbers;
  const reach = REACH[kind];
  const chart = axes(g, {
    ...box,
    x: { min: 0, max: T + 0.4, ticks: [5, 10, 15, 20], name: () => "", label: "step" },
    y: { min: -reach, max: reach, label: "state" },
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
    chart.line([[0, h], [T + 0.4, h]], "var(--ink)", DOTTED);
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
    x: { min: -reach, max: reach, label: "state before the step" },
    y: { min: -reach, max: reach, label: "state after the step" },
  });
  chart.line([[-reach, -reach], [reach, reach]], COLORS.grey, DASHED);
  const grid = Array.from({ length: 121 }, (_, i) => reach * (i / 60 - 1));
  for (const symbol of used) {
    chart.line(grid.map((h) => [h, next(h, symbol, values)]), "var(--ink)", { "stroke-width": symbol === "0" ? 2.4 : 1 });
  }
  const ways = [[others, COLORS.orange], [states, COLORS.blue]];
  for (const [path, color] of ways) {
    const stairs = path.slice(0, steps).flatMap((h, t) => [[h, h], [h, path[t + 1]], [path[t + 1], path[t + 1]]]);
    chart.line(stairs, color, { "stroke-width": 1.6 });
  }
  for (const h of places.filter((h) => Math.abs(h) <= reach)) mark(chart.plot, chart.X(h), chart.Y(h), holds(h, values));
  for (const [path, color] of ways) chart.dots([[path[steps], path[steps]]], color, 4);
  // A name on each thin curve, on the side away from the thick one.
  for (const [symbol, at, side] of [["+", -0.45, -1], ["-", 0.45, 1]]) {
    const y = next(at * reach, symbol, values);
    if (!used.includes(symbol) || Math.abs(y) > 0.9 * reach) continue;
    const place = { x: chart.X(at * reach) + 9 * side, y: chart.Y(y) + 4 + 8 * side, "text-anchor": "middle", "font-weight": 700 };
    make(g, "text", { ...place, stroke: "var(--paper)", "stroke-width": 3, "paint-order": "stroke" }, SIGN[symbol]);
  }
}
const DASHED = { "stroke-width": 1.2, "stroke-dasharray": "5 4" };
const DOTTED = { "stroke-width": 1, "stroke-dasharray": "2 4" };
const mark = (g, cx, cy, held) =>
  make(g, "circle", { cx, cy, r: 6, fill: held ? "var(--ink)" : "var(--paper)", stroke: "var(--ink)", "stroke-width": 2 });

/** What the marks mean, from (left, top) on, in a row or below each other. */
function drawKey(g, left, top, inRow) {
  const ink = "var(--ink)";
  let x = left;
  [
    ["for 0", 84, { stroke: ink, "stroke-width": 2.4 }],
    ["for + and −", 116, { stroke: ink, "stroke-width": 1 }],
    ["unchanged", 114, { stroke: COLORS.grey, ...DASHED }],
    ["holds", 82, { stroke: ink, ...DOTTED }, true],
    ["repels", 80, null, false],
  ].forEach(([words, breadth, line, held], i) => {
    const y = inRow ? top : top + 21 * i;
    if (line) make(g, "path", { d: `M${x} ${y}h20`, ...line });
    if (held !== undefined) mark(g, x + 10, y, held);
    make(g, "text", { x: x + 25, y: y + 4 }, words);
    if (inRow) x += breadth;
  });
}

function draw({ g, width }, numbers, values) {
  const { V, U, c } = values;
  const plus = (number) => `${number < 0 ? "−" : "+"} ${Math.abs(number)}`;
  const wide = width >= 560;
  const inner = `${V} xₜ ${plus(U)} hₜ₋₁${c ? ` ${plus(c)}` : ""}`;
  make(g, "text", { x: width / 2, y: wide ? 14 : 20, "text-anchor": "middle", "font-size": 15 }, `hₜ = ${values.g === "tanh" ? `tanh(${inner})` : inner}`);
  const size = wide ? Math.min(Math.round(0.4 * width), 280) : Math.min(width - 156, 190);
  const time = { left: 40, top: wide ? 46 : 52, width: wide ? width - size - 110 : width - 44, height: wide ? size : 96 };
  const map = { left: wide ? width - size - 4 : 40, top: wide ? 46 : 52 + 96 + 60, width: size, height: size };
  drawTime(g, time, numbers, values);
  drawMap(g, map, numbers, values);
  if (wide) drawKey(g, 40, map.top + size + 52, true);
  else drawKey(g, map.left + size + 12, map.top + 40, false);
  return map.top + size + (wide ? 62 : 36);
}

/** What becomes of the first symbol; then of any state while nothing comes. */
function say({ states, others, places, told }, { steps, U, c, g }) {
  const tanh = g === "tanh";
  const apart = signed(told.apart);
  const holding = places.filter((h) => holds(h, { U, g })).map(signed);
  const repelling = places.find((h) => !holds(h, { U, g }));

  let fate = `The symbol fades: from step ${told.steps + 1} on the two states are less than ${TOLD} apart.`;
  if (told.steps === FAR) fate = `The symbol stays: after 1,000 steps the two states are ${apart} apart.`;
  if (told.steps === FAR && tanh && places.length === 1) {
    fate = `The symbol fades, but ever more slowly: after 1,000 steps the two states are still ${apart} apart.`;
  }
  if (!tanh && U > 1) fate = "The symbol grows: the two states run apart without end.";
  if (told.steps === 0) fate = "The first symbol makes no difference to the two states.";

  const now = `At step ${steps}: ${signed(states[steps])} and ${signed(others[steps])}.`;

  let rest = `Waiting, every state runs to ${holding[0]}.`;
  if (holding.length === 2) {
    const [end] = told.ends;
    const side = end > repelling ? "above" : "below";
    rest = `Two places hold: ${holding[0]} and ${holding[1]}.`;
    if (told.steps < FAR) rest = `Both end ${side} ${signed(repelling)}, which repels, at ${signed(end)}.`;
    if (told.ends.every((h) => Math.abs(h - repelling) < 1e-9)) rest = `Both rest on ${signed(end)}, which repels the slightest error.`;
  }
  if (!tanh && U === 1) rest = c ? `No state rests: each step adds ${short(c)}.` : "Every state stays as it is, errors too.";
  if (!tanh && U > 1) rest = `Waiting, states run away from ${signed(places[0])}.`;
  return `${fate} ${now} ${rest}`;
}

explorable("state", {
  title: "One recurrent unit: its states over time, and the map from each state to the next",
  controls: {
    symbols: { ...text("symbols: +, − or 0 (wait)", { letters: "+-−0", longest: T, value: "+" }), allowed: ALLOWED },
    g: choice("g", { tanh: "tanh", identity: "identity, g(z) = z" }),
    steps: range("steps", { min: 1, max: T, step: 1, value: T, play: true, until: ({ last }) => last }),
    V: range("V, input to state", { min: 0, max: 3, step: 0.1, value: 1 }),
    c: range("bias c, at every step", { min: -1, max: 1, step: 0.05, value: 0, show: short }),
    U: range("U, state to state", { min: 0, max: 2.5, step: 0.05, value: 0.8 }), // last: on a phone next to the drawing
  },
  compute,
  draw,
  say,
});
