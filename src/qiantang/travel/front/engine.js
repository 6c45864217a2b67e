// The step of the model over members, in WebAssembly. It runs in a worker, which has a part of them.

const LANES = 2;

// Rows of members, side by side by lanes: (block, row, lane) from the first member to the last, the
// last one repeated.
/** @param {Float64Array[]} rows @param {number} first @param {number} last */
function laned(rows, first, last) {
  const blocks = Math.ceil((last - first) / LANES);
  const out = new Float64Array(blocks * rows.length * LANES);
  rows.forEach((row, r) => {
    for (let b = 0; b < blocks; b++) {
      for (let l = 0; l < LANES; l++) {
        const member = Math.min(first + b * LANES + l, last - 1);
        out[(b * rows.length + r) * LANES + l] = row.length === 1 ? row[0] : row[member];
      }
    }
  });
  return out;
}

// The members from the first to the last, in the memory of a module of their own.
class Engine {
  /** @param {WebAssembly.Instance} instance @param {Sizes} sizes @param {Arrays} arrays @param {number} first @param {number} last */
  constructor(instance, sizes, arrays, first, last) {
    this.sizes = sizes;
    this.members = last - first;
    this.wasm = /** @type {any} */ (instance.exports);
    this.at = (this.wasm.__heap_base.value + 15) & ~15;
    const blocks = Math.ceil(this.members / LANES);
    /** @param {any} data */
    const put = (data) => {
      const place = this.room(data.byteLength);
      new data.constructor(this.wasm.memory.buffer, place, data.length).set(data);
      return place;
    };
    /** @param {"own" | "knots" | "early"} name */
    const spread = (name) => put(laned(arrays[name].rows, first, last));
    /** @param {keyof Arrays} name */
    const whole = (name) => put(/** @type {Whole} */ (arrays[name]).data);
    this.seriesShape = arrays.series.shape;
    const rows = arrays.knots.rows.length;
    this.openings = new Openings(arrays, first, last, (knot, row) => this.putKnot(knot, row, blocks, rows));
    this.outSize = sizes.outputs * sizes.times * this.members;
    const job = {
      blocks, begin: sizes.begin, steps: sizes.steps, saved: arrays.saved.data.length, members: this.members,
      shared: whole("shared"), own: spread("own"), own_of: whole("own_of"), own_count: arrays.own.rows.length,
      series: (this.series = whole("series")), series_count: arrays.series.shape[1], series_of: whole("series_of"),
      knots: (this.knots = spread("knots")), knot_rows: arrays.knots.rows.length, knot_of: whole("knot_of"),
      left: whole("left"), share: whole("share"), savedAt: whole("saved"), place: whole("place"),
      early: sizes.begin ? spread("early") : 0,
      out: (this.out = this.room(8 * this.outSize)),
      past: this.room(8 * LANES * (sizes.delays || 0) * (sizes.steps + 1)),
      bad: (this.bad = this.room(this.members)),
    };
    this.job = this.room(8 + 4 * Object.keys(job).length);
    const memory = new DataView(this.wasm.memory.buffer);
    memory.setFloat64(this.job, sizes.dt, true);
    Object.values(job).forEach((value, i) => memory.setInt32(this.job + 8 + 4 * i, value, true));
  }

  /** @param {number} bytes */
  room(bytes) {
    const place = this.at;
    this.at = (place + bytes + 15) & ~15;
    const lacking = this.at - this.wasm.memory.buffer.byteLength;
    if (lacking > 0) this.wasm.memory.grow(Math.ceil(lacking / 65536));
    return place;
  }

  /** @param {number} knot @param {Float64Array} row @param {number} blocks @param {number} rows */
  putKnot(knot, row, blocks, rows) {
    const lanes = new Float64Array(this.wasm.memory.buffer, this.knots, blocks * rows * LANES);
    for (let i = 0; i < blocks * LANES; i++) {
      lanes[(Math.floor(i / LANES) * rows + knot) * LANES + i % LANES] = row[Math.min(i, row.length - 1)];
    }
  }

  // Columns of the series, by their place, replaced, and the world outside as its sliders stand; then
  // all steps. Values (output, time, member) and a flag for each member that ceased to be finite.
  /** @param {Column[]} columns @param {Setting[]} outside */
  run(columns, outside) {
    this.openings.change(outside);
    const memory = this.wasm.memory.buffer;
    const count = this.seriesShape[1];
    const series = new Float64Array(memory, this.series, this.seriesShape[0] * count);
    for (const [place, values] of columns) {
      if (place >= 0) values.forEach((value, step) => { series[step * count + place] = value; });
    }
    new Uint8Array(memory, this.bad, this.members).fill(0);
    this.wasm.run(this.job);
    return {
      out: new Float64Array(memory, this.out, this.outSize).slice(),
      bad: new Uint8Array(memory, this.bad, this.members).slice(),
    };
  }
}

/** @type {Engine | PlainEngine | null} */
let engine = null;

/** @param {any} told */
async function begin({ module, sizes, bytes, first, last }) {
  const arrays = unpacked(new Uint8Array(bytes));
  engine = module ? new Engine(await WebAssembly.instantiate(/** @type {WebAssembly.Module} */ (module), {}), sizes, arrays, first, last)
    : new PlainEngine(sizes, arrays, first, last);
}

self.onmessage = async ({ data }) => {
  try {
    if (data.kind === "begin") {
      await begin(data);
      self.postMessage({ kind: "ready" });
      return;
    }
    const { out, bad } = /** @type {Engine | PlainEngine} */ (engine).run(data.columns, data.outside);
    self.postMessage({ kind: "done", out, bad }, { transfer: [out.buffer, bad.buffer] });
  } catch (error) {
    self.postMessage({ kind: "fault", text: String(error) });
  }
};
