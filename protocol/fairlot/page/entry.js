// Entries (specs/board.md, section 2).

import { concat, isBytes, Refusal, utf8 } from "./bytes.js";
import { decodeCbor, encodeCbor } from "./cbor.js";
import { verifySignature } from "./ed25519.js";
import { sha256, taggedHash } from "./hashing.js";

const ROLES = new Map([
  ["seller", ["TERMS", "ITEMS", "DELIVERY"]],
  ["holder", ["DEPOSIT", "CANCEL", "CLAIM", "COLLECT"]],
  ["escrow", ["PAID"]],
  ["contributor", ["COMMIT", "SEAL", "REVEAL"]],
  ["anyone", ["RECOVER", "ROUND"]],
  [
    "board",
    [
      ...["OPEN", "CLOSE", "COMMIT_END", "SEALED", "REVEAL_END", "RESULT", "COLLECT_END"],
      ...["REDRAWN", "UNLOCK", "VOID", "TIME"],
    ],
  ],
]);
const ROLES_OF = new Map([...ROLES].flatMap(([role, types]) => types.map((type) => [type, [role]])));
// A seller who cancels signs it too.
ROLES_OF.get("VOID").push("seller");
const MAX_ENTRY_BYTES = 65535;

/** read-entry, for the entries of a sale. */
export function readEntry(data) {
  if (data.length > MAX_ENTRY_BYTES) throw new Refusal("entry.size");
  const value = decodeCbor(data);
  const keys = ["body", "key", "role", "sale", "sig", "type", "v"];
  const formed =
    value instanceof Map &&
    [...value.keys()].sort().join() === keys.join() &&
    value.get("v") === 1n &&
    ROLES_OF.has(value.get("type")) &&
    ROLES_OF.get(value.get("type")).includes(value.get("role")) &&
    isBytes(value.get("sale"), 32) &&
    value.get("body") instanceof Map &&
    isBytes(value.get("key"), 32) &&
    isBytes(value.get("sig"), 64);
  if (!formed) throw new Refusal("entry.field");
  return {
    data,
    value,
    type: value.get("type"),
    role: value.get("role"),
    sale: value.get("sale"),
    body: value.get("body"),
    key: value.get("key"),
  };
}

/** check-signature. */
export async function checkEntrySignature(entry) {
  const unsigned = new Map(entry.value);
  unsigned.delete("sig");
  const zero = Uint8Array.of(0);
  const digest = await sha256(encodeCbor(unsigned));
  const message = concat(utf8("fairlot-v1/entry"), zero, utf8(entry.role), zero, digest);
  try {
    await verifySignature(entry.key, message, entry.value.get("sig"));
  } catch {
    throw new Refusal("entry.signature");
  }
}

export function entryHash(data) {
  return taggedHash("entry-hash", data);
}
