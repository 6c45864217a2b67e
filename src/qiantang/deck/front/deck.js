// The loop: sliders ask, the kernel answers, the newest answer is drawn. One frame is in flight
// at a time, and the next request always takes the sliders as they stand then: what was passed
// over while the kernel worked is never computed.

const PATIENCE = 20000; // milliseconds before the deck says that the kernel is silent
const KEPT = 240; // frames whose times are remembered

function render({ model, el }) {
  const plan = model.get("_plan");
  const levers = plan.groups.reduce((count, group) => count + group.controls.length, 0);
  const id = `qt${Math.random().toString(36).slice(2, 9)}`;
  const root = make("div", { class: "qt-deck", id });
  const state = {
    levers: [...model.get("intensities")],
    frame: unpackFrame(model.get("_frame"), plan),
    pin: unpackFrame(model.get("_pin_frame"), plan),
    pinned: "-off",
    showActual: true,
    asked: 0, answered: 0, inFlight: null, dirty: false,
    times: [],
    resting: null,
    cards: [], sliders: [], outcomes: [], scales: new Map(),
  };
  root.qtFrames = state.times;
  el.append(root);
  let language = model.get("language");

  const status = make("span", { role: "status", class: "qt-status" });
  const live = make("span", { class: "qt-unseen", "aria-live": "polite" });
  const pace = make("span", { class: "qt-pace" });
  const source = make("span", { class: "qt-source" });

  const acts = {
    moved(index, value) {
      state.levers[index] = value;
      showLever(index);
      want();
    },
    rest() { settle(); },
    reset() { setAll(plan.start); },
    all(value) { setAll(state.levers.map((own, index) => (index < levers ? value : own))); },
    actual(shown) { state.showActual = shown; showLegend(); draw(); },
    language() {
      model.set("language", language === "zh" ? "en" : "zh");
      model.save_changes();
    },
    pin(name) {
      state.pinned = name;
      if (name === "-off") model.send({ kind: "pin", view: id, off: true });
      else if (name === "-now") model.send({ kind: "pin", view: id, levers: state.levers });
      else model.send({ kind: "pin", view: id, scenario: name });
    },
    save(name, title) {
      tell("");
      model.send({ kind: "save", view: id, name, title, levers: state.levers });
    },
  };

  function setAll(values) {
    state.levers = [...values];
    state.sliders.forEach((_, index) => showLever(index));
    want();
    settle();
  }

  // ---- asking and answering ----

  function want() {
    state.dirty = true;
    ask();
    showIdle();
  }

  function ask() {
    if (state.inFlight || !state.dirty) return;
    state.dirty = false;
    const frame = { id: ++state.asked, asked: performance.now() };
    frame.patience = setTimeout(() => { tell(WORDS[language].waiting); lose(frame); }, 2500);
    state.inFlight = frame;
    model.send({ kind: "frame", view: id, id: frame.id, levers: state.levers });
  }

  function lose(frame) {
    frame.patience = setTimeout(() => {
      if (state.inFlight !== frame) return;
      tell(WORDS[language].lost);
      state.inFlight = null; // the next move of a slider tries anew
    }, PATIENCE);
  }

  function hear(content, buffers) {
    if (content.view !== id) return;
    if (content.kind === "frame") answer(content, buffers);
    else if (content.kind === "saved") showSaved(content);
    else if (content.kind === "fault") { tell(content.text); finish(); }
  }

  function finish() {
    if (state.inFlight) clearTimeout(state.inFlight.patience);
    state.inFlight = null;
    showIdle();
  }

  function answer(content, buffers) {
    const frame = state.inFlight;
    if (!frame || content.id !== frame.id) return;
    clearTimeout(frame.patience);
    const answered = performance.now();
    if ([WORDS[language].waiting, WORDS[language].lost].includes(status.textContent)) tell("");
    state.inFlight = null;
    ask(); // the kernel works on the next frame while this one is drawn
    state.frame = unpackFrame(buffers[0], plan);
    draw();
    const drawn = performance.now();
    state.times.push({ asked: frame.asked, answered, drawn, kernel: content.milliseconds });
    if (state.times.length > KEPT) state.times.shift();
    showPace();
    showIdle();
  }

  function showIdle() {
    root.classList.toggle("qt-idle", !state.dirty && !state.inFlight && !state.resting);
  }

  // A slider let go: the kernel keeps the state, for a saved notebook and for other views.
  function settle() {
    clearTimeout(state.resting);
    state.resting = setTimeout(() => {
      state.resting = null;
      model.set("intensities", [...state.levers]);
      model.save_changes();
      announce();
      showIdle();
    }, 250);
    showIdle();
  }

  // ---- showing ----

  function showLever(index) {
    const { input, value, told } = state.sliders[index];
    const text = told(state.levers[index]);
    if (input.value !== String(state.levers[index])) input.value = state.levers[index];
    value.textContent = text;
    input.setAttribute("aria-valuetext", text);
    input.style.setProperty("--share", `${100 * state.levers[index]}%`);
  }

  function draw() {
    const frame = state.frame;
    if (!frame) return;
    root.qtFrame = frame;
    const colours = coloursOf(root);
    plan.panels.forEach((panel, index) => {
      const card = state.cards[index];
      const factor = panel.words[language].factor;
      const key = `${index}${language}`;
      if (!state.scales.has(key)) state.scales.set(key, scaleOf(panel, plan.ranges[index], factor));
      drawFan(card.canvas, {
        panel, fan: frame.fans[index], pin: state.pin && state.pin.fans[index], plan, factor,
        scale: state.scales.get(key), colours, language, showActual: state.showActual,
      });
      const p = frame.probability[index];
      card.chance.textContent = odds(panel, p, language);
      card.chance.style.setProperty("--p", panel.said !== "none" && Number.isFinite(p) ? p : 0);
      card.versus.textContent = state.pin
        ? comparison(panel, p, state.pin.probability[index]) : "";
      card.numbers.textContent = measureText(panel, frame.interval[index], language, state.showActual);
    });
    drawOutcomes(frame);
  }

  function drawOutcomes(frame) {
    plan.outcomes.rows.forEach((row, i) => state.outcomes[i].forEach((cell, j) => {
      cell.textContent = outcomeText(row, frame.outcomes[i][j], language);
    }));
  }

  function comparison(panel, p, pinned) {
    const words = WORDS[language];
    if (panel.said !== "figure") return words.pinned(odds(panel, pinned, language));
    return changed(p - pinned, language) + words.then + words.pinned(chance(pinned, language));
  }

  function showPace() {
    if (!state.times.length) return;
    const recent = state.times.slice(-20);
    const spent = recent.map((f) => f.drawn - f.asked).sort((a, b) => a - b);
    const words = WORDS[language];
    const rate = recent.length > 5 ? (recent.length - 1) / ((recent.at(-1).drawn - recent[0].drawn) / 1000) : 0;
    const dragging = rate >= 3 ? words.rate(rate.toFixed(0)) : "";
    pace.textContent = words.frame(spent[spent.length >> 1].toFixed(0), dragging);
  }

  function announce() {
    const words = WORDS[language];
    if (!state.frame) return;
    live.textContent = words.announce(plan.panels.map((panel, i) =>
      `${said(panel, language)} ${odds(panel, state.frame.probability[i], language)}`));
    plan.panels.forEach((panel, i) => state.cards[i].canvas.setAttribute("aria-label",
      words.chart(said(panel, language), state.cards[i].numbers.textContent)));
  }

  function tell(text) { status.replaceChildren(text); }

  function showSaved(content) {
    const words = WORDS[language];
    const blob = new Blob([content.text], { type: "text/yaml;charset=utf-8" });
    const link = make("a", { href: URL.createObjectURL(blob), download: content.name, text: words.download,
      "data-lm-suppress-shortcuts": "true" });
    status.replaceChildren(content.path ? words.saved(content.path) : words.ready(content.name), " ", link);
  }

  function showLegend() {
    root.querySelector(".qt-legend").replaceChildren(...legend(language, state.pin, state.showActual, plan.moves));
  }

  function build() {
    const words = WORDS[language];
    root.lang = language === "zh" ? "zh-CN" : "en";
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", words.name);
    const { panel, sliders } = sliderPanel(plan, language, acts, id);
    state.sliders = sliders;
    state.cards = plan.panels.map((record) => targetCard(record, language));
    const outside = plan.outside && plan.outside.length ? [outsidePanel(plan, language, acts, id, sliders)] : [];
    const { table, cells } = outcomeTable(plan.outcomes, language);
    state.outcomes = cells;
    source.textContent = words.source(plan.source, state.frame ? state.frame.sound : plan.source.members);
    root.replaceChildren(
      make("div", { class: "qt-inner" },
        toolbar(plan, language, acts, id, state),
        make("div", { class: "qt-main" }, panel,
          make("div", { class: "qt-results" },
            make("div", { class: "qt-cards" }, ...state.cards.map((c) => c.card)),
            make("div", { class: "qt-legend", "aria-hidden": "true" }),
            ...outside, ...(cells.length ? [table] : []),
            ...(plan.reviews ? [oddsTable(plan.reviews, language)] : []))),
        make("footer", {}, status, make("span", { class: "qt-foot" }, source, pace), live)));
    // Jupyter's shortcuts work on whatever has the focus: an arrow key would move to the next cell,
    // "d d" delete this one. It asks each element, so each must say no.
    for (const node of root.querySelectorAll("input, select, button")) {
      node.setAttribute("data-lm-suppress-shortcuts", "true");
    }
    sliders.forEach((_, index) => showLever(index));
    showLegend();
    showPace();
    draw();
    announce();
    showIdle();
  }

  // ---- what the kernel changes ----

  const followed = {
    "msg:custom": hear,
    "change:language": () => {
      const had = document.activeElement && root.contains(document.activeElement)
        ? document.activeElement.dataset.act : null;
      language = model.get("language");
      build();
      if (had) root.querySelector(`[data-act="${had}"]`).focus();
    },
    "change:intensities": () => {
      const wanted = model.get("intensities");
      if (state.resting || wanted.every((value, i) => value === state.levers[i])) return;
      state.levers = [...wanted];
      state.sliders.forEach((_, index) => showLever(index));
    },
    "change:_frame": () => {
      if (state.inFlight || state.dirty || state.resting) return;
      if (!model.get("intensities").every((value, i) => value === state.levers[i])) return;
      state.frame = unpackFrame(model.get("_frame"), plan);
      draw();
      announce();
    },
    "change:_pin_frame": showPin,
    "change:_pin": showPin,
  };

  function showPin() {
    const pin = model.get("_pin");
    state.pin = "name" in pin ? unpackFrame(model.get("_pin_frame"), plan) : null;
    state.pinned = state.pin ? pin.name || "-now" : "-off";
    const choice = root.querySelector(`#${id}-pin`);
    if (choice) choice.value = state.pinned;
    if (root.querySelector(".qt-legend")) { showLegend(); draw(); }
  }

  for (const [event, act] of Object.entries(followed)) model.on(event, act);
  showPin();
  build();

  const sizes = new ResizeObserver(() => requestAnimationFrame(draw));
  sizes.observe(root);
  const themes = new MutationObserver(draw);
  themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });

  return () => {
    sizes.disconnect();
    themes.disconnect();
    finish();
    clearTimeout(state.resting);
    for (const [event, act] of Object.entries(followed)) model.off(event, act);
  };
}

export default { render };
