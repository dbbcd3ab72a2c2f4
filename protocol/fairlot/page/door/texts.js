// All that the page at the door says, apart from what it does. {name} stands for a value.

export const TEXTS = {
  title: "At the door",
  pair: {
    title: "Use this telephone at the door",
    intro:
      "Type the code that `fairlot doors serve` shows. It stays in this tab, until the tab is closed.",
    label: "Code",
    button: "Use this telephone",
    wrong: "This is not the code. Compare it with what the command shows.",
  },
  facts: {
    gate: "Gate",
    sale: "Sale",
    inside: "Let in",
    of: "{inside} of {units}",
    opens: "Nobody is let in before",
    rehearsal: "This is a REHEARSAL: nobody has bought anything.",
    forget: "Forget the code",
  },
  question: {
    title: "1. Ask",
    next: "Next person",
    intro: "Their wallet reads this code, and answers within five minutes.",
    picture: "The question, as a code for their wallet to read",
    text: "The question as text",
    copy: "Send it to them if nothing of theirs reads codes.",
  },
  answer: {
    title: "2. Take the answer",
    paste: "Their answer, as text",
    button: "Check",
    missing: "There is no answer yet: scan it, or paste it.",
    asking: "Checking.",
  },
  scan: {
    camera: "Scan the answer with the camera",
    stop: "Stop the camera",
    looking: "Hold their code before the camera. The picture stays on this telephone.",
    several: "There are several codes: hold one of them before the camera.",
    picture: "Or open a picture of the code",
  },
  verdict: {
    in: "LET THEM IN",
    out: "DO NOT LET THEM IN",
    unknown: "NOT DECIDED",
    last: "This was their only place, or the last of them.",
    left: "They may come in {left} more times, one for each place.",
    nym: "Nym {nym}",
    again: "Ask again",
    silence:
      "There is no answer from where the list is kept. Nobody knows yet whether they are on it: ask again, it counts once.",
    code: "Reason: {code}",
  },
  list: {
    title: "Who was let in",
    none: "Nobody yet.",
    row: "{nym}: {times} of {units}",
  },
  codes: {
    "door.used": "They have come in as often as they have places.",
    "door.replayed":
      "This answer has let somebody in already. If the same person stands before you, look at the list and decide.",
    "door.loser": "They have won nothing in this sale.",
    "door.stale": "The question is older than five minutes. Ask again.",
    "door.early": "It is too early: nothing is handed out before the unlock.",
    "door.epoch": "Their credential is of another day. Their wallet gets the one of today.",
    "door.presentation": "The answer does not verify: it is not from the wallet of this winner.",
    "door.challenge": "This is no answer to a question that was asked here in the last five minutes. Ask again.",
    "door.gate": "The answer was given to another gate.",
    "door.sale": "The answer is about another sale.",
    "door.malformed": "This is no answer of a wallet.",
    "door.size": "This is far too long to be an answer.",
    "door.busy": "Another gate is writing to the list. Ask again.",
    "door.code": "This telephone may not ask: the code is another.",
    "service.disk": "The list cannot be written: until it can be, nobody may come in.",
    "service.rate": "Too many questions at once. Wait a moment.",
    "service.busy": "Too many questions are open. Wait some minutes.",
    "page.camera": "The camera cannot be used: allow it for this page, or paste the text.",
    "page.picture": "This file is no picture that the browser knows.",
    "page.one-code": "The picture has no code, or several: take one of one code.",
  },
  silence: "There is no answer from where the list is kept. Try again.",
  otherCode: "It was refused: {code}.",
};

/** Return a sentence with its values. */
export function say(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, name) =>
    name in values ? String(values[name]) : whole,
  );
}
