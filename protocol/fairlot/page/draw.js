// The draw to watch (specs/page.md, section 5): the winners, one after another, by rank.

import { sameBytes, toHex } from "./bytes.js";
import { el, replaceIn } from "./nodes.js";
import { say, TEXTS } from "./texts.js";

const LONGEST = 20_000;
const SLOWEST = 1_200;
const FASTEST = 60;
const READABLE = 700;

export const shortNym = (nym) => toHex(nym).slice(0, 12);

/** Return the player of a pool's draw: it shows nothing but what was checked before. */
export function drawPlayer(pool, mine, still) {
  const texts = TEXTS.draw;
  const winners = pool.drawn.slice(0, pool.winners);
  const list = el("ol", { class: "called", "aria-label": texts.list });
  const said = el("p", { class: "calling", role: "status", "aria-live": "polite" });
  const pause = Math.max(FASTEST, Math.min(SLOWEST, LONGEST / winners.length));
  const isMine = (nym) => mine !== null && sameBytes(nym, mine);
  let next = 0;
  let timer = null;

  const sentence = (at) =>
    say(isMine(winners[at]) ? texts.mine : texts.calling, {
      place: at + 1,
      nym: shortNym(winners[at]),
    });

  function callOne() {
    const nym = winners[next];
    const marked = isMine(nym) ? { class: "own" } : {};
    const label = isMine(nym) ? `${shortNym(nym)} (${TEXTS.ticket.you})` : shortNym(nym);
    list.append(el("li", marked, el("code", { title: toHex(nym) }, label)));
    next += 1;
  }

  function finish() {
    clearInterval(timer);
    while (next < winners.length) callOne();
    said.textContent = say(texts.done, { winners: winners.length });
    replaceIn(buttons);
  }

  function tick() {
    if (next === winners.length) {
      finish();
      return;
    }
    // Faster than anybody can listen, only the beginning and the end are announced.
    if (pause >= READABLE || next === 0) said.textContent = sentence(next);
    callOne();
  }

  function start() {
    replaceIn(buttons, skip);
    skip.focus();
    tick();
    timer = setInterval(tick, pause);
  }

  const skip = el("button", { type: "button", class: "draw-skip", click: finish }, texts.skip);
  const begin = el("button", { type: "button", class: "draw-start", click: start }, texts.start);
  const buttons = el("p", {}, begin);
  const intro = say(texts.intro, { people: pool.drawn.length, winners: winners.length });
  const node = el("div", { class: "player" }, el("p", {}, intro), buttons, said, list);
  if (still) {
    finish();
    node.insertBefore(el("p", { class: "soft" }, texts.still), said);
  }
  return node;
}
