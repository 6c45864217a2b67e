// What would have to be true: how far a single slider of the world would have to go for a target to
// be as likely as not.

const EVEN = 0.5;

// The position of a slider, in hundredths, nearest to where it stands at which a target changes
// sides; null where none does. It is sought towards the end, or ends, at which it has.
/** @param {number} from @param {(hundredths: number) => Promise<boolean>} reached @param {boolean} now */
async function turningPoint(from, reached, now) {
  /** @type {number | null} */
  let best = null;
  for (const end of [0, 100]) {
    if (end === from || await reached(end) === now) continue;
    let [same, other] = [from, end];
    while (Math.abs(other - same) > 1) {
      const middle = Math.trunc((same + other) / 2);
      if (await reached(middle) === now) same = middle;
      else other = middle;
    }
    if (best === null || Math.abs(other - from) < Math.abs(best - from)) best = other;
  }
  return best;
}

// For each slider by itself, where the odds of a target pass one half, all others left as they stand;
// told one after another, until `stale` says that the question is old.
/**
 * @param {LocalModel} model @param {number} target @param {number[]} shares
 * @param {(knob: number, share: number | null, now: boolean) => void} tell @param {() => boolean} stale
 */
async function tellNeeded(model, target, shares, tell, stale) {
  const count = leverCount(model.plan);
  const likely = async (/** @type {number[]} */ at) => (await model.frameAt(at)).probability[target] >= EVEN;
  const now = await likely(shares);
  for (let knob = 0; knob < model.plan.outside.length && !stale(); knob++) {
    const at = [...shares];
    const reached = (/** @type {number} */ hundredths) => {
      at[count + knob] = hundredths / 100;
      return likely([...at]);
    };
    const found = await turningPoint(Math.round(100 * shares[count + knob]), reached, now);
    if (!stale()) tell(knob, found === null ? null : found / 100, now);
  }
}

/** @param {Plan} plan @param {Language} language */
function neededRow(plan, language) {
  const words = PAGE_WORDS[language];
  const choice = make("select", { "aria-label": words.neededOf });
  plan.panels.forEach((panel, index) => {
    if (panel.said === "figure") choice.append(make("option", { value: index, text: said(panel, language) }));
  });
  const ask = make("button", { type: "button", "data-act": "needed", text: words.needed, on: {
    click: () => ask.dispatchEvent(new CustomEvent("qt-needed", { bubbles: true, detail: Number(choice.value) })),
  } });
  return make("p", { class: "qt-ask" }, choice, ask);
}

// The answer beside each slider, and none as soon as a slider moves.
/** @param {Plan} plan @param {LocalModel} model @param {HTMLElement} deck */
function answerNeeded(plan, model, deck) {
  let question = 0;
  const cells = () => /** @type {NodeListOf<HTMLElement>} */ (deck.querySelectorAll(".qt-need"));
  model.on("change:_shown", () => {
    question += 1;
    for (const cell of cells()) cell.textContent = "";
  });
  deck.addEventListener("qt-needed", (event) => {
    const asked = ++question;
    /** @type {Language} */
    const language = model.get("language");
    for (const cell of cells()) cell.textContent = "…";
    tellNeeded(model, /** @type {CustomEvent} */ (event).detail, model.get("_shown"), (knob, share, now) => {
      const words = PAGE_WORDS[language][now ? "holds" : "lacks"];
      const cell = cells()[knob];
      cell.textContent = share === null ? words.never : words.at(outsideText(plan.outside[knob], share, language));
      cell.dataset.share = share === null ? "" : String(share);
    }, () => asked !== question);
  });
}
