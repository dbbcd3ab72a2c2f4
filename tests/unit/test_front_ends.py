"""Several front ends keep one board (specs/service.md, section 14)."""

import asyncio
from collections.abc import Callable

import pytest

from fairlot.board.replay import replay
from fairlot.board.storage import Storage
from fairlot.board.transcript import LogName
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.errors import FairlotError, InputError, Rejection
from fairlot.logs import LogKind
from fairlot.service.app import board_app
from fairlot.service.kept import KeptLogs, open_logs
from fairlot.service.writer import A_NYM, Writer
from fairlot_crypto import cbor
from fairlot_crypto.log.checkpoint import (
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.statements import Statements
from kit.asgi import Answer, ask
from kit.sales import DEPOSIT_TIME, deposit, play, source, stage
from kit.served import desk_on
from shared_memory import Common, SharedMemory

ON = stage()
NAME = LogName(LogKind.SALE, ON.terms.sale_id)
SALE = f"sale/{ON.terms.sale_id.hex()}"


def at(time: int) -> Callable[[], int]:
    return lambda: time


def front_end(common: Common, time: int = DEPOSIT_TIME) -> Writer:
    def reopen() -> KeptLogs:
        return opened(SharedMemory(common))

    return Writer(reopen, at(time), source("front end"))


def opened(storage: Storage) -> KeptLogs:
    return open_logs(storage, ON.parts.board, ON.curve, Statements())


def begun(until: str = "open") -> Common:
    common = Common()
    play(ON.board(SharedMemory(common)), ON, until=until)
    return common


def check_history(common: Common) -> None:
    """Check that what stands breaks no rule, and lies under heads."""
    read = replay(bytes(common.data), ON.state())
    assert (read.findings, read.unacknowledged) == ([], 0)


def write(writer: Writer, *entries: Entry) -> list[int | str]:
    """Return of each entry its index, or the code of its refusal."""
    found = writer.write([(NAME, entry) for entry in entries])
    return [
        each.proof.index if each.proof else each.refusal.code if each.refusal else ""
        for each in found
    ]


def test_what_one_has_taken_in_the_other_goes_on_from() -> None:
    common = begun()
    first, second = front_end(common), front_end(common)
    (one,) = write(first, deposit(ON, 0))
    (two,) = write(second, deposit(ON, 1))
    assert isinstance(one, int)
    assert isinstance(two, int)
    assert two == one + 1
    # An entry is answered with its index by whoever is asked.
    assert write(first, deposit(ON, 1), deposit(ON, 0)) == [two, one]
    assert write(second, deposit(ON, 0)) == [one]
    for writer in (first, second):
        writer.tick()
        assert writer.kept.index.length == len(common.data)
        assert writer.kept.main.tree.size == two + 1
    heads = [writer.kept.main.head for writer in (first, second)]
    assert heads[0] == heads[1]
    check_history(common)


@pytest.mark.thorough
def test_the_limit_of_a_nym_holds_across_front_ends() -> None:
    common = begun()
    first, second = front_end(common), front_end(common)
    for number in range(A_NYM):
        writer = first if number % 2 else second
        assert isinstance(write(writer, deposit(ON, 0, number))[0], int)
    for writer in (first, second):
        assert write(writer, deposit(ON, 0, A_NYM)) == ["service.nym-limit"]


def test_a_marker_is_posted_once_and_both_obey_it() -> None:
    common = begun("terms")
    time = ON.terms.times.open
    first, second = front_end(common, time), front_end(common, time)
    first.tick()
    size = len(common.data)
    second.tick()
    assert len(common.data) == size
    assert isinstance(write(second, deposit(ON, 0))[0], int)


def test_what_is_not_due_here_may_be_due_there() -> None:
    """A front end looks at what others have posted before it says that it is too early."""
    common = begun()
    other = front_end(common, ON.terms.times.close)
    desk = desk_on(SharedMemory(common), ON, at(DEPOSIT_TIME), tick_seconds=1000)
    app = board_app(desk)

    async def send_after_it_has_closed() -> list[Answer]:
        async with desk.running():
            other.tick()
            bodies = (_commit().encoded, deposit(ON, 0).encoded)
            return [await ask(app, "POST", f"/{SALE}/add", [each]) for each in bodies]

    due, late = asyncio.run(send_after_it_has_closed())
    # It is due now, and refused for what it says.
    assert (due.status, due.code) == (400, "entry.field")
    assert (late.status, late.code) == (409, "phase.wrong")


def _commit() -> Entry:
    return sign_entry(EntryType.COMMIT, ON.terms.sale_id, {}, ON.parts.escrow)


def test_who_was_overtaken_reads_anew_and_forks_nothing() -> None:
    """Without its turn: as if it had been stopped in it for so long that it ended."""
    common = begun()
    first, second = front_end(common), front_end(common)
    keeper = first.kept.sale
    assert keeper is not None
    write(second, deposit(ON, 1))
    before = bytes(common.data)
    with pytest.raises(OSError, match="another front end"):
        keeper.append([deposit(ON, 0)], DEPOSIT_TIME)
    assert bytes(common.data) == before
    (place,) = write(second, deposit(ON, 0))
    first = front_end(common)
    assert write(first, deposit(ON, 0)) == [place]


@pytest.mark.thorough
def test_a_front_end_that_failed_reads_what_others_wrote_meanwhile() -> None:
    common = begun()
    first, second = front_end(common), front_end(common)
    shared = first.kept.shared
    assert isinstance(shared, SharedMemory)

    def fails(data: bytes) -> None:
        # The commit arrives, and the answer does not.
        SharedMemory.append(shared, data)
        raise OSError("the line was cut")

    vars(shared)["append"] = fails
    with pytest.raises(OSError, match="cut"):
        write(first, deposit(ON, 0))
    (other,) = write(second, deposit(ON, 1))
    assert isinstance(other, int)
    assert write(first, deposit(ON, 0)) == [other - 1]
    check_history(common)


def test_a_front_end_that_waits_in_vain_for_its_turn_tries_again() -> None:
    common = begun()
    writer = front_end(common)
    shared = writer.kept.shared
    assert isinstance(shared, SharedMemory)
    kept = writer.kept

    def busy() -> object:
        raise BlockingIOError("another front end has its turn")

    vars(shared)["turn"] = busy
    with pytest.raises(BlockingIOError):
        write(writer, deposit(ON, 0))
    del vars(shared)["turn"]
    assert isinstance(write(writer, deposit(ON, 0))[0], int)
    # It was not read anew: nothing of it had changed.
    assert writer.kept is kept


def test_a_log_that_another_one_begins_is_kept_by_all() -> None:
    common = Common()
    play(ON.board(SharedMemory(common)), ON, until="terms")
    whole = bytes(common.data)
    registry = whole[: whole.rindex(terms_entry())]
    common.data[:] = registry
    first = front_end(common)
    assert NAME not in first.kept.keepers
    common.data[:] = whole
    with pytest.raises(OSError, match="begun a log"):
        first.tick()
    first.tick()
    assert NAME in first.kept.keepers


def terms_entry() -> bytes:
    """Return the TERMS entry, with which the sale's log begins."""
    entry = sign_entry(
        EntryType.TERMS, ON.terms.sale_id, ON.terms.to_value(), ON.parts.seller
    )
    return entry.encoded


def altered(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def other_root(head: bytes) -> bytes:
    """Return a head that says of the same tree what is not so."""
    lines = str(cbor.decode(head)).split("\n")
    return cbor.encode("\n".join([*lines[:2], f"{'A' * 43}=", *lines[3:]]))


def other_key(head: bytes) -> bytes:
    """Return a head that somebody has signed who has not the board's key."""
    said = SignedCheckpoint.parse(str(cbor.decode(head))).checkpoint
    line = sign_checkpoint(said, said.origin, ON.parts.escrow)
    dated = cosign_checkpoint(said, said.origin, ON.parts.escrow, DEPOSIT_TIME)
    return cbor.encode(SignedCheckpoint(said, (line, dated)).to_text())


@pytest.mark.thorough
@pytest.mark.parametrize(
    "lie", ["signature", "root", "key", "none", "text", "twice", "other"]
)
def test_what_another_one_wrote_is_judged_as_after_a_restart(lie: str) -> None:
    """Whoever can write to the database, and has no key, stops the board at most."""
    common = begun()
    honest, victim = front_end(common), front_end(common)
    stood = len(common.data)
    write(honest, deposit(ON, 0))
    news = bytes(common.data[stood:])
    entry = deposit(ON, 0).encoded
    begins = news.index(entry)
    head = news[begins + len(entry) :]
    lies = {
        "signature": altered(news, begins + len(entry) - 5),
        "root": news[: len(news) - len(head)] + other_root(head),
        "key": news[: len(news) - len(head)] + other_key(head),
        "none": news[: len(news) - len(head)],
        "text": news + cbor.encode("no head"),
        "twice": news + entry + head,
        "other": news + deposit(stage(("x", "y")), 0).encoded,
    }
    common.data[stood:] = lies[lie]
    with pytest.raises((Rejection, OSError)):
        victim.tick()
    # Nobody is shown any of it.
    assert victim.kept.index.length == stood
    if lie in {"none", "other"}:
        # Nothing of this was acknowledged: it is cut, and kept, as after a crash.
        assert isinstance(write(victim, deposit(ON, 1))[0], int)
        check_history(common)
        return
    with pytest.raises((FairlotError, OSError)):
        write(victim, deposit(ON, 1))
    assert len(common.data) == stood + len(lies[lie])


@pytest.mark.thorough
def test_a_storage_that_has_lost_what_was_acknowledged_is_not_gone_on_from() -> None:
    common = begun()
    writer = front_end(common)
    stood = len(common.data)
    write(writer, deposit(ON, 0))
    # It comes back as an older copy, to which others have written.
    del common.data[stood:]
    write(front_end(common), deposit(ON, 1), deposit(ON, 1, 1))
    vars(writer)["_ahead"] = True
    for _ in range(2):
        with pytest.raises(InputError, match=r"board\.rewound"):
            write(writer, deposit(ON, 0, 1))
    assert deposit(ON, 0, 1).encoded not in common.data
