// The engine of the page: numbers out of the text they travel in, and the step of the model over
// the members, in WebAssembly. It runs in a worker, which has a part of the members.

const DIGITS = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i))
  .filter((c) => !'"<\\'.includes(c)).join("");
const LANES = 2;

// The bytes of a text of the base of 91: 13 bits in two digits, after their number and a colon.
function bytesOf(text) {
  const from = text.indexOf(":") + 1;
  const bytes = new Uint8Array(Number(text.slice(0, from - 1)));
  const value = new Uint8Array(128);
  for (let i = 0; i < DIGITS.length; i++) value[DIGITS.charCodeAt(i)] = i;
  let word = 0, held = 0, at = 0;
  for (let i = from; i + 1 < text.length && at < bytes.length; i += 2) {
    word |= (value[text.charCodeAt(i)] + 91 * value[text.charCodeAt(i + 1)]) << held;
    held += 13;
    while (held >= 8 && at < bytes.length) {
      bytes[at++] = word & 255;
      word >>>= 8;
      held -= 8;
    }
  }
  return bytes;
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Arrays by name: { data, shape }; rows of members as { rows, shape }, a shared one of length 1.
async function unpacked(text) {
  const bytes = await inflated(bytesOf(text));
  const view = new DataView(bytes.buffer);
  const size = view.getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  let at = 4 + size;
  const planes = (count, width) => {
    const out = new Uint8Array(count * width);
    for (let b = 0; b < width; b++) for (let i = 0; i < count; i++) out[i * width + b] = bytes[at++];
    return out.buffer;
  };
  const found = {};
  for (const part of head) {
    const count = part.shape.reduce((a, b) => a * b, 1);
    if (part.own) {
      const [rows, members] = part.shape;
      const shared = new Float64Array(planes(rows, 8));
      const own = new Set(part.own);
      const read = Array.from(shared, (value) => Float64Array.of(value));
      for (const row of part.own) read[row] = new Float64Array(planes(members, 8));
      found[part.name] = { rows: read, shape: part.shape, own };
    } else {
      const buffer = planes(count, part.whole ? 4 : 8);
      found[part.name] = { data: part.whole ? new Int32Array(buffer) : new Float64Array(buffer), shape: part.shape };
    }
  }
  return found;
}

// Rows of members, side by side by lanes: (block, row, lane) from the first member to the last, the
// last one repeated.
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
  constructor(instance, sizes, arrays, first, last) {
    this.sizes = sizes;
    this.members = last - first;
    this.wasm = instance.exports;
    this.at = (this.wasm.__heap_base.value + 15) & ~15;
    const blocks = Math.ceil(this.members / LANES);
    const put = (data) => {
      const place = this.room(data.byteLength);
      new data.constructor(this.wasm.memory.buffer, place, data.length).set(data);
      return place;
    };
    const spread = (name) => put(laned(arrays[name].rows, first, last));
    const whole = (name) => put(arrays[name].data);
    this.seriesShape = arrays.series.shape;
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

  room(bytes) {
    const place = this.at;
    this.at = (place + bytes + 15) & ~15;
    const lacking = this.at - this.wasm.memory.buffer.byteLength;
    if (lacking > 0) this.wasm.memory.grow(Math.ceil(lacking / 65536));
    return place;
  }

  // Columns of the series, by their place, replaced; then all steps. Values (output, time, member)
  // and a flag for each member that ceased to be finite.
  run(columns) {
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
