// Ranks, and the outcome of a sale of one plain pool (specs/allocation.md; settlement.md).

import { compareBytes, concat, Refusal, toHex, utf8 } from "./bytes.js";
import { encodeCbor } from "./cbor.js";
import { hmacOf, taggedHash } from "./hashing.js";

/** seed_L (allocation.md, section 2). */
export function lotSeed(seed, saleId, pool) {
  return taggedHash("lot", seed, saleId, utf8(pool));
}

/** Return the drawing order of nyms: {nym, rank}, smallest first. */
export async function drawingOrder(lot, nyms) {
  const hmac = await hmacOf(lot);
  const prefix = utf8("fairlot-v1/rank");
  const ranked = await Promise.all(
    nyms.map(async (nym) => ({ nym, rank: await hmac(concat(prefix, nym)) })),
  );
  return ranked.sort(
    (a, b) => compareBytes(a.rank, b.rank) || compareBytes(a.nym, b.nym),
  );
}

/** FILL (allocation.md, section 3): units by index, the level and what is left over it. */
export function fill(supply, quantities, order) {
  if (supply < 0n || quantities.some((each) => each < 0n)) throw new Refusal("allocation.quantity");
  const places = [...order].sort((a, b) => a - b);
  const whole = places.length === quantities.length && places.every((place, at) => place === at);
  if (!whole) throw new Refusal("allocation.order");
  const demand = quantities.reduce((sum, quantity) => sum + quantity, 0n);
  if (demand <= supply) {
    const level = quantities.reduce((most, each) => (each > most ? each : most), 0n);
    return { units: [...quantities], level, remainder: 0n, above: [] };
  }
  const sorted = [...quantities].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  let left = supply;
  let people = BigInt(sorted.length);
  for (const quantity of sorted) {
    if (quantity * people > left) break;
    left -= quantity;
    people -= 1n;
  }
  const level = left / people;
  const remainder = left % people;
  const units = quantities.map((quantity) => (quantity < level ? quantity : level));
  const above = order.filter((index) => quantities[index] > level);
  for (const index of above.slice(0, Number(remainder))) units[index] += 1n;
  return { units, level, remainder, above };
}

const PLAIN = ["name", "mechanism", "supply", "price", "cap", "group_max"];

/** Say why the page cannot compute the outcome of a sale; null if it can (page.md, 3.4). */
export function whyNotPlain(sale) {
  const pools = sale.terms.get("pools");
  if (pools.length !== 1 || sale.terms.has("bids") || sale.terms.has("redraw")) return "pools";
  const [pool] = pools;
  if (!["equal-share", "lottery"].includes(pool.get("mechanism"))) return "pools";
  if ([...pool.keys()].some((key) => !PLAIN.includes(key))) return "pools";
  const grouped = sale.entrants().some(({ group }) => group !== null);
  return pool.has("group_max") && grouped ? "groups" : null;
}

/** Compute who gets what in a sale of one plain pool (page.md, step 16). */
export async function plainOutcome(sale, seed) {
  const [pool] = sale.terms.get("pools");
  const entrants = sale.entrants();
  const [supply, price] = [pool.get("supply"), pool.get("price")];
  const cap = pool.get("mechanism") === "lottery" ? 1n : pool.get("cap");
  const least = (...numbers) => numbers.reduce((a, b) => (b < a ? b : a));
  const quantities = entrants.map(({ wants, amount }) =>
    price === 0n ? least(cap, wants) : least(cap, wants, amount / price),
  );
  const lot = await lotSeed(seed, sale.saleId, pool.get("name"));
  const ranked = await drawingOrder(lot, entrants.map(({ nym }) => nym));
  const places = new Map(entrants.map(({ nym }, index) => [toHex(nym), index]));
  const order = ranked.map(({ nym }) => places.get(toHex(nym)));
  const filled = fill(supply, quantities, order);
  const shares = new Map(
    entrants.map(({ nym }, index) => {
      const units = filled.units[index];
      return [toHex(nym), { units, payment: units * price, wanted: quantities[index] }];
    }),
  );
  return { ...filled, ranked, shares, drawn: filled.above.map((index) => entrants[index].nym) };
}

/** Return the ledger's rows of a sale, by nym (settlement.md, section 3). */
export function ledgerRows(sale, shares) {
  return sale
    .accounts()
    .map(({ nym, paid }) => {
      const share = shares.get(toHex(nym)) ?? { units: 0n, payment: 0n };
      return [nym, share.units, share.payment, paid - share.payment];
    })
    .sort((a, b) => compareBytes(a[0], b[0]));
}

/** The outcome hash (settlement.md, section 5). */
export function outcomeHash(rows) {
  return taggedHash("outcome", encodeCbor(rows));
}

function table(text, columns) {
  const lines = text.split("\n");
  if (lines[0] !== columns || lines.at(-1) !== "") throw new Refusal("page.table");
  return lines.slice(1, -1).map((line) => {
    const cells = line.split(",");
    const numbers = cells.slice(columns.startsWith("nym,pool") ? 2 : 1);
    const formed =
      cells.length === columns.split(",").length &&
      /^[0-9a-f]{96}$/.test(cells[0]) &&
      numbers.every((cell) => /^(0|[1-9][0-9]*)$/.test(cell));
    if (!formed) throw new Refusal("page.table");
    return { nym: cells[0], cells };
  });
}

export const ALLOCATION = "nym,units,payment,refund";
export const POOLS = "nym,pool,units,payment";

/**
 * Return the ledger's rows that tables state (settlement.md, section 6; page.md, step 17).
 * Lines of nyms that did not enter in the end are those of the log: nothing but a refund.
 */
export function statedRows(sale, allocation, pools) {
  const lines = new Map(table(allocation, ALLOCATION).map(({ nym, cells }) => [nym, cells]));
  const gains = pools === null ? null : gainsByNym(table(pools, POOLS));
  const rows = sale.accounts().map(({ nym, paid }) => {
    const [, units, payment, refund] = lines.get(toHex(nym)) ?? ["", 0n, 0n, paid];
    const row = [nym, BigInt(units), BigInt(payment), BigInt(refund)];
    return gains === null ? row : [...row, gains.get(toHex(nym)) ?? []];
  });
  return rows.sort((a, b) => compareBytes(a[0], b[0]));
}

function gainsByNym(lines) {
  const gains = new Map();
  for (const { nym, cells } of lines) {
    const gain = [cells[1], BigInt(cells[2]), BigInt(cells[3])];
    gains.set(nym, [...(gains.get(nym) ?? []), gain]);
  }
  return gains;
}
