// The page: sliders by chapter, buttons, one card a target. Text is set, never parsed as HTML.

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} settings
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
function make(tag, settings = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(settings)) {
    if (key === "class") node.className = value;
    else if (key === "text") node.textContent = value;
    else if (key === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

// What an input of a model file is at a share of its range: where it starts, as in the file.
/** @param {(Control | Lever | Knob)} input @param {number} share */
function inputValue(input, share) {
  const [low, high] = /** @type {Pair} */ (input.range);
  return share === input.start ? /** @type {number} */ (input.value) : low + share * (high - low);
}

/** @param {Control} control @param {number} index @param {Plan} plan @param {Language} language @param {Acts} acts @param {string} id */
function sliderRow(control, index, plan, language, acts, id) {
  const name = `${id}-lever-${index}`;
  const title = said(control, language);
  const value = make("output", { for: name, class: "qt-value", "aria-hidden": "true" });
  const input = make("input", {
    id: name, type: "range", min: 0, max: 1, step: plan.step, "data-lever": control.lever,
    title: language === "en" && control.meaning,
    on: {
      input: () => acts.moved(index, Number(input.value)),
      change: () => acts.rest(),
    },
  });
  const late = make("small", { class: "qt-late" });
  const label = make("label", { for: name }, make("span", { text: title, title: control.cited ? control.cited[language] : false }));
  const effect = make("output", { for: name, class: "qt-effect" });
  const row = make("div", { class: "qt-lever" }, label, input, value, effect);
  if (plan.articles) row.append(articleWords(control, plan, language));
  else label.append(make("small", { text: control.cited[language], title: control.cited[language] }));
  label.append(late);
  /** @param {number} share */
  const told = (share) => (control.range ? briefly(inputValue(control, share), language, control.large) : share.toFixed(2));
  return { row, input, value, told, effect, late };
}

// What the articles that call for a lever say, folded away.
/** @param {Control} control @param {Plan} plan @param {Language} language */
function articleWords(control, plan, language) {
  const articles = /** @type {NonNullable<Plan["articles"]>} */ (plan.articles);
  const told = control.articles.filter((number) => articles[number]).map((number) => {
    const { quote, translation } = articles[number];
    const own = language === "en" && translation;
    return make("blockquote", { lang: own ? "en" : articles.lang },
      ...(own ? translation : quote).split("\n").map((line) => make("p", { text: line })));
  });
  return make("details", { class: "qt-words" }, make("summary", { text: control.cited[language] }), ...told);
}

/** @param {Plan} plan @param {Language} language @param {Acts} acts @param {string} id */
function sliderPanel(plan, language, acts, id) {
  const words = WORDS[language];
  /** @type {Slider[]} */
  const sliders = [];
  const s = plan.source;
  const timing = s.timing.length ? words.timing(s.timing[0], s.timing[s.timing.length - 1]) : "";
  const panel = make("section", { class: "qt-levers", "aria-label": words.levers },
    make("h3", { text: words.levers }),
    make("p", { class: "qt-hint", text: words.hint(s.base_year, timing, said(s.plan, language)) }));
  for (const group of plan.groups) {
    const set = make("fieldset", {}, make("legend", { text: said(group, language) }));
    for (const control of group.controls) {
      const slider = sliderRow(control, sliders.length, plan, language, acts, id);
      sliders.push(slider);
      set.append(slider.row);
    }
    panel.append(set);
  }
  return { panel, sliders };
}

/** @param {Plan} plan @param {Language} language @param {Acts} acts @param {string} id @param {DeckState} state */
function toolBar(plan, language, acts, id, state) {
  const words = WORDS[language];
  /** @param {string} text @param {any} act @param {string} name */
  const button = (text, act, name) => make("button", { type: "button", text, "data-act": name, on: { click: act } });
  const choice = make("select", { id: `${id}-pin`, on: { change: () => acts.pin(choice.value) } },
    make("option", { value: "-off", text: words.noPin }),
    make("option", { value: "-now", text: words.pinNow }),
    ...plan.scenarios.map((s) => make("option", { value: s.name, text: said(s, language) })));
  choice.value = state.pinned;
  const actual = make("input", {
    type: "checkbox", id: `${id}-actual`, on: { change: () => acts.actual(actual.checked) },
  });
  actual.checked = state.showActual;
  const name = make("input", {
    type: "text", id: `${id}-name`, "aria-label": words.saveName, placeholder: words.saveName,
    title: words.saveHint, pattern: "[a-z\u4e00-\u9fff][a-z0-9_\u4e00-\u9fff]*", maxlength: 64, required: "", spellcheck: "false",
    autocomplete: "off",
  });
  const title = make("input", {
    type: "text", "aria-label": words.saveTitle, placeholder: words.saveTitle, maxlength: 120, autocomplete: "off",
  });
  const save = make("form", {
    class: "qt-save",
    on: { submit: (/** @type {Event} */ event) => { event.preventDefault(); acts.save(name.value, title.value); } },
  }, name, title, make("button", { type: "submit", text: words.save, "data-act": "save" }));
  return make("div", { class: "qt-bar" },
    make("strong", { text: words.name }),
    button(words.reset, acts.reset, "reset"),
    ...(plan.moves === null ? [] : [button(words.none, () => acts.all(0), "none"),
      button(words.full, () => acts.all(1), "full")]),
    make("span", { class: "qt-pair" }, make("label", { for: `${id}-pin`, text: words.compare }), choice),
    ...(plan.moves === null ? [] : [
      make("span", { class: "qt-pair" }, actual, make("label", { for: `${id}-actual`, text: words.actual })), save]),
    make("button", { type: "button", class: "qt-language", text: words.other, "data-act": "language",
      lang: language === "zh" ? "en" : "zh", on: { click: acts.language } }));
}

/** @param {Language} language @param {(Frame | null)} pinned @param {boolean} showActual @param {(number | null)} moves */
function legend(language, pinned, showActual, moves) {
  const words = WORDS[language].legend;
  /** @param {keyof Words["legend"]} kind */
  const item = (kind) => make("span", {}, make("i", { class: `qt-key qt-key-${kind}` }),
    kind === "later" ? words.later(moves) : words[kind]);
  /** @type {(keyof Words["legend"])[]} */
  const kinds = ["median", "band50", "band90"];
  if (moves !== null) kinds.push("target", "seen", "unsure");
  if (moves !== null && showActual) kinds.push("later");
  if (pinned) kinds.push("pinned");
  return kinds.map(item);
}

/** @param {Panel} panel @param {Language} language */
function targetText(panel, language) {
  const words = WORDS[language];
  const own = panel.words[language];
  const [first, last] = [panel.years[0], panel.years[panel.years.length - 1]];
  if (panel.sense === "level") return "";
  if (panel.sense === "rises" || panel.sense === "rises_each_year") return words.target[panel.sense](first);
  const aim = words.target[panel.sense] + written(panel.threshold * own.factor, language) + own.short;
  if (panel.kind === "sum_of_years") return words.sum(first, last) + words.then + aim + words.mean;
  return words.of(last) + (language === "en" ? " " : "") + aim;
}

/** @param {Panel} panel @param {Language} language @param {Choosing} choosing */
function targetCard(panel, language, choosing) {
  const words = WORDS[language];
  const canvas = make("canvas", { role: "img" });
  const chance = make("b", { class: `qt-chance qt-${panel.said}`, "data-target": panel.target });
  const versus = make("p", { class: "qt-versus" });
  const numbers = make("p", { class: "qt-numbers" });
  const choose = make("button", {
    type: "button", class: "qt-choose", text: said(panel, language), title: words.choose, "aria-pressed": "false",
    on: { click: choosing.act },
  });
  const card = make("article", { class: "qt-card", "data-target": panel.target },
    make("h4", {}, choosing.possible ? choose : said(panel, language)),
    make("header", {},
      make("div", {},
        make("small", { text: [panel.words[language].article, targetText(panel, language)].filter(Boolean).join(" · ") })),
      make("div", { class: "qt-score" }, make("small", { text: words.reached }), chance)),
    versus, canvas, numbers);
  return { card, canvas, chance, versus, numbers, choose };
}

// What the plan moves without a figure: a table, folded away, whose cells follow the sliders.
/** @param {Plan["outcomes"]} outcomes @param {Language} language */
function outcomeTable(outcomes, language) {
  const words = WORDS[language];
  /** @type {HTMLElement[][]} */
  const cells = [];
  const rows = outcomes.rows.map((row) => {
    const own = outcomes.years.map(() => make("td", { class: "qt-outcome" }));
    cells.push(own);
    return make("tr", {}, make("th", { scope: "row", text: said(row, language), title: row.words[language].note }),
      make("td", { text: row.words[language].article }), make("td", { text: words.observed[row.observed] }), ...own);
  });
  const head = make("tr", {}, ...[words.outcome, words.articleHead, words.before, ...outcomes.years.map(words.of)]
    .map((text) => make("th", { scope: "col", text })));
  const table = make("details", { class: "qt-outcomes" }, make("summary", { text: words.outcomes }),
    make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)),
    make("p", { text: words.prior }));
  return { table, cells };
}

// The odds at each review, as they were told then: they do not follow the sliders.
/** @param {Reviews} reviews @param {Language} language */
function oddsTable(reviews, language) {
  const words = WORDS[language];
  const head = [words.reviewTarget, ...reviews.days].map((text) => make("th", { scope: "col", text }));
  const rows = reviews.rows.map((row) => make("tr", {}, make("th", { scope: "row", text: said(row, language) }),
    ...row.chances.map((p) => make("td", { class: "qt-odds", text: p === null ? "" : chance(p, language) }))));
  return make("details", { class: "qt-outcomes qt-reviews" },
    make("summary", { text: words.reviews(said(reviews.scenario, language)) }),
    make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)));
}

/** @param {Outcome} row @param {Numbers} interval @param {Language} language */
function outcomeText(row, interval, language) {
  const { factor, short } = row.words[language];
  const [low, middle, high] = Array.from(interval, (v) => written(v * factor, language));
  return `${middle}${short}${WORDS[language].bracket(WORDS[language].interval(low, high))}`;
}

// The measure in words: median, interval, and what happened.
/** @param {Panel} panel @param {Numbers} interval @param {Language} language @param {boolean} showActual */
function measureText(panel, interval, language, showActual) {
  const words = WORDS[language];
  const { factor, short } = unitFor(panel.words[language], interval[1]);
  const last = panel.years[panel.years.length - 1];
  const name = {
    sum_of_years: words.sum(panel.years[0], last), ratio_rise: words.change, rises_each_year: words.least,
  }[panel.kind] || words.of(last);
  const [low, middle, high] = Array.from(interval, (v) => written(v * factor, language));
  const happened = showActual && panel.actual !== null
    ? words.happened(written(panel.actual * factor, language)) : "";
  return `${name}${words.colon}${middle}${short}${words.bracket(words.interval(low, high))}${happened}`;
}
