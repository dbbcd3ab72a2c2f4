// Ed25519 as one library decides it (specs/notation.md, section 7.1). The browser verifies the
// equation; what implementations disagree on is decided here before it is asked.

import { isBytes, os2ip, Refusal } from "./bytes.js";

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const HALF = (1n << 255n) - 1n;

function mod(value) {
  const left = value % P;
  return left < 0n ? left + P : left;
}

/** Return base^exponent modulo a number. */
export function powerModulo(base, exponent, modulus) {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function inverse(value) {
  return powerModulo(value, P - 2n, P);
}

const D = mod(-121665n * inverse(121666n));
const ROOT_OF_MINUS_ONE = powerModulo(2n, (P - 1n) / 4n, P);

function littleEndian(bytes) {
  return os2ip(bytes.slice().reverse());
}

// The y of points of order 1, 2, 4 and 8.
const Y_OF_ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const SMALL_Y = new Set([1n, P - 1n, 0n, Y_OF_ORDER_8, P - Y_OF_ORDER_8]);

function isSmall(encoded) {
  return SMALL_Y.has(mod(littleEndian(encoded) & HALF));
}

/** Return the point that a canonical encoding is, or null. */
function decompress(encoded) {
  const number = littleEndian(encoded);
  const y = number & HALF;
  if (y >= P) return null;
  const over = mod(y * y - 1n);
  const under = mod(D * y * y + 1n);
  const ratio = mod(over * inverse(under));
  let x = powerModulo(ratio, (P + 3n) / 8n, P);
  if (mod(x * x) !== ratio) x = mod(x * ROOT_OF_MINUS_ONE);
  if (mod(x * x) !== ratio) return null;
  const sign = number >> 255n;
  if (x === 0n && sign === 1n) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

function addPoints([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * D * t1 * t2);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

/** Refuse a key that is not the canonical encoding of a point of order L (check_key). */
export function checkKey(key) {
  const point = isBytes(key, 32) && !isSmall(key) ? decompress(key) : null;
  if (point === null) throw new Refusal("signature.key");
  let sum = [0n, 1n, 1n, 0n];
  let double = point;
  for (let left = L; left > 0n; left >>= 1n) {
    if (left & 1n) sum = addPoints(sum, double);
    double = addPoints(double, double);
  }
  if (sum[0] !== 0n || sum[1] !== sum[2]) throw new Refusal("signature.key");
}

/** Refuse a signature that does not verify. */
export async function verifySignature(key, message, signature) {
  // Steps 1 to 4.
  const formed = isBytes(key, 32) && isBytes(signature, 64);
  const legal =
    formed &&
    littleEndian(signature.subarray(32)) < L &&
    !isSmall(signature.subarray(0, 32)) &&
    !isSmall(key) &&
    (littleEndian(key) & HALF) < P;
  if (!legal) throw new Refusal("signature.invalid");
  // Step 5.
  let holds = false;
  try {
    const held = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    holds = await crypto.subtle.verify("Ed25519", held, signature, message);
  } catch {
    holds = false;
  }
  if (!holds) throw new Refusal("signature.invalid");
}
