"""What the protocol answers to people who attack it, on logs of a few people.

The folds, the issuers, the beacon and the arbiter are the real ones; each scene is played
once, since no seed of a draw changes what is taken or refused (specs/simulation.md, 13).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from fairlot.audit.auditor import audit_transcript
from fairlot.beacon.contributions import make_commitment, make_reveal
from fairlot.beacon.seals import make_seal
from fairlot.board.keeper import Board
from fairlot.board.phase import Phase
from fairlot.board.storage import MemoryStorage
from fairlot.deposit.payment import make_payment
from fairlot.deposit.verify import verify_deposit
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.inputs.events_file import Event, Kind
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.names import Nym
from fairlot.rehearsal.cast import Cast
from fairlot.rehearsal.draw import Contributor, NobodyWatches, draw_alphas
from fairlot.rehearsal.parts import START
from fairlot.rehearsal.play import rehearse
from fairlot.rehearsal.plot import beginnings, calendar_of, plot
from fairlot.rehearsal.timing import RESULT_AFTER
from fairlot.simulation.staged_entry import PRICE, cast_of, deposits_with, register
from fairlot.terms.pool import Mechanism, Pool
from fairlot.workers import InProcess
from fairlot_crypto.curve import backend
from fairlot_crypto.delay.bicorn import draw_alpha
from fairlot_crypto.randomness import Randomness, SeededRandomness

_TRIES = 32
"""Openings that a contributor grinds; of two buyers for one seat, half of them suit."""
IN_TIME, TOO_LATE, NEVER = "in time", "too late", "never"
"""When people take back what they sold: before the unlock, behind it, not at all."""


@cache
def kept_by_buyers() -> Mapping[str, int]:
    """Return how many of the units of three sold identities stay with their buyer.

    One is taken back in time, one behind the unlock, one never; a fourth person sells
    nothing. Everybody wins a unit.
    """
    sellers = IN_TIME, TOO_LATE, NEVER
    people = [Person(name, 1, PRICE) for name in (*sellers, "honest")]
    file = TermsFile(
        *("A scene", "ticket", (Pool("main", Mechanism.LOTTERY, 4, PRICE),)),
        *(1, 0, 1, 1),
    )
    events = [
        *(Event(Phase.ANNOUNCED, name, Kind.SELL) for name in sellers),
        *(Event(Phase.LOCKED, name, Kind.RENEW) for name in sellers),
        Event(1, IN_TIME, Kind.VERIFY),
        Event(_AFTER_UNLOCK, TOO_LATE, Kind.VERIFY),
    ]
    acts = plot(events, calendar_of(file, None), beginnings(people, None), Path())
    played = rehearse(
        *(backend(), file, people, MemoryStorage(), SeededRandomness(bytes(32))),
        *(InProcess(), NobodyWatches()),
        acts=acts,
    )
    return {name: int(played.holders[name] == f"buyer of {name}") for name in sellers}


_AFTER_UNLOCK = 15
"""In epochs since the opening; what was won is unlocked on the 13th."""


@dataclass(frozen=True, slots=True)
class Fork:
    """What a board and a contributor gain by a second history of a draw."""

    first: int
    """Units that their buyer won in the history that everybody saw."""
    second: int
    """Units that this buyer has in the end, by a history whose audit holds."""
    transcript: bytes = field(repr=False)
    """The last history that the board wrote."""


@dataclass(frozen=True, slots=True)
class _Closed:
    """A sale of one seat to two buyers, up to CLOSE, and the entries of it."""

    cast: Cast
    leaves: tuple[Entry, ...]
    deposits: tuple[Entry, ...]
    nyms: tuple[Nym, ...]


@cache
def _closed() -> _Closed:
    drawn = SeededRandomness(bytes(32))
    names = "briber", "other"
    cast = cast_of(names, 2, drawn)
    registry, board = cast.start_boards()
    joined = [register(cast, registry, name, drawn) for name in names]
    leaves = tuple(cast.committee.leaf_entry(identity) for identity, _ in joined)
    roll = cast.open_sale(registry, board)
    deposits: list[Entry] = []
    nyms: list[Nym] = []
    roll_id = roll.roll_id
    for identity, holder in joined:
        issued = cast.committee.issue(identity, holder, identity.leaf, [roll], START)
        (made,) = deposits_with(cast, (roll_id, dict(issued)[roll_id]), roll_id, drawn)
        checked = cast.credentials, cast.terms, roll_id, made.entry, START
        nym = verify_deposit(*checked).nym
        paid = make_payment(cast.terms.sale_id, nym, PRICE, cast.parts.escrow, drawn)
        deposits += [made.entry, paid]
        nyms.append(nym)
    return _Closed(cast, leaves, tuple(deposits), tuple(nyms))


def _until_close(storage: MemoryStorage) -> Board:
    """Return a board up to CLOSE: every history has the same bytes until then."""
    sale = _closed()
    registry, board = sale.cast.start_boards(storage)
    registry.append(sale.leaves, START)
    sale.cast.open_sale(registry, board)
    board.append(sale.deposits, sale.cast.terms.times.open + 60)
    board.append_marker(EntryType.CLOSE, sale.cast.terms.times.close)
    return board


def fork(randomness: Randomness) -> Fork:
    """Let a board go back to CLOSE once the openings are known, and draw again.

    The first contributor is honest. The last one colludes with the board and with the first
    buyer, and grinds an opening with which that buyer wins. What the honest contributor has
    signed is replayed.

    Args:
        randomness: for the openings.
    """
    keys = _closed().cast.parts.contributors
    honest, last = draw_alphas(keys, randomness)
    storage = MemoryStorage()
    board = _until_close(storage)
    made = _committed(board, (honest, last), {})
    _sealed(board, (honest, last), made)
    first = _drawn(board, (honest, last))
    if first:
        return Fork(first, first, storage.data)
    for number in range(_TRIES):
        drawn = randomness.derive(f"ground/{number}")
        playing = honest, Contributor(last.key, draw_alpha(drawn))
        storage = MemoryStorage()
        board = _until_close(storage)
        _committed(board, playing, made)
        if _would_win(board, playing):
            second = _second(board, playing, made, storage)
            return Fork(first, first if second is None else second, storage.data)
    return Fork(first, first, storage.data)


def _second(
    board: Board,
    playing: Sequence[Contributor],
    made: dict[EntryType, Entry],
    storage: MemoryStorage,
) -> int | None:
    """Return what the buyer has by a second history; ``None`` if it does not stand."""
    try:
        _sealed(board, playing, made)
    except Rejection:
        return None
    won = _drawn(board, playing)
    return won if audit_transcript(storage.data, rehearsal=True).holds else None


def _committed(
    board: Board, playing: Sequence[Contributor], replayed: Mapping[EntryType, Entry]
) -> dict[EntryType, Entry]:
    """Post the commitments, the first one as it was if it is replayed; return that one."""
    state, times = board.state, board.state.terms.times
    frozen = state.contributions.frozen
    own = [make_commitment(state.terms, frozen, c.alpha, c.key) for c in playing]
    own[0] = replayed.get(EntryType.COMMIT, own[0])
    board.append(own, times.close + 10)
    board.append_marker(EntryType.COMMIT_END, times.commit_end)
    return {EntryType.COMMIT: own[0], **replayed}


def _sealed(
    board: Board, playing: Sequence[Contributor], made: dict[EntryType, Entry]
) -> None:
    """Post the seals, the first one as it was if it is known.

    Raises:
        Rejection: ``seal.missing`` where too few are taken.
    """
    state, times = board.state, board.state.terms.times
    due = state.due_seals().due
    seals = [make_seal(state.sale_id, due, c.key) for c in playing]
    seals[0] = made.setdefault(EntryType.SEAL, seals[0])
    board.append(seals, times.commit_end + 10)
    board.append_marker(EntryType.SEALED, times.seal_end)


def _drawn(board: Board, playing: Sequence[Contributor]) -> int:
    """Reveal and draw; return how many units the first buyer has."""
    state, times = board.state, board.state.terms.times
    reveals = [make_reveal(state.sale_id, c.alpha, c.key) for c in playing]
    board.append(reveals, times.seal_end + 10)
    board.append_marker(EntryType.REVEAL_END, times.reveal_end)
    board.append_marker(EntryType.RESULT, times.reveal_end + RESULT_AFTER)
    return _won(board)


def _would_win(board: Board, playing: Sequence[Contributor]) -> bool:
    """Compute at home who would win, all openings being known."""
    board.state.contributions.openings = {c.key.public: c.alpha for c in playing}
    won = _won(board)
    board.state.contributions.openings = {}
    return bool(won)


def _won(board: Board) -> int:
    _, _, ledger = board.state.result()
    return sum(line.units for line in ledger if line.nym == _closed().nyms[0])
