// Deterministic CBOR (specs/notation.md, section 4). Integers are BigInt, maps are Map.

import { compareBytes, concat, fromUtf8, isBytes, Refusal, utf8 } from "./bytes.js";

const DEEPEST = 16;

function head(major, argument) {
  const value = BigInt(argument);
  const lead = major << 5;
  if (value < 24n) return Uint8Array.of(lead | Number(value));
  const size = value < 1n << 8n ? 0 : value < 1n << 16n ? 1 : value < 1n << 32n ? 2 : 3;
  const bytes = new Uint8Array(1 + (1 << size));
  bytes[0] = lead | (24 + size);
  for (let i = bytes.length - 1, left = value; i > 0; i -= 1, left >>= 8n) {
    bytes[i] = Number(left & 255n);
  }
  return bytes;
}

/** Encode a value of the profile (section 4.2). */
export function encodeCbor(value) {
  if (typeof value === "bigint") {
    return value >= 0n ? head(0, value) : head(1, -1n - value);
  }
  if (value === false) return Uint8Array.of(0xf4);
  if (value === true) return Uint8Array.of(0xf5);
  if (value === null) return Uint8Array.of(0xf6);
  if (isBytes(value)) return concat(head(2, value.length), value);
  if (typeof value === "string") {
    const bytes = utf8(value);
    return concat(head(3, bytes.length), bytes);
  }
  if (Array.isArray(value)) return concat(head(4, value.length), ...value.map(encodeCbor));
  if (value instanceof Map) {
    const entries = [...value].map(([key, held]) => [encodeCbor(key), encodeCbor(held)]);
    entries.sort((one, other) => compareBytes(one[0], other[0]));
    return concat(head(5, value.size), ...entries.flat());
  }
  throw new Refusal("cbor.value");
}

class CborReader {
  constructor(data, at) {
    this.data = data;
    this.at = at;
  }

  take(count) {
    if (this.at + count > this.data.length) throw new Refusal("cbor.truncated");
    this.at += count;
    return this.data.subarray(this.at - count, this.at);
  }

  // Step 5.
  argument(low) {
    if (low < 24) return BigInt(low);
    let value = 0n;
    for (const byte of this.take(1 << (low - 24))) value = (value << 8n) | BigInt(byte);
    return value;
  }

  // Steps 4 to 9.
  item(depth) {
    const initial = this.take(1)[0];
    if (initial >= 0xf4 && initial <= 0xf6) return [false, true, null][initial - 0xf4];
    const major = initial >> 5;
    const low = initial & 31;
    if (major > 5 || low > 27) throw new Refusal("cbor.malformed");
    const argument = this.argument(low);
    if (major === 0) return argument;
    if (major === 1) {
      if (argument >= 1n << 63n) throw new Refusal("cbor.malformed");
      return -1n - argument;
    }
    if (major < 4) return this.string(major, argument);
    if (depth > DEEPEST) throw new Refusal("cbor.malformed");
    return major === 4 ? this.array(argument, depth) : this.map(argument, depth);
  }

  // Step 6. Nothing is reserved before the bytes are there.
  string(major, length) {
    if (length > BigInt(this.data.length - this.at)) throw new Refusal("cbor.truncated");
    const bytes = this.take(Number(length));
    if (major === 2) return bytes.slice();
    const text = fromUtf8(bytes);
    if (text === null) throw new Refusal("cbor.malformed");
    return text;
  }

  // Step 8.
  array(count, depth) {
    const items = [];
    for (let i = 0n; i < count; i += 1n) items.push(this.item(depth + 1));
    return items;
  }

  // Step 9.
  map(count, depth) {
    const entries = new Map();
    for (let i = 0n; i < count; i += 1n) {
      if (this.at < this.data.length && this.data[this.at] >> 5 !== 3) {
        throw new Refusal("cbor.malformed");
      }
      const key = this.item(depth + 1);
      if (entries.has(key)) throw new Refusal("cbor.malformed");
      entries.set(key, this.item(depth + 1));
    }
    return entries;
  }
}

/** Read one item of a sequence (section 4.3, steps 1 and 2): its value, and where it ends. */
export function decodeItem(data, at = 0) {
  const reader = new CborReader(data, at);
  const value = reader.item(1);
  if (compareBytes(encodeCbor(value), data.subarray(at, reader.at)) !== 0) {
    throw new Refusal("cbor.not-deterministic");
  }
  return { value, end: reader.at };
}

/** Read the one item that bytes are (section 4.3). */
export function decodeCbor(data) {
  const { value, end } = decodeItem(data);
  if (end !== data.length) throw new Refusal("cbor.trailing");
  return value;
}
