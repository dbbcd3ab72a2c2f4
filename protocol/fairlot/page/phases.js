// The phases of a sale (specs/sale.md, sections 1 and 7).

// sale.md, table 1: in which phases each type is legal.
export const LEGAL = {
  TERMS: "empty",
  OPEN: "announced",
  DEPOSIT: "open",
  CANCEL: "open",
  PAID: "open",
  CLOSE: "open",
  COMMIT: "commit",
  COMMIT_END: "commit",
  SEAL: "seal",
  SEALED: "seal",
  REVEAL: "reveal result",
  REVEAL_END: "reveal",
  RECOVER: "result",
  ROUND: "reveal result collecting redrawing",
  RESULT: "result",
  CLAIM: "reveal result collecting redrawing locked unlocked void",
  COLLECT: "reveal result collecting",
  COLLECT_END: "collecting",
  REDRAWN: "collecting redrawing",
  ITEMS: "locked",
  UNLOCK: "locked",
  DELIVERY: "unlocked",
  VOID: "announced open commit seal reveal result",
};
export const NEXT = {
  TERMS: "announced",
  OPEN: "open",
  CLOSE: "commit",
  COMMIT_END: "seal",
  SEALED: "reveal",
  REVEAL_END: "result",
  COLLECT_END: "redrawing",
  REDRAWN: "locked",
  UNLOCK: "unlocked",
  VOID: "void",
};
// The time of the terms at which a marker is due, and whether it can be late (sale.md, section 7).
export const DUE = {
  OPEN: ["open", true],
  CLOSE: ["close", true],
  COMMIT_END: ["commit_end", true],
  SEALED: ["seal_end", true],
  REVEAL_END: ["reveal_end", false],
  UNLOCK: ["unlock", false],
  COLLECT_END: ["collect", true],
};

// Markers whose body is an empty map.
export const EMPTY = ["COMMIT_END", "SEALED", "REVEAL_END", "COLLECT_END", "UNLOCK"];
