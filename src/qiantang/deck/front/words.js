// Every word that the deck shows, in Chinese and in English.

/** @type {Record<Language, Words>} */
const WORDS = {
  zh: {
    name: "政策驾驶舱",
    levers: "政策举措力度",
    hint: (year, from, to) =>
      `滑块为全面落实时的力度：0为${year}年政策，1为“${to}”；按其原定进度推进${from}。`,
    timing: (first, last) => `（${moment(first, "zh")}起步，${moment(last, "zh")}到位）`,
    reset: "重置",
    full: "全部拉满",
    none: "全部归零",
    compare: "对比",
    pinned: (p) => `基准${p}`,
    pinNow: "以当前滑块为基准",
    noPin: "不对比",
    save: "存为情景",
    saveName: "情景文件名",
    saveTitle: "情景标题（可不填）",
    saveHint: "小写字母、数字、下划线",
    download: "下载",
    saved: (path) => `已保存：${path}。`,
    ready: (name) => `${name} 已生成。`,
    actual: "显示实际结果",
    other: "English",
    target: { above: "目标：超过", at_least: "目标：达到", rises: (year) => `目标：比${year}年提高`, rises_each_year: () => "目标：逐年增长" },
    sum: (first, last) => `${first}—${last}年合计`,
    mean: "（虚线：年均）",
    reached: "实现概率",
    outcomes: "无量化目标的成效",
    outcome: "成效",
    articleHead: "条款",
    before: "文件印发前",
    observed: { series: "有数据", other: "口径不同", none: "假设" },
    prior: "括号内为90%区间。举措成效取自先验，而非数据。",
    odds: { likely: "较有可能", open: "难以判断", unlikely: "不大可能", none: "无数据" },
    of: (year) => `${year}年`,
    change: "变化",
    least: "最小年增量",
    interval: (low, high) => `${low}～${high}`,
        then: "，",
    colon: "：",
    bracket: (text) => `（${text}）`,
    happened: (value) => `，实际${value}`,
    legend: { band90: "90%区间", band50: "50%区间", median: "中位数", seen: "统计数", unsure: "来源不明", later: (year) => `${year}年起实际`, target: "目标", pinned: "基准：中位数与90%区间" },
    frame: (ms, rate) => `每帧${ms}毫秒${rate}`,
    rate: (rate) => `，每秒${rate}帧`,
    waiting: "计算中……内核正忙时请稍候",
    lost: "内核没有应答，请重新运行本单元格",
    source: (s, sound) =>
      `${sound}个样本，种子${s.seed}，拟合${s.fit}，外部变量${s.vintage.title ? `按${said(s.vintage, "zh")}` : "按实际"}，底本“${said(s.base, "zh")}”，模型${s.model}`,
    announce: (parts) => `实现概率：${parts.join("；")}`,
    lever: "举措",
    chart: (title, text) => `${title}扇形图。${text}`,
  },
  en: {
    name: "Flight deck",
    levers: "Strength of the levers",
    hint: (year, from, to) =>
      `A slider is the intensity at full delivery: 0 is policy as of ${year}, 1 is “${to}”, along its own timing${from}.`,
    timing: (first, last) => ` (from ${moment(first, "en")}, in full from ${moment(last, "en")})`,
    reset: "Reset",
    full: "All to 1",
    none: "All to 0",
    compare: "Compare with",
    pinned: (p) => `pinned ${p}`,
    pinNow: "the sliders as they stand",
    noPin: "nothing",
    save: "Save as scenario",
    saveName: "file name",
    saveTitle: "title (optional)",
    saveHint: "small letters, digits, underscore",
    download: "download",
    saved: (path) => `Saved: ${path}.`,
    ready: (name) => `${name} is ready.`,
    actual: "Show what happened",
    other: "中文",
    target: { above: "target: above ", at_least: "target: at least ", rises: (year) => `target: higher than in ${year}`, rises_each_year: () => "target: rises each year" },
    sum: (first, last) => `sum of ${first}–${last}`,
    mean: " (dashed: a year)",
    reached: "P reached",
    outcomes: "What the plan moves without a figure",
    outcome: "outcome",
    articleHead: "article",
    before: "before the plan",
    observed: { series: "observed", other: "observed otherwise", none: "assumed" },
    prior: "In brackets the 90 % interval. What the levers do rests on priors, not data.",
    odds: { likely: "likely", open: "open", unlikely: "unlikely", none: "no series" },
    of: (year) => `${year}`,
    change: "change",
    least: "least yearly rise",
    interval: (low, high) => `${low} to ${high}`,
    then: ", ",
    colon: ": ",
    bracket: (text) => ` (${text})`,
    happened: (value) => `, happened ${value}`,
    legend: { band90: "90 % band", band50: "50 % band", median: "median", seen: "observed", unsure: "undocumented", later: (year) => `what happened from ${year}`, target: "target", pinned: "pinned: median and 90 %" },
    frame: (ms, rate) => `${ms} ms a frame${rate}`,
    rate: (rate) => `, ${rate} frames a second`,
    waiting: "computing … the kernel may be busy with another cell",
    lost: "The kernel does not answer: run this cell again.",
    source: (s, sound) =>
      `${sound} members, seed ${s.seed}, fit ${s.fit}, drivers ${s.vintage.title ? said(s.vintage, "en") : "as they happened"}, base “${said(s.base, "en")}”, model ${s.model}`,
    announce: (parts) => `Probability that a target is reached: ${parts.join("; ")}`,
    lever: "lever",
    chart: (title, text) => `Fan chart of ${title}. ${text}`,
  },
};

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August",
  "September", "October", "November", "December"];

// A decimal year in words: half past a year is its July.
/** @param {number} time @param {Language} language */
function moment(time, language) {
  const year = Math.floor(time);
  const month = Math.min(11, Math.floor((time - year) * 12 + 1e-9));
  return language === "zh" ? `${year}年${month + 1}月` : `${MONTHS[month]} ${year}`;
}

/** @param {Titled} record @param {Language} language */
const said = (record, language) => (language === "zh" ? record.title_zh || record.title : record.title);
