// The engine behind the deck: workers of this page in place of a kernel elsewhere. It answers the
// deck as a notebook's model does, so that the deck is one and the same.

const MOST_WORKERS = 4;

class Workers {
  /** @param {Plan} plan @param {string} engine @param {WebAssembly.Module | null} module @param {Uint8Array} bytes */
  constructor(plan, engine, module, bytes) {
    const { members } = plan.page.sizes;
    const count = Math.max(1, Math.min(MOST_WORKERS, navigator.hardwareConcurrency || 2));
    const part = 2 * Math.ceil(members / count / 2);
    const address = URL.createObjectURL(new Blob([engine], { type: "text/javascript" }));
    this.plan = plan;
    this.parts = [];
    for (let first = 0; first < members; first += part) {
      const last = Math.min(first + part, members);
      const worker = new Worker(address);
      const ready = this.next(worker);
      worker.postMessage({ kind: "begin", module, sizes: plan.page.sizes, bytes: bytes.slice().buffer, first, last });
      this.parts.push({ worker, first, last, ready });
    }
    /** @type {Promise<any>} */
    this.turn = Promise.all(this.parts.map((one) => one.ready));
  }

  /** @param {Worker} worker */
  next(worker) {
    return new Promise((done, fail) => {
      worker.onmessage = ({ data }) => (data.kind === "fault" ? fail(new Error(data.text)) : done(data));
      worker.onerror = (event) => fail(new Error(event.message || "the worker did not start"));
    });
  }

  // Values of all members with some columns replaced and the world set; one run at a time.
  /** @param {Column[]} columns @param {Setting[]} outside */
  run(columns, outside) {
    this.turn = this.turn.then(async () => {
      const { members, outputs, times } = this.plan.page.sizes;
      const answers = await Promise.all(this.parts.map(({ worker }) => {
        const answer = this.next(worker);
        worker.postMessage({ kind: "run", columns, outside });
        return answer;
      }));
      const out = new Float64Array(outputs * times * members), bad = new Uint8Array(members);
      answers.forEach((answer, i) => {
        const { first, last } = this.parts[i];
        bad.set(answer.bad, first);
        for (let row = 0; row < outputs * times; row++) {
          out.set(answer.out.subarray(row * (last - first), (row + 1) * (last - first)), row * members + first);
        }
      });
      return { out, bad };
    });
    return this.turn;
  }
}

// What a slider's share makes of a lever on each step; an input of a model file has one value.
/** @param {Lever} lever @param {number} share @param {Arrays} arrays */
function leverColumn(lever, share, arrays) {
  const steps = arrays.series.shape[0];
  if (lever.range) return new Float64Array(steps).fill(inputValue(lever, share));
  const column = new Float64Array(steps).fill(lever.rest);
  if (share === 0 && lever.base === null) return column;
  const path = scaledPath(lever, share);
  const knots = lever.knots.map((place) => path[place][1]);
  for (let k = 0; k < steps; k++) {
    const left = arrays.way_left.data[lever.way * steps + k];
    const part = arrays.way_share.data[lever.way * steps + k];
    column[k] = part === 0 ? knots[left] : knots[left] + (knots[left + 1] - knots[left]) * part;
  }
  return column;
}

// A model as the deck knows it: values with events, and messages with answers.
class LocalModel {
  /** @param {Plan} plan @param {Arrays} arrays @param {Workers} workers @param {PageState} state */
  constructor(plan, arrays, workers, state) {
    this.plan = plan;
    this.arrays = arrays;
    this.workers = workers;
    /** @type {Map<string, Set<(...given: any[]) => unknown>>} */
    this.listeners = new Map();
    /** @type {number[] | null} */
    this.pinnedShares = null;
    /** @type {Record<string, any>} */
    this.values = {
      _plan: plan, _shown: state.shares, language: state.language, intensities: state.shares, _frame: null, _pin: {}, _pin_frame: null,
    };
  }

  /** @param {string} name */
  get(name) { return this.values[name]; }

  /** @param {string} name @param {unknown} value */
  set(name, value) {
    this.values[name] = value;
    this.fire(`change:${name}`);
  }

  /** @param {string} event @param {any} act */
  on(event, act) {
    if (!this.listeners.has(event)) this.listeners.set(event, new Set());
    this.listeners.get(event)?.add(act);
  }

  /** @param {string} event @param {any} act */
  off(event, act) { this.listeners.get(event)?.delete(act); }

  /** @param {string} event @param {any[]} given */
  fire(event, ...given) { for (const act of this.listeners.get(event) || []) act(...given); }

  save_changes() { this.fire("saved"); }

  /** @param {Message} content */
  send(content) {
    /** @type {Record<Message["kind"], (content: Message) => Promise<void>>} */
    const answers = { frame: this.answerFrame, pin: this.answerPin, save: this.answerSave };
    answers[content.kind].call(this, content).catch((/** @type {Error} */ error) => {
      this.fire("msg:custom", { kind: "fault", view: content.view, text: error.message });
    });
  }

  /** @param {Message} asked */
  async answerFrame({ view, id, levers }) {
    const begun = performance.now();
    const frame = await this.frameAt(levers);
    this.set("_shown", levers);
    this.fire("msg:custom", { kind: "frame", view, id, milliseconds: performance.now() - begun }, [frame]);
  }

  /** @param {Message} asked */
  async answerPin({ off, scenario, levers }) {
    if (off) return this.unpin();
    return this.pin(scenario || "", scenario ? null : [...levers]);
  }

  /** @param {Message} asked */
  async answerSave({ view, name, title, levers }) {
    const text = scenarioText(this.plan, name, title, levers);
    this.fire("msg:custom", { kind: "saved", view, name: `${name}.yaml`, path: "", text });
  }

  unpin() {
    this.pinnedShares = null;
    this.values._pin_frame = null;
    this.set("_pin", {});
    this.save_changes();
  }

  /** @param {string} name @param {number[] | null} shares */
  async pin(name, shares) {
    this.pinnedShares = shares;
    this.values._pin_frame = shares ? await this.frameAt(shares) : await this.frameOfColumns(this.pinColumns(name), []);
    const { title = "", title_zh = "" } = this.plan.scenarios.find((s) => s.name === name) || {};
    this.set("_pin", { name, title, title_zh });
    this.save_changes();
  }

  /** @param {number[]} shares */
  frameAt(shares) {
    /** @type {Column[]} */
    const columns = this.plan.page.levers.map((lever, i) => [lever.column, leverColumn(lever, shares[i], this.arrays)]);
    return this.frameOfColumns(columns, outsideSettings(this.plan, shares));
  }

  /** @param {string} name @returns {Column[]} */
  pinColumns(name) {
    const [, levers, steps] = this.arrays.pins.shape;
    const from = this.plan.scenarios.findIndex((s) => s.name === name) * levers * steps;
    return this.plan.page.levers.map((lever, i) =>
      [lever.column, this.arrays.pins.data.subarray(from + i * steps, from + (i + 1) * steps)]);
  }

  /** @param {Column[]} columns @param {Setting[]} outside */
  async frameOfColumns(columns, outside) {
    const { out, bad } = await this.workers.run(columns, outside);
    const { members, times } = this.plan.page.sizes;
    const { rows } = this.arrays.before;
    const sound = [];
    for (let m = 0; m < members; m++) {
      if (!bad[m] && rows.every((row) => Number.isFinite(row[row.length === 1 ? 0 : m]))) sound.push(m);
    }
    /** @param {Float64Array} row */
    const whole = (row) => (row.length === 1 ? new Float64Array(members).fill(row[0]) : row);
    /** @type {RowOf} */
    const row = ([output, time]) => (output < 0 ? whole(rows[time])
      : out.subarray((output * times + time) * members, (output * times + time + 1) * members));
    return frameOf(this.plan, row, sound);
  }
}
