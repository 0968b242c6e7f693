// What a pixel sees (chapter 12): the context of one logit under three kinds of layer, and the order of computing them.
// Needs are followed backwards, from the logit through the blocks to the pixels, along the masks and the recurrences.

import { COLORS, make } from "./plot.js";
import { choice, explorable, point, range } from "./kit.js";

const [ROWS, COLUMNS, SPARE] = [10, 12, 1]; // the Diagonal BiLSTM works on a column more than the image has
const [KERNEL, FIRST] = [3, 3];
const KINDS = {
  convolution: "masked convolution",
  row: "Row LSTM",
  diagonal: "Diagonal BiLSTM",
  leak: "Diagonal, no shift",
};

const width = (kind) => COLUMNS + (kind === "diagonal" ? SPARE : 0);

/** Where a kernel may look, [rows down, columns right]: all rows above its centre, and left of it; B: the centre too. */
function causalMask(height, breadth, kind) {
  const offsets = Array.from({ length: height * breadth }, (_, k) => [
    Math.floor(k / breadth) - (height >> 1), (k % breadth) - (breadth >> 1),
  ]);
  return offsets.slice(0, ((height * breadth) >> 1) + (kind === "B" ? 1 : 0));
}

/** The map of what is needed if each place of `map` needs those at `offsets` from it. */
function through(map, offsets) {
  const needed = map.map((row) => row.map(() => false));
  map.forEach((row, i) => row.forEach((here, j) => {
    if (here) for (const [di, dj] of offsets) if (needed[i + di]?.[j + dj] !== undefined) needed[i + di][j + dj] = true;
  }));
  return needed;
}
const union = (...maps) => maps[0].map((row, i) => row.map((_, j) => maps.some((map) => map[i][j])));

/** All states that a recurrence passes through on its way to those of `map`. */
function along(map, offsets) {
  let reached = map;
  for (let before = -1, now = 0; now !== before; ) {
    reached = union(reached, through(reached, offsets));
    [before, now] = [now, reached.flat().filter(Boolean).length];
  }
  return reached;
}

/** What a layer reads in order to give its outputs where `map` is true. */
const LAYERS = {
  convolution: (map) => through(map, causalMask(KERNEL, KERNEL, "B")),
  row(map) {
    const above = Array.from({ length: KERNEL }, (_, k) => [-1, k - (KERNEL >> 1)]);
    return through(along(map, above), causalMask(1, KERNEL, "B"));
  },
  diagonal: (map) => union(along(map, [[0, -1], [-1, 0]]), along(through(map, [[-1, 0]]), [[0, 1], [-1, 0]])),
  leak: (map) => union(along(map, [[0, -1], [-1, 0]]), along(map, [[0, 1], [-1, 0]])),
};

/** In which step a layer computes each state at a place; the Diagonal BiLSTM has two, from the left and the right. */
const STATES = {
  convolution: () => [1],
  row: (i) => [i + 1],
  diagonal: (i, j) => [i + j + 1, i + width("diagonal") - j],
  leak: (i, j) => [i + j + 1, i + width("leak") - j],
};

function compute({ pixel, kind, layers }) {
  const [column, row] = pixel.split(",").map(Number);
  const places = (cell) => Array.from({ length: ROWS }, (_, i) => Array.from({ length: width(kind) }, (_, j) => cell(i, j)));
  let map = places((i, j) => i === row && j === column);
  for (let layer = 0; layer < layers; layer += 1) map = union(map, LAYERS[kind](map)); // residual: also its own place
  const seen = through(map, causalMask(FIRST, FIRST, "A")).map((line) => line.slice(0, COLUMNS));
  const states = places((i, j) => STATES[kind](i, j));
  // A place is ready when the states are there that its output is made of: shifted, the second comes from a row above.
  const ready = states.map((line, i) => line.map(([first, second], j) => {
    if (second === undefined) return first;
    const other = kind === "leak" ? second : i > 0 ? states[i - 1][j][1] : 0;
    return Math.max(first, other);
  }));
  return { row, column, seen, states, ready, steps: Math.max(...states.flat(2)) };
}
const isBefore = (i, j, row, column) => i * COLUMNS + j < row * COLUMNS + column;

function draw({ g, width: whole, place, set }, { row, column, seen, states, ready }, { kind, step }) {
  const beside = whole >= 560;
  const room = beside ? (whole - 30) / 2 : whole;
  const size = Math.floor(Math.min(room / (COLUMNS + SPARE), 30));
  const panel = (left, top, title, lines, cell) => {
    make(g, "text", { x: left, y: top - 10 }, title);
    lines.forEach((line, i) => line.forEach((value, j) => {
      const box = { x: left + j * size, y: top + i * size, width: size, height: size };
      const spare = j >= COLUMNS;
      const edge = { stroke: "var(--faint)", ...(spare && { "stroke-dasharray": "2 3" }) };
      const square = make(g, "rect", { ...box, ...edge, ...cell(value, i, j) });
      if (!spare) square.addEventListener("click", () => set({ pixel: `${j},${i}` }));
    }));
  };
  const here = (i, j) => i === row && j === column;

  const top = 26;
  const leaks = seen.some((line, i) => line.some((is, j) => is && !isBefore(i, j, row, column)));
  panel(0, top, `seen from the ring (${leaks ? "pink: a leak" : "× before it, unseen"})`, seen, (is, i, j) => {
    const color = is && !isBefore(i, j, row, column) ? COLORS.pink : here(i, j) ? COLORS.orange : COLORS.blue;
    return { class: "cell", fill: is || here(i, j) ? color : "transparent", "fill-opacity": 0.75 };
  });
  seen.forEach((line, i) => line.forEach((is, j) => {
    if (is || !isBefore(i, j, row, column)) return;
    const [x, y, r] = [(j + 0.5) * size, top + (i + 0.5) * size, size / 6];
    const d = `M${x - r} ${y - r}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`;
    make(g, "path", { d, stroke: "var(--ink)", "pointer-events": "none" });
  }));

  const [left, below] = beside ? [whole - size * (COLUMNS + SPARE), top] : [0, top + ROWS * size + 40];
  panel(left, below, "in which step each place is ready", states, (when) => {
    const done = when.filter((one) => one <= step).length / when.length;
    const now = when.includes(step);
    return { class: "cell", fill: now ? COLORS.orange : COLORS.blue, "fill-opacity": now ? 0.75 : 0.4 * done };
  });
  ready.forEach((line, i) => line.forEach((when, j) => {
    const at = { x: left + (j + 0.5) * size, y: below + (i + 0.5) * size + 4, "text-anchor": "middle", "font-size": 11 };
    make(g, "text", { ...at, "pointer-events": "none" }, when);
  }));
  const ring = { x: left + column * size + 1, y: below + row * size + 1, width: size - 2, height: size - 2 };
  make(g, "rect", { ...ring, fill: "none", stroke: "var(--ink)", "stroke-width": 2.5, "pointer-events": "none" });
  const scale = (start) => Object.assign((k) => start + (k + 0.5) * size, { invert: (at) => (at - start) / size - 0.5 });
  place("pixel", { X: scale(0), Y: scale(top) });
  return below + ROWS * size + 4;
}

function say({ row, column, seen, ready, steps }, { kind, layers, step }) {
  const count = (wanted) => seen.flatMap((line, i) => line.filter((is, j) => is && wanted(i, j))).length;
  const before = row * COLUMNS + column;
  const sees = count((i, j) => isBefore(i, j, row, column));
  const leaks = count((i, j) => !isBefore(i, j, row, column));
  const rest = leaks ? `, and ${leaks} that it must not see: a leak` : sees < before ? `; ${before - sees} it misses` : ": all";
  const context = before ? `sees ${sees} of the ${before} before it${rest}` : leaks ? `sees ${leaks} it must not see` : "has none before it";
  const all = ready.flat();
  const done = all.filter((when) => when <= step).length;
  return `With ${layers} ${layers > 1 ? "layers" : "layer"} (${KINDS[kind]}), the pixel in row ${row}, column ${column} ` +
    `${context}. In training each layer takes ${steps} ${steps > 1 ? "steps" : "step"}; ` +
    `after step ${step}, ${done} of ${all.length} places are ready, this one in step ${ready[row][column]}.`;
}

explorable("pixel", {
  title: "What a pixel sees, and when it is computed",
  controls: {
    pixel: point("Pixel", {
      x: [0, COLUMNS - 1], y: [0, ROWS - 1], step: [1, 1], value: "6,9", names: ["column", "row"], down: true, reach: 12,
    }),
    kind: choice("layers are", KINDS, "row"),
    layers: range("how many layers", { min: 1, max: 5, step: 1, value: 2 }),
    step: range("step", {
      min: 1, max: ROWS + COLUMNS + SPARE - 1, step: 1, value: 3, play: true, until: ({ steps }) => steps,
    }),
  },
  compute,
  draw,
  say,
});
