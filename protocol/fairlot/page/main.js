// The page: where files and the board come in, and what is shown of them.

import { fromHex, fromUtf8, Refusal, utf8 } from "./bytes.js";
import { checkDraw, checkLog, checkTicket } from "./check.js";
import { whyUnable } from "./hashing.js";
import { readBoard, readTranscript } from "./log.js";
import { ALLOCATION, POOLS } from "./lot.js";
import { el, prose, replaceIn, verdictBox } from "./nodes.js";
import { codeReader, scanBox } from "./scan.js";
import { say, TEXTS } from "./texts.js";
import { codeText, showAudit, showDraw, showLog, showSale, showTicket } from "./view.js";

const state = {
  log: null,
  read: null,
  draw: null,
  tables: null,
  receipt: null,
  entry: null,
  mine: null,
};

const source = TEXTS.source;
const parts = {
  status: el("p", { role: "status", "aria-live": "polite", id: "log-status" }, source.none),
  log: el("div", { id: "log" }),
  sale: el(
    "section",
    { id: "sale", "aria-label": TEXTS.sale.title },
    el("h2", { id: "sale-title" }, TEXTS.sale.title),
    el("p", {}, TEXTS.sale.nothing),
  ),
  ticket: el("div", { id: "ticket-verdict", role: "status", "aria-live": "polite" }),
  draw: el("div", { id: "draw-body" }, el("p", {}, TEXTS.sale.nothing)),
  audit: el("div", { id: "audit-body" }, el("p", {}, TEXTS.audit.noFile)),
};
const told = el("input", {
  id: "told",
  type: "text",
  spellcheck: "false",
  autocomplete: "off",
  "aria-describedby": "told-hint",
  change: (event) => guarded(checkAgain)(event),
});
const paste = el("textarea", {
  id: "receipt",
  rows: 5,
  spellcheck: "false",
  input: () => {
    state.entry = null;
  },
});
const tablesInput = el(
  "p",
  {},
  el("label", { for: "tables" }, TEXTS.draw.tables),
  el("input", {
    id: "tables",
    type: "file",
    multiple: true,
    change: (event) => guarded(takeTables)(event),
  }),
);

// Of what is read at the same time, what was asked for last is shown.
let turn = 0;
const MOST_BYTES = 64 * 2 ** 20;

async function bytesOf(file) {
  if (file.size > MOST_BYTES) throw new Refusal("page.too-large");
  return new Uint8Array(await file.arrayBuffer());
}

function toldId() {
  const text = told.value.trim().toLowerCase();
  if (text === "") return null;
  const id = fromHex(text);
  return id?.length === 32 ? id : new Uint8Array(0);
}

async function useLog(reading) {
  turn += 1;
  const own = turn;
  try {
    const log = await reading();
    if (own !== turn) return;
    state.log = log;
  } catch (error) {
    if (own !== turn) return;
    parts.status.textContent = say(source.failed, { code: error.code ?? error.message });
    replaceIn(parts.log, verdictBox("fails", el("p", {}, codeText(error.code ?? "page.form"))));
    Object.assign(state, { log: null, read: null, draw: null });
    showNothing();
    return;
  }
  await checkAgain();
}

function showNothing() {
  replaceIn(
    parts.sale,
    el("h2", { id: "sale-title" }, TEXTS.sale.title),
    el("p", {}, TEXTS.sale.nothing),
  );
  for (const node of [parts.draw, parts.audit]) replaceIn(node, el("p", {}, TEXTS.sale.nothing));
  replaceIn(parts.ticket);
}

async function checkAgain() {
  const { log } = state;
  if (log === null) return;
  parts.status.textContent = say(source.checking, { size: log.leaves.length });
  const read = await checkLog(log, toldId());
  if (log !== state.log) return;
  Object.assign(state, { read, draw: null, mine: null });
  showLog(parts.log, read);
  showNothing();
  parts.status.textContent = read.holds ? "" : source.fails;
  if (!read.holds) return;
  showSale(parts.sale, read);
  showAudit(parts.audit, read);
  await drawAgain();
  if (state.receipt !== null) await checkReceipt();
}

async function drawAgain() {
  const { read } = state;
  state.draw = read.sale.result === null ? null : await checkDraw(read, state.tables);
  showDraw(parts.draw, read, state.draw, state.mine, tablesInput);
}

async function takeTables(event) {
  const texts = await Promise.all(
    [...event.target.files].map(async (file) => fromUtf8(await bytesOf(file)) ?? ""),
  );
  const named = (columns) => texts.find((text) => text.startsWith(`${columns}\n`)) ?? null;
  const allocation = named(ALLOCATION);
  state.tables =
    allocation === null
      ? { allocation: texts[0] ?? "", pools: null }
      : { allocation, pools: named(POOLS) };
  await drawAgain();
  if (state.receipt !== null) await checkReceipt();
}

async function takeFiles(event) {
  state.entry = null;
  for (const file of event.target.files) {
    const data = await bytesOf(file);
    if (fromUtf8(data.slice(0, 12))?.startsWith("c2sp.org/") ?? false) {
      paste.value = fromUtf8(data) ?? "";
      state.receipt = data;
    } else {
      state.entry = data;
    }
  }
}

/** What was pasted; a last line without an end gets one. */
function pasted() {
  const text = paste.value.replace(/\r\n/g, "\n").trim();
  return text === "" ? null : utf8(`${text}\n`);
}

/** Do something that a reader asked for; whatever goes wrong with it is shown, and nothing else. */
function guarded(does) {
  return async (event) => {
    replaceIn(parts.ticket);
    try {
      await does(event);
    } catch (error) {
      replaceIn(
        parts.ticket,
        verdictBox("fails", el("p", {}, codeText(error.code ?? "page.form"))),
      );
    }
  };
}

async function checkReceipt() {
  replaceIn(parts.ticket);
  state.receipt = pasted();
  const { read, receipt, entry } = state;
  const missing =
    read === null || !read.holds
      ? TEXTS.ticket.needLog
      : receipt === null
        ? TEXTS.ticket.needReceipt
        : null;
  if (missing !== null) {
    replaceIn(parts.ticket, verdictBox("open", el("p", {}, missing)));
    return;
  }
  const ticket = await checkTicket(read, receipt, entry ?? undefined);
  state.mine = ticket.holds ? ticket.own.nym : null;
  showTicket(parts.ticket, ticket, read, state.draw);
  showDraw(parts.draw, read, state.draw, state.mine, tablesInput);
}

/** What a code says takes the place of what was pasted, and is checked like it. */
async function takeScanned(text) {
  state.entry = null;
  paste.value = text;
  await checkReceipt();
}

function section(id, title, ...children) {
  return el(
    "section",
    { id, "aria-labelledby": `${id}-title` },
    el("h2", { id: `${id}-title` }, title),
    ...children,
  );
}

function filePicker(id, label, hint, changed, multiple) {
  const input = el("input", {
    id,
    type: "file",
    multiple,
    change: changed,
    "aria-describedby": hint ? `${id}-hint` : null,
  });
  return el(
    "p",
    {},
    el("label", { for: id }, label),
    input,
    hint ? el("span", { id: `${id}-hint`, class: "soft" }, hint) : "",
  );
}

function page(reader) {
  const { ticket, trust, audit } = TEXTS;
  const openLog = (event) => {
    const [file] = event.target.files;
    if (file !== undefined) useLog(async () => readTranscript(await bytesOf(file)));
  };
  const form = el(
    "form",
    {
      submit: (event) => {
        event.preventDefault();
        guarded(checkReceipt)(event);
      },
    },
    el("p", {}, el("label", { for: "receipt" }, ticket.paste), paste),
    scanBox(reader, TEXTS.scan, takeScanned, guarded),
    filePicker("ticket-files", ticket.files, "", guarded(takeFiles), true),
    el("p", {}, el("button", { type: "submit" }, ticket.button)),
  );
  return [
    el(
      "header",
      {},
      el("h1", {}, TEXTS.title),
      el("a", { href: "#ticket", class: "skip" }, TEXTS.skip),
    ),
    el(
      "main",
      {},
      section("trust", trust.title, ...trust.lines.map((line) => el("p", {}, ...prose(line)))),
      section(
        "source",
        source.title,
        parts.status,
        parts.log,
        filePicker("transcript", source.open, source.hint, openLog, false),
        el(
          "p",
          {},
          el("label", { for: "told" }, source.told),
          told,
          el("span", { id: "told-hint", class: "soft" }, source.toldHint),
        ),
      ),
      parts.sale,
      section("ticket", ticket.title, el("p", {}, ticket.intro), form, parts.ticket),
      section("draw", TEXTS.draw.title, parts.draw),
      section("audit", audit.title, parts.audit),
    ),
  ];
}

async function fetched(path) {
  const answer = await fetch(path, { credentials: "omit", referrerPolicy: "no-referrer" });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function start() {
  const unable = await whyUnable();
  if (unable !== null) {
    const texts = TEXTS.unable;
    const lines = [texts[unable], texts.after].map((line) => el("p", {}, ...prose(line)));
    const body = el(
      "main",
      {},
      el("h1", {}, TEXTS.title),
      verdictBox("fails", el("h2", {}, texts.title), ...lines),
    );
    document.body.replaceChildren(body);
    document.body.dataset.ready = unable;
    return;
  }
  document.body.replaceChildren(...page(await codeReader()));
  if (location.protocol.startsWith("http")) {
    const progress = (n, all) => {
      parts.status.textContent = say(source.reading, { n, all });
    };
    const read = () => useLog(() => readBoard(fetched, progress));
    parts.log.after(
      el("p", {}, el("button", { type: "button", id: "again", click: read }, source.again)),
    );
    await read();
  }
  document.body.dataset.ready = "yes";
}

start();
