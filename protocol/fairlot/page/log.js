// Where a log comes from: a board's tiles, or the file of a transcript (page.md, section 2).

import { fromHex, fromUtf8, isBytes, Refusal, toHex } from "./bytes.js";
import { decodeItem } from "./cbor.js";
import { parseCheckpoint } from "./note.js";
import { leafHash, readBundle, rootOf, tilePath, WIDTH } from "./tree.js";

// As many whole bundles of a board are read; of a larger log its beginning is shown.
const MOST_BUNDLES = 78;

function hashesIn(data, count) {
  if (data.length !== 32 * count) throw new Refusal("tiles.length");
  return Array.from({ length: count }, (_, i) => data.slice(32 * i, 32 * i + 32));
}

/**
 * Read the log of a board's sale (step 2).
 *
 * get: fetches a path below the board's address, as bytes.
 * told: is told how many bundles are read, and of how many.
 * most: whole bundles that are read.
 */
export async function readBoard(get, told, most = MOST_BUNDLES) {
  const index = JSON.parse(fromUtf8(await get("./")) ?? "null");
  const folders = (index?.logs ?? []).map(({ folder }) => folder);
  const folder = folders.find((each) => /^sale\/[0-9a-f]{64}$/.test(each));
  if (folder === undefined) throw new Refusal("page.no-sale");
  const head = parseCheckpoint(fromUtf8(await get(`${folder}/checkpoint`)) ?? "\u0000");
  const size = Number(head.size);
  const bundles = Math.ceil(size / WIDTH);
  const read = Math.min(bundles, most);
  const leaves = [];
  for (let n = 0; n < read; n += 1) {
    const width = Math.min(WIDTH, size - n * WIDTH);
    told?.(n, read);
    leaves.push(...readBundle(await get(`${folder}/${tilePath("entries", n, width)}`), width));
  }
  const scope = fromHex(folder.slice(5));
  const rest = await readRest(get, folder, size, read);
  return { scope, folder, head, leaves, rest, transcript: index.transcript?.path ?? null };
}

/** Return hashes of what was not read: of full bundles, and of the leaves of a last one. */
async function readRest(get, folder, size, read) {
  const full = Math.floor(size / WIDTH);
  const partial = size % WIDTH;
  const hashes = [];
  if (read * WIDTH >= size) return hashes;
  for (let n = Math.floor(read / WIDTH); n * WIDTH < full; n += 1) {
    const width = Math.min(WIDTH, full - n * WIDTH);
    const tile = hashesIn(await get(`${folder}/${tilePath(1, n, width)}`), width);
    hashes.push(...tile.slice(Math.max(0, read - n * WIDTH)));
  }
  if (partial > 0) {
    const tile = await get(`${folder}/${tilePath(0, full, partial)}`);
    hashes.push(await rootOf(hashesIn(tile, partial)));
  }
  return hashes;
}

function scopeOf(value) {
  const scope = value.get("sale");
  return isBytes(scope, 32) ? toHex(scope) : null;
}

function isTerms({ leaves }) {
  return leaves.length > 0 && leaves[0].value.get("type") === "TERMS";
}

/** Read the log of the sale of a transcript (step 3). */
export function readTranscript(data) {
  const sales = new Map();
  const logOf = (scope) => {
    if (!sales.has(scope)) sales.set(scope, { scope, leaves: [], heads: [] });
    return sales.get(scope);
  };
  for (let at = 0; at < data.length;) {
    let item;
    try {
      item = decodeItem(data, at);
    } catch (error) {
      if (error.code === "cbor.truncated") break;
      throw error;
    }
    const { value, end } = item;
    if (value instanceof Map) {
      const scope = scopeOf(value);
      if (scope !== null) logOf(scope).leaves.push({ value, data: data.slice(at, end) });
    } else if (typeof value === "string") {
      const head = parseCheckpoint(value);
      const scope = head.origin.slice(-64);
      if (sales.has(scope)) logOf(scope).heads.push(head);
    } else {
      throw new Refusal("record.type");
    }
    at = end;
  }
  const found = [...sales.values()].find(isTerms);
  if (found === undefined || found.heads.length === 0) throw new Refusal("page.no-sale");
  return lastOf(found);
}

/** Return a log under its last head, with all lines that were attached to it. */
function lastOf({ scope, leaves, heads }) {
  const last = heads.reduce((most, head) => (head.size > most.size ? head : most));
  const lines = [];
  for (const head of heads.filter(({ text }) => text === last.text)) {
    for (const line of head.lines) {
      const known = lines.some(
        (each) =>
          each.name === line.name &&
          toHex(each.id) === toHex(line.id) &&
          toHex(each.signature) === toHex(line.signature),
      );
      if (!known) lines.push(line);
    }
  }
  const covered = leaves.slice(0, Number(last.size)).map((leaf) => leaf.data);
  const head = { ...last, lines };
  return { scope: fromHex(scope), folder: null, head, leaves: covered, rest: [], transcript: null };
}

/** Return the hashes of the leaves that were read, and the root over all (step 7). */
export async function treeOf(log) {
  const hashes = await Promise.all(log.leaves.map(leafHash));
  if (log.rest.length === 0) return { hashes, root: await rootOf(hashes) };
  const full = [];
  for (let n = 0; n < hashes.length; n += WIDTH)
    full.push(await rootOf(hashes.slice(n, n + WIDTH)));
  return { hashes, root: await rootOf([...full, ...log.rest]) };
}
