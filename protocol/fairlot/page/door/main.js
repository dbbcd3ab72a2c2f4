// The page at the door: it asks and shows, and the server that it came from decides.

import { Refusal } from "../bytes.js";
import { el, prose, replaceIn, svg, verdictBox } from "../nodes.js";
import { codeReader, scanBox } from "../scan.js";
import { say, TEXTS } from "./texts.js";

const KEPT = "fairlot-door-code";
const PATIENCE_MS = 15_000;
const SHORT = 16;
/** Blank modules around a code (ISO/IEC 18004). */
const QUIET = 4;

const state = { code: "" };

/** Ask the server; the code goes in a header, and never into an address. */
async function asked(path, method, body, more = {}) {
  let answer;
  let said;
  try {
    answer = await fetch(path, {
      method,
      body,
      headers: { authorization: `Bearer ${state.code}`, ...more },
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    said = await answer.json();
  } catch {
    throw new Refusal("page.silence");
  }
  if (!answer.ok) throw new Refusal(said.code);
  return said;
}

/** What is typed in small letters or in groups is the same code. */
const typed = (text) => text.toUpperCase().replace(/[^A-Z2-7]/g, "");

function codeText(code) {
  return TEXTS.codes[code] ?? say(TEXTS.otherCode, { code });
}

function drawn(rows) {
  const dark = [...rows].flatMap((row, y) =>
    [...row].flatMap((module, x) => (module === "1" ? `M${x} ${y}h1v1h-1z` : [])),
  );
  const size = rows.length + 2 * QUIET;
  return svg(
    "svg",
    {
      viewBox: `${-QUIET} ${-QUIET} ${size} ${size}`,
      class: "qr",
      role: "img",
      "aria-label": TEXTS.question.picture,
      "shape-rendering": "crispEdges",
    },
    svg("path", { d: dark.join("") }),
  );
}

const parts = {
  facts: el("div", { id: "facts" }),
  question: el("div", { id: "question" }),
  status: el("p", { id: "status", role: "status", "aria-live": "polite" }),
  verdict: el("div", { id: "verdict", role: "alert" }),
  list: el("ul", { id: "entered" }),
};
const paste = el("textarea", {
  id: "answer",
  rows: 3,
  spellcheck: "false",
  autocapitalize: "characters",
  autocomplete: "off",
});

function shortened(nym) {
  return el("code", { title: nym }, `${nym.slice(0, SHORT)}…`);
}

function showState(found) {
  const texts = TEXTS.facts;
  const facts = [
    [texts.gate, el("bdi", {}, found.gate)],
    [texts.sale, el("bdi", {}, found.title)],
    [texts.inside, say(texts.of, { inside: found.inside, units: found.units })],
  ];
  if (found.now < found.unlock)
    facts.push([texts.opens, new Date(found.unlock * 1000).toLocaleString()]);
  replaceIn(
    parts.facts,
    found.rehearsal ? el("p", {}, el("b", {}, texts.rehearsal)) : "",
    el(
      "dl",
      { class: "facts" },
      ...facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
    ),
  );
  const rows = found.entered.map(({ nym, times, units }) => {
    const [before, after] = say(TEXTS.list.row, { times, units }).split("{nym}");
    return el("li", {}, before, shortened(nym), after);
  });
  replaceIn(parts.list, ...(rows.length === 0 ? [el("li", {}, TEXTS.list.none)] : rows));
}

async function lookAgain() {
  showState(await asked("state", "GET"));
}

/** A verdict that is read from afar, by its shape, its words and its colour. */
function showVerdict(kind, word, ...lines) {
  const title = el("h2", { tabindex: -1 }, word);
  const box = verdictBox(kind, title, ...lines);
  box.classList.add("big");
  replaceIn(parts.verdict, box);
  title.focus();
}

function showDecided(found) {
  const texts = TEXTS.verdict;
  if (!found.admitted) {
    const reason = el("p", { class: "nym" }, say(texts.code, { code: found.code }));
    showVerdict("fails", texts.out, el("p", {}, codeText(found.code)), reason);
    return;
  }
  const left = found.left === 0 ? texts.last : say(texts.left, { left: found.left });
  const [before, after] = texts.nym.split("{nym}");
  const nym = el("p", { class: "nym" }, before, shortened(found.nym), after);
  showVerdict("holds", texts.in, el("p", {}, left), nym);
}

/** Do what somebody asked for; what goes wrong with it lets nobody in, and says so. */
function guarded(does) {
  return async (event) => {
    try {
      await does(event);
    } catch (error) {
      replaceIn(parts.status);
      const code = error.code ?? "page.form";
      if (code === "door.code") {
        forget();
        showPairing(TEXTS.pair.wrong);
      } else if (code === "page.silence") {
        replaceIn(parts.status, TEXTS.silence);
      } else {
        showDecided({ admitted: false, code });
      }
    }
  };
}

async function next() {
  replaceIn(parts.verdict);
  replaceIn(parts.question);
  paste.value = "";
  const texts = TEXTS.question;
  const found = await asked("ask", "POST");
  const text = el(
    "textarea",
    { id: "question-text", rows: 3, readonly: true, focus: (event) => event.target.select() },
    found.text,
  );
  replaceIn(
    parts.question,
    el("p", {}, texts.intro),
    drawn(found.rows),
    el(
      "details",
      {},
      el("summary", {}, texts.text),
      el("p", { class: "soft" }, texts.copy),
      el("label", { for: "question-text" }, texts.text),
      text,
    ),
  );
  await lookAgain();
}

/** Ask about one answer, as often as it takes: under one name it counts once. */
function attempt(text) {
  const name = crypto.getRandomValues(new Uint8Array(16));
  const more = {
    "idempotency-key": Array.from(name, (byte) => byte.toString(16).padStart(2, "0")).join(""),
  };
  const ask = async () => {
    replaceIn(parts.verdict);
    replaceIn(parts.status, TEXTS.answer.asking);
    let found;
    try {
      found = await asked("admit", "POST", text, more);
    } catch (error) {
      if (error.code === "page.silence" || error.code === "door.busy") {
        replaceIn(parts.status);
        const again = el("button", { type: "button", class: "wide", click: guarded(ask) });
        again.textContent = TEXTS.verdict.again;
        showVerdict(
          "open",
          TEXTS.verdict.unknown,
          el("p", {}, TEXTS.verdict.silence),
          el("p", {}, again),
        );
        return;
      }
      throw error;
    }
    replaceIn(parts.status);
    replaceIn(parts.question);
    paste.value = "";
    showDecided(found);
    await lookAgain();
  };
  return ask();
}

async function take(text) {
  replaceIn(parts.verdict);
  replaceIn(parts.status);
  paste.value = text;
  await attempt(text);
}

async function check() {
  if (paste.value.trim() === "") {
    replaceIn(parts.verdict);
    replaceIn(parts.status, TEXTS.answer.missing);
    return;
  }
  await take(paste.value);
}

function forget() {
  state.code = "";
  sessionStorage.removeItem(KEPT);
}

function section(id, title, ...children) {
  return el(
    "section",
    { id, "aria-labelledby": `${id}-title` },
    el("h2", { id: `${id}-title` }, title),
    ...children,
  );
}

function showWork(reader) {
  const { question, answer, list, facts } = TEXTS;
  const form = el(
    "form",
    {
      submit: (event) => {
        event.preventDefault();
        guarded(check)(event);
      },
    },
    el("p", {}, el("label", { for: "answer" }, answer.paste), paste),
    el("p", {}, el("button", { type: "submit" }, answer.button)),
  );
  const leave = () => {
    forget();
    showPairing("");
  };
  const more = el(
    "button",
    { type: "button", class: "wide", id: "next", click: guarded(next) },
    question.next,
  );
  const body = el(
    "main",
    {},
    el("h1", {}, TEXTS.title),
    parts.facts,
    parts.verdict,
    parts.status,
    section("ask", question.title, el("p", {}, more), parts.question),
    section("take", answer.title, scanBox(reader, TEXTS.scan, take, guarded), form),
    section("list", list.title, parts.list),
    el("p", {}, el("button", { type: "button", click: leave }, facts.forget)),
  );
  document.body.replaceChildren(body);
  document.body.dataset.ready = "work";
}

function showPairing(problem) {
  const texts = TEXTS.pair;
  const code = el("input", {
    id: "code",
    type: "text",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    "aria-describedby": "code-problem",
  });
  const said = el("p", { id: "code-problem", role: "alert" }, problem);
  const form = el(
    "form",
    {
      class: "pairing",
      submit: async (event) => {
        event.preventDefault();
        state.code = typed(code.value);
        await pair(said);
      },
    },
    el("p", {}, el("label", { for: "code" }, texts.label), code),
    el("p", {}, el("button", { type: "submit", class: "wide" }, texts.button)),
    said,
  );
  const intro = el("p", {}, ...prose(texts.intro));
  document.body.replaceChildren(el("main", {}, el("h1", {}, texts.title), intro, form));
  document.body.dataset.ready = "pair";
}

/** Try the code; what comes of it is shown where the code is typed. */
async function pair(said) {
  let found;
  try {
    found = await asked("state", "GET");
  } catch (error) {
    const { code } = error;
    forget();
    replaceIn(
      said,
      code === "door.code"
        ? TEXTS.pair.wrong
        : code === "page.silence"
          ? TEXTS.silence
          : codeText(code),
    );
    return;
  }
  sessionStorage.setItem(KEPT, state.code);
  showWork(await codeReader());
  showState(found);
}

async function start() {
  showPairing("");
  state.code = sessionStorage.getItem(KEPT) ?? "";
  if (state.code !== "") await pair(document.getElementById("code-problem"));
}

start();
