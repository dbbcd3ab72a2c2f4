// The checks of the page, each by the number of its step (specs/page.md, sections 3 and 4).

import { isBytes, Refusal, sameBytes, toHex } from "./bytes.js";
import { checkSeed } from "./beacon.js";
import { encodeCbor } from "./cbor.js";
import { checkKey } from "./ed25519.js";
import { checkEntrySignature, entryHash, readEntry } from "./entry.js";
import { sha256, taggedHash } from "./hashing.js";
import { treeOf } from "./log.js";
import { ledgerRows, outcomeHash, plainOutcome, statedRows, whyNotPlain } from "./lot.js";
import {
  COSIGNATURE,
  ED25519,
  keyId,
  parseReceipt,
  verifyCosignature,
  verifyLine,
} from "./note.js";
import { Sale } from "./sale.js";
import { leafHash, rootOf, verifyInclusion } from "./tree.js";

// SHA-256 of the modulus of real sales (delay.md, section 3.2).
const RSA_2048 = "6ae9d033c1d76c4f535b5ad5c0073933a0b375b4120a75fbb66be814eab1a9ce";

/** What was found, step by step; what comes after a step that fails is not looked at. */
export class Checks {
  constructor() {
    this.results = [];
    this.failed = false;
  }

  /** Do one step: what it returns are the values of its sentence. */
  async run(step, does) {
    if (this.failed) {
      this.results.push({ step, state: "open", values: {} });
      return undefined;
    }
    try {
      const values = (await does()) ?? {};
      this.results.push({ step, state: "holds", values });
      return values;
    } catch (error) {
      // Whatever goes wrong with what others wrote does not hold; nothing passes by accident.
      this.failed = true;
      this.results.push({ step, state: "fails", values: { code: error.code ?? "page.form" } });
      return undefined;
    }
  }

  /** Say that a step is not done here, and why. */
  skip(step, why) {
    this.results.push({ step, state: "open", values: { why } });
  }
}

function need(holds, code) {
  if (!holds) throw new Refusal(code);
}

/** The keys that may sign heads: the board's, and those that watch (board.md, section 3). */
function signersOf(terms, saleId) {
  const board = terms.get("board");
  const origin = `${board.get("name")}/${toHex(saleId)}`;
  const named = terms
    .get("witnesses")
    .map((each) => ({ name: each.get("name"), key: each.get("key") }));
  const watching = named.length > 0 ? named : [{ name: origin, key: board.get("key") }];
  return {
    origin,
    key: board.get("key"),
    watching,
    quorum: Number(terms.get("quorum") ?? 1n),
    alone: named.length === 0,
  };
}

/** Check every line of a head, and return how many keys that watch have signed. */
async function judgeHead(head, { origin, key, watching }) {
  need(head.origin === origin, "checkpoint.board-name");
  const boards = await keyId(origin, ED25519, key);
  const [first] = head.lines;
  need(first.name === origin && sameBytes(first.id, boards), "checkpoint.board-lines");
  const ids = await Promise.all(watching.map((each) => keyId(each.name, COSIGNATURE, each.key)));
  const signed = new Set();
  for (const line of head.lines) {
    const alone = { ...head, lines: [line] };
    const at = watching.findIndex(
      (each, i) => each.name === line.name && sameBytes(ids[i], line.id),
    );
    if (at >= 0) {
      await verifyCosignature(alone, watching[at].name, watching[at].key);
      signed.add(at);
    } else {
      need(line.name === origin && sameBytes(line.id, boards), "checkpoint.unknown-line");
      await verifyLine(alone, origin, key);
    }
  }
  return signed.size;
}

/** Step 4: the terms are the first leaf, and their hash is the name of the log. */
async function checkTerms(log) {
  need(log.leaves.length > 0, "phase.no-terms");
  const entry = readEntry(log.leaves[0]);
  need(entry.type === "TERMS", "phase.no-terms");
  const terms = entry.body;
  const saleId = await taggedHash("sale", encodeCbor(terms));
  need(sameBytes(entry.sale, saleId) && sameBytes(log.scope, saleId), "terms.sale-id");
  const board = terms.get("board");
  const formed =
    board instanceof Map &&
    isBytes(terms.get("seller"), 32) &&
    isBytes(terms.get("escrow"), 32) &&
    Array.isArray(terms.get("witnesses")) &&
    Array.isArray(terms.get("pools")) &&
    terms.get("times") instanceof Map &&
    terms.get("beacon") instanceof Map;
  need(formed, "terms.field");
  const witnesses = terms.get("witnesses").map((each) => each.get("key"));
  for (const key of [board.get("key"), terms.get("seller"), terms.get("escrow"), ...witnesses])
    checkKey(key);
  need(sameBytes(entry.key, terms.get("seller")), "terms.seller");
  const others = [
    board.get("key"),
    terms.get("seller"),
    terms.get("escrow"),
    ...terms.get("beacon").get("roster"),
  ];
  const apart =
    new Set([...witnesses, ...others].map(toHex)).size ===
    new Set(others.map(toHex)).size + witnesses.length;
  need(apart && (terms.get("rehearsal") === true || witnesses.length > 0), "terms.witnesses");
  const quorum = terms.get("quorum");
  need(
    witnesses.length === 0 ? quorum === undefined : 2n * quorum > BigInt(witnesses.length),
    "terms.witnesses",
  );
  const modulus = await sha256(terms.get("beacon").get("modulus"));
  need(terms.get("rehearsal") === true || toHex(modulus) === RSA_2048, "beacon.modulus");
  await checkEntrySignature(entry);
  return { terms, saleId };
}

/** Check a log (steps 4 to 8), and return what it says of its sale. */
export async function checkLog(log, told) {
  const checks = new Checks();
  const begun = await checks.run(4, () => checkTerms(log));
  const sale = begun && new Sale(begun.terms, begun.saleId);
  if (told) {
    await checks.run(5, () => {
      need(told.length === 32, "page.told-form");
      need(sameBytes(told, begun.saleId), "page.told");
    });
  }
  if (!told) checks.skip(5, "not-told");
  const signers = begun && signersOf(begun.terms, begun.saleId);
  await checks.run(6, async () => {
    const signed = await judgeHead(log.head, signers);
    need(signed >= signers.quorum, "witness.quorum");
    return { signed, of: signers.watching.length, quorum: signers.quorum, alone: signers.alone };
  });
  let hashes = [];
  await checks.run(7, async () => {
    const tree = await treeOf(log);
    hashes = tree.hashes;
    need(log.rest.length > 0 || BigInt(log.leaves.length) === log.head.size, "checkpoint.tree");
    need(sameBytes(tree.root, log.head.root), "checkpoint.tree");
    return { size: log.head.size, read: log.leaves.length };
  });
  const complete = log.rest.length === 0;
  await checks.run(8, async () => {
    await sale.takeAll(log.leaves, hashes);
    need(sale.findings.length === 0, sale.findings[0]?.code);
    return { read: log.leaves.length };
  });
  return { checks, log, sale, signers, hashes, complete, holds: !checks.failed };
}

/** Check the draw of a log that holds (steps 14, 16 and 17). */
export async function checkDraw(read, tables) {
  const checks = new Checks();
  const { sale } = read;
  const drawn = await checks.run(14, () => checkSeed(sale));
  const pools = sale.terms.get("pools");
  const entrants = sale.entrants();
  const why = whyNotPlain(pools, entrants);
  let outcome = null;
  let rows = null;
  if (why === null) {
    await checks.run(16, async () => {
      outcome = await plainOutcome(pools, entrants, drawn.seed, sale.saleId);
      rows = ledgerRows(sale.accounts(), outcome.shares, pools);
      need(sameBytes(await outcomeHash(rows), sale.outcome), "result.outcome");
      return { people: entrants.length };
    });
  } else if (tables === null) {
    checks.skip(17, why);
  } else {
    await checks.run(17, async () => {
      rows = statedRows(sale, tables.allocation, tables.pools);
      need(sameBytes(await outcomeHash(rows), sale.outcome), "result.outcome");
    });
  }
  if (checks.failed || rows === null) return { checks, drawn, outcome: null, why, rows: null };
  return { checks, drawn, outcome, why, rows: new Map(rows.map((row) => [toHex(row[0]), row])) };
}

/** Check a receipt against a log that holds (steps 9 to 13). */
export async function checkTicket(read, receipt, entryData) {
  const checks = new Checks();
  const { log, sale, signers, hashes, complete } = read;
  const proof = { read: null };
  await checks.run(9, () => {
    proof.read = parseReceipt(receipt);
    return { index: proof.read.index };
  });
  await checks.run(10, async () => {
    await judgeHead(proof.read.head, signers);
    return { size: proof.read.head.size };
  });
  const at = proof.read === null ? 0 : Number(proof.read.index);
  const data = entryData ?? (proof.read === null ? undefined : log.leaves[at]);
  await checks.run(11, async () => {
    need(data !== undefined, complete ? "merkle.index" : "page.entry-needed");
    const { index, hashes: path, head } = proof.read;
    await verifyInclusion(await leafHash(data), index, head.size, path, head.root);
    return { index };
  });
  const { head } = proof.read ?? {};
  if (!complete && head !== undefined && !sameBytes(head.root, log.head.root)) {
    checks.skip(12, "part");
  } else {
    await checks.run(12, async () => {
      need(head.size <= log.head.size, "page.older-log");
      const before =
        head.size === log.head.size
          ? log.head.root
          : await rootOf(hashes.slice(0, Number(head.size)));
      need(sameBytes(before, head.root), "head.fork");
      return { size: log.head.size };
    });
  }
  const own = await checks.run(13, () => checkOwn(sale, data));
  return { checks, own, holds: !checks.failed, index: at };
}

/** Step 13: what the entry is, and whether it is the one that counts. */
async function checkOwn(sale, data) {
  const entry = readEntry(data);
  need(sameBytes(entry.sale, sale.saleId), "entry.scope");
  await checkEntrySignature(entry);
  need(["DEPOSIT", "CANCEL", "CLAIM", "COLLECT"].includes(entry.type), "page.no-ticket");
  const nym = entry.body.get("nym");
  need(isBytes(nym, 48), "entry.field");
  const account = sale.nyms.get(toHex(nym));
  const hash = toHex(await entryHash(data));
  const ticket = entry.type === "DEPOSIT" || entry.type === "CANCEL";
  const final = account !== undefined && (!ticket || account.final.hash === hash);
  const counts = account !== undefined && account.final.entry.type === "DEPOSIT";
  const funded = counts && account.paid >= account.final.bound.get("amount");
  return {
    type: entry.type,
    nym,
    final,
    funded,
    paid: account?.paid ?? 0n,
    known: account !== undefined,
  };
}

/**
 * Step 15: the place of a nym among those between whom the lot decided, in the pool in which it
 * was drawn, or else in the last one in which it was not; null if the lot decided nothing for it.
 */
export function placeOf(outcome, nym) {
  const places = outcome.pools.map(({ name, drawn, winners }) => {
    const place = drawn.findIndex((each) => sameBytes(each, nym)) + 1;
    return { pool: name, place, people: drawn.length, winners };
  });
  const drawn = places.filter(({ place }) => place > 0);
  return drawn.find(({ place, winners }) => place <= winners) ?? drawn.at(-1) ?? null;
}
