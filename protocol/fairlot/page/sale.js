// What a log says of its sale: a lighter fold than that of sale.md. Presentations, proofs of
// delay and rounds of drand are not verified: a browser cannot, and the audit does.

import { bStar, checkCommitment, namedRounds } from "./beacon.js";
import { compareBytes, isBytes, os2ip, Refusal, sameBytes, toHex } from "./bytes.js";
import { DUE, EMPTY, LEGAL, NEXT } from "./phases.js";
import { checkEntrySignature, entryHash, readEntry } from "./entry.js";
import { rootOf } from "./tree.js";

const AT_ONCE = 256;
const LAST_TIME = 253402300799n;
const isUint = (value) => typeof value === "bigint" && value >= 0n && value < 1n << 64n;

function demand(holds, code) {
  if (!holds) throw new Refusal(code);
}

/** The state of a sale, entry by entry. */
export class Sale {
  constructor(terms, saleId) {
    this.terms = terms;
    this.saleId = saleId;
    this.phase = "empty";
    this.time = 0n;
    this.markers = new Map();
    this.findings = [];
    this.frozen = null;
    this.commits = new Map();
    this.seals = new Set();
    this.reveals = new Map();
    this.revealedInTime = new Map();
    this.recovery = null;
    this.rounds = new Map();
    this.result = null;
    this.outcome = null;
    this.reason = null;
    this.hashes = [];
    this.accepted = new Map();
    this.nyms = new Map();
    this.references = new Set();
  }

  /** Take leaves in; what does not fit is a finding, and changes nothing. */
  async takeAll(leaves, leafHashes) {
    for (let first = 0; first < leaves.length; first += AT_ONCE) {
      const some = await Promise.all(leaves.slice(first, first + AT_ONCE).map(prepared));
      for (const [i, each] of some.entries()) await this.take(each, leafHashes[first + i]);
    }
  }

  async take(leaf, leafHash) {
    const index = this.hashes.length;
    try {
      if (leaf.entry === null) throw leaf.problem;
      await this.apply(leaf, index);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.findings.push({ index, code: error.code });
    }
    this.hashes.push(leafHash);
  }

  async apply({ entry, hash, problem }, index) {
    demand(!this.accepted.has(hash), "entry.duplicate");
    demand(sameBytes(entry.sale, this.saleId), "entry.scope");
    const legal =
      entry.type === "TIME"
        ? this.phase !== "empty"
        : LEGAL[entry.type].split(" ").includes(this.phase);
    demand(legal, "phase.wrong");
    if (problem !== null) throw problem;
    const named = {
      board: this.terms.get("board").get("key"),
      seller: this.terms.get("seller"),
      escrow: this.terms.get("escrow"),
    };
    const key = named[entry.role];
    demand(key === undefined || sameBytes(key, entry.key), "entry.key");
    demand(!EMPTY.includes(entry.type) || entry.body.size === 0, "entry.field");
    this.checkDue(entry.type);
    await this[`on_${entry.type}`]?.(entry.body, entry, hash);
    this.accepted.set(hash, index);
    if (entry.type in NEXT) this.moveOn(entry, index);
    if (entry.type === "RESULT") this.moveOn(entry, index);
  }

  checkDue(type) {
    if (!(type in DUE)) return;
    const [name, bounded] = DUE[type];
    const due = this.terms.get("times").get(name);
    demand(this.time >= due, "phase.early");
    const last = due + this.terms.get("times").get("slack");
    demand(!bounded || this.time <= last, "phase.late");
  }

  moveOn(entry, index) {
    this.markers.set(entry.type, { time: this.time, index });
    const collects = this.terms.get("pools").some((pool) => pool.has("collect"));
    const after = entry.type === "RESULT" ? (collects ? "collecting" : "locked") : NEXT[entry.type];
    this.phase = after;
    if (entry.type === "COMMIT_END" && this.ofRoster(this.commits) < this.leastCommits()) {
      this.phase = "void";
      this.reason = "commits-missing";
    }
  }

  leastCommits() {
    const beacon = this.terms.get("beacon");
    return Number(beacon.get("min_commits") ?? BigInt(beacon.get("roster").length));
  }

  /** How many keys of the roster are among those of a collection. */
  ofRoster(keys) {
    const roster = this.terms.get("beacon").get("roster").map(toHex);
    return roster.filter((key) => keys.has(key)).length;
  }

  on_TIME(body) {
    const formed = body.size === 1 && isUint(body.get("time")) && body.get("time") <= LAST_TIME;
    demand(formed, "entry.field");
    demand(body.get("time") > this.time, "time.back");
    this.time = body.get("time");
  }

  on_DEPOSIT(body, entry, hash) {
    const bound = body.get("ph");
    const nym = body.get("nym");
    const formed =
      isBytes(nym, 48) &&
      body.get("disclosed") instanceof Map &&
      bound instanceof Map &&
      isUint(body.get("epoch")) &&
      isUint(bound.get("seq")) &&
      isUint(bound.get("amount")) &&
      bound.get("order") instanceof Map &&
      isUint(bound.get("order").get("wants"));
    demand(formed && bound.get("type") === entry.type, "entry.field");
    demand(
      isBytes(bound.get("sale_id"), 32) && sameBytes(bound.get("sale_id"), this.saleId),
      "deposit.sale",
    );
    demand(
      isBytes(bound.get("settle_pk"), 32) && sameBytes(bound.get("settle_pk"), entry.key),
      "deposit.settle-key",
    );
    demand(
      isUint(bound.get("not_after")) && this.time <= bound.get("not_after"),
      "deposit.not-after",
    );
    const name = toHex(nym);
    const account = this.nyms.get(name) ?? { nym, paid: 0n, final: null };
    const made = {
      entry,
      hash,
      body,
      bound,
      precedence: [body.get("epoch"), bound.get("seq"), hash],
    };
    if (account.final === null || comesAfter(made.precedence, account.final.precedence))
      account.final = made;
    this.nyms.set(name, account);
  }

  on_CANCEL(body, entry, hash) {
    const bound = body.get("ph");
    const nothing =
      bound?.get("amount") === 0n &&
      [...bound.get("order")].every(([key, value]) => key === "wants" && value === 0n);
    demand(nothing, "deposit.cancel");
    this.on_DEPOSIT(body, entry, hash);
  }

  on_PAID(body) {
    const [nym, amount, ref] = ["nym", "amount", "ref"].map((name) => body.get(name));
    demand(
      body.size === 3 && isBytes(nym, 48) && isUint(amount) && amount > 0n && isBytes(ref, 16),
      "entry.field",
    );
    const account = this.nyms.get(toHex(nym));
    demand(account !== undefined, "paid.unknown-nym");
    demand(!this.references.has(toHex(ref)), "paid.ref");
    demand(isUint(account.paid + amount), "paid.total");
    account.paid += amount;
    this.references.add(toHex(ref));
  }

  async on_CLOSE(body) {
    const [size, root] = [body.get("size"), body.get("root")];
    demand(body.size === 2 && isUint(size) && isBytes(root, 32), "entry.field");
    const own = size === BigInt(this.hashes.length) && sameBytes(root, await rootOf(this.hashes));
    demand(own, "close.tree");
    this.frozen = { size, root };
  }

  on_OPEN(body) {
    demand(body.size === 1 && isBytes(body.get("roll"), 32), "entry.field");
  }

  on_COLLECT(body) {
    demand(body.size === 1 && isBytes(body.get("nym"), 48), "entry.field");
  }

  on_COMMIT(body, entry) {
    const key = toHex(entry.key);
    const { size, root } = this.frozen;
    demand(isBytes(body.get("c"), this.terms.get("beacon").get("modulus").length), "entry.field");
    demand(this.contributors().has(key), "commit.roster");
    demand(!this.commits.has(key), "commit.twice");
    demand(
      body.get("size") === size &&
        isBytes(body.get("root"), 32) &&
        sameBytes(body.get("root"), root),
      "commit.frozen",
    );
    checkCommitment(os2ip(body.get("c")), os2ip(this.terms.get("beacon").get("modulus")));
    this.commits.set(key, body.get("c"));
  }

  /** A seal is of the set of commitments, and of the tree right behind COMMIT_END. */
  async on_SEAL(body, entry) {
    const key = toHex(entry.key);
    const [star, size, root] = ["b_star", "size", "root"].map((name) => body.get(name));
    demand(
      body.size === 3 && isBytes(star, 32) && isUint(size) && isBytes(root, 32),
      "entry.field",
    );
    demand(this.commits.has(key), "seal.commitment");
    demand(!this.seals.has(key), "seal.twice");
    demand(sameBytes(star, await bStar(this)), "seal.set");
    const covered = this.hashes.slice(0, this.markers.get("COMMIT_END").index + 1);
    const own = size === BigInt(covered.length) && sameBytes(root, await rootOf(covered));
    demand(own, "seal.head");
    this.seals.add(key);
  }

  on_SEALED() {
    demand(this.ofRoster(this.seals) >= this.leastCommits(), "seal.missing");
  }

  on_REVEAL(body, entry) {
    const key = toHex(entry.key);
    demand(isBytes(body.get("alpha"), 272), "entry.field");
    demand(this.recovery === null, "reveal.fixed");
    demand(this.commits.has(key), "reveal.commitment");
    demand(!this.reveals.has(key), "reveal.twice");
    this.reveals.set(key, os2ip(body.get("alpha")));
  }

  on_REVEAL_END() {
    this.revealedInTime = new Map(this.reveals);
  }

  on_RECOVER(body) {
    demand(this.recovery === null && this.reveals.size < this.commits.size, "recover.not-needed");
    demand(
      isBytes(body.get("y"), this.terms.get("beacon").get("modulus").length),
      "recover.length",
    );
    this.recovery = body.get("y");
  }

  async on_ROUND(body) {
    demand(
      isBytes(body.get("chain"), 32) && isUint(body.get("round")) && isBytes(body.get("signature")),
      "entry.field",
    );
    const place = `${toHex(body.get("chain"))} ${body.get("round")}`;
    const named = await namedRounds(this.terms);
    demand(named.has(place), "round.unnamed");
    demand(!this.rounds.has(place), "round.twice");
    demand(this.time >= named.get(place), "round.early");
    this.rounds.set(place, body.get("signature"));
  }

  on_RESULT(body) {
    const names = ["b_star", "omega", "seed", "outcome"];
    demand(body.size === 4 && names.every((name) => isBytes(body.get(name))), "entry.field");
    this.result = body;
    this.outcome = body.get("outcome");
  }

  on_REDRAWN(body) {
    demand(isBytes(body.get("outcome"), 32), "entry.field");
    this.outcome = body.get("outcome");
  }

  on_VOID(body, entry) {
    if (entry.role === "seller" || body.get("reason") === "cancelled") {
      this.cancel(body, entry);
      return;
    }
    const reasons = {
      announced: ["open-missed", "open"],
      open: ["close-missed", "close"],
      commit: ["commit-end-missed", "commit_end"],
      seal: ["sealed-missed", "seal_end"],
    };
    const times = this.terms.get("times");
    const [reason, name] = reasons[this.phase] ?? ["expired", "expiry"];
    const slack = reason === "expired" ? 0n : times.get("slack");
    const late = times.has(name) && this.time > times.get(name) + slack;
    demand(body.size === 1 && body.get("reason") === reason && late, "void.reason");
    this.reason = reason;
  }

  /** The seller cancels, before CLOSE (sale.md, step 12.1). */
  cancel(body, entry) {
    demand(body.size === 1, "entry.field");
    demand(entry.role === "seller", "cancelled.key");
    demand(body.get("reason") === "cancelled", "cancelled.reason");
    demand(["announced", "open"].includes(this.phase), "cancelled.late");
    this.reason = "cancelled";
  }

  contributors() {
    const keys = new Set(this.terms.get("beacon").get("roster").map(toHex));
    for (const { final } of this.entering()) {
      if (final.bound.get("amount") > 0n) keys.add(toHex(final.entry.key));
    }
    return keys;
  }

  entering() {
    return [...this.nyms.values()].filter(
      ({ paid, final }) => final.entry.type === "DEPOSIT" && paid >= final.bound.get("amount"),
    );
  }

  /** The accounts of all nyms, sorted (settlement.md, section 2). */
  accounts() {
    return [...this.nyms.values()].sort((a, b) => compareBytes(a.nym, b.nym));
  }

  /** The entrants, sorted by nym (sale.md, step 9). */
  entrants() {
    return this.entering()
      .map(({ nym, final }) => ({
        nym,
        wants: final.bound.get("order").get("wants"),
        amount: final.bound.get("amount"),
        group: final.bound.get("group"),
        attributes: final.body.get("disclosed"),
        solved: [...(final.bound.get("order").get("solutions") ?? new Map()).keys()],
      }))
      .sort((a, b) => compareBytes(a.nym, b.nym));
  }
}

/** Do what depends on a leaf alone: many at once, since the browser has threads for it. */
async function prepared(data) {
  let entry = null;
  let hash = null;
  try {
    entry = readEntry(data);
    hash = toHex(await entryHash(data));
    await checkEntrySignature(entry);
    return { entry, hash, problem: null };
  } catch (problem) {
    return { entry, hash, problem };
  }
}

function comesAfter([epoch, seq, hash], [otherEpoch, otherSeq, otherHash]) {
  if (epoch !== otherEpoch) return epoch > otherEpoch;
  if (seq !== otherSeq) return seq > otherSeq;
  return hash > otherHash;
}
