// Steps through the executions of the page. It reads the data block and the tables, and only ever makes text nodes.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const { stories } = JSON.parse(byId("data").textContent);
  const first = stories.findIndex((story) => story.runs.length > 0);
  const at = { story: Math.max(first, 0), run: 0, both: false, step: 1 };

  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    return fill(element, attributes, children);
  };
  const draw = (name, attributes = {}, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    return fill(element, attributes, children);
  };
  const fill = (element, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  const sections = [...document.querySelectorAll(".story")];
  const links = [...document.querySelectorAll("#contents a")];
  const runs = () => stories[at.story]?.runs ?? [];
  const run = () => runs()[at.run];
  const last = () => run().moments.length - 1;
  const table = (number) => byId(`run-${at.story + 1}-${number + 1}`);
  const rowOf = (number, step) => table(number)?.tBodies[0].rows[step - 1];

  document.documentElement.classList.add("js");

  // The controls.
  const icon = (path) => draw("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, draw("path", { d: path }));
  const button = (label, path, act, kind = "") => {
    const element = make("button", { type: "button", "aria-label": label, title: label, class: kind });
    if (path) element.append(icon(path));
    element.append(make("span", { class: "label" }, label));
    element.addEventListener("click", act);
    return element;
  };
  const controls = {
    first: button("First", "M4 3v10M13 3 7 8l6 5", () => go(1)),
    previous: button("Previous", "M11 3 5 8l6 5", () => go(at.step - 1)),
    next: button("Next", "M5 3l6 5-6 5", () => go(at.step + 1), "wide"),
    last: button("Last", "M12 3v10M3 3l6 5-6 5", () => go(last())),
    turn: button("Next switch", "M2 4h5l3 8h4M11 9l3 3-3 3", () => go(turnAfter(at.step))),
    decides: button("Deciding step", "M8 1.5 14.5 8 8 14.5 1.5 8z", () => go(run().decides)),
  };
  const views = [
    button("Fails", "", () => show(0, false)),
    button("Passes", "", () => show(1, false)),
    button("Side by side", "", () => show(at.run, true)),
  ];
  for (const view of views) view.querySelector(".label").className = "";
  const group = make("span", { class: "group push", role: "group", "aria-label": "which interleaving" }, ...views);
  const help = button("Keys", "M6 6a2 2 0 1 1 2.6 1.9c-.5.2-.6.5-.6 1.1M8 12v.1", () => keys.showModal());
  const range = make("input", { type: "range", min: 1, "aria-label": "step" });
  const strip = make("div", { id: "strip", "aria-hidden": "true" });
  const now = make("p", { id: "now", role: "status", "aria-live": "polite" });
  const toolbar = make(
    "div",
    { id: "toolbar", role: "group", "aria-label": "step through the interleaving" },
    make("div", { class: "controls" }, ...Object.values(controls), group, help),
    make("div", { id: "track" }, strip, range),
    now,
  );
  range.addEventListener("input", () => go(Number(range.value)));

  const keys = make("dialog", { "aria-labelledby": "keys-title" });
  const list = make("dl");
  for (const [key, what] of [
    ["← →", "previous and next step"],
    ["Home End", "first and last step"],
    ["s S", "next and previous switch of threads"],
    ["d", "the step that decides"],
    ["p", "fails, passes, side by side"],
    ["?", "this list"],
  ]) {
    list.append(make("dt", {}, ...key.split(" ").flatMap((one) => [make("kbd", {}, one), " "])), make("dd", {}, what));
  }
  const close = make("button", { type: "button" }, "Close");
  close.addEventListener("click", () => keys.close());
  keys.append(make("h2", { id: "keys-title" }, "Keys"), list, close);

  // Beside the table: who waits for whom, and the source.
  const board = make("div", { id: "board" });
  const stage = make("div", { class: "stage" });
  const side = make("div", { id: "side" }, board);
  const source = byId("source");
  if (source) side.append(source);

  // What the threads and the objects are after a step.
  const world = (of, step) => {
    const objects = new Map();
    const threads = new Map();
    const changed = new Set();
    for (let index = 0; index <= step; index += 1) {
      const moment = of.moments[index];
      for (const [object, words, holders] of moment.o ?? []) {
        objects.set(object, { words, holders });
        if (index === step) changed.add(object);
      }
      for (const [thread, kind, words, object, others, line] of moment.w ?? []) {
        threads.set(thread, { kind, words, object, others, line });
      }
    }
    return { objects, threads, changed, acts: of.moments[step].t };
  };

  // The threads that each thread waits for.
  const waitsFor = (state) => {
    const edges = new Map();
    for (const [thread, { kind, object, others }] of state.threads) {
      if (kind !== "waits") continue;
      const holders = state.objects.get(object)?.holders ?? [];
      edges.set(thread, [...others, ...holders].filter((other) => other !== thread || others.includes(thread)));
    }
    return edges;
  };
  const inCycle = (edges) => {
    const reaches = (from, to, seen) =>
      (edges.get(from) ?? []).some((next) => {
        if (next === to) return true;
        if (seen.has(next)) return false;
        seen.add(next);
        return reaches(next, to, seen);
      });
    return new Set([...edges.keys()].filter((thread) => reaches(thread, thread, new Set())));
  };

  const drawBoard = () => {
    const of = run();
    const state = world(of, at.step);
    const width = Math.max(300, board.clientWidth - 20);
    const margin = 26;
    const box = Math.min(250, (width - margin) * 0.41);
    const right = width - box - 1;
    const pitch = 56;
    const top = 24;
    const rows = Math.max(of.threads.length, of.objects.length);
    const height = top + rows * pitch;
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": spoken(of, state) });
    const cycle = inCycle(waitsFor(state));
    const yOf = (list, id) => top + list.findIndex(([other]) => other === id) * pitch + 23;
    const clip = (words, size) => {
      const room = Math.max(4, Math.floor((box - 20) / size));
      return words.length > room ? `${words.slice(0, room - 1)}…` : words;
    };
    const node = (x, y, kind, title, words) => {
      const group = draw("g", { class: `node ${kind}` }, draw("title", {}, `${title}: ${words}`));
      group.append(
        draw("rect", { x, y: y - 22, width: box, height: 44 }),
        draw("text", { x: x + 10, y: y - 4, class: "title" }, clip(title, 7.4)),
        draw("text", { x: x + 10, y: y + 13, class: "say" }, clip(words, 6.5)),
      );
      return group;
    };
    const edge = (path, tip, kind) =>
      draw("g", { class: kind }, draw("path", { d: path, class: kind.includes("wait") ? "wait" : "hold" }), draw("path", { d: tip, class: "tip" }));
    const toRight = (x, y) => `M${x} ${y}l-9 -5v10z`;
    const toLeft = (x, y) => `M${x} ${y}l9 -5v10z`;
    svg.append(draw("text", { x: margin, y: 12, class: "head" }, "threads"));
    if (of.objects.length > 0) svg.append(draw("text", { x: right, y: 12, class: "head" }, "shared"));
    const hues = new Map(of.threads.map(([thread, , hue]) => [thread, hue]));
    const isDrawn = (object) => of.objects.some(([other]) => other === object);
    for (const [object, { holders }] of state.objects) {
      for (const holder of holders.filter((thread) => hues.has(thread))) {
        const [from, to] = [yOf(of.objects, object) + 7, yOf(of.threads, holder) + 7];
        const [x1, x2] = [right, margin + box + 9];
        const bend = (x1 - x2) * 0.5;
        const kind = cycle.has(holder) ? "cycle" : hues.get(holder);
        svg.append(edge(`M${x1} ${from}C${x1 - bend} ${from} ${x2 + bend} ${to} ${x2} ${to}`, toLeft(x2 - 9, to), kind));
      }
    }
    for (const [thread, { kind, object, others }] of state.threads) {
      if (kind !== "waits") continue;
      const hue = cycle.has(thread) ? "cycle" : hues.get(thread);
      if (object !== null && isDrawn(object)) {
        const [from, to] = [yOf(of.threads, thread) - 7, yOf(of.objects, object) - 7];
        const [x1, x2] = [margin + box, right - 9];
        const bend = (x2 - x1) * 0.5;
        svg.append(edge(`M${x1} ${from}C${x1 + bend} ${from} ${x2 - bend} ${to} ${x2} ${to}`, toRight(x2 + 9, to), `${hue} wait`));
        continue;
      }
      for (const other of others.filter((id) => id !== thread && hues.has(id))) {
        const [from, to] = [yOf(of.threads, thread), yOf(of.threads, other) + (thread < other ? -7 : 7)];
        const reach = Math.min(22, 10 + Math.abs(to - from) / 12);
        const x = margin - 9;
        svg.append(edge(`M${margin} ${from}C${margin - reach * 1.3} ${from} ${x - reach} ${to} ${x} ${to}`, toRight(margin, to), `${hue} wait`));
      }
    }
    for (const [thread, name, hue] of of.threads) {
      const { kind, words } = state.threads.get(thread);
      const acts = thread === state.acts ? " acts" : "";
      svg.append(node(margin, yOf(of.threads, thread), `who ${hue} ${kind}${acts}`, name, words));
    }
    for (const [object, name, type] of of.objects) {
      const known = state.objects.get(object);
      const changed = state.changed.has(object) ? " changed" : "";
      const title = name === type || name.startsWith(`${type} #`) ? name : `${name} · ${type}`;
      svg.append(node(right, yOf(of.objects, object), `what${changed}${known ? "" : " idle"}`, title, known?.words ?? "not used yet"));
    }
    const legend = make("p", { class: "legend" }, make("span", {}, "solid: is held by"), make("span", {}, "dashed: waits for"));
    board.replaceChildren(svg, legend);
  };

  const spoken = (of, state) =>
    [
      ...of.threads.map(([thread, name]) => `${name}: ${state.threads.get(thread).words}`),
      ...of.objects.map(([object, name]) => `${name}: ${state.objects.get(object)?.words ?? "not used yet"}`),
    ].join("; ");

  // The source, with the line of each thread.
  const markLines = () => {
    for (const mark of document.querySelectorAll(".here")) mark.remove();
    for (const line of document.querySelectorAll(".line.now, .line.held")) line.className = "line used";
    const of = run();
    const state = world(of, at.step);
    let current = null;
    for (const [thread, name, hue] of of.threads) {
      const { line, kind } = state.threads.get(thread);
      const element = line && byId(`f${line[0]}l${line[1]}`);
      if (!element) continue;
      const acts = thread === state.acts;
      let here = element.querySelector(".here");
      if (!here) {
        here = make("span", { class: "here" });
        element.querySelector(".no").prepend(here);
      }
      const mark = make("b", { class: `${hue}${acts ? " acts" : ""}`, title: `${name}, ${kind}` }, thread === 0 ? "m" : String(thread));
      here.append(mark);
      if (acts || !element.classList.contains("now")) element.className = `line used ${acts ? "now" : "held"} ${hue}`;
      if (acts) current = element;
    }
    if (current) reveal(current.closest(".code"), current);
  };

  // Scrolls a box, and nothing around it, so that an element in it can be seen.
  const reveal = (box, element) => {
    if (!box || box.scrollHeight <= box.clientHeight) return;
    const offset = element.getBoundingClientRect().top - box.getBoundingClientRect().top;
    const room = box.clientHeight - element.offsetHeight;
    if (offset < 48 || offset > room - 24) box.scrollTop += offset - room / 2;
  };

  const turnAfter = (step) => {
    const next = run().moments.findIndex((moment, index) => index > step && moment.s);
    return next < 0 ? at.step : next;
  };
  const turnBefore = (step) => {
    const { moments } = run();
    for (let index = step - 1; index > 0; index -= 1) if (moments[index].s) return index;
    return 1;
  };

  const buildStrip = () => {
    const of = run();
    const hues = new Map(of.threads.map(([thread, , hue]) => [thread, hue]));
    strip.hidden = of.moments.length > 400;
    strip.replaceChildren();
    range.max = last();
    if (strip.hidden) return;
    for (let step = 1; step < of.moments.length; step += 1) {
      const { t, s } = of.moments[step];
      const cell = make("i", { class: `${hues.get(t) ?? "t0"}${s ? " turn" : ""}${step === of.decides ? " decides" : ""}` });
      cell.addEventListener("click", () => go(step));
      strip.append(cell);
    }
  };

  const markRows = () => {
    for (const row of document.querySelectorAll(".schedule tr.now, .schedule tr.later")) {
      row.classList.remove("now", "later");
      row.removeAttribute("aria-current");
    }
    for (let number = 0; number < runs().length; number += 1) {
      const body = table(number).tBodies[0];
      const step = Math.min(at.step, runs()[number].moments.length - 1);
      for (const row of body.rows) {
        const of = Number(row.dataset.step ?? step);
        row.classList.toggle("later", row.dataset.step ? of > step : at.step < last());
      }
      const row = body.rows[step - 1];
      row.classList.add("now");
      row.setAttribute("aria-current", "step");
      reveal(row.closest(".scroll"), row);
    }
  };

  const say = () => {
    const of = run();
    const row = rowOf(at.run, at.step);
    const cell = row.querySelector(".act");
    const { t } = of.moments[at.step];
    const thread = of.threads.find(([id]) => id === t);
    const text = (name) => cell.querySelector(name)?.textContent ?? "";
    now.replaceChildren(
      make("span", { class: "count" }, `Step ${at.step} of ${last()}`),
      make("span", { class: `who ${thread?.[2] ?? ""}` }, text(".who")),
      " ",
      make("span", { class: "op" }, text(".op")),
      " ",
      make("span", { class: "at" }, text(".at")),
    );
    if (at.step === of.decides) now.append(make("span", { class: "note" }, at.run === 0 ? "this step decides" : "here it goes another way"));
  };

  const render = () => {
    if (!run()) return;
    at.step = Math.min(Math.max(at.step, 1), last());
    range.value = at.step;
    const of = run();
    [...strip.children].forEach((cell, index) => {
      cell.classList.toggle("past", index < at.step);
      cell.classList.toggle("here", index + 1 === at.step);
    });
    const enable = (element, is) => element.setAttribute("aria-disabled", String(!is));
    enable(controls.first, at.step > 1);
    enable(controls.previous, at.step > 1);
    enable(controls.next, at.step < last());
    enable(controls.last, at.step < last());
    enable(controls.turn, turnAfter(at.step) !== at.step);
    enable(controls.decides, of.decides > 0);
    group.hidden = runs().length < 2;
    views[0].setAttribute("aria-pressed", String(!at.both && at.run === 0));
    views[1].setAttribute("aria-pressed", String(!at.both && at.run === 1));
    views[2].setAttribute("aria-pressed", String(at.both));
    stage.classList.toggle("both", at.both);
    runs().forEach((_, number) => table(number).closest(".run").classList.toggle("off", !at.both && number !== at.run));
    markRows();
    drawBoard();
    markLines();
    say();
    remember();
  };

  const remember = () => {
    const view = at.both ? "&view=both" : at.run === 1 ? "&view=passes" : "";
    const story = stories.length > 1 ? `story=${at.story + 1}&` : "";
    try {
      history.replaceState(null, "", `#${story}step=${at.step}${view}`);
    } catch {
      // Some browsers refuse that for a file; the page works all the same.
    }
  };

  const go = (step) => {
    if (!run() || step < 1) return;
    at.step = step;
    render();
  };
  const show = (number, both) => {
    at.run = both ? 0 : number;
    at.both = both;
    buildStrip();
    render();
  };
  const openStory = (story) => {
    // The tables of the story before go back to their place.
    const left = stage.querySelector(":scope > .runs");
    if (left) stage.before(left);
    at.story = story;
    at.run = 0;
    at.both = false;
    sections.forEach((section, index) => section.classList.toggle("off", index !== story));
    links.forEach((link, index) => {
      if (index === story) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    toolbar.classList.toggle("off", !run());
    stage.classList.toggle("off", !run());
    if (!run()) return;
    const tables = table(0).closest(".runs");
    tables.before(toolbar, stage);
    stage.append(tables, side);
    const told = [...table(0).querySelectorAll("tr.told")].pop();
    at.step = run().decides || Number(told?.dataset.step ?? 1);
    buildStrip();
  };

  const follow = (hash) => {
    const wanted = new URLSearchParams(hash.replace(/^#/, ""));
    const number = (name) => Number.parseInt(wanted.get(name) ?? "", 10);
    const story = number("story") - 1;
    if (stories[story] && story !== at.story) openStory(story);
    if (!run()) return;
    if (wanted.has("view") && runs().length > 1) {
      at.both = wanted.get("view") === "both";
      at.run = wanted.get("view") === "passes" ? 1 : 0;
      buildStrip();
    }
    if (number("step") > 0) at.step = number("step");
    render();
  };

  if (sections.length === 0 || stories.length === 0) return;
  document.body.append(keys);
  openStory(at.story);
  follow(location.hash);
  addEventListener("hashchange", () => follow(location.hash));
  new ResizeObserver(() => run() && drawBoard()).observe(side);

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#story="]');
    if (link) {
      event.preventDefault();
      if (link.classList.contains("step") && at.run === 1 && !at.both) show(0, false);
      follow(link.getAttribute("href"));
      return;
    }
    const row = event.target.closest?.(".schedule [data-step]");
    if (row && !String(getSelection())) go(Number(row.dataset.step));
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open || !run()) return;
    const isRange = event.target === range;
    const act = {
      ArrowLeft: () => go(at.step - 1),
      ArrowRight: () => go(at.step + 1),
      Home: () => go(1),
      End: () => go(last()),
      s: () => go(turnAfter(at.step)),
      S: () => go(turnBefore(at.step)),
      d: () => go(run().decides),
      p: () => runs().length > 1 && (at.both ? show(0, false) : at.run === 0 ? show(1, false) : show(0, true)),
      "?": () => keys.showModal(),
    }[event.key];
    if (!act || (isRange && /^(Arrow|Home|End)/.test(event.key))) return;
    event.preventDefault();
    act();
  });
})();
