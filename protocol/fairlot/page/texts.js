// All that the page says, apart from what it does. {name} stands for a value.

export const TEXTS = {
  title: "A fair sale, checked by you",
  skip: "To the ticket check",
  trust: {
    title: "What this page proves",
    lines: [
      "A page that the board serves proves nothing against the board: whoever serves it could serve another one that always says yes.",
      "So get this page as a file from somebody else than the board (the seller's site, a newspaper, a friend), compare its SHA-256 with the published one, and open it from your disk. It works without a network.",
      "It checks signatures, the tree of the log, your receipt, the seed, ranks and the outcome. It does not check credentials, proofs of delay or rounds of drand: `fairlot audit` does.",
    ],
  },
  unable: {
    title: "This browser cannot check anything here",
    insecure:
      "The page was not loaded over HTTPS, from this machine or from a file, so the browser withholds its cryptography. Open the page over HTTPS, or save it and open the file.",
    unsupported:
      "This browser has no Ed25519 signatures. Use a newer one: Chrome or Edge from 137, Firefox from 129, Safari from 17.",
    wrong:
      "This browser's cryptography gives wrong answers to known questions. Use another browser.",
    after:
      "Nothing on this page is checked. Whoever has fairlot installed can run `fairlot audit transcript.fairlot`.",
  },
  source: {
    title: "The log",
    open: "Open a file: transcript.fairlot",
    again: "Read the board again",
    hint: "From the board, the seller, or anybody: the page checks it, wherever it comes from. The file stays on this device.",
    told: "The sale id that the seller published (optional)",
    toldHint: "64 characters. With it nobody can show you another sale.",
    none: "No log has been read yet. Open a file.",
    reading: "Reading the board: {n} of {all} bundles.",
    checking: "Checking {size} entries.",
    failed: "The log could not be read ({code}). Nothing is checked.",
    holds: "The log holds: {size} entries under one signed head.",
    part: "The log has {size} entries. Only the first {read} are shown and checked here; the file and `fairlot audit` have all.",
    fails: "The log does not hold. Nothing below is shown as right.",
    steps: "All checks of the log",
  },
  state: { holds: "holds", fails: "DOES NOT HOLD", open: "not checked" },
  steps: {
    4: {
      name: "The terms",
      holds: "The first entry is the terms of this sale, signed by the seller.",
    },
    5: {
      name: "The sale id",
      holds: "It is the sale that you were told of.",
      "not-told":
        "No sale id was given to compare with: this shows only that the log agrees with itself.",
    },
    6: {
      name: "The signed head",
      holds: "The board signed the head, and {signed} of {of} witnesses did; {quorum} are needed.",
      alone:
        "The board signed the head. The terms name no witness: nobody else vouches that others see the same log.",
    },
    7: {
      name: "The tree",
      holds: "The {read} entries that were read are those under the head of {size}.",
    },
    8: {
      name: "The entries",
      holds: "Each of the {read} entries is signed by the key of its role, and comes in its phase.",
    },
    9: { name: "The receipt", holds: "It is a receipt, for entry {index}." },
    10: {
      name: "The head in the receipt",
      holds: "The board signed the head of {size} entries in the receipt.",
    },
    11: { name: "Your entry", holds: "Your entry is number {index} in the tree under that head." },
    12: {
      name: "One history",
      holds: "The log of {size} entries contains the history that your receipt is from.",
      part: "The log is too large to compare here: `fairlot audit --receipt` does it.",
    },
    13: { name: "What it is", holds: "It is signed by its own key, and a {type} of this sale." },
    14: {
      name: "The seed",
      holds: "The seed follows from the commitments and reveals on the log.",
      recovered:
        "The seed follows from the log. A withheld reveal was recovered: the proof of that is for `fairlot audit`.",
      waited:
        "The seed follows from the log, with a round of drand: its signature is for `fairlot audit`.",
    },
    16: {
      name: "The outcome",
      holds:
        "This browser computed the lots of {people} people and who gets what: it is the outcome that the board announced.",
    },
    17: {
      name: "The outcome",
      holds: "The tables that you opened are the outcome that the board announced.",
      pools:
        "The outcome of this kind of sale is not computed here. Open allocation.csv, and pools.csv if there is one.",
      groups: "Groups took part: their draw is not computed here. Open allocation.csv.",
    },
  },
  codes: {
    "signature.invalid": "A signature does not verify.",
    "entry.signature": "The signature of an entry does not verify.",
    "entry.key": "An entry is signed by a key that may not speak for its role.",
    "page.told": "It is another sale than the one that you were told of.",
    "page.told-form": "A sale id has 64 characters of 0 to 9 and a to f.",
    "page.no-sale": "There is no log of a sale here.",
    "page.no-ticket": "The entry is no deposit, cancellation, claim or collection.",
    "page.older-log":
      "The log that was read is older than your receipt. Get a newer one: if there is none, your receipt is evidence.",
    "page.entry-needed": "Your entry is not among those that were read: open its file too.",
    "page.too-large": "The file is too large for a browser: `fairlot audit` reads it.",
    "page.camera": "The camera cannot be used: allow it for this page, or paste the text.",
    "page.picture": "This file is no picture that the browser knows.",
    "page.one-code": "The picture has no code, or several: take one of one code.",
    "page.table": "The table has another form than allocation.csv or pools.csv.",
    "terms.witnesses":
      "The terms name witnesses who have other roles, or none where a sale needs them.",
    "beacon.modulus": "The terms of a real sale have another modulus than the public one.",
    "page.form": "It has another form than the specification allows.",
    "witness.quorum": "Too few witnesses have signed the head.",
    "checkpoint.tree": "The head is not that of these entries.",
    "checkpoint.board-name": "The head is that of another log.",
    "checkpoint.board-lines": "The first signature is not the board's.",
    "checkpoint.unknown-line": "Somebody signed whom the terms do not name.",
    "merkle.root": "The entry is not in the tree that was signed.",
    "merkle.index": "The log has no entry with that number.",
    "merkle.proof-length": "The path of the receipt has another length than the tree allows.",
    "head.fork":
      "The log is not the one that your receipt is from: the board has signed two histories. Keep both files: they are evidence.",
    "result.draw": "The board announced another draw than the log gives.",
    "result.outcome": "The outcome is not the one that the board announced.",
    "result.withheld": "A reveal is missing, and nobody has recovered it.",
    "reveal.opening": "A reveal does not open its commitment.",
  },
  otherCode:
    "The rule {code} is broken: the chapter errors.md of the specification says which one that is.",
  sale: {
    title: "The sale",
    nothing: "Open a log to see what is sold.",
    rehearsal: "This is a REHEARSAL: nothing is sold.",
    sold: "{units} × {asset}",
    priced: "{price} each",
    part: "{name}: {units} × {asset}, {price} each",
    cap: "At most {cap} a person.",
    groups: "Groups of up to {most} win together or lose together.",
    fares: "The price depends on {attribute}: {prices}.",
    only: "Only for {attribute}: {values}.",
    not: "Not for {attribute}: {values}.",
    pool: "Pool {name}",
    in: "People who have entered",
    paid: "of whom paid in full",
    inPart: "Among the entries that were read",
    now: "Now",
    times: "When (your local time)",
    collect: "Winners must collect in time; what they do not is drawn once more.",
    id: "Sale id",
    board: "Board key",
  },
  mechanisms: {
    "equal-share":
      "Everybody gets the same number, up to the limit of a person; what is left over goes by lot.",
    lottery: "One for each winner; winners are drawn by lot, and everybody has the same chance.",
    quadratic:
      "Several units cost more each: x units cost x² times the price. The limit rises until all is sold.",
    auction: "The highest bids win, and all pay one price that the bids set.",
    tiers: "Dearer tiers are sold first; each goes by lot where too many want it.",
    choices: "People list what they like; a drawn order decides who chooses first.",
  },
  phases: {
    announced: ["Announced", "The terms are fixed. Deposits have not opened yet."],
    open: ["Deposits are open", "Enter at any time before the end: earlier is no better."],
    commit: ["Commitments", "Deposits are closed. Several people each commit to a secret number."],
    seal: ["Sealing", "The set of these commitments is sealed, so that nobody can change it."],
    reveal: [
      "Reveal",
      "The secret numbers are shown. Together they give the draw, which nobody could choose.",
    ],
    result: [
      "Waiting for the result",
      "All numbers are shown, or are being recovered. The result follows from them.",
    ],
    collecting: [
      "Collecting",
      "Winners say that they will come. Seats of those who do not are drawn once more.",
    ],
    redrawing: ["Second draw", "Seats that nobody collected wait for their draw."],
    locked: ["Drawn", "The result is there. What was won is handed over after the lock-up."],
    unlocked: ["Handing over", "Winners get what they have won."],
    void: ["Void", "The sale did not take place. Everybody gets everything back."],
    cancelled: [
      "Cancelled",
      "The seller cancelled the sale before deposits closed. Everybody gets everything back.",
    ],
  },
  times: {
    open: "Deposits open",
    close: "Deposits close",
    commit_end: "Commitments end",
    seal_end: "Set is sealed",
    reveal_end: "Reveals end",
    collect: "Collect until",
    unlock: "Handing over begins",
    expiry: "Void if no round until",
  },
  ticket: {
    title: "Check my ticket",
    checked: "Checked by this browser.",
    intro:
      "You need the receipt that the board gave you (a .tlog-proof file, or its code on paper). Your entry's file is needed only where the log is large; with it you see that the receipt is yours.",
    paste: "Paste the receipt",
    files: "Or open files: the receipt, and your entry",
    button: "Check",
    steps: "All checks of the ticket",
    needLog: "Open the log first: the receipt alone does not say whose signature counts.",
    needReceipt: "Paste a receipt, or open its file.",
    fails: "This ticket does not check out.",
    keep: "Keep your receipt and the log: together they may be evidence.",
    onLog: "Your {type} is on the log, as entry {index}.",
    replaced: "Your entry {index} is on the log, but a later entry of the same nym counts instead.",
    unpaid: "Your deposit is on the log, as entry {index}, but it is not paid in full there.",
    void: "Your entry {index} is on the log. The sale is void: everything goes back.",
    won: "You got {units} × {asset} for {payment}; {refund} goes back to you.",
    lost: "You got nothing this time; {refund} goes back to you.",
    place: "By lot you were number {place} of {people}; the first {winners} were drawn.",
    noDraw: "It needed no lot.",
    unknown:
      "Your deposit is in the draw, as entry {index}. What it got is in allocation.csv: open it below.",
    drawFails:
      "Your entry {index} is on the log, but the draw that the board announced does not hold.",
    nym: "Nym: {nym}. Compare it with the one that your wallet shows.",
    pictureLog: "Where your entry stands in the log: number {index} of {size}.",
    pictureDraw:
      "The drawing order: number {place} of {people}. The first {winners}, before the line, won.",
    you: "you",
  },
  scan: {
    camera: "Scan it with the camera",
    stop: "Stop the camera",
    looking: "Hold the code before the camera. The picture stays on this device.",
    several: "There are several codes: hold one of them before the camera.",
    picture: "Or open a picture of the code",
  },
  draw: {
    title: "The draw",
    notYet: "There is no result yet. Come back after {time}.",
    void: "The sale is void: there is no draw.",
    fails: "The draw that the board announced does not hold. It is not shown.",
    steps: "All checks of the draw",
    tables: "Open allocation.csv, and pools.csv if there is one",
    start: "Watch the draw",
    skip: "Skip to the result",
    enough: "There was enough for everybody: nobody had to be drawn.",
    intro:
      "{people} people, {winners} to be drawn. Your browser computes everybody's lot from the seed, and calls the smallest first.",
    calling: "Number {place}: {nym}",
    mine: "Number {place}: {nym}, that is you",
    done: "All {winners} are drawn. This is the outcome that the board announced.",
    result: "{people} people got something: {units} units in all.",
    kind: "The draw of this kind of sale is not played here.",
    still: "Your device asks for less motion: the draw stands still.",
    list: "Drawn, in this order",
  },
  audit: {
    title: "For auditors",
    file: "The whole log, as one file: transcript.fairlot",
    noFile: "The whole log is one file, transcript.fairlot: get it from the board.",
    command: "This checks everything, offline. Take the two values from the seller, not from here:",
  },
  step: "Step {step}",
};

/** Return a sentence with its values. */
export function say(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, name) =>
    name in values ? String(values[name]) : whole,
  );
}
