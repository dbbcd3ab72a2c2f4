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

function encodeInto(value, parts) {
  if (typeof value === "bigint") {
    parts.push(value >= 0n ? head(0, value) : head(1, -1n - value));
  } else if (value === false || value === true || value === null) {
    parts.push(Uint8Array.of(value === false ? 0xf4 : value === true ? 0xf5 : 0xf6));
  } else if (isBytes(value)) {
    parts.push(head(2, value.length), value);
  } else if (typeof value === "string") {
    const bytes = utf8(value);
    parts.push(head(3, bytes.length), bytes);
  } else if (Array.isArray(value)) {
    parts.push(head(4, value.length));
    for (const item of value) encodeInto(item, parts);
  } else if (value instanceof Map) {
    parts.push(head(5, value.size));
    const entries = [...value].map(([key, held]) => [encodeCbor(key), held]);
    entries.sort((one, other) => compareBytes(one[0], other[0]));
    for (const [key, held] of entries) {
      parts.push(key);
      encodeInto(held, parts);
    }
  } else {
    throw new Refusal("cbor.value");
  }
}

/** Encode a value of the profile (section 4.2). */
export function encodeCbor(value) {
  const parts = [];
  encodeInto(value, parts);
  return concat(...parts);
}

class CborReader {
  constructor(data, at) {
    this.data = data;
    this.at = at;
    // Whether encoding the value again gives these bytes: all arguments are as short as can
    // be, and keys ascend. Everything else of the profile has one form.
    this.deterministic = true;
  }

  take(count) {
    if (this.at + count > this.data.length) throw new Refusal("cbor.truncated");
    this.at += count;
    return this.data.subarray(this.at - count, this.at);
  }

  // Step 5.
  argument(low) {
    if (low < 24) return BigInt(low);
    const size = low - 24;
    let value = 0n;
    for (const byte of this.take(1 << size)) value = (value << 8n) | BigInt(byte);
    const least = size === 0 ? 24n : 1n << BigInt(8 << (size - 1));
    if (value < least) this.deterministic = false;
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
    let before = this.data.subarray(0, 0);
    for (let i = 0n; i < count; i += 1n) {
      const begins = this.at;
      if (this.at < this.data.length && this.data[this.at] >> 5 !== 3) {
        throw new Refusal("cbor.malformed");
      }
      const key = this.item(depth + 1);
      if (entries.has(key)) throw new Refusal("cbor.malformed");
      const encoded = this.data.subarray(begins, this.at);
      if (compareBytes(before, encoded) >= 0) this.deterministic = false;
      before = encoded;
      entries.set(key, this.item(depth + 1));
    }
    return entries;
  }
}

/** Read one item of a sequence (section 4.3, steps 1 and 2): its value, and where it ends. */
export function decodeItem(data, at = 0) {
  const reader = new CborReader(data, at);
  const value = reader.item(1);
  if (!reader.deterministic) throw new Refusal("cbor.not-deterministic");
  return { value, end: reader.at };
}

/** Read the one item that bytes are (section 4.3). */
export function decodeCbor(data) {
  const { value, end } = decodeItem(data);
  if (end !== data.length) throw new Refusal("cbor.trailing");
  return value;
}
