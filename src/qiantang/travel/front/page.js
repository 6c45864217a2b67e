// The page around the deck: title, theme, print, the state in the address, and the start.

/** @param {string} id */
const partOf = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} id */
const textOf = (id) => partOf(id).textContent || "";

// The deck's dark colours are asked for as in Jupyter.
function followTheme() {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const show = () => { document.body.dataset.jpThemeLight = String(!dark.matches); };
  dark.addEventListener("change", show);
  show();
}

/** @param {Plan} plan @param {Model} model */
function pageHead(plan, model) {
  /** @type {Language} */
  const language = model.get("language");
  const words = PAGE_WORDS[language];
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  const title = said(plan.page.about, language);
  document.title = title;
  return [
    make("h1", { text: title }),
    make("p", { class: "qp-lead", text: words.lead }),
    make("div", { class: "qp-acts" },
      make("button", { type: "button", class: "qp-language", lang: language === "zh" ? "en" : "zh", text: WORDS[language].other,
        on: { click: () => { model.set("language", language === "zh" ? "en" : "zh"); model.save_changes(); } } }),
      make("button", { type: "button", class: "qp-print", "data-act": "print", text: words.print, on: { click: () => window.print() } })),
  ];
}

// The odds in small beside the sliders, for screens that cannot show both at once.
/** @param {HTMLElement} deck */
function oddsStrip(deck) {
  const strip = make("div", { class: "qp-strip", "aria-hidden": "true" });
  const follow = () => strip.replaceChildren(...[...deck.querySelectorAll(".qt-card")].map((card) =>
    make("div", {}, make("span", { text: card.querySelector("h4")?.textContent }),
      make("b", { text: card.querySelector(".qt-chance")?.textContent || "" }))));
  new MutationObserver(follow).observe(deck, { childList: true, subtree: true });
  return strip;
}

/** @param {Plan} plan @param {LocalModel} model */
function showPage(plan, model) {
  const main = partOf("page");
  const head = make("header", { class: "qp-head" });
  const deck = make("div", {});
  const foot = make("p", { class: "qp-foot" });
  const words = () => {
    head.replaceChildren(...pageHead(plan, model));
    foot.textContent = PAGE_WORDS[/** @type {Language} */ (model.get("language"))].here(plan.page.about.date);
  };
  words();
  model.on("change:language", words);
  const world = make("p", { class: "qp-world", role: "status" });
  const follow = () => { world.textContent = outsideTold(plan, model.get("_shown"), model.get("language")); };
  follow();
  model.on("change:_shown", follow);
  model.on("change:language", follow);
  answerNeeded(plan, model, deck);
  main.replaceChildren(head, oddsStrip(deck), world, deck, foot);
  return render({ model, el: deck });
}

// The state goes into the address when the sliders rest, and comes from it when it is edited.
/** @param {Plan} plan @param {LocalModel} model */
function followAddress(plan, model) {
  let written = window.location.hash.slice(1);
  model.on("saved", () => {
    const pinned = model.get("_pin").name || "";
    written = writtenState(plan, {
      language: model.get("language"), shares: model.get("intensities"), pinned, pinnedShares: model.pinnedShares,
    });
    window.location.replace(`#${written}`);
  });
  window.addEventListener("hashchange", () => {
    if (decodeURIComponent(window.location.hash.slice(1)) === decodeURIComponent(written)) return;
    openState(plan, model, readState(plan, window.location.hash));
  });
}

/** @param {Plan} plan @param {LocalModel} model @param {PageState} state */
async function openState(plan, model, state) {
  if (state.language !== model.get("language")) model.set("language", state.language);
  model.set("intensities", state.shares);
  model.set("_frame", await model.frameAt(state.shares));
  model.set("_shown", state.shares);
  if (state.pinned || state.pinnedShares) await model.pin(state.pinned, state.pinnedShares);
  else if ("name" in model.get("_pin")) model.unpin();
}

// The step as WebAssembly, or nothing where the browser has none or refuses it.
async function compiledModule() {
  try {
    return await WebAssembly.compile(Uint8Array.from(atob(textOf("module")), (c) => c.charCodeAt(0)));
  } catch (error) {
    if (textOf("engine").includes("const PROGRAM = null")) throw error;
    return null;
  }
}

async function begin() {
  /** @type {Plan} */
  const plan = JSON.parse(textOf("plan"));
  if (plan.kind === "model") {
    for (const language of /** @type {Language[]} */ (["zh", "en"])) {
      Object.assign(WORDS[language], MODEL_WORDS[language]);
      PAGE_WORDS[language].lead = MODEL_WORDS[language].lead;
    }
    partOf("page").classList.add("qp-model");
  }
  const state = readState(plan, window.location.hash);
  const main = partOf("page");
  followTheme();
  main.textContent = PAGE_WORDS[state.language].starting;
  await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
  try {
    const bytes = await inflated(bytesOf(textOf("members")));
    const arrays = unpacked(bytes);
    const module = await compiledModule();
    const model = new LocalModel(plan, arrays, new Workers(plan, textOf("engine"), module, bytes), state);
    const first = model.frameAt(state.shares);
    showPage(plan, model);
    model.values._frame = await first;
    model.fire("change:_frame");
    followAddress(plan, model);
    if (state.pinned || state.pinnedShares) await model.pin(state.pinned, state.pinnedShares);
    document.documentElement.dataset.first = performance.now().toFixed(0);
    document.documentElement.dataset.ready = "yes";
  } catch (error) {
    main.textContent = PAGE_WORDS[state.language].refused(error instanceof Error ? error.message : error);
  }
}

begin();
