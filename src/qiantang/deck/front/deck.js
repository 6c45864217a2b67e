// The loop: sliders ask, the kernel answers, the newest answer is drawn. One frame is in flight
// at a time, and the next request always takes the sliders as they stand then: what was passed
// over while the kernel worked is never computed.

const PATIENCE = 20000; // milliseconds before the deck says that the kernel is silent
const KEPT = 240; // frames whose times are remembered

/** @param {{ model: Model, el: HTMLElement }} page */
function render({ model, el }) {
  /** @type {Plan} */
  const plan = model.get("_plan");
  const levers = plan.groups.reduce((count, group) => count + group.controls.length, 0);
  const id = `qt${Math.random().toString(36).slice(2, 9)}`;
  const root = Object.assign(make("div", { class: "qt-deck", id }), { qtFrames: /** @type {DeckState["times"]} */ ([]), qtFrame: /** @type {Frame | null} */ (null) });
  /** @type {DeckState} */
  const state = {
    levers: [...model.get("intensities")],
    late: [...(model.get("delays") || model.get("intensities").map(() => 0))],
    frame: unpackFrame(model.get("_frame"), plan),
    pin: unpackFrame(model.get("_pin_frame"), plan),
    pinned: "-off",
    showActual: true,
    asked: 0, answered: 0, inFlight: null, dirty: false,
    times: [],
    resting: undefined,
    cards: [], sliders: [], outcomes: [], scales: new Map(),
    chosen: null,
    brush: plan.front ? brushOf(plan.front) : null,
    net: null,
  };
  const effects = effectsOf(plan);
  root.qtFrames = state.times;
  el.append(root);
  /** @type {Language} */
  let language = model.get("language");

  const status = make("span", { role: "status", class: "qt-status" });
  const live = make("span", { class: "qt-unseen", "aria-live": "polite" });
  const pace = make("span", { class: "qt-pace" });
  const source = make("span", { class: "qt-source" });

  /** @type {Acts} */
  const acts = {
    /** @param {number} index @param {number} value */
    moved(index, value) {
      state.levers[index] = value;
      effects.stop();
      showLever(index);
      want();
    },
    rest() { settle(); },
    reset() { setAll(plan.start); },
    root,
    standing: () => state,
    set(shares, late) { setAll(shares, late); },
    /** @param {number} value */
    all(value) { setAll(state.levers.map((own, index) => (index < levers ? value : own))); },
    actual(shown) { state.showActual = shown; showLegend(); draw(); },
    language() {
      model.set("language", language === "zh" ? "en" : "zh");
      model.save_changes();
    },
    /** @param {string} name */
    pin(name) {
      state.pinned = name;
      if (name === "-off") model.send({ kind: "pin", view: id, off: true });
      else if (name === "-now") model.send({ kind: "pin", view: id, levers: state.levers, late: state.late });
      else model.send({ kind: "pin", view: id, scenario: name });
    },
    /** @param {string} name @param {string} title */
    save(name, title) {
      tell("");
      model.send({ kind: "save", view: id, name, title, levers: state.levers, late: state.late });
    },
  };

  /** @param {Numbers} values @param {Numbers} [late] */
  function setAll(values, late) {
    state.levers = [...values];
    state.late = late ? [...late] : state.late.map(() => 0);
    effects.stop();
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

  // Choose a card, or none: the effects of the sliders on it are asked for once all is at rest.
  /** @param {number} index */
  function choose(index) {
    state.chosen = state.chosen === index ? null : index;
    effects.stop();
    if (state.chosen !== null) effects.ask(state.levers);
    showChosen();
    ask();
    showIdle();
  }

  function ask() {
    if (state.inFlight || !(state.dirty || effects.pending())) return;
    /** @type {{ probe?: Probe, levers: number[] }} */
    const { probe, levers } = state.dirty ? { levers: state.levers } : effects.next(state.levers);
    state.dirty = false;
    /** @type {Flight} */
    const frame = { id: ++state.asked, asked: performance.now(), probe };
    frame.patience = setTimeout(() => { tell(WORDS[language].waiting); lose(frame); }, 2500);
    state.inFlight = frame;
    model.send({ kind: "frame", view: id, id: frame.id, levers, late: state.late });
  }

  /** @param {Flight} frame */
  function lose(frame) {
    frame.patience = setTimeout(() => {
      if (state.inFlight !== frame) return;
      tell(WORDS[language].lost);
      state.inFlight = null; // the next move of a slider tries anew
    }, PATIENCE);
  }

  /** @param {any} content @param {any[]} buffers */
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

  /** @param {any} content @param {any[]} buffers */
  function answer(content, buffers) {
    const frame = state.inFlight;
    if (!frame || content.id !== frame.id) return;
    clearTimeout(frame.patience);
    const answered = performance.now();
    if ([WORDS[language].waiting, WORDS[language].lost].includes(status.textContent)) tell("");
    state.inFlight = null;
    ask(); // the kernel works on the next frame while this one is drawn
    if (frame.probe) {
      effects.take(frame.probe, unpackFrame(buffers[0], plan));
      if (!effects.pending()) showChosen();
      showIdle();
      return;
    }
    state.frame = unpackFrame(buffers[0], plan);
    draw();
    const drawn = performance.now();
    state.times.push({ asked: frame.asked, answered, drawn, kernel: content.milliseconds });
    if (state.times.length > KEPT) state.times.shift();
    showPace();
    showIdle();
  }

  function showIdle() {
    root.classList.toggle("qt-idle", !state.dirty && !state.inFlight && !state.resting && !effects.pending());
  }

  // A slider let go: the kernel keeps the state, for a saved notebook and for other views.
  function settle() {
    clearTimeout(state.resting);
    state.resting = setTimeout(() => {
      model.set("intensities", [...state.levers]);
      if (model.get("delays")) model.set("delays", [...state.late]);
      state.resting = undefined; // until then what is set here is not taken for news
      model.save_changes();
      announce();
      if (state.chosen !== null) { effects.ask(state.levers); ask(); }
      showIdle();
    }, 250);
    showIdle();
  }

  // ---- showing ----

  /** @param {number} index */
  function showLever(index) {
    const { input, value, told, late } = state.sliders[index];
    const text = told(state.levers[index]);
    late.textContent = state.late[index] && state.levers[index] ? WORDS[language].late(briefly(state.late[index], language)) : "";
    if (input.value !== String(state.levers[index])) input.value = String(state.levers[index]);
    value.textContent = text;
    input.setAttribute("aria-valuetext", text);
    input.style.setProperty("--share", `${100 * state.levers[index]}%`);
  }

  function showChosen() {
    const words = WORDS[language];
    const card = state.chosen === null ? null : plan.panels[state.chosen];
    const hint = root.querySelector(".qt-effects");
    if (hint) hint.textContent = card ? words.effectsOn(said(card, language), card.said === "figure") : words.effects;
    showEffects(state, effects, plan, language);
  }

  function draw() {
    const frame = state.frame;
    if (!frame) return;
    root.qtFrame = frame;
    const colours = coloursOf(root);
    // Read before anything is written: a size asked for in between lays the whole page out anew.
    const sizes = state.cards.map(({ canvas }) => [canvas.clientWidth || 260, canvas.clientHeight || 150]);
    plan.panels.forEach((panel, index) => {
      const card = state.cards[index];
      const factor = panel.words[language].factor;
      const key = `${index}${language}`;
      if (!state.scales.has(key)) state.scales.set(key, scaleOf(panel, plan.ranges[index], factor));
      drawFan(card.canvas, {
        panel, fan: frame.fans[index], pin: state.pin && state.pin.fans[index], plan, factor,
        scale: /** @type {Scale} */ (state.scales.get(key)), colours, language, showActual: state.showActual,
        width: sizes[index][0], height: sizes[index][1],
      });
      const p = frame.probability[index];
      card.chance.textContent = odds(panel, p, language);
      card.chance.style.setProperty("--p", String(panel.said !== "none" && Number.isFinite(p) ? p : 0));
      card.versus.textContent = state.pin
        ? comparison(panel, p, state.pin.probability[index]) : "";
      card.numbers.textContent = measureText(panel, frame.interval[index], language, state.showActual);
    });
    drawOutcomes(frame);
    state.net?.draw();
  }

  /** @param {Frame} frame */
  function drawOutcomes(frame) {
    plan.outcomes.rows.forEach((row, i) => state.outcomes[i].forEach((cell, j) => {
      cell.textContent = outcomeText(row, frame.outcomes[i][j], language);
    }));
  }

  /** @param {Panel} panel @param {number} p @param {any} pinned */
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
    const rate = recent.length > 5 ? (recent.length - 1) / ((recent[recent.length - 1].drawn - recent[0].drawn) / 1000) : 0;
    const dragging = rate >= 3 ? words.rate(rate.toFixed(0)) : "";
    pace.textContent = words.frame(spent[spent.length >> 1].toFixed(0), dragging);
  }

  function announce() {
    const words = WORDS[language];
    const { frame } = state;
    if (!frame) return;
    live.textContent = words.announce(plan.panels.map((panel, i) =>
      `${said(panel, language)} ${odds(panel, frame.probability[i], language)}`));
    plan.panels.forEach((panel, i) => state.cards[i].canvas.setAttribute("aria-label",
      words.chart(said(panel, language), state.cards[i].numbers.textContent)));
  }

  /** @param {string} text */
  function tell(text) { status.replaceChildren(text); }

  /** @param {any} content */
  function showSaved(content) {
    const words = WORDS[language];
    const blob = new Blob([content.text], { type: "text/yaml;charset=utf-8" });
    const link = make("a", { href: URL.createObjectURL(blob), download: content.name, text: words.download,
      "data-lm-suppress-shortcuts": "true" });
    status.replaceChildren(content.path ? words.saved(content.path) : words.ready(content.name), " ", link);
  }

  function showLegend() {
    root.querySelector(".qt-legend")?.replaceChildren(...legend(language, state.pin, state.showActual, plan.moves));
  }

  function build() {
    const words = WORDS[language];
    root.lang = language === "zh" ? "zh-CN" : "en";
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", words.name);
    const { panel, sliders } = sliderPanel(plan, language, acts, id);
    state.sliders = sliders;
    state.cards = plan.panels.map((record, index) => targetCard(record, language,
      { possible: plan.moves !== null, act: () => choose(index) }));
    if (plan.moves !== null) panel.querySelector(".qt-hint")?.after(make("p", { class: "qt-hint qt-effects" }));
    const outside = plan.outside && plan.outside.length ? [outsidePanel(plan, language, acts, id, sliders)] : [];
    const { table, cells } = outcomeTable(plan.outcomes, language);
    state.outcomes = cells;
    state.net = plan.front && state.brush ? brushPanel(plan.front, language, id, state.brush, acts) : null;
    source.textContent = words.source(plan.source, state.frame ? state.frame.sound : plan.source.members);
    root.replaceChildren(
      make("div", { class: "qt-inner" },
        toolBar(plan, language, acts, id, state),
        make("div", { class: "qt-main" }, panel,
          make("div", { class: "qt-results" },
            make("div", { class: "qt-cards" }, ...state.cards.map((c) => c.card)),
            make("div", { class: "qt-legend", "aria-hidden": "true" }),
            ...(state.net ? [state.net.panel] : []), ...outside, ...(cells.length ? [table] : []),
            ...(plan.reviews ? [oddsTable(plan.reviews, language)] : []))),
        make("footer", {}, status, make("span", { class: "qt-foot" }, source, pace), live)));
    // Jupyter's shortcuts work on whatever has the focus: an arrow key would move to the next cell,
    // "d d" delete this one. It asks each element, so each must say no.
    for (const node of root.querySelectorAll("input, select, button, [tabindex]")) {
      node.setAttribute("data-lm-suppress-shortcuts", "true");
    }
    sliders.forEach((_, index) => showLever(index));
    showLegend();
    showPace();
    showChosen();
    state.net?.changed();
    draw();
    announce();
    showIdle();
  }

  // ---- what the kernel changes ----

  const followed = {
    "msg:custom": hear,
    "change:language": () => {
      const active = /** @type {HTMLElement | null} */ (document.activeElement);
      const had = active && root.contains(active) ? active.dataset.act : null;
      language = model.get("language");
      build();
      if (had) /** @type {HTMLElement} */ (root.querySelector(`[data-act="${had}"]`)).focus();
    },
    "change:intensities": () => {
      /** @type {number[]} */
      const wanted = model.get("intensities"), late = model.get("delays") || state.late;
      const same = wanted.every((value, i) => value === state.levers[i]) && late.every((/** @type {number} */ value, /** @type {number} */ i) => value === state.late[i]);
      if (state.resting || same) return;
      state.levers = [...wanted];
      state.late = [...late];
      state.sliders.forEach((_, index) => showLever(index));
    },
    "change:delays": () => followed["change:intensities"](),
    "change:_frame": () => {
      if (state.inFlight || state.dirty || state.resting) return;
      /** @type {number[]} */
      const resting = model.get("intensities");
      if (!resting.every((value, i) => value === state.levers[i])) return;
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
    const choice = /** @type {HTMLSelectElement | null} */ (root.querySelector(`#${id}-pin`));
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
