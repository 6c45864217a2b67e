// What each slider does to the card that was chosen: its target with the slider at 1 less that with
// it at 0, the others as they stand. Asked for as frames are, while nobody moves a slider.

/** @param {Plan} plan @returns {Effects} */
function effectsOf(plan) {
  // Sliders of the world outside stand behind those of the levers, and are none of the plan's.
  const count = plan.groups.reduce((all, group) => all + group.controls.length, 0);
  /** @type {Probe[]} */
  let queue = [];
  /** @type {(Frame | null)[][]} */
  let ends = []; // of each slider: what the frames with it at 0 and at 1 said of every card
  return {
    ask(levers) {
      ends = levers.map(() => [null, null]);
      queue = levers.slice(0, count).flatMap((_, lever) => [0, 1].map((end) => ({ lever, end })));
    },
    stop() { queue = []; },
    pending: () => queue.length > 0,
    // The next pair of slider and end, and the levers to ask the frame for.
    next(levers) {
      const probe = /** @type {Probe} */ (queue.shift());
      return { probe, levers: levers.map((value, i) => (i === probe.lever ? probe.end : value)) };
    },
    take({ lever, end }, frame) { ends[lever][end] = frame; },
    // The effect on a card, NaN where a frame is still missing.
    of(lever, card) {
      const [low, high] = ends[lever] || [null, null];
      if (!low || !high) return NaN;
      if (plan.panels[card].said === "figure") return high.probability[card] - low.probability[card];
      return high.interval[card][1] - low.interval[card][1];
    },
  };
}

// An effect as it stands beside a slider: points of a probability, else the change of the median.
/** @param {Panel} panel @param {number} effect @param {Language} language */
function effectText(panel, effect, language) {
  if (!Number.isFinite(effect)) return "";
  if (panel.said === "figure") {
    const points = Math.round(100 * effect);
    const size = language === "zh" ? Math.abs(points) : (Math.abs(points) / 100).toFixed(2);
    return points > 0 ? `+${size}` : points < 0 ? `−${size}` : "0";
  }
  const text = written(Math.abs(effect) * panel.words[language].factor, language);
  return text === "0" ? "0" : effect > 0 ? `+${text}` : `−${text}`;
}

// Beside every slider its effect; those that move the card most stand out.
/** @param {DeckState} state @param {Effects} effects @param {Plan} plan @param {Language} language */
function showEffects(state, effects, plan, language) {
  const card = state.chosen;
  const values = state.sliders.map((_, lever) => (card === null ? NaN : effects.of(lever, card)));
  const largest = Math.max(...values.map((v) => (Number.isFinite(v) ? Math.abs(v) : 0)));
  state.sliders.forEach(({ effect }, lever) => {
    const share = largest > 0 && Number.isFinite(values[lever]) ? Math.abs(values[lever]) / largest : 0;
    effect.textContent = card === null ? "" : effectText(plan.panels[card], values[lever], language);
    effect.classList.toggle("qt-most", share >= 0.5);
    effect.style.setProperty("--effect", String(share));
  });
  state.cards.forEach(({ card: node, choose }, index) => {
    node.classList.toggle("qt-chosen", index === card);
    choose.setAttribute("aria-pressed", String(index === card));
  });
}
