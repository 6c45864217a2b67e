// What a slider of the world outside makes of the knots of members, in a worker.

const [GROWTH, VALUE] = [0, 1]; // of `after`; any other number is a factor

// An edge lies at most this far above the mean of a year, as qiantang.evidence.paths has it.
const STEEPEST = 1.5;
/** @param {number} a @param {number} b */
const leastOf = (a, b) => (a < b ? a : b);

// Knots of one member's yearly figures, the last of them beyond the page: start and middle of each
// year, and an end of its own before a jump. `begin` is the value at the start, or null for a jump.
/** @param {number[]} figures @param {number | null} begin @param {number} jumps */
function yearlyKnots(figures, begin, jumps) {
  const years = figures.length - 1;
  const edges = [];
  for (let i = 0; i < years; i++) {
    const [own, next] = [figures[i], figures[i + 1]];
    edges.push(leastOf(own * Math.sqrt(next / own), STEEPEST * leastOf(next, own)));
  }
  const left = [begin ?? NaN, ...edges], right = [...edges];
  for (let i = 0; i < years; i++) {
    if (i > 0 && jumps & (1 << i)) {
      right[i - 1] = leastOf(figures[i - 1] * figures[i - 1] / left[i - 1], STEEPEST * figures[i - 1]);
    }
    if (jumps & (1 << i) || (i === 0 && begin === null)) {
      left[i] = leastOf(figures[i] * figures[i] / right[i], STEEPEST * figures[i]);
    }
  }
  const knots = [];
  for (let i = 0; i < years; i++) {
    if (i > 0 && jumps & (1 << i)) knots.push(right[i - 1]);
    knots.push(left[i], 2 * figures[i] - (left[i] + right[i]) / 2);
  }
  return [...knots, right[years - 1]];
}

// What a slider changes: its knots from the date on, a row for each, for the members from the first
// to the last. The setting is a number, a factor for each year, or null for the world as it was.
class Opening {
  /** @param {Arrays} arrays @param {number} place @param {number} first @param {number} last */
  constructor(arrays, place, first, last) {
    const [how, jumps, at, count, from, rows] = arrays.after.data.subarray(6 * place, 6 * place + 6);
    this.how = how;
    this.jumps = jumps;
    this.at = at;
    this.count = count;
    this.first = first;
    this.last = last;
    this.figures = arrays.figures.rows.slice(from, from + rows);
    this.before = arrays.knots.rows[at - 1];
  }

  /** @param {Setting} setting */
  rows(setting) {
    /** @param {Float64Array} row @param {number} member */
    const of = (row, member) => (row.length === 1 ? row[0] : row[member]);
    const out = Array.from({ length: this.count }, () => new Float64Array(this.last - this.first));
    for (let member = this.first; member < this.last; member++) {
      const own = this.figures.map((row) => of(row, member));
      const knots = this.how === GROWTH ? this.grown(own, /** @type {number[] | null} */ (setting), of(this.before, member)) : this.held(own, /** @type {number | null} */ (setting));
      knots.forEach((value, i) => { out[i][member - this.first] = value; });
    }
    return out;
  }

  /** @param {number[]} own @param {number[] | null} factors @param {number} begin */
  grown(own, factors, begin) {
    if (factors === null) return yearlyKnots(own, this.jumps & 1 ? null : begin, this.jumps);
    return yearlyKnots(own.map((value, i) => value * factors[Math.min(i, factors.length - 1)]), null, this.jumps);
  }

  /** @param {number[]} own @param {number | null} number */
  held(own, number) {
    if (number === null) return own;
    return own.map((value) => (this.how === VALUE ? number : number * value));
  }
}

// All of them, each worked out anew only where its setting is another one than before. `put` takes
// the number of a knot and a row of its values.
class Openings {
  /** @param {Arrays} arrays @param {number} first @param {number} last @param {(knot: number, row: Float64Array) => void} put */
  constructor(arrays, first, last, put) {
    this.put = put;
    this.each = Array.from({ length: arrays.after.shape[0] }, (_, i) => new Opening(arrays, i, first, last));
    /** @type {(string | undefined)[]} */
    this.set = this.each.map(() => undefined);
  }

  /** @param {Setting[]} settings */
  change(settings) {
    this.each.forEach((opening, i) => {
      const setting = settings[i] ?? null, key = JSON.stringify(setting);
      if (this.set[i] === key) return;
      this.set[i] = key;
      opening.rows(setting).forEach((row, k) => this.put(opening.at + k, row));
    });
  }
}
