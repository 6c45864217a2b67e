// Words of the page that the deck in a notebook does not have.

/** @type {Record<Language, PageWords>} */
const PAGE_WORDS = {
  zh: {
    lead: "拖动滑块，各项目标实现的可能性随即更新；点开条款可查看原文。可与其他情景对比，可存为情景文件，也可打印。",
    here: (date) => `全部计算在本机浏览器内完成，不联网，不上传。文件生成于${date}。`,
    starting: "正在读取样本……",
    refused: (why) => `本浏览器无法运行模型（${why}）。请用较新的 Chrome、Edge 或 Firefox 打开。`,
    print: "打印",
    outside: "需要怎样的外部条件",
    outsideHint: "以下各项不由本市决定。拖动滑块，看外部环境变到什么程度，目标才能实现（或才会落空）。",
    expected: (first, last, growth) => `${first}—${last}年增速，预期${growth.join("、")}`,
    held: { value: (when) => `${when}起`, factor: (when) => `${when}起，为原值的倍数` },
    rest: "不变",
    neededOf: "目标",
    needed: "单凭一项，要变到多少？",
    lacks: { at: (number) => `需变到${number}才过半`, never: "单凭此项不足" },
    holds: { at: (number) => `到${number}即不足一半`, never: "始终过半" },
    points: (number) => `${number}个百分点`,
    times: (number) => `×${number}`,
    changed: (what) => `外部条件已改：${what}`,
    and: "；",
  },
  en: {
    lead: "Drag a lever and the odds of every target follow; open an article to read it. Compare with another scenario, save yours as a file, or print.",
    here: (date) => `Everything is computed in this browser, on this machine: no network, nothing sent. Made on ${date}.`,
    starting: "Reading the members …",
    refused: (why) => `This browser cannot run the model (${why}). Open the file in a recent Chrome, Edge or Firefox.`,
    print: "Print",
    outside: "What would have to be true outside",
    outsideHint: "None of this is the city's to decide. Move a slider to see how far the world would have to change for a target to be reached, or missed.",
    expected: (first, last, growth) => `growth ${first}–${last}, expected ${growth.join(", ")}`,
    held: { value: (when) => `from ${when}`, factor: (when) => `from ${when}, times its own value` },
    rest: "as it is",
    neededOf: "target",
    needed: "By itself, how far would each have to go?",
    lacks: { at: (number) => `even odds from ${number}`, never: "not enough by itself" },
    holds: { at: (number) => `below even odds at ${number}`, never: "even odds throughout" },
    points: (number) => `${number} points`,
    times: (number) => `×${number}`,
    changed: (what) => `World outside changed: ${what}`,
    and: "; ",
  },
};

// Where the page is of a model file alone: no plan, no targets, no odds.
/** @type {Record<Language, Partial<Words> & { lead: string }>} */
const MODEL_WORDS = {
  zh: {
    name: "模型试算", levers: "输入", hint: () => "滑块为各输入的取值，数字即所取的值。", reached: "期末中位数",
    of: (time) => `${written(time, "zh", 5)}时`,
    source: (s, sound) => `${sound}组样本，随机种子${s.seed}，模型文件${s.file}（${s.model}）`,
    announce: (parts) => `期末值：${parts.join("；")}`,
    lead: "拖动滑块，各项结果随即更新。可与此前的取值对比，也可打印。",
  },
  en: {
    name: "Model", levers: "Inputs", hint: () => "A slider sets an input; the number is its value.", reached: "median at the end",
    of: (time) => `at ${written(time, "zh", 5)}`,
    source: (s, sound) => `${sound} members, seed ${s.seed}, model file ${s.file} (${s.model})`,
    announce: (parts) => `Levels at the end: ${parts.join("; ")}`,
    lead: "Drag an input and every result follows. Compare with earlier values, or print.",
  },
};
