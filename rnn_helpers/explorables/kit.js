// What the explorables share: controls, a stage to draw on, the link to a state, and what is said of a change.
// `explorable(name, parts)` makes one out of equations (`compute`), a drawing (`draw`) and a sentence (`say`).

import { COLORS, make } from "./plot.js";

const STYLE = `
  :host { display: flex; flex-direction: column; margin: .75rem auto; max-width: 46rem; scroll-margin-top: 5rem; font: 15px/1.45 system-ui, sans-serif;
    --ink: var(--figure-ink, currentColor); --paper: var(--pst-color-background, Canvas);
    --faint: color-mix(in srgb, currentColor 22%, transparent); color: var(--figure-ink, inherit); }
  * { box-sizing: border-box; }
  form { display: grid; grid-template-columns: repeat(auto-fit, minmax(11.5rem, 1fr)); gap: .35rem 1.2rem; margin: 0 0 .6rem; }
  .field { display: flex; flex-wrap: wrap; align-items: center; gap: 0 .5rem; min-width: 0; }
  .field:has(:disabled) { opacity: .5; }
  label { flex: 1 1 100%; display: flex; justify-content: space-between; gap: .5rem; }
  small { flex: 1 1 100%; }
  label span { font-variant-numeric: tabular-nums; }
  input, select, button { font: inherit; color: inherit; accent-color: ${COLORS.blue}; }
  input[type=range] { flex: 1; min-width: 0; height: 1.75rem; margin: 0; cursor: pointer; }
  input[type=text], select, button { border: 1px solid ${COLORS.grey}; border-radius: .3rem; background: transparent;
    padding: .2rem .6rem; min-height: 2.1rem; max-width: 100%; }
  input[type=text] { flex: 1; min-width: 0; font-family: ui-monospace, monospace; }
  option { color: CanvasText; background: Canvas; }
  button { cursor: pointer; }
  :focus-visible { outline: 3px solid ${COLORS.blue}; outline-offset: 2px; }
  svg { display: block; width: 100%; overflow: visible; font-size: 13px; fill: var(--ink); user-select: none; }
  svg .handle { cursor: grab; }
  svg .cell { cursor: pointer; }
  .foot { display: flex; gap: .6rem; align-items: start; justify-content: space-between; margin-top: .3rem; }
  .foot span { display: flex; gap: .4rem; }
  .foot p { flex: 1; margin: 0; min-height: 4.4em; }
  @media (max-width: 30rem) { /* on a phone: beside the controls */
    .foot { order: 1; flex-wrap: wrap; } .foot p { flex: 1 1 100%; min-height: 6em; } svg { order: 2; }
    form:has(.half) { grid-template-columns: 1fr 1fr; } form:has(.half) > :not(.half) { grid-column: 1 / -1; } }
`;
// Beside the live figure its still picture would stand twice; on paper it alone stands.
const PAGE_STYLE = `.explorable-still { display: none !important; }
  @media print { .explorable-still { display: revert !important; } .explorable { display: none; } }`;
const still = matchMedia("(prefers-reduced-motion: reduce)");

// The kinds of control. Each knows its value at the start and makes any other value admissible. In the form a label may
// be a function of the values, `idle(values)` tells when a control has no effect, and a phone sets two with `half` in a row.
/** A number on a slider, written by `show`; `play` adds a button that counts up to the end, or to `until(numbers)`. */
export const range = (label, { min, max, step, value, play = false, until = () => max, show = String }) => ({
  kind: "range", label, min, max, step, value, play, until, show,
  admit(wanted) {
    if (wanted === "" || !Number.isFinite(Number(wanted))) return value;
    const whole = Math.round((Math.min(Math.max(Number(wanted), this.min), this.max) - this.min) / step);
    return Number(Math.min(this.min + whole * step, this.max).toFixed(decimalsOf(step) + 2));
  },
});
/** One of several: `options` maps what is stored to what is read. */
export const choice = (label, options, value = Object.keys(options)[0]) => ({
  kind: "choice", label, options, value,
  admit: (wanted) => (Object.hasOwn(options, wanted) ? wanted : value),
});
/** A word typed in, from `letters` alone, at most `longest` of them. */
export const text = (label, { letters, longest, value }) => ({
  kind: "text", label, value, allowed: `Only ${[...letters].join(" ")}, at most ${longest} of them.`,
  admit: (wanted) => [...String(wanted)].filter((letter) => letters.includes(letter)).slice(0, longest).join(""),
});
/** A place on the stage that is dragged, or moved by the arrow keys; its value is "x,y". `down`: y counts
 * downwards; `reach`: how far from its middle a finger takes hold of it, in pixels. */
export const point = (label, { x, y, step, value, names = ["x", "y"], down = false, reach = 22 }) => ({
  kind: "point", label, x, y, step, value, down, reach,
  admit(wanted) {
    const pair = String(wanted).split(",").map(Number);
    if (pair.length !== 2 || !pair.every(Number.isFinite)) return value;
    const within = (number, [low, high], by) => {
      const snapped = Math.round(number / by) * by;
      return Number(Math.min(Math.max(snapped, low), high).toFixed(decimalsOf(by)));
    };
    return [within(pair[0], x, step[0]), within(pair[1], y, step[1])].join(",");
  },
  show: (pair) => pair.split(",").map((number, i) => `${names[i]} ${number}`).join(", "),
});
const decimalsOf = (step) => (String(step).split(".")[1] ?? "").length;

/**
 * Bring the figure `name` of this page to life when it is scrolled near.
 *
 * title     what it is called, for who hears it
 * controls  name -> range, choice, text or point; a function of the data, where they depend on it
 * compute   (values, data) -> numbers, the equations alone
 * draw      ({ g, width, place, set }, numbers, values, data) -> the height used, in pixels. `place(name, axes)` puts
 *           the handle of a point; `set({ name: value })` is for what is clicked in the drawing
 * say       (numbers, values) -> what there is to see now, in a sentence or two
 */
export function explorable(name, parts) {
  for (const host of document.querySelectorAll(`.explorable[data-name="${name}"]:not([data-live])`)) {
    host.dataset.live = "near";
    const near = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      open(host, name, parts);
      host.dataset.live = "open";
    }, { rootMargin: "1000px" });
    near.observe(host);
    if (!location.hash.startsWith(`#${name}:`)) continue;
    host.scrollIntoView();
    addEventListener("load", () => host.scrollIntoView({ behavior: "instant" })); // pictures and fonts have come
  }
}

function open(host, name, { title, controls: declared, compute, draw, say }) {
  const data = JSON.parse(host.querySelector("script[type='application/json']")?.textContent ?? "{}");
  const controls = typeof declared === "function" ? declared(data) : declared;
  const root = host.attachShadow({ mode: "open" });
  make(root, "style", {}, STYLE);
  if (!document.getElementById("explorable-style")) make(document.head, "style", { id: "explorable-style" }, PAGE_STYLE);
  const form = make(root, "form");
  const svg = make(root, "svg", { role: "group", "aria-label": title });
  const g = make(svg, "g", { "aria-hidden": "true" });
  const handles = make(svg, "g");
  const foot = make(root, "div", { class: "foot" });
  const says = make(foot, "p", { role: "status" });
  const values = {};
  const tell = {}; // by control: bring what is shown of it up to date
  let saying, playing;

  const set = (wanted) => {
    for (const key in controls) if (key in wanted) values[key] = controls[key].admit(wanted[key]);
    update();
  };
  const update = () => {
    host.values = { ...values };
    host.numbers = compute(values, data);
    for (const key in tell) tell[key]();
    g.replaceChildren();
    const width = Math.max(host.clientWidth, 280);
    const height = draw({ g, width, place, set }, host.numbers, values, data);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.style.height = `${height}px`;
    clearTimeout(saying); // said when the hand comes to rest
    saying = setTimeout(() => (says.textContent = say(host.numbers, values, data)), says.textContent ? 250 : 0);
  };
  const place = (key, { X, Y }) => {
    const handle = handles.querySelector(`[data-key="${key}"]`);
    const [x, y] = values[key].split(",").map(Number);
    handle.setAttribute("transform", `translate(${X(x)} ${Y(y)})`);
    handle.scales = { X, Y };
  };
  const stop = () => { clearInterval(playing); playing = null; };

  for (const [key, control] of Object.entries(controls)) {
    values[key] = control.admit(control.value);
    const [field, fit] = control.kind === "point" ? [handles, () => {}] : fieldOf(form, key, control, values);
    const show = MAKERS[control.kind](field, key, control, values, set, svg);
    tell[key] = () => { fit(); show(); };
    if (control.play) {
      const button = make(field, "button", { type: "button" }, "Play");
      button.addEventListener("click", () => {
        if (playing) return stop(), tell[key]();
        const last = () => control.until(host.numbers);
        if (still.matches) return set({ [key]: last() });
        if (values[key] >= last()) set({ [key]: control.min });
        playing = setInterval(() => {
          set({ [key]: values[key] + control.step });
          if (values[key] >= last() || !host.isConnected) stop(), tell[key]();
        }, 700);
        tell[key]();
      });
      tell[key] = () => { fit(); show(); button.textContent = playing ? "Stop" : "Play"; };
    }
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  const buttons = make(foot, "span");
  const defaults = { ...values };
  make(buttons, "button", { type: "button" }, "Reset").addEventListener("click", () => { stop(); set(defaults); });
  if (document.querySelector(".book-figure")) { // a page of the book has an address
    const link = make(buttons, "button", { type: "button" }, "Link");
    link.addEventListener("click", () => {
      const changed = Object.keys(values).filter((key) => values[key] !== defaults[key]);
      const state = changed.map((key) => `${key}=${encodeURIComponent(values[key])}`).join(";");
      history.replaceState(null, "", `#${name}:${state}`);
      navigator.clipboard?.writeText(location.href).catch(() => {});
      says.textContent = "The address of this page now leads to what you see here.";
    });
  }
  const follow = () => {
    if (!location.hash.startsWith(`#${name}:`)) return;
    const pairs = location.hash.slice(name.length + 2).split(";").map((pair) => pair.split("="));
    set({ ...defaults, ...Object.fromEntries(pairs.map(([key, value = ""]) => [key, safely(value)])) });
  };
  const picture = stillBefore(host);
  picture?.classList.add("explorable-still");
  host.set = set;
  update();
  follow();
  addEventListener("hashchange", follow);
  let drawn = host.clientWidth;
  new ResizeObserver(() => { if (host.clientWidth !== drawn) { drawn = host.clientWidth; update(); } }).observe(host);
}
function safely(value) { try { return decodeURIComponent(value); } catch { return value; } }

/** The picture that stands for this figure where no script runs: the output just before, however a page wraps it. */
function stillBefore(host) {
  for (let node = host, up = 0; node && up < 4; node = node.parentElement, up += 1) {
    for (let before = node.previousElementSibling; before; before = before.previousElementSibling) {
      if (before.matches("svg, img") || before.querySelector("svg, img")) return before;
    }
  }
  return null;
}

/** The place of a control in the form, and what brings its label up to date and whether it is greyed. */
function fieldOf(form, key, { label, idle, half }, values) {
  const field = make(form, "div", { class: half ? "field half" : "field" });
  const words = new Text();
  make(field, "label", { for: key }).append(words);
  return [field, () => {
    words.data = typeof label === "function" ? label(values) : label;
    for (const node of field.querySelectorAll("input, select, button")) node.disabled = idle?.(values);
  }];
}

// What a control looks like. Each gives back what brings it up to date when its value has changed.
const MAKERS = {
  range(field, key, control, values, set) {
    const shown = make(field.firstChild, "span");
    const { min, max, step } = control;
    const input = make(field, "input", { type: "range", id: key, min, max, step });
    input.addEventListener("input", () => set({ [key]: input.value }));
    return () => {
      input.value = values[key];
      shown.textContent = control.show(values[key]);
      input.setAttribute("aria-valuetext", shown.textContent);
    };
  },
  choice(field, key, control, values, set) {
    const select = make(field, "select", { id: key });
    for (const [value, words] of Object.entries(control.options)) make(select, "option", { value }, words);
    select.addEventListener("change", () => set({ [key]: select.value }));
    return () => (select.value = values[key]);
  },
  text(field, key, control, values, set) {
    const input = make(field, "input", { type: "text", id: key, spellcheck: "false", autocomplete: "off" });
    const note = make(field, "small", { role: "alert" });
    input.addEventListener("input", () => {
      const typed = input.value;
      set({ [key]: typed });
      note.textContent = typed === values[key] ? "" : control.allowed;
    });
    return () => {
      if (input.value !== values[key]) input.value = values[key];
      note.textContent = "";
    };
  },
  point(handles, key, control, values, set, svg) {
    const handle = make(handles, "g", {
      class: "handle", "data-key": key, tabindex: 0, role: "slider", "aria-label": `${control.label}, moved by the arrow keys`,
      "aria-valuemin": control.x[0], "aria-valuemax": control.x[1],
    });
    make(handle, "circle", { r: control.reach, fill: "transparent" });
    make(handle, "circle", { r: 8, fill: "var(--paper)", stroke: "var(--ink)", "stroke-width": 3 });
    handle.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false }); // or the page scrolls
    handle.addEventListener("pointerdown", (event) => { handle.setPointerCapture(event.pointerId); handle.focus(); });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      set({ [key]: `${handle.scales.X.invert(at.x)},${handle.scales.Y.invert(at.y)}` });
    });
    handle.addEventListener("keydown", (event) => {
      const up = control.down ? -1 : 1;
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, up], ArrowDown: [0, -up] }[event.key];
      if (!by) return;
      event.preventDefault();
      const far = event.shiftKey ? 10 : 1;
      set({ [key]: values[key].split(",").map((number, i) => Number(number) + far * by[i] * control.step[i]).join() });
    });
    return () => {
      handle.setAttribute("aria-valuenow", values[key].split(",")[0]);
      handle.setAttribute("aria-valuetext", control.show(values[key]));
    };
  },
};
