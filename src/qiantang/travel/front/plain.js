// The step in plain JavaScript, one member at a time, where a browser refuses WebAssembly. The words
// are those of the kernel's source.

const NAN = NaN, INF = Infinity;
const { abs: absolute, exp, floor, log, log10, sqrt, trunc, sin, cos, tan, sinh, cosh, tanh } = Math;
const { asin: arcsin, acos: arccos, atan: arctan } = Math;
/** @typedef {(x: number, y: number) => number} Two @typedef {Record<number, [number, number]>} Rows */
/** @type {(c: unknown, x: number, y: number) => number} */
const choose = (c, x, y) => (c ? x : y);
/** @param {unknown} c */
const negate = (c) => !c;
/** @param {number} x */
const square = (x) => x * x;
/** @type {(x: number, y: number, z: number) => number} */
const fused = (x, y, z) => x * y + z;
/** @type {Two} */
const quotient = (a, b) => a / b;
/** @type {Two} */
const lesser = (a, b) => (a !== a ? a : a < b ? a : b);
/** @type {Two} */
const greater = (a, b) => (a !== a ? a : a > b ? a : b);
/** @type {Two} */
const power = (x, y) => (x === 1 || y === 0 ? 1 : Math.pow(x, y));
/** @type {(a: number, b: number, otherwise: number) => number} */
const xidz = (a, b, otherwise) => (Math.abs(b) < 1e-6 ? otherwise : a / b);
/** @type {Two} */
const quantum = (a, b) => (b < 1e-6 ? a : b * Math.trunc(a / b));
/** @type {(time: number, dt: number, height: number, from: number) => number} */
const step_function = (time, dt, height, from) => height * (time + dt / 2 > from ? 1 : 0);
/** @type {(time: number, slope: number, from: number, to: number) => number} */
const ramp = (time, slope, from, to) => (time + 1e-6 > from ? 1 : 0) * slope * (lesser(to, time) - from);
/** @type {(time: number, dt: number, from: number, width: number) => number} */
const pulse = (time, dt, from, width) =>
  (time + dt / 2 > from && time + dt / 2 < from + greater(width, dt) ? 1 : 0);

// To the nearest whole number, halves to the even one.
/** @param {number} x */
function rint(x) {
  const down = Math.floor(x), part = x - down;
  return part < 0.5 || (part === 0.5 && down % 2 === 0) ? down : part === part ? down + 1 : x;
}

/** @type {(time: number, dt: number, from: number, width: number, repeat: number, to: number) => number} */
function pulse_train(time, dt, from, width, repeat, to) {
  const since = time + dt / 2 - from, between = repeat > 0 ? repeat : dt;
  const phase = since - Math.floor(since / between) * between;
  return since > 0 && time < to + dt / 2 && phase < greater(width, dt) ? 1 : 0;
}

/** @type {(knots: [number, number, number][], mode: string) => (x: number) => number} */
function tableOf(knots, mode) {
  const [low, high] = [knots[1][0], knots[knots.length - 1][0]];
  /** @type {(knot: number, x: number) => boolean} */
  const reached = mode === "look_forward" ? (knot, x) => knot < x : (knot, x) => knot <= x;
  return (x) => {
    if (x !== x) return x;
    let place = 0;
    while (place + 1 < knots.length && reached(knots[place + 1][0], x)) place += 1;
    const [from, value, slope] = knots[place];
    const at = mode === "interpolate" ? Math.min(Math.max(x, low), high) : x;
    return slope === 0 ? value : slope * (at - from) + value;
  };
}

class PlainEngine {
  /** @type {Sizes} */ sizes;
  /** @type {Arrays} */ arrays;

  /** @param {Sizes} sizes @param {Arrays} arrays @param {number} first @param {number} last */
  constructor(sizes, arrays, first, last) {
    this.sizes = sizes;
    this.first = first;
    this.last = last;
    this.a = new Float64Array(PROGRAM.rows);
    const rows = [...arrays.knots.rows];
    this.arrays = { ...arrays, knots: { ...arrays.knots, rows } };
    /** @param {number} knot @param {Float64Array} row */
    const put = (knot, row) => {
      rows[knot] = new Float64Array(arrays.knots.shape[1]);
      rows[knot].set(row, first);
    };
    this.openings = new Openings(arrays, first, last, put);
    this.past = PROGRAM.delays.map(() => new Float64Array(sizes.steps + 1));
  }

  /** @param {Column[]} columns @param {Setting[]} outside */
  run(columns, outside) {
    this.openings.change(outside);
    const { sizes, arrays } = this;
    const members = this.last - this.first, count = arrays.series.shape[1];
    const { data } = arrays.series;
    for (const [place, values] of columns) {
      if (place >= 0) values.forEach((value, step) => { data[step * count + place] = value; });
    }
    const out = new Float64Array(sizes.outputs * sizes.times * members), bad = new Uint8Array(members);
    for (let m = 0; m < members; m++) this.member(m, members, out, bad);
    return { out, bad };
  }

  /** @param {number} member @param {number} index */
  fill(member, index) {
    const { a, arrays } = this;
    const { filled, firstFilled } = PROGRAM;
    const width = arrays.series.shape[1];
    /** @param {Float64Array} row */
    const knot = (row) => (row.length === 1 ? row[0] : row[member]);
    for (let r = 0; r < filled; r++) {
      const place = arrays.series_of.data[r];
      if (place >= 0) {
        a[firstFilled + r] = arrays.series.data[index * width + place];
        continue;
      }
      const left = arrays.knot_of.data[r] + arrays.left.data[index * filled + r];
      const part = arrays.share.data[index * filled + r], value = knot(arrays.knots.rows[left]);
      a[firstFilled + r] = part === 0 ? value : value + (knot(arrays.knots.rows[left + 1]) - value) * part;
    }
  }

  /** @param {number} m @param {number} members @param {Float64Array} out @param {Uint8Array} bad */
  member(m, members, out, bad) {
    const { a, arrays, sizes, past } = this;
    /** @param {Float64Array} row */
    const own = (row) => (row.length === 1 ? row[0] : row[this.first + m]);
    arrays.own_of.data.forEach((place, r) => {
      a[r] = place < 0 ? arrays.shared.data[r] : own(arrays.own.rows[place]);
    });
    this.fill(this.first + m, 0);
    if (sizes.begin === 0) start(a);
    still(a);
    if (sizes.begin > 0) PROGRAM.moved.forEach((row, i) => { a[row] = own(arrays.early.rows[i]); });
    /** @param {Pair[]} rows @param {number} place */
    const keep = (rows, place) => {
      for (const [output, row] of rows) {
        out[(output * sizes.times + place) * members + m] = a[row];
        if (!Number.isFinite(a[row])) bad[m] = 1;
      }
    };
    for (let k = 0, p = 0; k <= sizes.steps; k++) {
      PROGRAM.delays.forEach(([row, from, , order], d) => {
        const steps = a[order];
        a[row] = steps !== steps ? NaN : steps <= k ? past[d][k - Math.trunc(steps)] : a[from];
      });
      for (let stage = 0; stage < PROGRAM.stages; stage++) {
        if (k + stage > 0) this.fill(this.first + m, PROGRAM.stages === 1 ? k : 3 * k + ((stage + 1) >> 1));
        let q = p;
        for (; stage === 0 && arrays.saved.data[q] === k; q++) keep(PROGRAM.before, arrays.place.data[q]);
        if (k === sizes.steps && PROGRAM.moved.some((row) => !Number.isFinite(a[row]))) bad[m] = 1;
        step(a, sizes.dt, stage);
        for (; p < q; p++) keep(PROGRAM.after, arrays.place.data[p]);
        if (stage === 0) PROGRAM.delays.forEach(([, , source], d) => { past[d][k] = a[source]; });
        if (k === sizes.steps) break;
      }
    }
  }
}
