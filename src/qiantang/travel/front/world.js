// The world outside: what its sliders mean, in the run, in a file, in an address and in words.

/** @param {Plan} plan */
const leverCount = (plan) => plan.page.levers.length;

// The number of a slider: points of growth, a value or a factor; at rest that of the scenario.
/** @param {Knob} knob @param {number} share */
function outsideNumber(knob, share) {
  return share === knob.start ? knob.value : rounded(inputValue(knob, share));
}

/** @param {Plan} plan @param {number[]} shares */
const outsideNumbers = (plan, shares) =>
  plan.outside.map((knob, i) => outsideNumber(knob, shares[leverCount(plan) + i]));

// Growth of a yearly driver in per cent, as a file says it.
/** @param {number} expected @param {number} points */
const growthOf = (expected, points) => Number((expected + points).toFixed(4));

// What the workers are told: nothing where the world stands as in the scenario.
/** @param {Plan} plan @param {number[]} shares */
function outsideSettings(plan, shares) {
  return outsideNumbers(plan, shares).map((number, i) => {
    const { how, value, years } = plan.outside[i];
    if (number === value) return null;
    if (how !== "growth") return number;
    let factor = 1;
    return years.map(([, ratio, expected]) => {
      factor *= (1 + growthOf(expected, number) / 100) / ratio;
      return factor;
    });
  });
}

/** @param {Knob} knob @param {number} number */
function outsideEntry(knob, number) {
  /** @type {[any, any][]} */
  const own = knob.how === "growth" ? knob.years.map(([year, , expected]) => [year, `${growthOf(expected, number)} %`])
    : [[knob.date, knob.how === "factor" ? `x ${number}` : number]];
  return flow(knob.vintage ? [...own, ["vintage", JSON.stringify(knob.vintage)]] : own);
}

// What a scenario file says of drivers and constants; a driver that is changed names its vintage.
/** @param {Plan} plan @param {number[]} shares @param {FileWords} file */
function outsideLines(plan, shares, file) {
  const said = { drivers: new Map(), constants: new Map() };
  if (file.vintage !== null) {
    for (const [name, vintage] of Object.entries(file.drivers)) said.drivers.set(name, JSON.stringify(vintage));
  }
  outsideNumbers(plan, shares).forEach((number, i) => {
    const knob = plan.outside[i];
    if (number !== knob.value) said[knob.key].set(knob.name, outsideEntry(knob, number));
  });
  return Object.entries(said).flatMap(([key, entries]) => (entries.size
    ? [`${key}:`, ...Array.from(entries, ([name, text]) => `  ${name}: ${text}`)] : []));
}

/** @param {Plan} plan @param {number[]} shares */
const writtenOutside = (plan, shares) => outsideNumbers(plan, shares)
  .flatMap((number, i) => (number === plan.outside[i].value ? [] : [`${plan.outside[i].name}:${number}`])).join(",");

// The sliders at rest, those of the world moved as the text of a fragment has them.
/** @param {Plan} plan @param {string | null} text */
function readOutside(plan, text) {
  const shares = [...plan.start];
  for (const part of (text || "").split(",")) {
    const [name, value] = part.split(":");
    const index = plan.outside.findIndex((knob) => knob.name === name);
    if (index < 0 || !value) continue;
    const [low, high] = plan.outside[index].range;
    const share = Math.round((100 * (Number(value) - low)) / (high - low)) / 100;
    if (share >= 0 && share <= 1) shares[leverCount(plan) + index] = share;
  }
  return shares;
}

// ---- in words ----

/** @param {number} number @param {Language} language */
const signed = (number, language) => (number > 0 ? "+" : "") + written(number, language);

/** @param {Knob} knob @param {number} share @param {Language} language */
function outsideText(knob, share, language) {
  const number = outsideNumber(knob, share), { factor, short } = knob.words[language];
  if (knob.how !== "value" && number === knob.value) return PAGE_WORDS[language].rest;
  if (knob.how === "growth") return PAGE_WORDS[language].points(signed(number, language));
  if (knob.how === "factor") return PAGE_WORDS[language].times(written(number, language));
  return written(number * factor, language) + short;
}

/** @param {Knob} knob @param {Language} language */
function outsideHint(knob, language) {
  const words = PAGE_WORDS[language];
  if (knob.how !== "growth") return words.held[knob.how](moment(knob.date, language));
  const every = knob.years.map(([, , expected]) => `${written(expected, language)}%`);
  const growth = every.every((one) => one === every[0]) ? every.slice(0, 1) : every;
  return words.expected(knob.years[0][0], knob.years[knob.years.length - 1][0], growth);
}

/** @param {Plan} plan @param {Language} language @param {Acts} acts @param {string} id @param {Slider[]} sliders */
function outsidePanel(plan, language, acts, id, sliders) {
  const words = PAGE_WORDS[language];
  const rows = make("div", { class: "qt-outsides" });
  for (const knob of plan.outside) {
    const control = { ...knob, lever: knob.name, cited: { [language]: outsideHint(knob, language) }, articles: [], meaning: "" };
    const slider = sliderRow(control, sliders.length, { ...plan, articles: null }, language, acts, id);
    sliders.push({ ...slider, told: (/** @type {number} */ share) => outsideText(knob, share, language) });
    slider.row.append(make("small", { class: "qt-need", role: "status" }));
    rows.append(slider.row);
  }
  return make("details", { class: "qt-outside", open: "" }, make("summary", { text: words.outside }),
    make("p", { class: "qt-hint", text: words.outsideHint }), neededRow(plan, language), rows);
}

// What is changed of the world, beside the odds; nothing where it is that of the scenario.
/** @param {Plan} plan @param {number[]} shares @param {Language} language */
function outsideTold(plan, shares, language) {
  const changed = plan.outside.flatMap((knob, i) => {
    const share = shares[leverCount(plan) + i];
    return share === knob.start ? [] : [`${said(knob, language)} ${outsideText(knob, share, language)}`];
  });
  const words = PAGE_WORDS[language];
  return changed.length ? words.changed(changed.join(words.and)) : "";
}
