// The draw's seed, as far as a browser can compute it (specs/delay.md, section 5; beacon.md).

import { compareBytes, concat, i2osp, os2ip, Refusal, sameBytes, toHex, utf8 } from "./bytes.js";
import { powerModulo } from "./ed25519.js";
import { expandMessage, sha256, taggedHash } from "./hashing.js";

const NOTHING = new Uint8Array(0);

function absolute(value, modulus) {
  const left = value % modulus;
  return left > modulus - left ? modulus - left : left;
}

/** chain-hash (drand.md, section 3.2). */
export function chainHash(named) {
  const name = named.get("id") === "default" ? "" : named.get("id");
  const numbers = [i2osp(named.get("period"), 4), i2osp(named.get("genesis"), 8)];
  return sha256(...numbers, named.get("key"), named.get("seed"), utf8(name));
}

/** Return the rounds that terms name, by chain and number, and when each is due (section 4 there). */
export async function namedRounds(terms) {
  const named = [terms.get("beacon").get("drand"), terms.get("bids"), terms.get("redraw")];
  const rounds = new Map();
  for (const each of named.filter((one) => one !== undefined)) {
    const due = each.get("genesis") + (each.get("round") - 1n) * each.get("period");
    rounds.set(`${toHex(await chainHash(each))} ${each.get("round")}`, due);
  }
  return rounds;
}

/** check-commitment (section 5.1). */
export function checkCommitment(c, modulus) {
  let [a, b] = [c, modulus];
  while (b > 0n) [a, b] = [b, a % b];
  if (c < 2n || c > modulus / 2n || a !== 1n) throw new Refusal("commit.value");
}

/** b* over all commitments. */
export function bStar(sale) {
  const { terms, frozen, commits, saleId } = sale;
  const beacon = terms.get("beacon");
  const sorted = [...commits.values()].sort(compareBytes);
  const delay = i2osp(beacon.get("delay"), 8);
  return taggedHash("bstar", saleId, beacon.get("modulus"), delay, frozen.root, ...sorted);
}

async function checkOpenings(sale, modulus, width) {
  const named = concat(utf8("fairlot-v1/g"), i2osp(modulus, width));
  const u = os2ip(await expandMessage(NOTHING, named, width + 16));
  const g = absolute(u * u, modulus);
  for (const [key, alpha] of sale.reveals) {
    const opened = absolute(powerModulo(g, alpha, modulus), modulus);
    if (opened !== os2ip(sale.commits.get(key))) throw new Refusal("reveal.opening");
  }
}

/** Ω (section 5.3). The proof of a recovery is not verified here. */
export async function omega(sale, star) {
  const beacon = sale.terms.get("beacon");
  const width = beacon.get("modulus").length;
  const modulus = os2ip(beacon.get("modulus"));
  await checkOpenings(sale, modulus, width);
  const opened = sale.recovery === null ? sale.reveals : sale.revealedInTime;
  if (sale.recovery === null && opened.size < sale.commits.size) {
    throw new Refusal("result.withheld");
  }
  let exponent = 0n;
  for (const [key, alpha] of opened) {
    exponent += os2ip(await taggedHash("bi", sale.commits.get(key), star)) * alpha;
  }
  const power = powerModulo(os2ip(beacon.get("h")), exponent, modulus);
  const rest = sale.recovery === null ? 1n : os2ip(sale.recovery);
  return i2osp(absolute(power * rest, modulus), width);
}

/** Compute the seed and compare it with RESULT (page.md, step 14). */
export async function checkSeed(sale) {
  const star = await bStar(sale);
  const found = await omega(sale, star);
  const named = sale.terms.get("beacon").get("drand");
  let round = NOTHING;
  if (named !== undefined) {
    const place = `${toHex(await chainHash(named))} ${named.get("round")}`;
    if (!sale.rounds.has(place)) throw new Refusal("result.round");
    round = sale.rounds.get(place);
  }
  const { frozen, saleId, result } = sale;
  const parts = [saleId, frozen.root, i2osp(frozen.size, 8), star, found, round];
  const seed = await taggedHash("seed", ...parts);
  const stated = ["b_star", "omega", "seed"].map((name) => result.get(name));
  if (![star, found, seed].every((value, at) => sameBytes(value, stated[at]))) {
    throw new Refusal("result.draw");
  }
  return { seed, recovered: sale.recovery !== null, waited: named !== undefined };
}
