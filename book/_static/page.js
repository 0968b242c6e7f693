/* What a page of the book does: theme, search, sidebars, menus, contents. In place of the theme's scripts and Bootstrap,
   which measure the whole page before anybody can read it. This file measures nothing that is not in view. */
"use strict";
{
  const all = (selector) => [...document.querySelectorAll(selector)];
  const root = document.documentElement;

  // Light, dark, or as the system has it (book/_ext/lean_pages.py writes the first choice into the page's head).
  const system = matchMedia("(prefers-color-scheme: dark)");
  const show = (mode) => {
    root.dataset.mode = mode;
    root.dataset.theme = mode === "auto" ? (system.matches ? "dark" : "light") : mode;
  };
  system.addEventListener("change", () => show(root.dataset.mode));
  for (const button of all(".theme-switch-button")) {
    button.addEventListener("click", () => {
      const modes = system.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
      show(modes[(modes.indexOf(root.dataset.mode) + 1) % 3]);
      localStorage.setItem("mode", root.dataset.mode);
    });
  }

  // The field for a search: on its own page it stands there, elsewhere it lies over the page.
  const over = document.querySelector(".search-button__wrapper");
  const field = document.querySelector("form.bd-search:not(.search-button__search-container form) input") ?? over.querySelector("input");
  const search = (open) => {
    if (over.contains(field)) over.classList.toggle("show", open);
    if (open) {
      field.focus();
      field.select();
    } else field.blur();
  };
  for (const button of all(".search-button__button")) button.addEventListener("click", () => search(true));
  document.querySelector(".search-button__overlay").addEventListener("click", () => search(false));
  const apple = /^(Mac|iP)/.test(navigator.platform);
  if (apple) for (const key of all(".search-button__kbd-shortcut kbd.kbd-shortcut__modifier")) key.textContent = "⌘";

  // Menus in the page's header; they also open under the mouse, by the style sheet.
  const menus = all('[data-bs-toggle="dropdown"]');
  const toggleMenu = (button, open) => {
    for (const part of [button, button.nextElementSibling]) part.classList.toggle("show", open);
    button.setAttribute("aria-expanded", open);
  };
  document.addEventListener("click", (event) => {
    for (const button of menus) toggleMenu(button, button.contains(event.target) && !button.classList.contains("show"));
  });

  addEventListener("keydown", (event) => {
    const control = apple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
    if (control && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      search(document.activeElement !== field);
    } else if (event.key === "Escape") {
      if (document.activeElement === field) search(false);
      for (const button of menus.filter((button) => button.classList.contains("show"))) {
        toggleMenu(button, false);
        button.focus();
      }
    }
  });

  // Sidebars, which a narrow screen shows on demand.
  for (const side of ["primary", "secondary"]) {
    const box = document.getElementById(`pst-${side}-sidebar-checkbox`);
    const bar = document.querySelector(`.bd-sidebar-${side}`);
    const button = document.querySelector(`.${side}-toggle`);
    if (!bar || !button) continue;
    button.addEventListener("click", () => {
      box.checked = !box.checked;
      if (box.checked) setTimeout(() => bar.querySelector("a, button")?.focus(), 100);
    });
    bar.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      box.checked = false;
      button.focus();
    });
    box.addEventListener("change", () => box.checked || button.focus());
  }

  // The chapter that is open stays in sight in the list of chapters.
  const list = document.querySelector(".bd-sidebar-primary");
  const here = list?.querySelector(".current.active a");
  const settled = new IntersectionObserver(([mark]) => {
    settled.disconnect();
    const kept = sessionStorage.getItem("sidebar-scroll-top");
    const { top } = mark.boundingClientRect;
    if (kept !== null) list.scrollTop = kept;
    else if (top > innerHeight / 2) list.scrollTop += top - innerHeight / 4;
  });
  if (here) settled.observe(here);
  addEventListener("pagehide", () => list && sessionStorage.setItem("sidebar-scroll-top", list.scrollTop));

  // A jump needs every height on its way (page.css), and so does paper.
  const whole = () => (root.dataset.whole = "");
  document.addEventListener("click", (event) => event.target.closest("a[href*='#']") && whole(), { capture: true });
  addEventListener("hashchange", whole);
  addEventListener("beforeprint", whole);

  // Contents at the right: the section that is being read is marked.
  const entries = new Map(
    all(".bd-toc-nav a[href^='#']")
      .map((link) => [document.getElementById(decodeURIComponent(link.hash.slice(1))), link])
      .filter(([section]) => section)
  );
  const inView = new Set();
  const spy = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) inView[isIntersecting ? "add" : "delete"](target);
      const read = [...entries.keys()].filter((section) => inView.has(section));
      if (read.length === 0) return;
      for (const [section, link] of entries) {
        const active = read.includes(section) && (section === read.at(-1) || section.contains(read.at(-1)));
        link.classList.toggle("active", active);
        link.parentElement.classList.toggle("active", active);
      }
    },
    { rootMargin: "-10% 0px -70%" }
  );
  for (const section of entries.keys()) spy.observe(section);

  // The header gets its shadow, and who scrolls up far from the top is offered the way there.
  const header = document.querySelector(".sbt-scroll-pixel-helper");
  if (header) new IntersectionObserver(([mark]) => document.body.classList.toggle("scrolled", !mark.isIntersecting)).observe(header);
  const up = document.getElementById("pst-back-to-top");
  let last = 0;
  addEventListener(
    "scroll",
    () => {
      up.style.display = scrollY > innerHeight && scrollY < last ? "block" : "none";
      last = scrollY;
    },
    { passive: true }
  );
  up?.addEventListener("click", () => scrollTo({ top: 0 }));

  // When code comes near: what scrolls sideways can be scrolled from the keyboard, and a button copies it.
  const icon = (shapes) =>
    `<svg viewBox="0 0 24 24" fill="none" stroke-width="2" stroke-linejoin="round" aria-hidden="true">${shapes}</svg>`;
  const copy = icon('<rect x="8" y="8" width="12" height="12" rx="2"/><path d="M16 8V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h2"/>');
  const done = icon('<path d="M4 12.5l5.5 5.5L20 6.5"/>');
  const addCopyButton = (pre) => {
    const button = document.createElement("button");
    const rest = () => {
      button.classList.remove("success");
      button.dataset.tooltip = "Copy";
      button.innerHTML = copy;
    };
    rest();
    button.className = "copybtn o-tooltip--left";
    button.setAttribute("aria-label", "Copy this code");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(pre.innerText.trimEnd());
      button.classList.add("success");
      button.dataset.tooltip = "Copied";
      button.innerHTML = done;
      setTimeout(rest, 2000);
    });
    pre.after(button);
  };
  const scrolls = new ResizeObserver((boxes) => {
    for (const { target } of boxes) target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
  });
  const near = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) {
        scrolls[isIntersecting ? "observe" : "unobserve"](target);
        if (isIntersecting && target.matches(".highlight > pre:last-child")) addCopyButton(target);
      }
    },
    { rootMargin: "50%" }
  );
  for (const box of all("pre, .cell_output > .output")) near.observe(box);

  // The theme's button for the whole screen calls this; its style sheet hides on paper what is marked so.
  window.toggleFullScreen = () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen());
  addEventListener("beforeprint", () => {
    for (const part of all("[class^='bd-header'], [class*='bd-sidebar-'], [class*='bd-footer']")) part.classList.add("noprint");
  });
}
