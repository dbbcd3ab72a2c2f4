// What is shown of what was found. Nothing is decided here.

import { toHex } from "./bytes.js";
import { drawPlayer } from "./draw.js";
import { placeOf } from "./check.js";
import { el, prose, replaceIn, rowPicture, shape, verdictBox } from "./nodes.js";
import { say, TEXTS } from "./texts.js";

export function codeText(code) {
  return TEXTS.codes[code] ?? say(TEXTS.otherCode, { code });
}

function stepText({ step, state, values }) {
  const texts = TEXTS.steps[step];
  if (state === "fails") return codeText(values.code);
  if (state === "open") return texts[values.why] ?? "";
  if (values.alone) return texts.alone;
  if (values.recovered) return texts.recovered;
  if (values.waited) return texts.waited;
  return say(texts.holds, values);
}

/** A list of steps, each with its shape, its word and its sentence. */
export function stepsList(title, results, open) {
  const items = results.map((result) => {
    const { step, state } = result;
    const name = `${TEXTS.steps[step].name}: `;
    const words = el(
      "span",
      {},
      el("b", {}, name, TEXTS.state[state], ". "),
      stepText(result),
      el("span", { class: "soft" }, ` (${say(TEXTS.step, { step })})`),
    );
    return el("li", { "data-step": step, "data-state": state }, shape(state), words);
  });
  return el(
    "details",
    open ? { open: true } : {},
    el("summary", {}, title),
    el("ul", { class: "steps" }, ...items),
  );
}

export function money(terms, amount) {
  const currency = terms.get("currency");
  if (currency === undefined) return String(amount);
  const decimals = Number(currency.get("decimals"));
  const digits = String(amount).padStart(decimals + 1, "0");
  const cut = digits.length - decimals;
  const fraction = decimals === 0 ? "" : `.${digits.slice(cut)}`;
  return `${digits.slice(0, cut)}${fraction} ${currency.get("code")}`;
}

export function moment(seconds) {
  const date = new Date(Number(seconds) * 1000);
  const text = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" }).format(
    date,
  );
  return el("time", { datetime: date.toISOString() }, text);
}

/** What was read of a log, and whether it holds. */
export function showLog(node, read) {
  const texts = TEXTS.source;
  const { checks, log } = read;
  const values = { size: log.head.size, read: log.leaves.length };
  const first = read.holds ? say(texts.holds, values) : texts.fails;
  const failed = checks.results.find(({ state }) => state === "fails");
  const lines = [el("p", {}, el("b", {}, first))];
  if (failed) lines.push(el("p", {}, codeText(failed.values.code)));
  if (!read.complete) lines.push(el("p", {}, ...prose(say(texts.part, values))));
  replaceIn(
    node,
    verdictBox(read.holds ? "holds" : "fails", ...lines),
    stepsList(texts.steps, checks.results, !read.holds),
  );
}

function poolLine(terms, pool) {
  const texts = TEXTS.sale;
  const parts = pool.get("tiers") ?? pool.get("options");
  const supply = pool.get("supply") ?? parts.reduce((sum, part) => sum + part.get("supply"), 0n);
  const sold = say(texts.sold, { units: supply, asset: terms.get("asset") });
  const price = pool.has("price")
    ? say(texts.priced, { price: money(terms, pool.get("price")) })
    : "";
  return el(
    "li",
    {},
    el("b", {}, el("bdi", {}, sold), price && `, ${price}`),
    el("span", { class: "soft" }, ` ${say(texts.pool, { name: pool.get("name") })}`),
    el("br"),
    [TEXTS.mechanisms[pool.get("mechanism")] ?? "", ...ruleLines(pool)].join(" "),
    parts === undefined
      ? ""
      : el("ul", {}, ...parts.map((part) => el("li", {}, partLine(terms, part)))),
    pool.has("fares") ? el("p", {}, fareLine(terms, pool.get("fares"))) : "",
  );
}

function partLine(terms, part) {
  const values = {
    name: part.get("name"),
    units: part.get("supply"),
    asset: terms.get("asset"),
    price: money(terms, part.get("price")),
  };
  return say(TEXTS.sale.part, values);
}

function fareLine(terms, fares) {
  const [[attribute, prices]] = [...fares];
  const listed = [...prices].map(([value, price]) => `${value} ${money(terms, price)}`).join(", ");
  return say(TEXTS.sale.fares, { attribute, prices: listed });
}

function ruleLines(pool) {
  const texts = TEXTS.sale;
  const named = (text, key) =>
    [...(pool.get(key) ?? [])].map(([attribute, values]) =>
      say(text, { attribute, values: values.join(", ") }),
    );
  return [
    pool.has("cap") ? say(texts.cap, { cap: pool.get("cap") }) : "",
    pool.has("collect") ? texts.collect : "",
    pool.has("group_max") ? say(texts.groups, { most: pool.get("group_max") }) : "",
    ...named(texts.only, "requires"),
    ...named(texts.not, "excludes"),
  ].filter((line) => line !== "");
}

/** The phase as people read it: a void sale may be one that its seller has cancelled. */
const phaseOf = (sale) => (sale.reason === "cancelled" ? "cancelled" : sale.phase);

/** What is sold and how, how many are in, the phase and the times. */
export function showSale(node, read) {
  const texts = TEXTS.sale;
  const { sale, complete } = read;
  const { terms } = sale;
  const [phase, meaning] = TEXTS.phases[phaseOf(sale)] ?? ["", ""];
  const entered = [...sale.nyms.values()].filter(
    ({ final }) => final.entry.type === "DEPOSIT",
  ).length;
  const facts = [
    [texts.in, String(entered)],
    [texts.paid, String(sale.entrants().length)],
    [texts.id, el("code", { class: "hex" }, toHex(sale.saleId))],
    [texts.board, el("code", { class: "hex" }, toHex(terms.get("board").get("key")))],
  ];
  const names = Object.keys(TEXTS.times).filter((name) => terms.get("times").has(name));
  replaceIn(
    node,
    el("h2", { id: "sale-title" }, el("bdi", {}, terms.get("title"))),
    terms.get("rehearsal") ? el("p", {}, el("b", {}, texts.rehearsal)) : "",
    complete
      ? el("p", { class: "phase" }, el("b", {}, `${texts.now}: ${phase}. `), meaning)
      : el("p", { class: "soft" }, texts.inPart),
    el("ul", { class: "pools" }, ...terms.get("pools").map((pool) => poolLine(terms, pool))),
    el(
      "dl",
      {},
      ...facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
    ),
    el("h3", {}, texts.times),
    el(
      "dl",
      { class: "times" },
      ...names.map((name) =>
        el(
          "div",
          {},
          el("dt", {}, TEXTS.times[name]),
          el("dd", {}, moment(terms.get("times").get(name))),
        ),
      ),
    ),
  );
}

function outcomeLines(ticket, draw, sale) {
  const texts = TEXTS.ticket;
  const { terms } = sale;
  const [, units, payment, refund] = draw.rows.get(toHex(ticket.own.nym));
  const values = {
    units,
    asset: terms.get("asset"),
    payment: money(terms, payment),
    refund: money(terms, refund),
  };
  const lines = [say(units > 0n ? texts.won : texts.lost, values)];
  if (draw.outcome === null) return { lines, picture: null };
  const place = placeOf(draw.outcome, ticket.own.nym);
  if (place === null)
    return { lines: units > 0n ? [...lines, texts.noDraw] : lines, picture: null };
  const picture = { at: place.place - 1, all: place.people, line: place.winners, you: texts.you };
  return {
    lines: [...lines, say(texts.place, place)],
    picture: rowPicture(say(texts.pictureDraw, place), picture),
  };
}

/** The state, the sentences and the picture of a ticket. */
function ticketSays(ticket, read, draw) {
  const texts = TEXTS.ticket;
  const { index, own } = ticket;
  const values = { index, type: own.type };
  const { sale, log } = read;
  const caption = say(texts.pictureLog, { index, size: log.head.size });
  const picture = rowPicture(caption, {
    at: index,
    all: Math.max(Number(log.head.size), index + 1),
    line: null,
    you: texts.you,
  });
  const plain = (text) => ({ state: "holds", lines: [say(text, values)], picture });
  // Where the first entries alone were read, a later one may count instead.
  if (!read.complete && sale.frozen === null) return plain(texts.onLog);
  if (!own.final) return plain(own.known ? texts.replaced : texts.onLog);
  if (sale.phase === "void") return plain(texts.void);
  if (draw !== null && draw.checks.failed)
    return { state: "fails", lines: [say(texts.drawFails, values)], picture };
  if (own.type !== "DEPOSIT") return plain(texts.onLog);
  if (!own.funded && sale.frozen !== null) return plain(texts.unpaid);
  if (draw === null) return plain(texts.onLog);
  if (draw.rows === null) return plain(texts.unknown);
  const found = outcomeLines(ticket, draw, sale);
  return { state: "holds", lines: found.lines, picture: found.picture ?? picture };
}

/** One sentence and one picture, then every step. */
export function showTicket(node, ticket, read, draw) {
  const texts = TEXTS.ticket;
  const { results } = ticket.checks;
  if (!ticket.holds) {
    const { values } = results.find(({ state }) => state === "fails");
    const lines = [
      el("p", {}, el("b", {}, texts.fails)),
      el("p", {}, codeText(values.code)),
      el("p", {}, texts.keep),
    ];
    replaceIn(node, verdictBox("fails", ...lines), stepsList(texts.steps, results, true));
    return;
  }
  const { state, lines, picture } = ticketSays(ticket, read, draw);
  const [first, ...others] = lines;
  replaceIn(
    node,
    verdictBox(
      state,
      el("p", {}, el("b", {}, first)),
      ...others.map((line) => el("p", {}, line)),
      state === "holds" ? el("p", { class: "soft" }, texts.checked) : "",
    ),
    picture,
    el("p", { class: "soft hex" }, say(texts.nym, { nym: toHex(ticket.own.nym) })),
    stepsList(texts.steps, results, state === "fails"),
  );
}

/** A player for each pool in which the lot decided. */
function players(pools, mine, still) {
  const drawn = pools.filter(({ drawn: people }) => people.length > 0);
  const named = (pool) =>
    pools.length > 1 ? el("h3", {}, say(TEXTS.sale.pool, { name: pool.name })) : "";
  return drawn.flatMap((pool) => [named(pool), drawPlayer(pool, mine, still)]);
}

/** The draw: its checks, and the player where there is something to play. */
export function showDraw(node, read, draw, mine, tablesInput) {
  const texts = TEXTS.draw;
  const { sale } = read;
  if (draw === null) {
    const due = sale.terms.get("times").get("reveal_end");
    const [before, after] = texts.notYet.split("{time}");
    replaceIn(
      node,
      sale.phase === "void" ? el("p", {}, texts.void) : el("p", {}, before, moment(due), after),
    );
    return;
  }
  const { checks, outcome, rows, why } = draw;
  const steps = stepsList(texts.steps, checks.results, checks.failed);
  if (checks.failed) {
    const { values } = checks.results.find(({ state }) => state === "fails");
    const lines = [el("p", {}, el("b", {}, texts.fails)), el("p", {}, codeText(values.code))];
    replaceIn(node, verdictBox("fails", ...lines), steps, why === null ? "" : tablesInput);
    return;
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const parts = [];
  if (rows !== null) {
    const got = [...rows.values()].filter(([, units]) => units > 0n);
    const units = got.reduce((sum, [, each]) => sum + each, 0n);
    parts.push(el("p", { id: "draw-result" }, say(texts.result, { people: got.length, units })));
  }
  if (outcome === null) parts.push(el("p", {}, texts.kind), tablesInput);
  else if (outcome.pools.every(({ drawn }) => drawn.length === 0))
    parts.push(el("p", {}, texts.enough));
  else parts.unshift(...players(outcome.pools, mine, still));
  replaceIn(node, ...parts, steps);
}

/** What auditors take with them. */
export function showAudit(node, read) {
  const texts = TEXTS.audit;
  const { log, sale } = read;
  const accepting = sale.terms.get("rehearsal") ? " --rehearsal" : "";
  const key = toHex(sale.terms.get("board").get("key"));
  const command = `fairlot audit transcript.fairlot --sale-id ${toHex(sale.saleId)} --board-key ${key}${accepting}`;
  const file =
    log.transcript === null
      ? texts.noFile
      : el("a", { href: log.transcript, download: true }, texts.file);
  replaceIn(
    node,
    el("p", {}, file),
    el("p", {}, texts.command),
    el("pre", { tabindex: 0 }, command),
  );
}
