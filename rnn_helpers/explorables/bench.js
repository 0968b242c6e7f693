// A cell on the bench of chapters 9 and 10: one unit reads T values, of which some are pulses, marked to be stored.
// Its gates read the marks alone, its candidate tanh(v_t + h_{t-1}), in a GRU tanh(v_t + r_t h_{t-1}). All is one number
// wide: derivatives are products of numbers. What comes with the cell: `unit` (it opens with), `pulses`, `values`.

import { COLORS, axes, make, short } from "./plot.js";
import { choice, explorable, range, text } from "./kit.js";

const KAPPA = 8; // what a mark adds to the sum in a gate, or takes from it
const HELD = { open: 40, shut: -40 }; // the bias of a gate that is held; it has no weights then
const OPPOSITE = { open: "shut", shut: "open", rule: "rule" };
const ENOUGH = 3; // gradients above it need a higher axis
const FADED = 1e-8;
const FENCE = 8; // more lines than that, from the pulses down, would be one

const sigmoid = (a) => 1 / (1 + Math.exp(-a));
const gate = (held, a) => sigmoid(HELD[held] ?? a);

// One step of each unit, from what was before: state, gates, and what the derivative is multiplied by, in all and along
// the shortcut or the sum.
const UNITS = {
  elman({ v }, before) {
    const h = Math.tanh(v + before.h);
    return { h, gates: {}, all: 1 - h * h };
  },
  gru({ v, mark }, before, { write, keep, bias }) {
    const held = write === "rule" ? OPPOSITE[keep] : write; // one gate for both
    const u = gate(held, KAPPA * mark + bias);
    const r = sigmoid(KAPPA / 2 - KAPPA * mark);
    const candidate = Math.tanh(v + r * before.h);
    const h = u * candidate + (1 - u) * before.h;
    return { h, gates: { u, r }, all: 1 - u + u * (1 - candidate ** 2) * r, along: 1 - u };
  },
  lstm({ v, mark, ask }, before, { write, keep, show, bias }) {
    const i = gate(write, KAPPA * mark - KAPPA / 2);
    const f = gate(keep, bias - KAPPA * mark);
    const o = gate(show, KAPPA * ask - KAPPA / 2);
    const candidate = Math.tanh(v + before.h);
    const c = f * before.c + i * candidate;
    const shown = before.o * (1 - Math.tanh(before.c) ** 2); // dh_{t-1}/dc_{t-1}
    return { h: o * Math.tanh(c), c, o, gates: { i, f, o }, all: f + i * (1 - candidate ** 2) * shown, along: f };
  },
};

function read(pulses, values) {
  return values.map((noise, t) => {
    const symbol = pulses[t] ?? ".";
    const mark = "+-0".includes(symbol) ? 1 : 0;
    return { symbol, v: mark ? { "+": 1, "-": -1, 0: 0 }[symbol] : noise, mark, ask: symbol === "?" ? 1 : 0 };
  });
}

/** From factors of the steps 1 ... T the derivatives of the last state by that after k = 0 ... T steps. */
const products = (factors) => factors.reduceRight((kept, factor) => [factor * kept[0], ...kept], [1]);

function compute({ unit, pulses, write, keep = "rule", show = "rule", bias }, { unit: first, values }) {
  const sign = unit === "gru" && first === "lstm" ? -1 : 1; // one slider for b_f and -b_u
  const held = { write, keep, show, bias: sign * bias };
  const inputs = read(pulses, values);
  const steps = [{ h: 0, c: 0, o: 0 }];
  for (const x of inputs) steps.push(UNITS[unit](x, steps.at(-1), held));
  const [, ...taken] = steps;
  const gates = {};
  for (const name in taken[0].gates) gates[name] = taken.map((step) => step.gates[name]);
  return {
    inputs, gates,
    h: steps.map(({ h }) => h),
    c: unit === "lstm" ? steps.map(({ c }) => c) : [],
    all: products(taken.map(({ all }) => all)),
    along: unit === "elman" ? [] : products(taken.map(({ along }) => along)),
  };
}

const NAMES = { u: "update u", r: "reset r", i: "write i", f: "keep f", o: "show o" };
const way = (c) => (c.length ? "along the sum" : "along the shortcut");
const lower = (T) => [...String(T)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");

function draw({ g, width }, { inputs, gates, h, c, all, along }, values, { unit: first }) {
  const T = inputs.length;
  const narrow = width < 480;
  const box = { left: 62, width: width - 74 };
  const x = { min: 0, max: T + 0.6, ticks: [0, 10, 20, 30].filter((tick) => tick <= T), label: "" };
  const bare = { ...x, name: () => "" };
  const rows = first === "lstm" ? 3 : 2;
  const tall = narrow ? 90 : 124;
  const memoryTop = 110;
  const gateTop = memoryTop + tall + 30;
  const gradientTop = gateTop + 20 * rows + 28;
  const bottom = gradientTop + tall;
  const guides = make(g, "g", { stroke: COLORS.orange, "stroke-opacity": 0.45 });

  const marked = inputs.filter(({ mark }) => mark).length;
  const legend = [["pulse (line: its step)", COLORS.orange], ["noise", COLORS.grey]];
  if (first === "lstm") legend.push(["? asked", "var(--ink)"]);
  const stream = axes(g, { ...box, top: 24, height: 44, x: bare, y: { min: -1.1, max: 1.1, ticks: [-1, 0, 1], label: "input" }, legend });
  inputs.forEach(({ symbol, v, mark }, k) => {
    const [at, half] = [stream.X(k + 1), 0.36 * (stream.X(1) - stream.X(0))];
    const bar = { x: at - half, width: 2 * half, y: Math.min(stream.Y(v), stream.Y(0)), height: Math.abs(stream.Y(v) - stream.Y(0)) };
    make(g, "rect", { ...bar, fill: mark ? COLORS.orange : COLORS.grey, "fill-opacity": mark ? 1 : 0.6 });
    if (symbol === "?" || symbol === "0") {
      make(g, "text", { x: at, y: 82, "text-anchor": "middle", ...(mark && { fill: COLORS.orange }) }, symbol);
    }
    if (mark && marked <= FENCE) make(guides, "path", { d: `M${at} ${memoryTop}V${bottom}` });
  });

  const most = Math.max(...[...h, ...c].map(Math.abs));
  const edge = [1.1, 2.2, 5.5, 11, 22].find((limit) => limit >= most) ?? 44;
  const named = [["state h", first === "lstm" ? COLORS.pink : COLORS.blue]]; // as in the still picture
  if (c.length) named.unshift(["cell c", COLORS.blue]);
  const memory = axes(g, { ...box, top: memoryTop, height: tall, x: bare, y: { min: -edge, max: edge, label: "memory" }, legend: named });
  memory.line([...h.entries()], named.at(-1)[1]);
  memory.line([...c.entries()], COLORS.blue);

  make(g, "text", { x: box.left - 30, y: gateTop - 8 }, "gates");
  const key = make(g, "text", { x: box.left + box.width, y: gateTop - 8, "text-anchor": "end" });
  make(key, "tspan", { fill: COLORS.blue }, "■");
  make(key, "tspan", {}, " open, □ shut");
  const half = (memory.X(1) - memory.X(0)) / 2;
  Object.entries(gates).forEach(([letter, opened], row) => {
    const y = gateTop + 20 * row;
    const held = opened.every((value) => value === opened[0]) && Math.abs(opened[0] - 0.5) > 0.4999999;
    const words = held ? `${letter} = ${Math.round(opened[0])}` : NAMES[letter];
    make(g, "text", { x: box.left - 6, y: y + 13, "text-anchor": "end", "font-size": 12 }, words);
    opened.forEach((value, k) => {
      const cell = { x: memory.X(k + 1) - half, y, width: 2 * half, height: 16 };
      make(g, "rect", { ...cell, fill: COLORS.blue, "fill-opacity": value.toFixed(3), stroke: "var(--faint)", "stroke-width": 0.6 });
    });
  });
  if (!Object.keys(gates).length) make(g, "text", { x: box.left + 8, y: gateTop + 14 }, "It has no gates.");

  const highest = Math.max(...all);
  const label = `gradient ${narrow ? "" : "of "}${c.length ? "c" : "h"}${lower(T)}`;
  const y = { min: FADED, max: highest > ENOUGH ? 10 ** Math.ceil(Math.log10(highest)) : ENOUGH, log: true, label };
  y.name = (tick) => short(tick).replace("1·", "");
  const lines = [["in all", COLORS.green], ...(along.length ? [[`– – ${way(c)}`, COLORS.blue]] : [])];
  const back = axes(g, { ...box, top: gradientTop, height: bottom - gradientTop, x: { ...x, label: "step" }, y, legend: lines });
  back.line([...all.entries()], COLORS.green, { "stroke-width": 4, "stroke-opacity": 0.6 });
  back.line([...along.entries()], COLORS.blue, { "stroke-dasharray": "6 3" });
  return bottom + 38;
}

/** How far back it can learn, and why no further. A gradient at step k: of the last state, by that after k steps. */
function say({ inputs, gates, h, c, all, along }) {
  const T = inputs.length;
  const memory = `After ${T} steps ${c.length ? `c = ${rounded(c[T])}, ` : ""}h = ${rounded(h[T])}.`;
  if (Math.max(...(gates.i ?? gates.u ?? [1])) < FADED) {
    return `${memory} Nothing is written: nothing can be learned from the gradient, of which ${part(all[0])} comes back to step 0.`;
  }
  const highest = Math.max(...all);
  if (highest > ENOUGH) {
    const beside = along.length ? `, ${way(c)} to ${amount(Math.max(...along))} at most` : "";
    return `${memory} On its way back the gradient ${highest > 100 ? "explodes" : "grows"} to ${amount(highest)}${beside}.`;
  }
  const pulses = [...inputs.keys()].filter((k) => inputs[k].mark && k + 1 < T); // all of it is left at the last step
  const [last = 0, before = 0] = pulses.map((k) => k + 1).reverse();
  const reached = `${part(all[last])} comes back to ${last ? `the pulse at step ${last}` : "step 0"}`;
  const further = last && all[last] > FADED ? `, ${part(all[before])} to ${before ? "that at " : ""}step ${before}` : "";
  if (along.length && along[T - 1] < FADED) return `${memory} The gate keeps nothing: of the gradient ${reached}${further}.`;
  const straight = along.length && all[last] > FADED ? ` (${part(along[last])} ${way(c)})` : "";
  const cut = further && along.length && all[last - 1] < 0.1 * all[last] ? ": storing cuts it" : "";
  return `${memory} Of the gradient ${reached}${straight}${further}${cut}.`;
}
const rounded = (number) => short(Number(number.toFixed(2)), 5);
const amount = (size) => short(Number(size.toPrecision(size < 1e-3 ? 1 : 2))).replace(/^1·/, "");
/** How much of the gradient that is. */
function part(size) {
  if (size < FADED) return "almost none";
  if (amount(size) !== "1") return amount(size);
  return size < 1 - 1e-9 ? "almost all" : "all";
}

// What the controls are called: by the unit that the chapter opens with, and by the present one. Those that are not
// named have no effect there.
const CALLED = {
  lstm: {
    lstm: { write: "write: i", keep: "keep: f", show: "show: o", bias: "bias b_f" },
    gru: { write: "write: u", keep: "keep: 1 − u", bias: "bias −b_u" },
    elman: {},
  },
  gru: { gru: { write: "update gate u", bias: "bias b_u" }, elman: {} },
};
const HOLD = { rule: "by its equation", open: "held open", shut: "held shut" };

explorable("bench", {
  title: "One unit that is fed with pulses: input, memory, gates and gradient, step by step",
  controls({ unit: first, pulses, values }) {
    const lstm = first === "lstm";
    const called = CALLED[first];
    const label = (key) => ({ unit }) => called[unit][key] ?? called[first][key];
    const idle = (key) => ({ unit, write, keep = "rule" }) => {
      const written = unit === "gru" && write !== "rule"; // one gate for both
      const held = { keep: written, bias: written || keep !== "rule" };
      return !(key in called[unit]) || (held[key] ?? false);
    };
    const hold = (key) => ({ ...choice(label(key), HOLD), idle: idle(key), half: true });
    const ends = lstm ? { min: -2, max: 8, value: 4 } : { min: -8, max: 2, value: -4 };
    const opened = (b) => `${short(b)}: ${lstm ? "keeps" : "u ="} ${short(sigmoid(b), b > 4 ? 4 : 2)}`;
    const units = { ...(lstm && { lstm: "LSTM" }), gru: "GRU", elman: "Elman" };
    const words = { letters: lstm ? "+-0.?" : "+-0.", longest: values.length, value: pulses };
    return {
      pulses: text(`pulses + - 0, ${lstm ? "? asks, " : ""}. noise`, words),
      bias: { ...range(label("bias"), { ...ends, step: 0.5, show: opened }), idle: idle("bias") },
      write: hold("write"),
      ...(lstm && { keep: hold("keep"), show: hold("show") }),
      unit: { ...choice("unit", units), half: true }, // the last, as others depend on it
    };
  },
  compute,
  draw,
  say,
});
