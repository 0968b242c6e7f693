// What a pixel sees (chapter 12): the context of one logit under three kinds of layer, and the order of computing them.
// Needs are followed backwards, from the logit through the blocks to the pixels, along the masks and the recurrences.

import { COLORS, make } from "./plot.js";
import { choice, explorable, point, range } from "./kit.js";

const [ROWS, COLUMNS, SPARE] = [8, 12, 1]; // the Diagonal BiLSTM works on a column more than the image has
const [KERNEL, FIRST] = [3, 3];
const KINDS = {
  convolution: "masked convolution",
  row: "Row LSTM",
  diagonal: "Diagonal BiLSTM",
  leak: "Diagonal BiLSTM, shift forgotten",
};

const width = (kind) => COLUMNS + (kind === "diagonal" || kind === "leak" ? SPARE : 0);

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

/** In which step a layer computes each pixel. */
const ORDER = { convolution: () => 1, row: (i) => i + 1, diagonal: (i, j) => i + j + 1, leak: (i, j) => i + j + 1 };

function compute({ pixel, kind, layers }) {
  const [column, row] = pixel.split(",").map(Number);
  let map = Array.from({ length: ROWS }, (_, i) => Array.from({ length: width(kind) }, (_, j) => i === row && j === column));
  for (let layer = 0; layer < layers; layer += 1) map = union(map, LAYERS[kind](map)); // residual: a block reads its own place
  const seen = through(map, causalMask(FIRST, FIRST, "A")).map((line) => line.slice(0, COLUMNS));
  const order = seen.map((line, i) => Array.from({ length: width(kind) }, (_, j) => ORDER[kind](i, j)));
  return { row, column, seen, order, steps: Math.max(...order.flat()) };
}
const isBefore = (i, j, row, column) => i * COLUMNS + j < row * COLUMNS + column;

function draw({ g, width: whole, place, set }, { row, column, seen, order }, { kind, step }) {
  const beside = whole >= 560;
  const room = beside ? (whole - 40) / 2 : whole;
  const size = Math.floor(Math.min(room / (COLUMNS + SPARE), 30));
  const panel = (left, top, title, lines, cell) => {
    make(g, "text", { x: left, y: top - 10 }, title);
    lines.forEach((line, i) => line.forEach((value, j) => {
      const box = { x: left + j * size, y: top + i * size, width: size, height: size };
      const spare = j >= COLUMNS;
      const square = make(g, "rect", { ...box, stroke: "var(--faint)", ...(spare && { "stroke-dasharray": "2 3" }), ...cell(value, i, j) });
      if (!spare) square.addEventListener("click", () => set({ pixel: `${j},${i}` }));
    }));
  };

  panel(0, 26, "what its logit sees", seen, (is, i, j) => {
    const fill = i === row && j === column ? (is ? COLORS.pink : COLORS.orange) : COLORS[isBefore(i, j, row, column) ? "blue" : "pink"];
    return { class: "cell", fill: is || (i === row && j === column) ? fill : "transparent", "fill-opacity": 0.75 };
  });
  seen.forEach((line, i) => line.forEach((is, j) => {
    if (is || !isBefore(i, j, row, column)) return;
    const [x, y, r] = [(j + 0.5) * size, 26 + (i + 0.5) * size, size / 6];
    make(g, "path", { d: `M${x - r} ${y - r}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`, stroke: "var(--ink)", "pointer-events": "none" });
  }));
  const [left, top] = beside ? [whole - size * (COLUMNS + SPARE), 26] : [0, 26 + ROWS * size + 40];
  panel(left, top, "when a layer computes it: step", order, (when) => ({
    fill: when === step ? COLORS.orange : COLORS.blue, "fill-opacity": when === step ? 0.75 : when < step ? 0.3 : 0,
  }));
  order.forEach((line, i) => line.forEach((when, j) => {
    const at = { x: left + (j + 0.5) * size, y: top + (i + 0.5) * size + 4, "text-anchor": "middle", "font-size": 11 };
    make(g, "text", { ...at, "pointer-events": "none" }, when);
  }));
  const scale = (start) => Object.assign((k) => start + (k + 0.5) * size, { invert: (at) => (at - start) / size - 0.5 });
  place("pixel", { X: scale(0), Y: scale(26) });
  return top + ROWS * size + 4;
}

function say({ row, column, seen, order, steps }, { kind, layers, step }) {
  const count = (wanted) => seen.flatMap((line, i) => line.filter((is, j) => wanted(is, i, j))).length;
  const before = row * COLUMNS + column;
  const sees = count((is, i, j) => is && isBefore(i, j, row, column));
  const leaks = count((is, i, j) => is && !isBefore(i, j, row, column));
  const context = `Through ${layers} ${layers > 1 ? "layers" : "layer"} of ${KINDS[kind]}, the logit of row ${row}, ` +
    `column ${column} sees ${sees} of the ${before} pixels before it` +
    (leaks ? `, and ${leaks} that it must not see: a leak.` : sees < before ? `; ${before - sees} it misses.` : ": all.");
  const done = order.flat().filter((when) => when <= step).length;
  const ready = step < steps ? `after step ${step}, ${done} of ${order.flat().length} places are ready` : `by step ${step} all are ready`;
  return `${context} A layer takes ${steps} ${steps > 1 ? "steps" : "step"}: ${ready}.`;
}

explorable("pixel", {
  title: "What a pixel sees, and when it is computed",
  controls: {
    pixel: point("Pixel", { x: [0, COLUMNS - 1], y: [0, ROWS - 1], step: [1, 1], value: "6,7", names: ["column", "row"], down: true }),
    kind: choice("layers are", KINDS, "row"),
    layers: range("how many layers", { min: 1, max: 6, step: 1, value: 2 }),
    step: range("step of computing", { min: 1, max: ROWS + COLUMNS + SPARE - 1, step: 1, value: 3, play: true }),
  },
  compute,
  draw,
  say,
});
