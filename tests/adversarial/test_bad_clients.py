"""Whoever sends nonsense to a board is told so, and changes nothing (specs/service.md, 5)."""

import asyncio
import gc
import os
import re
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fairlot.entry import sign_entry
from fairlot.service.app import board_app
from fairlot.service.desk import Desk
from fairlot_crypto.keys import SigningKey
from json_formats import check_wire
from kit.asgi import Answer, ask
from kit.sales import DEPOSIT_TIME, deposit, draft, nym_of, source, stage
from kit.served import desk_of, sent
from kit.stage import Stage

ON = stage()
SALE = f"sale/{ON.terms.sale_id.hex()}"
ERRORS = Path(__file__).parents[2] / "specs" / "errors.md"
MEBIBYTE = 1 << 20
KNOWN = frozenset(re.findall(r"^\| `([a-z.-]+)` \|", ERRORS.read_text(), re.MULTILINE))
"""The codes that are stable: those of the specification."""


def other_sale() -> Stage:
    return ON.with_terms(replace(ON.terms, title="Another concert"))


def requests(number: int) -> Iterator[tuple[str, str, bytes]]:
    """Yield kind, method and body of requests that nobody honest would send."""
    stream = source("bad clients")
    good, foreign = deposit(ON, 1).encoded, deposit(other_sale(), 1)
    replayed = deposit(ON, 0).encoded
    thief = SigningKey.generate(source("thief"))
    body = draft(other_sale(), 1).entry().body
    moved = sign_entry(foreign.type, ON.terms.sale_id, body, thief).encoded
    unpaid = ON.payment(nym_of(deposit(ON, 1)), 1, "of nobody").encoded
    fixed = (
        ("cross-sale", "POST", foreign.encoded),
        ("cross-sale", "POST", moved),
        ("replayed", "POST", replayed),
        ("early", "POST", ON.reveal().encoded),
        ("oversized", "POST", bytes(65_536)),
        ("empty", "POST", b""),
        ("unpaid", "POST", unpaid),
        ("method", "PUT", good),
    )
    for count in range(number):
        if count % 4 == 0:
            yield fixed[count // 4 % len(fixed)]
            continue
        place, bit = divmod(int.from_bytes(stream.take(4), "big"), 8)
        flipped = bytearray(good)
        flipped[place % len(good)] ^= 1 << bit
        cut = good[: place % len(good)]
        kinds = {1: flipped, 2: cut, 3: stream.take(place % 2000)}
        yield "malformed", "POST", bytes(kinds[count % 4])


async def pelted(desk: Desk, number: int) -> Counter[tuple[str, int, str]]:
    """Send all, eight at a time, each from an address of its own."""
    app, answers = board_app(desk), Counter[tuple[str, int, str]]()
    left = enumerate(requests(number))

    async def client() -> None:
        for count, (kind, method, body) in left:
            path, address = f"/{SALE}/add", f"192.0.{count >> 8 & 255}.{count & 255}"
            answer = await ask(app, method, path, [body], address=address)
            answers[kind, answer.status, said(answer)] += 1

    async with desk.running():
        await asyncio.gather(*(client() for _ in range(8)))
        slow = ask(app, "POST", f"/{SALE}/add", [b"a"] * 100, pause=0.05)
        answer = await slow
        answers["slow", answer.status, said(answer)] += 1
    return answers


def resident() -> int:
    """Return how many bytes of memory this process has now."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def said(answer: Answer) -> str:
    """Return the code of a refusal; nothing for a proof."""
    if answer.status == 200:
        return ""
    check_wire("problem", answer.json())
    return answer.code


def check(number: int) -> None:
    desk = desk_of(ON, "open", lambda: DEPOSIT_TIME, body_seconds=1)
    sent(desk, SALE, deposit(ON, 0).encoded)
    kept = desk.writer.kept
    assert kept.sale is not None
    before, size = kept.storage.read(), kept.main.size
    answers = asyncio.run(pelted(desk, number))
    assert answers.total() == number + 1
    assert {status for _, status, _ in answers if status >= 500} == set()
    assert {code for _, _, code in answers} - {""} <= KNOWN, answers
    # What is on the log is answered with its index, and nothing else is accepted.
    assert {kind for kind, status, _ in answers if status == 200} == {"replayed"}
    assert {code for kind, _, code in answers if kind == "replayed"} == {""}
    assert kept.storage.read() == before
    assert (kept.main.size, kept.sale.state.tree.size) == (size, size)
    assert not kept.sale.state.statements.verified
    assert len(desk.buckets) <= 20_000
    assert {"cross-sale", "oversized", "malformed", "slow"} <= {
        k for k, _, _ in answers
    }


def test_a_few_hundred_bad_requests_change_nothing() -> None:
    check(200)


@pytest.mark.slow
def test_a_thousand_bad_requests_change_nothing() -> None:
    check(1_000)


@pytest.mark.long
def test_ten_thousand_bad_requests_change_nothing() -> None:
    check(10_000)


def grown(number: int, used: Callable[[], int]) -> int:
    """Return by how many bytes the process is larger after requests, each of another."""
    desk = desk_of(ON, "open", lambda: DEPOSIT_TIME, body_seconds=1)
    # What is imported, compiled and kept for good is there after the first.
    asyncio.run(pelted(desk, number // 5))
    gc.collect()
    before = used()
    asyncio.run(pelted(desk, number))
    gc.collect()
    return used() - before


@pytest.mark.slow
def test_a_bad_request_leaves_no_more_than_its_bucket() -> None:
    tracemalloc.start()
    try:
        left = grown(500, lambda: tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert left < 300 * 500


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux tells it")
def test_the_process_does_not_grow_with_bad_requests() -> None:
    assert grown(10_000, resident) < 3 * MEBIBYTE
