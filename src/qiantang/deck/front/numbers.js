// A frame's bytes as numbers, and numbers as an office writes them.

// Layout: sound members; probability of each target; 5 %, median, 95 % of each; fans
// (panel, quantile, year); 5 %, median, 95 % of each outcome in each of its years. Little-endian 32-bit floats.
/** @param {any} bytes @param {Plan} plan */
function unpackFrame(bytes, plan) {
  if (bytes && bytes.fans) return bytes; // a page that computes by itself has the numbers
  if (!bytes || !bytes.byteLength) return null;
  const view = bytes.buffer ? bytes : new DataView(bytes);
  const copy = new Uint8Array(view.byteLength);
  copy.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  const data = new Float32Array(copy.buffer);
  const count = plan.panels.length, years = plan.years.length, levels = plan.quantiles.length;
  let at = 1;
  /** @param {number} size */
  const take = (size) => data.subarray(at, (at += size));
  const probability = take(count);
  const interval = Array.from({ length: count }, () => take(3));
  const fans = Array.from({ length: count }, () =>
    Array.from({ length: levels }, () => take(years)));
  const outcomes = plan.outcomes.rows.map(() => plan.outcomes.years.map(() => take(3)));
  return { sound: data[0], probability, interval, fans, outcomes };
}

// As the charts and memos write it: three significant digits, whole from a hundred on; English
// groups thousands, Chinese offices do not.
/** @param {number} value @param {Language} language @param {number=} digits */
function written(value, language, digits = 3) {
  if (!Number.isFinite(value)) return language === "zh" ? "无" : "n/a";
  if (value === 0) return "0";
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))));
  let text = Math.abs(value).toFixed(places);
  if (places && Number(text) >= 10 ** (digits - places)) text = Math.abs(value).toFixed(places - 1);
  if (text.includes(".")) text = text.replace(/\.?0+$/, "");
  if (language === "en") text = text.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ",");
  return value < 0 && text !== "0" ? `−${text}` : text;
}

// The same where there is room for a few signs alone; large numbers have words where they are given.
/** @param {number} value @param {Language} language @param {Record<Language, [string, number][]>} [large] */
function briefly(value, language, large) {
  const size = Math.abs(value);
  if (large && size >= 1e4) {
    const { factor, short } = unitFor({ factor: 1, short: "", large: large[language] }, value);
    return written(value * factor, language, 4) + short;
  }
  return size >= 1e5 || (size > 0 && size < 1e-3) ? value.toExponential(2).replace("+", "") : written(value, language, 4);
}

// The unit in which a number is written: where a model file leaves it open, as its size asks.
/** @param {Unit} words @param {number} value */
function unitFor(words, value) {
  if (!words.large) return words;
  const [short, size] = words.large.find((one) => Math.abs(value) >= one[1]) || ["", 1];
  return { factor: 1 / size, short };
}

// A probability; an ensemble never says quite never or quite surely.
/** @param {number} p @param {Language} language */
function chance(p, language) {
  if (!Number.isFinite(p)) return written(p, language);
  const hundredths = Math.floor(Number((100 * p).toFixed(4)) + 0.5);
  if (language === "zh") return p < 0.005 ? "<1%" : p > 0.995 ? ">99%" : `${hundredths}%`;
  return p < 0.005 ? "<0.01" : p > 0.995 ? ">0.99" : (hundredths / 100).toFixed(2);
}

// The odds of a target: in a word where its level is judgement, so that no figure is made up.
/** @param {Panel} panel @param {number} p @param {Language} language */
function odds(panel, p, language) {
  if (panel.said === "figure") return chance(p, language);
  if (panel.said === "level") {
    const { factor, short } = unitFor(panel.words[language], p);
    return written(p * factor, language) + short; // no target
  }
  const words = WORDS[language].odds;
  if (panel.said === "none" || !Number.isFinite(p)) return words.none;
  return p >= 2 / 3 ? words.likely : p <= 1 / 3 ? words.unlikely : words.open;
}

// The change of a probability.
/** @param {number} difference @param {Language} language */
function changed(difference, language) {
  const hundredths = Math.round(100 * difference);
  const sign = hundredths > 0 ? "+" : hundredths < 0 ? "−" : "±";
  const size = Math.abs(hundredths);
  return language === "zh" ? `${sign}${size}个百分点` : `${sign}${(size / 100).toFixed(2)}`;
}

// Round numbers from low to high, about `count` of them.
/** @param {number} low @param {number} high @param {number} count */
function ticksOf(low, high, count) {
  const raw = (high - low) / count;
  const base = 10 ** Math.floor(Math.log10(raw));
  const step = base * ([1, 2, 2.5, 5, 10].find((m) => base * m >= raw * 0.999) || 10);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(i * step || 0);
  return ticks;
}
