// From what the engine saved to what the screen shows: measures of targets, odds, quantiles.

const ENDS = [0.05, 0.5, 0.95]; // of the interval of a measure, and its median

// Quantiles as NumPy takes them: linear between the two values beside.
/** @param {Numbers} values @param {number[]} levels */
function quantilesOf(values, levels) {
  const sorted = Float64Array.from(values).sort();
  return levels.map((level) => {
    if (!sorted.length) return NaN;
    const at = level * (sorted.length - 1);
    const below = Math.floor(at), part = at - below;
    const low = sorted[below], high = sorted[Math.min(below + 1, sorted.length - 1)];
    return part >= 0.5 ? high - (high - low) * (1 - part) : low + (high - low) * part;
  });
}

// Yearly figures of a panel, by variable and year, a value for each sound member.
/** @param {Reads} reads @param {RowOf} row @param {number[]} sound @returns {Figures[]} */
function figuresOf(reads, row, sound) {
  return reads.series.map((years) => /** @type {any} */ (new Map(Object.entries(years).map(([year, places]) =>
    [Number(year), figureOf(places, row, sound)]))));
}

// One value a member, or the difference of two.
/** @param {Place[]} places @param {RowOf} row @param {number[]} sound */
function figureOf(places, row, sound) {
  const rows = places.map(row);
  return Float64Array.from(sound, (m) => (rows.length === 1 ? rows[0][m] : rows[1][m] - rows[0][m]));
}

// Sums run from the first to the last, as Python's do.
/** @param {Figures[]} figures @param {number} year */
function ratioIn(figures, year) {
  const [main, ...over] = figures.map((years) => years.get(year));
  if (!over.length) return main;
  return main.map((value, m) => value / over.reduce((sum, row) => sum + row[m], 0));
}

/** @param {Panel} panel @param {Reads} reads @param {Figures[]} figures */
function measureOf(panel, reads, figures) {
  const [main] = figures;
  const years = panel.years, last = years[years.length - 1];
  if (panel.kind === "sum_of_years") {
    return main.get(last).map((_, m) => years.reduce((sum, year) => sum + main.get(year)[m], 0));
  }
  if (panel.kind === "rises_each_year") {
    return main.get(last).map((_, m) => Math.min(...years.map((y) => main.get(y)[m] - main.get(y - 1)[m])));
  }
  if (panel.kind === "ratio_rise") {
    const [before, after] = [ratioIn(figures, years[0]), ratioIn(figures, last)];
    return after.map((value, m) => value - before[m]);
  }
  return main.get(last);
}

/** @param {Panel} panel @param {Numbers} values */
function shareReached(panel, values) {
  if (!values.length) return NaN;
  let count = 0;
  for (const value of values) {
    if (panel.sense === "at_least" ? value >= panel.threshold : value > panel.threshold) count += 1;
  }
  return count / values.length;
}

// The frame of a state of the sliders: what the deck's kernel sends, in full precision.
/** @param {Plan} plan @param {RowOf} row @param {number[]} sound */
function frameOf(plan, row, sound) {
  const outcomes = plan.page.told.map((years) =>
    years.map((places) => quantilesOf(figureOf(places, row, sound), ENDS)));
  const [probability, interval, fans] = [/** @type {number[]} */ ([]), /** @type {number[][]} */ ([]), /** @type {number[][][]} */ ([])];
  plan.panels.forEach((panel, index) => {
    const reads = plan.page.reads[index];
    const figures = figuresOf(reads, row, sound);
    const values = measureOf(panel, reads, figures);
    const ends = quantilesOf(values, ENDS);
    probability.push(panel.said === "level" ? ends[1] : shareReached(panel, values));
    interval.push(ends);
    const early = reads.early.length;
    const years = plan.years.map((year, place) =>
      place < early ? reads.early[place] : quantilesOf(ratioIn(figures, year), plan.quantiles));
    fans.push(plan.quantiles.map((_, level) => years.map((levels) => levels[level])));
  });
  return { sound: sound.length, probability, interval, fans, outcomes };
}
