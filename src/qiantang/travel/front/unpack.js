// Numbers out of the text that they travel in.

const DIGITS = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i))
  .filter((c) => !'"<\\'.includes(c)).join("");

// The bytes of a text of the base of 91: 13 bits in two digits, after their number and a colon.
/** @param {string} text */
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

/** @param {Uint8Array} bytes */
async function inflated(bytes) {
  const stream = new Blob([/** @type {BlobPart} */ (bytes)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Arrays by name: { data, shape }; rows of members as { rows, shape }, a shared one of length 1.
/** @param {Uint8Array} bytes */
function unpacked(bytes) {
  const view = new DataView(bytes.buffer);
  const size = view.getUint32(0, true);
  /** @type {Head[]} */
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  let at = 4 + size;
  /** @param {number} count @param {number} width */
  const planes = (count, width) => {
    const out = new Uint8Array(count * width);
    for (let b = 0; b < width; b++) for (let i = 0; i < count; i++) out[i * width + b] = bytes[at++];
    return out.buffer;
  };
  /** @type {Record<string, any>} */
  const found = {};
  for (const part of head) {
    const count = part.shape.reduce((all, one) => all * one, 1);
    if (part.own) {
      const [rows, members] = part.shape;
      const shared = new Float64Array(planes(rows, 8));
      const read = Array.from(shared, (value) => Float64Array.of(value));
      for (const row of part.own) read[row] = new Float64Array(planes(members, 8));
      found[part.name] = { rows: read, shape: part.shape };
    } else {
      const buffer = planes(count, part.whole ? 4 : 8);
      found[part.name] = { data: part.whole ? new Int32Array(buffer) : new Float64Array(buffer), shape: part.shape };
    }
  }
  return /** @type {Arrays} */ (/** @type {unknown} */ (found));
}
