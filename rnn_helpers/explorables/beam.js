// The beam of chapter 4: a Markov model by counts of some words, and a search for the most probable one that keeps W
// beginnings. log P is a sum of log p(y_t | the m symbols before), each softmax(log p / tau); ranked by log P / L^alpha.

import { COLORS, make, short } from "./plot.js";
import { explorable, range } from "./kit.js";

const LONGEST = 6; // symbols of a sequence at most, the end symbol among them
const END = ".";
const WIDEST = 5;
const WIDTHS = [1, 2, 3, 4, WIDEST];

// Logarithms of p(k | c) = (n(c, k) + a) / (n(c) + a K), tempered; counted once for a table, tempered once for a tau.
const tables = new WeakMap();
function countsOf(data) {
  if (!tables.has(data)) {
    const counts = new Map();
    for (const word of data.words) {
      const whole = END + word + END;
      for (let i = 1; i < whole.length; i += 1) {
        const context = whole.slice(Math.max(i - data.m, 0), i);
        if (!counts.has(context)) counts.set(context, Array(data.symbols.length).fill(0));
        counts.get(context)[data.symbols.indexOf(whole[i])] += 1;
      }
    }
    tables.set(data, counts);
  }
  return tables.get(data);
}
function conditional(data, tau) {
  const counts = countsOf(data);
  const known = new Map();
  return (path) => {
    const context = (END + path).slice(-data.m);
    if (!known.has(context)) {
      const n = counts.get(context) ?? Array(data.symbols.length).fill(0);
      const total = n.reduce((sum, count) => sum + count + data.smoothing, 0);
      const z = n.map((count) => Math.log((count + data.smoothing) / total) / tau);
      const highest = Math.max(...z);
      const scale = highest + Math.log(z.reduce((sum, entry) => sum + Math.exp(entry - highest), 0));
      known.set(context, z.map((entry) => entry - scale));
    }
    return known.get(context);
  };
}

/** All continuations of beginnings [{ path, logP }], by one symbol each. */
const extend = (beginnings, after, symbols) =>
  beginnings.flatMap(({ path, logP }) => after(path).map((log, k) => ({ path: path + symbols[k], logP: logP + log })));
const ended = ({ path }) => path.endsWith(END);
const goesOn = (one) => !ended(one) && one.path.length < LONGEST;

/** T steps of the search: what each looked at, the most probable first, and how many of these it kept. */
function search(after, symbols, width, T) {
  const steps = [];
  let alive = [{ path: "", logP: 0 }];
  for (let t = 1; t <= T; t += 1) {
    const candidates = extend(alive, after, symbols).sort((a, b) => b.logP - a.logP);
    steps.push({ candidates, kept: Math.min(width, candidates.length) });
    alive = candidates.slice(0, width).filter(goesOn);
  }
  return steps;
}
const keptBy = (steps) => steps.flatMap(({ candidates, kept }) => candidates.slice(0, kept));

function compute({ width, tau, alpha, step }, data) {
  const after = conditional(data, 2 ** tau);
  const scored = (found) => ({ ...found, score: found.logP / found.path.length ** alpha });
  const steps = search(after, data.symbols, width, step);
  const finished = keptBy(steps).filter(ended).map(scored).sort((a, b) => b.score - a.score);

  let best = { score: -Infinity };
  let all = 0;
  for (let open = [{ path: "", logP: 0 }]; open.length; open = open.filter(goesOn)) {
    open = extend(open, after, data.symbols);
    for (const one of open.filter(ended).map(scored)) {
      all += 1;
      if (one.score > best.score) best = one;
    }
  }
  best.along = [...best.path].reduce((sums, symbol, i) => {
    const log = after(best.path.slice(0, i))[data.symbols.indexOf(symbol)];
    return [...sums, (sums[i - 1] ?? 0) + log];
  }, []);
  // The step in which the search dropped what leads to the best of all, and its place there; 0 while it has not.
  const place = (t) => steps[t].candidates.findIndex(({ path }) => path === best.path.slice(0, t + 1));
  const lost = steps.findIndex(({ kept }, t) => t < best.path.length && place(t) >= kept) + 1;
  const finds = (W) => keptBy(search(after, data.symbols, W, LONGEST)).some(({ path }) => path === best.path);
  const needed = WIDTHS.find(finds) ?? 0; // the narrowest beam that finds it; 0 where none of these does
  return { steps, finished, best, all, lost, place: lost ? place(lost - 1) + 1 : 0, needed };
}

const minus = (number, digits) => number.toFixed(digits).replace("-", "−");
const spelled = (path) => (path === END ? "the empty word" : `“${path.slice(0, -1)}”`);

/** Heights of what was looked at, step by step: under each other by parent, and as near to it as the others allow. */
function layOut(steps, symbols, top, height, width) {
  const row = Math.min(32, height / (width * symbols.length));
  const heights = new Map([["", top + height / 2]]);
  for (const { candidates } of steps) {
    const parents = [...new Set(candidates.map(({ path }) => path.slice(0, -1)))];
    parents.sort((a, b) => heights.get(a) - heights.get(b));
    const size = row * symbols.length;
    let from = top;
    const starts = parents.map((parent) => (from = Math.max(heights.get(parent) - size / 2, from) + size) - size);
    let to = top + height;
    for (let i = parents.length - 1; i >= 0; i -= 1) {
      to = Math.min(starts[i], to - size);
      [...symbols].forEach((symbol, k) => heights.set(parents[i] + symbol, to + row * (k + 0.5)));
    }
  }
  return heights;
}

function draw({ g, width: space }, { steps, finished, best, all, lost }, { width }, { symbols }) {
  const narrow = space < 600;
  const [top, height, digits] = [54, (narrow ? 13 : 14) * WIDEST * symbols.length, narrow ? 1 : 2];
  const across = narrow ? space : space - 215; // what the tree has; the list of what was found stands right or below
  const first = narrow ? 34 : 48;
  const X = (t) => (t ? first + ((t - 1) * (across - first - (narrow ? 36 : 46))) / (LONGEST - 1) : narrow ? 6 : 10);
  const right = narrow ? 38 : 49; // how far a node and its number reach
  const heights = layOut(steps, symbols, top, height, width);
  const edges = make(g, "g", { fill: "none" });
  const nodes = make(g, "g", { "font-size": narrow ? 11 : 12 });
  const write = (x, y, words, attributes = {}) => make(g, "text", { x, y, "font-size": 12, ...attributes }, words);
  const logarithm = (number) => minus(number, number < -9.9 ? digits - 1 : digits);

  // Kept ones have a ring, which is broken where the beam lost what leads to the best of all; dropped ones have none.
  const node = (x, y, symbol, color, { number, ring = "whole" } = {}) => {
    if (ring) {
      const line = { stroke: color, "stroke-width": 2, "stroke-dasharray": ring === "broken" ? "2 2" : "none" };
      make(nodes, "circle", { cx: x, cy: y, r: 6.5, fill: "var(--paper)", ...line });
    }
    const ink = ring ? "var(--ink)" : color;
    if (symbol === END) make(nodes, "circle", { cx: x, cy: y, r: 2.6, fill: ink });
    else make(nodes, "text", { x, y: y + 3.5, "text-anchor": "middle", fill: ink }, symbol);
    if (number !== undefined) make(nodes, "text", { x: x + 10, y: y + 4, fill: ink }, logarithm(number));
  };

  for (let t = 1; t <= LONGEST; t += 1) write(X(t) - 6, 12, narrow ? t : `step ${t}`);
  if (narrow) write(0, 12, "step", { "font-size": 11 });
  write(0, 36, "best", { "font-size": narrow ? 11 : 12, fill: COLORS.green });
  [...best.path].forEach((symbol, i) => {
    const gone = lost && i + 1 >= lost;
    node(X(i + 1), 32, symbol, COLORS.green, { number: best.along[i], ring: gone ? "broken" : "whole" });
  });
  make(g, "path", { d: `M0 46H${across}`, stroke: "var(--faint)" });

  make(nodes, "circle", { cx: X(0), cy: heights.get(""), r: 5, fill: COLORS.blue });
  steps.forEach(({ candidates, kept }, t) => {
    [...candidates.entries()].reverse().forEach(([rank, { path, logP }]) => { // the best are drawn last, on top
      const [x, y, from] = [X(t + 1), heights.get(path), heights.get(path.slice(0, -1))];
      const dropped = rank >= kept;
      const leads = best.path.startsWith(path);
      const color = leads ? COLORS.green : dropped ? COLORS.grey : ended({ path }) ? COLORS.orange : COLORS.blue;
      const stroke = leads || !dropped ? color : "var(--faint)";
      const begin = X(t) + (t ? right : 6);
      const line = `M${begin} ${from}C${(begin + x) / 2} ${from} ${(begin + x) / 2} ${y} ${x - 8} ${y}`;
      make(edges, "path", { d: line, stroke, "stroke-width": dropped ? 1 : 2 });
      const number = dropped && narrow && !leads ? undefined : logP;
      node(x, y, path.at(-1), color, { number, ring: dropped ? "" : "whole" });
    });
  });

  // What the marks mean: under the tree, or on the right under the list.
  const [left, above] = narrow ? [0, top + height + 60] : [space - 198, 12];
  const [by, most] = narrow ? [19, 3] : [24, 5];
  const [one, two] = narrow ? [top + height + 14, top + height + 33] : [above + by * (most + 3) + 14, 0];
  const marks = [
    [COLORS.blue, "whole", "kept", 7, one],
    [COLORS.orange, "whole", narrow ? "ended" : "kept, and has ended", 64, one],
    [COLORS.grey, "", narrow ? "dropped" : "looked at, dropped", 128, one],
    [COLORS.green, "whole", "leads to the best of all", 7, two],
    [COLORS.green, "broken", "the same, but lost", 180, two],
  ];
  marks.forEach(([color, ring, words, x, y], i) => {
    const [cx, cy] = narrow ? [x, y] : [left + 7, one + 22 * i];
    node(cx, cy, color === COLORS.orange ? END : "e", color, { ring });
    write(cx + 12, cy + 4, words);
  });
  const last = narrow ? [204, one + 4, "number: log P"] : [left, one + 22 * marks.length + 4, "numbers: log P so far"];
  write(...last);

  // What was found, in the order of (4.4), and the best of all under it.
  const columns = [0, 108, 130, 198].map((x) => left + (narrow ? (x * space) / 198 : x));
  const list = make(g, "g");
  const entry = (y, words, fill) => words.map((text, i) =>
    make(list, "text", { x: columns[i], y, fill, "text-anchor": i ? "end" : "start" }, text));
  const head = entry(above, [`${finished.length} found`, "log P", "L", "log P/L"], "var(--ink)");
  make(head.at(-1), "tspan", { dy: -4, "font-size": 11 }, "α");
  make(list, "path", { d: `M${left} ${above + 6}H${columns[3]}`, stroke: "var(--ink)" });
  const line = ({ path, logP, score }) => [path, minus(logP, 3), path.length, minus(score, 3)];
  finished.slice(0, most).forEach((found, i) => {
    entry(above + by * (i + 1), line(found), found.path === best.path ? COLORS.green : COLORS.orange);
  });
  make(list, "path", { d: `M${left} ${above + by * most + 8}H${columns[3]}`, stroke: "var(--faint)" });
  const [word, ...numbers] = line(best);
  entry(above + by * (most + 1) + 2, [narrow ? `${word} best` : word, ...numbers], COLORS.green);
  if (!narrow) entry(above + by * (most + 2), [`best of all ${all.toLocaleString("en")}`], COLORS.green);
  return narrow ? above + by * (most + 1) + 12 : top + height + 8;
}

function say({ finished, best, all, lost, place, needed }, { width, alpha, step }) {
  const value = ({ score }) => (alpha ? `${minus(score, 3)} by (4.4)` : `log P = ${minus(score, 3)}`);
  const found = finished[0];
  const beam = found
    ? `A beam of ${width} ${step < LONGEST ? "has found" : "finds"} ${spelled(found.path)}, ${value(found)}`
    : `After ${step} step${step === 1 ? "" : "s"} a beam of ${width} has found nothing that ends`;
  if (found?.path === best.path) {
    const less = needed < width ? `W = ${needed} is enough` : needed > 1 ? "A narrower beam loses it" : "Greedy finds it";
    return `${beam}: the best of all ${all.toLocaleString("en")} words of up to ${LONGEST - 1} letters. ${less}.`;
  }
  const fate = lost
    ? `was lost in step ${lost}, where its beginning “${best.path.slice(0, lost)}” came ${ordinal(place)}`
    : "can still be found";
  const takes = needed ? `It takes W = ${needed}.` : `No W up to ${WIDEST} finds it.`;
  return `${beam}. The best of all, ${spelled(best.path)} (${minus(best.score, 3)}), ${fate}. ${takes}`;
}
const ordinal = (n) => `${n}${["th", "st", "nd", "rd"][n % 100 > 10 && n % 100 < 14 ? 0 : n % 10] ?? "th"}`;

explorable("beam", {
  title: "A beam search that grows a tree of words from left to right",
  controls: {
    width: range("width W", { min: 1, max: WIDEST, step: 1, value: 2 }),
    alpha: range("length exponent α", { min: 0, max: 1, step: 0.1, value: 0 }),
    tau: range("temperature τ", { min: -3, max: 3, step: 0.5, value: 0, show: (power) => short(2 ** power) }),
    step: range("steps", { min: 0, max: LONGEST, step: 1, value: LONGEST, play: true }),
  },
  compute,
  draw,
  say,
});
