// Hashes and what the browser can do at all (specs/notation.md, sections 2, 3 and 5).

import { concat, fromHex, i2osp, Refusal, sameBytes, utf8 } from "./bytes.js";

export async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts)));
}

const PREFIXES = new Map();

/** The tagged hash H. */
export async function taggedHash(tag, ...parts) {
  if (!PREFIXES.has(tag)) PREFIXES.set(tag, sha256(utf8(`fairlot-v1/${tag}`)));
  const prefix = await PREFIXES.get(tag);
  return sha256(prefix, prefix, ...parts.flatMap((part) => [i2osp(part.length, 8), part]));
}

/** Return HMAC-SHA256 under one key, for many messages. */
export async function hmacOf(key) {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const held = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return async (message) => new Uint8Array(await crypto.subtle.sign("HMAC", held, message));
}

/** expand_message_xmd of RFC 9380 with SHA-256 (section 5). */
export async function expandMessage(message, dst, length) {
  if (dst.length === 0) throw new Refusal("hashing.dst-empty");
  if (length < 1 || length > 255 * 32) throw new Refusal("hashing.expand-length");
  const short = dst.length > 255 ? await sha256(utf8("H2C-OVERSIZE-DST-"), dst) : dst;
  const named = concat(short, i2osp(short.length, 1));
  const first = await sha256(
    new Uint8Array(64),
    message,
    i2osp(length, 2),
    new Uint8Array(1),
    named,
  );
  let block = await sha256(first, Uint8Array.of(1), named);
  let whole = block;
  for (let i = 2; whole.length < length; i += 1) {
    block = await sha256(
      block.map((byte, at) => byte ^ first[at]),
      Uint8Array.of(i),
      named,
    );
    whole = concat(whole, block);
  }
  return whole.slice(0, length);
}

// RFC 8032, section 7.1, test 2.
const KNOWN_KEY = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
const KNOWN_SIGNATURE =
  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

/** Say why this browser cannot check anything; null if it can (page.md, step 1). */
export async function whyUnable() {
  if (!globalThis.crypto?.subtle) return "insecure";
  try {
    const key = await crypto.subtle.importKey("raw", fromHex(KNOWN_KEY), "Ed25519", false, [
      "verify",
    ]);
    const signature = fromHex(KNOWN_SIGNATURE);
    const good = await crypto.subtle.verify("Ed25519", key, signature, Uint8Array.of(0x72));
    const bad = await crypto.subtle.verify("Ed25519", key, signature, Uint8Array.of(0x73));
    const empty = fromHex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    return good && !bad && sameBytes(await sha256(), empty) ? null : "wrong";
  } catch {
    return "unsupported";
  }
}
