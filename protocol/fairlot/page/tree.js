// The Merkle tree (specs/log.md, section 2) and bundles of it (specs/tiles.md).

import { isBytes, Refusal, sameBytes } from "./bytes.js";
import { sha256 } from "./hashing.js";

export const WIDTH = 256;

export function leafHash(data) {
  return sha256(Uint8Array.of(0), data);
}

export function nodeHash(left, right) {
  return sha256(Uint8Array.of(1), left, right);
}

/** Return the root over hashes of equal subtrees; the last one may be smaller. */
export async function rootOf(hashes) {
  if (hashes.length === 0) return sha256();
  let level = hashes;
  // A level is halved; an odd one out goes up as it is, which gives MTH.
  while (level.length > 1) {
    const pairs = [];
    for (let i = 0; i + 1 < level.length; i += 2) pairs.push(nodeHash(level[i], level[i + 1]));
    const next = await Promise.all(pairs);
    if (level.length % 2) next.push(level[level.length - 1]);
    level = next;
  }
  return level[0];
}

/** verify-inclusion (section 2.2); index and size are BigInt. */
export async function verifyInclusion(leaf, index, size, proof, root) {
  if (index < 0n || index >= size) throw new Refusal("merkle.index");
  if (![leaf, ...proof].every((hash) => isBytes(hash, 32))) {
    throw new Refusal("merkle.hash-length");
  }
  let first = index;
  let last = size - 1n;
  let value = leaf;
  for (const hash of proof) {
    if (last === 0n) throw new Refusal("merkle.proof-length");
    if (first & 1n || first === last) {
      value = await nodeHash(hash, value);
      while (!(first & 1n) && first !== 0n) {
        first >>= 1n;
        last >>= 1n;
      }
    } else {
      value = await nodeHash(value, hash);
    }
    first >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) throw new Refusal("merkle.proof-length");
  if (!sameBytes(value, root)) throw new Refusal("merkle.root");
}

/** read-bundle (tiles.md, section 4). */
export function readBundle(data, width) {
  const entries = [];
  let at = 0;
  while (at < data.length) {
    if (at + 2 > data.length) throw new Refusal("tiles.bundle");
    const end = at + 2 + data[at] * 256 + data[at + 1];
    if (end > data.length) throw new Refusal("tiles.bundle");
    entries.push(data.slice(at + 2, end));
    at = end;
  }
  if (entries.length !== width) throw new Refusal("tiles.bundle");
  return entries;
}

/** Return the path of a tile or bundle (tiles.md, section 3). */
export function tilePath(level, number, width) {
  let digits = String(number % 1000).padStart(3, "0");
  for (let left = Math.floor(number / 1000); left > 0; left = Math.floor(left / 1000)) {
    digits = `x${String(left % 1000).padStart(3, "0")}/${digits}`;
  }
  return `tile/${level}/${digits}${width < WIDTH ? `.p/${width}` : ""}`;
}
