// Signed notes, checkpoints and receipts (specs/log.md, sections 3, 4, 5 and 7).

import { fromBase64, fromUtf8, os2ip, Refusal, sameBytes, utf8 } from "./bytes.js";
import { verifySignature } from "./ed25519.js";
import { sha256 } from "./hashing.js";

export const ED25519 = 1;
export const COSIGNATURE = 4;
const MAX = (1n << 63n) - 1n;
const SPACE = /[ \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/u;

/** Tell whether a text holds what no note may hold (section 3.1, step 1). */
function hasBadCharacters(text) {
  // A lone surrogate matches \p{Cs} in a pattern with the flag u.
  return /[\u0000-\u0009\u000b-\u001f]|\p{Cs}/u.test(text);
}

function decimal(text) {
  if (!/^(0|[1-9][0-9]*)$/.test(text)) return null;
  const value = BigInt(text);
  return value > MAX ? null : value;
}

/** parse-note: the text, and lines of name, id and signature. */
export function parseNote(note) {
  // Steps 1 to 3.
  if (hasBadCharacters(note)) throw new Refusal("note.characters");
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || cut + 2 === note.length || !note.endsWith("\n")) {
    throw new Refusal("note.layout");
  }
  const rows = note.slice(cut + 2, -1).split("\n");
  if (rows.length > 64) throw new Refusal("note.signature-count");
  // Step 4.
  const parts = rows.map((row) => /^\u2014 ([^ ]*) (.*)$/u.exec(row));
  if (parts.some((part) => part === null)) throw new Refusal("note.signature-line");
  // Step 5.
  if (parts.some(([, name]) => name === "" || name.includes("+") || SPACE.test(name))) {
    throw new Refusal("note.key-name");
  }
  // Steps 6 and 7.
  const lines = parts.map(([, name, encoded]) => ({ name, held: fromBase64(encoded) }));
  if (lines.some(({ held }) => held.length <= 4)) throw new Refusal("note.signature-line");
  const read = lines.map(({ name, held }) => ({
    name,
    id: held.slice(0, 4),
    signature: held.slice(4),
  }));
  // Step 8.
  const names = read.map(({ name, id }) => `${name} ${id.join()}`);
  if (new Set(names).size < names.length) throw new Refusal("note.duplicate-key");
  return { text: note.slice(0, cut + 1), lines: read };
}

/** parse-checkpoint, after parse-note. */
export function parseCheckpoint(note) {
  const { text, lines } = parseNote(note);
  const rows = text.split("\n");
  if (rows.length !== 4) throw new Refusal("checkpoint.lines");
  const [origin, sized, rooted] = rows;
  if (origin === "") throw new Refusal("checkpoint.origin");
  const root = fromBase64(rooted);
  if (root.length !== 32) throw new Refusal("checkpoint.root");
  const size = decimal(sized);
  if (size === null) throw new Refusal("checkpoint.size");
  return { text, lines, origin, size, root };
}

export async function keyId(name, kind, key) {
  return (await sha256(utf8(name), Uint8Array.of(0x0a, kind), key)).slice(0, 4);
}

/** Return the line of a key, or null. */
export async function lineOf(note, name, kind, key) {
  const id = await keyId(name, kind, key);
  return note.lines.find((line) => line.name === name && sameBytes(line.id, id)) ?? null;
}

/** Verify the signature of a log over its checkpoint (section 3.2). */
export async function verifyLine(note, name, key) {
  const line = await lineOf(note, name, ED25519, key);
  if (line === null) throw new Refusal("note.unsigned");
  await verifySignature(key, utf8(note.text), line.signature);
  return line;
}

/** verify-cosignature (section 5): the line and its date. */
export async function verifyCosignature(note, name, key) {
  const line = await lineOf(note, name, COSIGNATURE, key);
  if (line === null) throw new Refusal("note.unsigned");
  const time = os2ip(line.signature.slice(0, 8));
  if (line.signature.length !== 72 || time > MAX) throw new Refusal("checkpoint.cosignature");
  const message = utf8(`cosignature/v1\ntime ${time}\n${note.text}`);
  await verifySignature(key, message, line.signature.slice(8));
  return { line, time };
}

const HEADER = "c2sp.org/tlog-proof@v1\n";

/** parse-receipt (section 7.2). */
export function parseReceipt(data) {
  const text = fromUtf8(data);
  if (text === null) throw new Refusal("proof.characters");
  if (!text.startsWith(HEADER)) throw new Refusal("proof.header");
  const cut = text.indexOf("\n\n");
  if (cut < 0) throw new Refusal("proof.layout");
  const rows = text.slice(0, cut).split("\n").slice(1);
  if (rows[0]?.startsWith("extra ")) {
    if (fromBase64(rows.shift().slice(6)).length === 0) throw new Refusal("proof.extra");
  }
  const row = rows.shift() ?? "";
  const index = row.startsWith("index ") ? decimal(row.slice(6)) : null;
  if (index === null) throw new Refusal("proof.index");
  if (rows.length > 63) throw new Refusal("proof.hash-count");
  const hashes = rows.map(fromBase64);
  if (hashes.some((hash) => hash.length !== 32)) throw new Refusal("proof.hash");
  return { index, hashes, head: parseCheckpoint(text.slice(cut + 2)) };
}
