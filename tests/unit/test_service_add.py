"""Entries are handed in over HTTP (specs/service.md, section 5)."""

import asyncio
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from fairlot.board.keeper import Board
from fairlot.board.sqlite import create_database, open_database
from fairlot.board.storage import MemoryStorage
from fairlot.entry import Entry, EntryType
from fairlot.service.app import board_app
from fairlot.service.desk import Desk
from fairlot.service.rates import Buckets, Rate
from fairlot.service.writer import A_NYM
from fairlot_crypto import cbor
from fairlot_crypto.keys import SigningKey
from kit.asgi import Answer, ask
from kit.audited import judged
from kit.c2sp_client import check_proof
from kit.sales import (
    DEPOSIT_TIME,
    deposit,
    draft,
    nym_of,
    play,
    source,
    stage,
)
from kit.served import desk_of, desk_on, sent
from kit.stage import Stage

ON = stage()
SALE = f"sale/{ON.terms.sale_id.hex()}"
REGISTRY = f"registry/{ON.registry.registry_id.hex()}"
ORIGIN = ON.terms.log.origin


def at(time: int) -> Callable[[], int]:
    return lambda: time


def opened(**limits: float) -> Desk:
    return desk_of(ON, "open", at(DEPOSIT_TIME), **limits)


def code(answer: Answer) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"fault", "detail", "do"} < answer.json().keys()
    return answer.status, answer.code


def index_of(answer: Answer, entry: Entry) -> int:
    assert answer.status == 200, answer.content
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    return check_proof(answer.content, entry.encoded, ORIGIN, ON.terms.board.key)


def test_an_accepted_entry_is_answered_with_a_proof() -> None:
    desk = opened()
    entries = deposit(ON, 0), deposit(ON, 1)
    answers = sent(desk, SALE, *(entry.encoded for entry in entries))
    first = desk.writer.kept.main.size - 2
    found = [index_of(a, e) for a, e in zip(answers, entries, strict=True)]
    assert found == [first, first + 1]
    log = desk.writer.kept.main
    assert [log.leaf(place) for place in found] == [e.encoded for e in entries]


def test_the_same_bytes_have_the_same_index_for_ever() -> None:
    now, entry = [DEPOSIT_TIME], deposit(ON, 0)
    desk = desk_of(ON, "open", lambda: now[0])
    answers = sent(desk, SALE, *3 * [entry.encoded])
    (place,) = {index_of(each, entry) for each in answers}
    size = desk.writer.kept.main.size
    # However often it comes, also when its phase is over and nobody may send any more.
    desk.buckets = Buckets(Rate(burst=0), lambda: 0.0, source("empty"))
    now[0] = ON.terms.times.close + 1
    desk.writer.tick()
    (again,) = sent(desk, SALE, entry.encoded)
    assert index_of(again, entry) == place
    assert desk.writer.kept.main.size > size


def as_map(entry: Entry) -> dict[str, cbor.Value]:
    value = cbor.decode(entry.encoded)
    assert isinstance(value, dict)
    return value


def unproven() -> Entry:
    """Return a deposit whose settlement key signed another presentation."""
    made, other = draft(ON), draft(ON, 1)
    proof = other.entry().body["proof"]
    return made.sign({**made.entry().body, "proof": proof})


def forged() -> Entry:
    thief = SigningKey.generate(source("thief"))
    body = ON.payment(nym_of(deposit(ON, 0)), 1).body
    return ON.sign(EntryType.PAID, body, thief)


GOOD = deposit(ON, 0)
REFUSED: dict[str, tuple[str, bytes, tuple[int, str]]] = {
    "nothing": (SALE, b"", (400, "cbor.truncated")),
    "half an entry": (SALE, GOOD.encoded[:-1], (400, "cbor.truncated")),
    "bytes behind": (SALE, GOOD.encoded + b"\x00", (400, "cbor.trailing")),
    "no map": (SALE, b"\x80", (400, "entry.field")),
    "too long": (SALE, bytes(65_536), (413, "entry.size")),
    "of another log": (REGISTRY, GOOD.encoded, (422, "entry.scope")),
    "to no log": (f"sale/{64 * '0'}", GOOD.encoded, (404, "service.path")),
    "of the board": (
        SALE,
        ON.sign(EntryType.VOID, {"reason": "open-missed"}).encoded,
        (403, "service.board-entry"),
    ),
    "another phase": (SALE, ON.reveal().encoded, (409, "phase.wrong")),
    "no signature": (
        SALE,
        cbor.encode({**as_map(GOOD), "sig": bytes(64)}),
        (422, "entry.signature"),
    ),
    "not the escrow": (SALE, forged().encoded, (422, "entry.key")),
    "another proof": (SALE, unproven().encoded, (422, "deposit.presentation")),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_leaves_no_trace(name: str) -> None:
    path, body, wanted = REFUSED[name]
    desk = opened()
    before = desk.writer.kept.storage.read()
    (answer,) = sent(desk, path, body)
    assert code(answer) == wanted
    assert desk.writer.kept.storage.read() == before


def test_a_bad_entry_takes_nothing_from_its_neighbours() -> None:
    desk, first, second = opened(), deposit(ON, 0), deposit(ON, 1)
    bad = unproven()
    answers = sent(desk, SALE, first.encoded, bad.encoded, second.encoded)
    assert code(answers[1]) == (422, "deposit.presentation")
    places = index_of(answers[0], first), index_of(answers[2], second)
    assert places[0] + 1 == places[1]


def test_a_length_that_is_announced_is_refused_before_it_arrives() -> None:
    desk = opened()

    async def announce() -> Answer:
        async with desk.running():
            app, path = board_app(desk), f"/{SALE}/add"
            return await ask(app, "POST", path, (), length=65_536)

    assert code(asyncio.run(announce())) == (413, "entry.size")


def test_a_body_without_an_end_is_not_read_to_its_end() -> None:
    desk, read = opened(), list[int]()

    async def pour() -> Answer:
        def pieces() -> list[bytes]:
            return [bytes(10_000)] * 1000

        async with desk.running():
            left = pieces()
            answer = await ask(board_app(desk), "POST", f"/{SALE}/add", left)
            read.append(len(left))
            return answer

    assert code(asyncio.run(pour())) == (413, "entry.size")


def test_who_sends_slowly_is_sent_away() -> None:
    desk = opened(body_seconds=0.05)

    async def drip() -> Answer:
        async with desk.running():
            pieces = [bytes([byte]) for byte in GOOD.encoded]
            app, path = board_app(desk), f"/{SALE}/add"
            return await ask(app, "POST", path, pieces, pause=0.02)

    assert code(asyncio.run(drip())) == (408, "service.slow")


def test_more_than_may_wait_are_told_to_come_again() -> None:
    desk = opened(waiting=2, at_once=1)
    sent(desk, SALE, GOOD.encoded)
    bodies = [ON.payment(nym_of(GOOD), 1, f"wait {i}").encoded for i in range(20)]
    answers = sent(desk, SALE, *bodies)
    busy = [each for each in answers if each.status == 503]
    assert {code(each) for each in busy} == {(503, "service.busy")}
    assert {each.headers["retry-after"] for each in busy} == {"2"}
    assert {each.json()["fault"] for each in busy} == {"board"}
    taken = [i for i, each in enumerate(answers) if each.status == 200]
    assert len(taken) + len(busy) == 20
    assert len(taken) >= 2
    assert len(busy) >= 10
    log = desk.writer.kept.main
    stands = {log.leaf(place) for place in range(log.size)}
    assert {i for i, body in enumerate(bodies) if body in stands} == set(taken)


def test_one_address_has_a_rate_and_others_are_not_touched() -> None:
    desk = opened()
    now = [0.0]
    rate = Rate(a_second=0.5, burst=3, most=10)
    desk.buckets = Buckets(rate, lambda: now[0], source("rates"))

    def send(address: str) -> Answer:
        async def one() -> Answer:
            async with desk.running():
                app, path = board_app(desk), f"/{SALE}/add"
                body = ON.reveal().encoded
                return await ask(app, "POST", path, [body], address=address)

        return asyncio.run(one())

    assert [send("192.0.2.1").status for _ in range(3)] == [409, 409, 409]
    limited = send("192.0.2.1")
    assert code(limited) == (429, "service.rate")
    assert limited.headers["retry-after"] == "3"
    assert send("192.0.2.2").status == 409
    now[0] += 2
    assert send("192.0.2.1").status == 409
    for number in range(30):
        send(f"198.51.100.{number}")
    assert len(desk.buckets) == 10


def test_a_nym_has_so_many_entries_an_epoch() -> None:
    desk = opened(at_once=7)
    mine = [deposit(ON, 0, seq).encoded for seq in range(A_NYM + 2)]
    answers = sent(desk, SALE, *mine)
    assert [each.status for each in answers] == [200] * A_NYM + [429] * 2
    assert code(answers[-1]) == (429, "service.nym-limit")
    (later, other) = sent(desk, SALE, mine[-1], deposit(ON, 1).encoded)
    assert code(later) == (429, "service.nym-limit")
    assert other.status == 200
    (again,) = sent(desk, SALE, mine[3])
    assert again.status == 200


def test_a_kill_after_the_answer_loses_nothing(tmp_path: Path) -> None:
    """The database is opened from a copy of what was on the disk at the answer."""
    path = tmp_path / "board.sqlite"
    with closing(create_database(path)) as storage:
        play(ON.board(storage), ON, until="open")
        desk = desk_on(storage, ON, at(DEPOSIT_TIME))
        (answer,) = sent(desk, SALE, GOOD.encoded)
        copies = [path.read_bytes(), (tmp_path / "board.sqlite-wal").read_bytes()]
        place = index_of(answer, GOOD)
    killed = tmp_path / "killed"
    killed.write_bytes(copies[0])
    killed.with_name("killed-wal").write_bytes(copies[1])
    with closing(open_database(killed)) as storage:
        desk = desk_on(storage, ON, at(DEPOSIT_TIME))
        (again,) = sent(desk, SALE, GOOD.encoded)
        assert index_of(again, GOOD) == place


class Failing(MemoryStorage):
    """Writes half of what it is given, and says that the disk is full."""

    full = False

    def append(self, data: bytes) -> None:
        if self.full:
            super().append(data[: len(data) // 2])
            raise OSError("no space left on device")
        super().append(data)


def test_a_full_disk_refuses_and_the_board_goes_on_when_there_is_room() -> None:
    storage, said = Failing(), list[str]()
    play(ON.board(storage), ON, until="open")
    desk = desk_on(storage, ON, at(DEPOSIT_TIME))
    desk.complain = said.append
    (taken,) = sent(desk, SALE, GOOD.encoded)
    stands = storage.data
    storage.full = True
    second = deposit(ON, 1)
    answers = sent(desk, SALE, second.encoded)
    assert code(answers[0]) == (503, "service.disk")
    assert answers[0].json()["fault"] == "board"
    assert "no space" in said[0]
    storage.full = False
    again, known = sent(desk, SALE, second.encoded, GOOD.encoded)
    assert index_of(known, GOOD) == index_of(taken, GOOD)
    index_of(again, second)
    assert storage.data.startswith(stands)
    assert len(storage.off[0]) > 0


def test_what_the_board_keeps_of_nonsense_does_not_grow() -> None:
    """Statements that verified are forgotten with their batch: anyone can sign many."""
    desk = opened()
    sent(desk, SALE, *(unproven().encoded for _ in range(3)))
    assert desk.writer.kept.sale is not None
    assert not desk.writer.kept.sale.state.statements.verified


def played(on: Stage) -> tuple[Desk, list[int], MemoryStorage]:
    storage = MemoryStorage()
    play(on.board(storage), on, until="terms")
    # The sale opens when its log begins.
    now = [on.begins - 1]
    return desk_on(storage, on, lambda: now[0]), now, storage


def test_markers_are_posted_when_they_are_due() -> None:
    desk, now, storage = played(ON)
    times, writer = ON.terms.times, desk.writer

    def board() -> Board:
        assert writer.kept.sale is not None
        return writer.kept.sale

    def markers() -> list[EntryType]:
        return list(board().state.markers)[-1:]

    def moved(time: int, *entries: Entry) -> list[EntryType]:
        now[0] = time
        writer.tick()
        for answer in sent(desk, SALE, *(entry.encoded for entry in entries)):
            assert answer.status == 200, json.loads(answer.content)
        return markers()

    assert moved(times.open) == [EntryType.OPEN]
    moved(DEPOSIT_TIME, GOOD)
    moved(DEPOSIT_TIME + 1, ON.payment(nym_of(GOOD), 5_000))
    assert moved(times.close - 1) == [EntryType.OPEN]
    assert moved(times.close) == [EntryType.CLOSE]
    commit = ON.commit(board().state.contributions.frozen)
    assert moved(times.close + 10, commit) == [EntryType.CLOSE]
    assert moved(times.commit_end) == [EntryType.COMMIT_END]
    assert moved(times.seal_end - 1, ON.seal(board().state)) == [EntryType.COMMIT_END]
    assert moved(times.seal_end) == [EntryType.SEALED]
    assert moved(times.seal_end + 1, ON.reveal()) == [EntryType.SEALED]
    # All have revealed: RESULT follows at once.
    assert moved(times.reveal_end) == [EntryType.RESULT]
    assert moved(times.unlock) == [EntryType.UNLOCK]
    assert judged(storage.data).findings == ()


def test_a_marker_that_was_missed_voids_the_sale() -> None:
    desk, now, _ = played(ON)
    now[0] = ON.terms.times.open + ON.terms.times.slack + 1
    desk.writer.tick()
    assert desk.writer.kept.sale is not None
    assert list(desk.writer.kept.sale.state.markers) == [EntryType.VOID]


def test_an_entry_after_the_end_of_its_phase_comes_too_late() -> None:
    """Even where nobody has looked at the clock since: markers go before entries."""
    desk, now, _ = played(ON)
    now[0] = ON.terms.times.open
    desk.writer.tick()
    now[0] = ON.terms.times.close
    payment = ON.payment(nym_of(GOOD), 1, "late")
    ((found),) = desk.writer.write([(desk.writer.kept.main.name, payment)])
    assert found.refusal is not None
    assert found.refusal.code == "phase.wrong"
