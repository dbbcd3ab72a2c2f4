// Bytes and texts (specs/notation.md, section 2).

/** What does not hold, by the code that the specification gives it. */
export class Refusal extends Error {
  constructor(code, message) {
    super(message ? `${code}: ${message}` : code);
    this.code = code;
  }
}

const UTF8_OUT = new TextEncoder();

export function utf8(text) {
  return UTF8_OUT.encode(text);
}

/** Return the text that bytes are, or null where they are not UTF-8. */
export function fromUtf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Compare as byte strings: below 0, 0, or above 0. */
export function compareBytes(a, b) {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i += 1) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

export function sameBytes(a, b) {
  return compareBytes(a, b) === 0;
}

export function isBytes(value, length) {
  return value instanceof Uint8Array && (length === undefined || value.length === length);
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Return the bytes of an even number of hexadecimal digits, or null. */
export function fromHex(text) {
  if (!/^([0-9a-f]{2})*$/i.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** I2OSP. */
export function i2osp(value, length) {
  const bytes = new Uint8Array(length);
  let left = BigInt(value);
  for (let i = length - 1; i >= 0; i -= 1) {
    bytes[i] = Number(left & 255n);
    left >>= 8n;
  }
  if (left !== 0n) throw new Refusal("hashing.i2osp-range");
  return bytes;
}

/** OS2IP. */
export function os2ip(bytes) {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

export function toBase64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Decode base64, of which there is one for every byte string (log.md, 3.1, step 6). */
export function fromBase64(text) {
  let bytes;
  try {
    bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new Refusal("note.base64");
  }
  if (toBase64(bytes) !== text) throw new Refusal("note.base64");
  return bytes;
}
