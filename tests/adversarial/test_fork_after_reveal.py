"""The board goes back to CLOSE once it knows the openings, and lets the sale run again.

It adds a COMMIT that it has ground against the known openings, and replays the honest entries
byte for byte. What stops it is that an honest contributor seals one set of commitments, and
stays with the history that they saw.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from command import fairlot
from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.beacon.seals import Seals
from fairlot.board.sale import SaleState
from fairlot.cli.beacon.contributor import read_view, reveal, seal
from fairlot.cli.beacon.files import decode_entry
from fairlot.cli.beacon.kept import read_secret
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.names import Nym
from fairlot_crypto.hashing import os2ip
from kit.lying_board import LyingBoard
from kit.recovering import delayed
from kit.sales import deposit, nym_of, steps
from kit.stage import STATEMENTS, Stage
from place import Place

HONEST = 0
"""The place in the roster of the one who follows the rules, with the command line."""
TRIES = 64
"""Two buyers compete for one seat: more tries fail once in 2^64."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The honest contributor, whose reveal is known, and the board that conspires."""

    place: Place
    openings: dict[int, int]
    """α of everybody in the roster, the honest one included."""
    honest: dict[EntryType, Entry]
    """What the honest contributor has posted."""
    winner: Nym
    """Who won in the sale that everybody saw."""

    @property
    def on(self) -> Stage:
        """The sale."""
        return self.place.on


def closed(on: Stage) -> LyingBoard:
    """Return the board up to CLOSE: both histories have the same bytes until then."""
    board = LyingBoard(on)
    for step in steps(on):
        board.batch(step.time, *step.make(board.state))
        if step.name == "close":
            return board
    raise AssertionError


def winner(state: SaleState) -> Nym:
    """Return the one who wins by what is on a board."""
    _, _, ledger = state.result()
    (won,) = [line.nym for line in ledger if line.units]
    return won


def first_history(folder: Path, on: Stage) -> Scene:
    """Play the sale to the reveals, the honest contributor with the command line."""
    place, board, times = Place(on, folder), closed(on), on.terms.times
    key = on.parts.contributors[HONEST].seed.hex()
    (folder / "one.key").write_text(f"{key}\n", encoding="ascii")
    others = range(1, len(on.parts.contributors))
    made: dict[EntryType, Entry] = {}

    def step(name: str, kind: EntryType) -> Entry:
        place.transcript.write_bytes(board.data)
        ran = place.own(name, "one")
        assert (ran.code, ran.err) == (0, "")
        made[kind] = decode_entry(place.bytes_of(f"one.{name}"))
        return made[kind]

    frozen = board.state.contributions.frozen
    own = step("commit", EntryType.COMMIT)
    board.batch(times.close + 10, own, *(on.commit(frozen, n) for n in others))
    board.batch(times.commit_end, on.sign(EntryType.COMMIT_END))
    own = step("seal", EntryType.SEAL)
    board.batch(times.commit_end + 10, own, *(on.seal(board.state, n) for n in others))
    board.batch(times.seal_end, on.sign(EntryType.SEALED))
    own = step("reveal", EntryType.REVEAL)
    board.batch(times.seal_end + 10, own, *map(on.reveal, others))
    board.batch(times.reveal_end, on.sign(EntryType.REVEAL_END))
    place.transcript.write_bytes(board.data)
    known = board.state.contributions.openings
    keys = enumerate(on.parts.contributors)
    openings = {number: known[key.public] for number, key in keys}
    assert openings[HONEST] == os2ip(_alpha(made[EntryType.REVEAL]))
    return Scene(place, openings, made, winner(board.state))


def _alpha(entry: Entry) -> bytes:
    alpha = entry.body["alpha"]
    assert isinstance(alpha, bytes)
    return alpha


def second_history(scene: Scene, alpha: int, until: EntryType) -> LyingBoard:
    """Go back to CLOSE and play again, with another opening of the last contributor."""
    on, board, times = scene.on, closed(scene.on), scene.on.terms.times
    last = len(on.parts.contributors) - 1
    between = range(1, last)
    frozen = board.state.contributions.frozen
    commits = [on.commit(frozen, n) for n in between] + [on.commit(frozen, last, alpha)]
    board.batch(times.close + 10, scene.honest[EntryType.COMMIT], *commits)
    board.batch(times.commit_end, on.sign(EntryType.COMMIT_END))
    if until is EntryType.COMMIT_END:
        return board
    seals = [on.seal(board.state, number) for number in (*between, last)]
    board.batch(times.commit_end + 10, scene.honest[EntryType.SEAL], *seals)
    board.batch(times.seal_end, on.sign(EntryType.SEALED))
    if until is EntryType.SEALED:
        return board
    reveals = [*map(on.reveal, between), on.reveal(last, alpha)]
    board.batch(times.seal_end + 10, scene.honest[EntryType.REVEAL], *reveals)
    board.batch(times.reveal_end, on.sign(EntryType.REVEAL_END))
    board.batch(times.reveal_end + 10, on.result(board.state))
    return board


def grind(scene: Scene) -> int:
    """Return an opening with which the one wins who has lost.

    All other openings are known, so each try is a computation at home.
    """
    last = len(scene.on.parts.contributors) - 1
    for alpha in range(2, TRIES):
        state = second_history(scene, alpha, EntryType.COMMIT_END).state
        made = state.contributions
        made.openings = {
            key.public: alpha if number == last else scene.openings[number]
            for number, key in enumerate(scene.on.parts.contributors)
        }
        if winner(state) != scene.winner:
            return alpha
    raise AssertionError("no opening was found")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Return a sale with one honest contributor and one who conspires with the board."""
    return first_history(tmp_path, delayed(2))


@pytest.fixture
def outnumbered(tmp_path: Path) -> Scene:
    """Return a sale in which two conspirators are enough to seal."""
    return first_history(tmp_path, delayed(3, 2))


def anything(*_: object) -> None:
    """Take any seal, and any number of them."""


def judged(board: LyingBoard) -> tuple[str, ...]:
    """Return the checks that fail for a whole transcript."""
    return audit(
        board.data, board.on.curve, Expected(rehearsal=True), STATEMENTS
    ).failed


def nyms(on: Stage) -> Sequence[Nym]:
    return [nym_of(deposit(on, number)) for number in range(2)]


def test_without_seals_the_board_would_choose_the_winner(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second history would pass every check, with all honest bytes in it."""
    alpha = grind(scene)
    for check in ("take", "check_enough"):
        monkeypatch.setattr(Seals, check, anything)
    board = second_history(scene, alpha, EntryType.RESULT)
    for entry in scene.honest.values():
        assert entry.encoded in board.data
    assert judged(board) == ()
    assert {winner(board.state), scene.winner} == set(nyms(scene.on))


def test_the_second_history_needs_a_second_seal(scene: Scene) -> None:
    on, times = scene.on, scene.on.terms.times
    board = second_history(scene, grind(scene), EntryType.COMMIT_END)
    with pytest.raises(Rejection) as caught:
        board.state.apply(scene.honest[EntryType.SEAL], times.commit_end + 10)
    assert caught.value.code == "seal.set"
    board.state.append(on.seal(board.state, 1), times.commit_end + 10)
    with pytest.raises(Rejection) as caught:
        board.state.apply(on.sign(EntryType.SEALED), times.seal_end)
    assert caught.value.code == "seal.missing"
    board.state.apply(on.seal(board.state, HONEST), times.commit_end + 10)
    board.state.apply(on.sign(EntryType.SEALED), times.seal_end)


@pytest.mark.thorough
def test_the_honest_contributor_makes_no_second_seal(scene: Scene) -> None:
    """Not with the record of the first; and without it the head tells."""
    place, folder = scene.place, scene.place.folder
    board = second_history(scene, grind(scene), EntryType.COMMIT_END)
    fork = Place(scene.on, folder, "fork")
    fork.transcript.write_bytes(board.data)
    kept = {
        name: place.bytes_of(name) for name in ("one.secret.head", "one.secret.seal")
    }
    ran = fork.own("seal", "one", "out")
    assert (ran.code, ran.out) == (1, "")
    assert "sealing.other" in ran.err
    (folder / "one.secret.seal").unlink()
    ran = fork.own("seal", "one", "out")
    assert (ran.code, ran.out) == (1, "")
    assert "head.fork" in ran.err
    assert place.bytes_of("one.secret.head") == kept["one.secret.head"]
    for name in ("out", "one.secret.seal"):
        assert not (folder / name).exists()
    # Nothing but record and head is in the way.
    view = read_view(board.data, scene.on.curve)
    key = scene.on.parts.contributors[HONEST]
    second = seal(view, key, read_secret(folder / "one.secret"), 0)
    assert second.encoded != kept["one.secret.seal"]


def test_the_honest_contributor_reveals_in_no_second_history(
    outnumbered: Scene,
) -> None:
    """The conspirators have sealed it without them, so it stands by the rules of the board."""
    scene, folder = outnumbered, outnumbered.place.folder
    alpha = grind(scene)
    on, times = scene.on, scene.on.terms.times
    board = second_history(scene, alpha, EntryType.COMMIT_END)
    seals = [on.seal(board.state, number) for number in (1, 2)]
    board.batch(times.commit_end + 10, *seals)
    board.batch(times.seal_end, on.sign(EntryType.SEALED))
    fork = Place(on, folder, "fork")
    fork.transcript.write_bytes(board.data)
    before = scene.place.bytes_of("one.secret.head")
    ran = fork.own("reveal", "one", "out")
    assert (ran.code, ran.out) == (1, "")
    assert "head.fork" in ran.err
    assert not (folder / "out").exists()
    assert scene.place.bytes_of("one.secret.head") == before
    # Nothing but the head is in the way.
    view = read_view(board.data, on.curve)
    key = on.parts.contributors[HONEST]
    reveal(view, key, read_secret(folder / "one.secret"), 0)


def test_the_fork_and_the_head_are_evidence(scene: Scene) -> None:
    board = second_history(scene, 2, EntryType.SEALED)
    fork = scene.place.folder / "fork"
    fork.write_bytes(board.data)
    ran = fairlot("compare", fork, scene.place.folder / "one.secret.head")
    assert ran.code == 1
    assert ran.out.startswith("EVIDENCE: the board ")


@pytest.mark.thorough
def test_the_second_history_fails_the_audit(scene: Scene) -> None:
    """The old seal is over another set, and the markers behind it are void."""
    board = second_history(scene, grind(scene), EntryType.SEALED)
    assert "A27" in judged(board)
