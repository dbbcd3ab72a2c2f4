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
  return ranked.sort((a, b) => compareBytes(a.rank, b.rank) || compareBytes(a.nym, b.nym));
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

const PLAIN = [
  ...["name", "mechanism", "supply", "price", "cap", "group_max", "unsold", "again"],
  ...["requires", "excludes", "fares", "puzzle"],
];

function isPlain(pool) {
  const kind = pool.get("mechanism");
  return (
    ["equal-share", "lottery"].includes(kind) &&
    [...pool.keys()].every((key) => PLAIN.includes(key))
  );
}

/** Say why the page cannot compute the outcome of a sale; null if it can (page.md, step 16). */
export function whyNotPlain(pools, entrants) {
  if (!pools.every(isPlain)) return "pools";
  const grouped = entrants.some(({ group }) => group !== null);
  return grouped && pools.some((pool) => pool.has("group_max")) ? "groups" : null;
}

/** Tell whether an entrant qualifies for a pool (allocation.md, section 6, step 3). */
function qualifies(pool, { attributes, solved }) {
  const shown = (name) => attributes.get(name);
  const lists = (key) => [...(pool.get(key) ?? [])];
  return (
    lists("requires").every(([name, values]) => values.includes(shown(name))) &&
    lists("excludes").every(([name, values]) => !values.includes(shown(name))) &&
    lists("fares").every(([name, prices]) => prices.has(shown(name))) &&
    (!pool.has("puzzle") || solved.includes(pool.get("name")))
  );
}

function priceFor(pool, { attributes }) {
  if (!pool.has("fares")) return pool.get("price");
  const [[name, prices]] = [...pool.get("fares")];
  return prices.get(attributes.get(name));
}

const least = (...numbers) => numbers.reduce((a, b) => (b < a ? b : a));

/** What somebody can take and pay for: q_i (allocation.md, section 4; lottery.md, section 3). */
function quantityOf(pool, price, { wants, amount }, { units, spent }) {
  const cap = pool.get("mechanism") === "lottery" ? 1n : pool.get("cap");
  const left = wants > units ? wants - units : 0n;
  return price === 0n ? least(cap, left) : least(cap, left, (amount - spent) / price);
}

/** Run one pool on those who enter it. */
async function runPool(pool, supply, seed, saleId, entrants, standings) {
  const present = entrants
    .map((entrant, at) => ({ entrant, at, standing: standings[at] }))
    .filter(
      ({ entrant, standing }) =>
        qualifies(pool, entrant) && (standing.units === 0n || pool.has("again")),
    );
  const prices = present.map(({ entrant }) => priceFor(pool, entrant));
  const quantities = present.map(({ entrant, standing }, i) =>
    quantityOf(pool, prices[i], entrant, standing),
  );
  const lot = await lotSeed(seed, saleId, pool.get("name"));
  const ranked = await drawingOrder(
    lot,
    present.map(({ entrant }) => entrant.nym),
  );
  const places = new Map(present.map(({ entrant }, i) => [toHex(entrant.nym), i]));
  const order = ranked.map(({ nym }) => places.get(toHex(nym)));
  const { units, remainder, above } = fill(supply, quantities, order);
  const awards = present.map(({ entrant, at }, i) => ({
    at,
    nym: entrant.nym,
    units: units[i],
    payment: units[i] * prices[i],
  }));
  const sold = units.reduce((sum, each) => sum + each, 0n);
  return {
    name: pool.get("name"),
    supply,
    awards,
    unsold: supply - sold,
    winners: Number(remainder),
    drawn: above.map((i) => present[i].entrant.nym),
  };
}

/** Compute who gets what in a sale of plain pools (allocation.md, section 7; page.md, step 16). */
export async function plainOutcome(pools, entrants, seed, saleId) {
  const standings = entrants.map(() => ({ units: 0n, spent: 0n, gains: [] }));
  const carried = new Map();
  const results = [];
  for (const pool of pools) {
    const supply = pool.get("supply") + (carried.get(pool.get("name")) ?? 0n);
    const result = await runPool(pool, supply, seed, saleId, entrants, standings);
    for (const { at, units, payment } of result.awards) {
      standings[at].units += units;
      standings[at].spent += payment;
      if (units > 0n) standings[at].gains.push([result.name, units, payment]);
    }
    const target = pool.get("unsold");
    if (target !== undefined) carried.set(target, (carried.get(target) ?? 0n) + result.unsold);
    results.push(result);
  }
  const shares = new Map(entrants.map(({ nym }, at) => [toHex(nym), standings[at]]));
  return { pools: results, shares };
}

const NOTHING_GOT = { units: 0n, spent: 0n, gains: [] };

/** Return the ledger's rows (settlement.md, sections 3 and 5): of accounts, sorted by nym. */
export function ledgerRows(accounts, shares, pools) {
  return accounts.map(({ nym, paid }) => {
    const { units, spent, gains } = shares.get(toHex(nym)) ?? NOTHING_GOT;
    const row = [nym, units, spent, paid - spent];
    return pools.length > 1 ? [...row, gains] : row;
  });
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
