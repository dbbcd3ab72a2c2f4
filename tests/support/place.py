"""A board in a file and those who contribute to it, each with a key file of their own."""

from dataclasses import dataclass, replace
from pathlib import Path

from command import Ran, fairlot, word_of
from fairlot.board.replay import Replay, replay
from fairlot.board.storage import create_transcript
from fairlot.entry import EntryType
from fairlot_crypto.keys import SigningKey
from kit.recovering import delayed
from kit.sales import PRICE, draft, nym_of, play
from kit.stage import Stage

CONTRIBUTORS = ("one", "two", "depositor")


@dataclass(frozen=True, slots=True)
class Place:
    """A board in a file, its keeper's key, and two contributors and a depositor."""

    on: Stage
    folder: Path
    name: str = "transcript.fairlot"

    @property
    def transcript(self) -> Path:
        """The board."""
        return self.folder / self.name

    def beacon(self, step: str, *words: str | Path) -> Ran:
        """Take a step on the transcript."""
        return fairlot(word_of(step), step, self.transcript, *words)

    def commit(self, who: str) -> Ran:
        """Make somebody's COMMIT entry."""
        return self.own("commit", who)

    def seal(self, who: str) -> Ran:
        """Make somebody's SEAL entry."""
        return self.own("seal", who)

    def reveal(self, who: str) -> Ran:
        """Make somebody's REVEAL entry."""
        return self.own("reveal", who)

    def post(self, *names: str, after: int = 0) -> Ran:
        """Post entry files some seconds after CLOSE."""
        clock = str(self.on.terms.times.close + after)
        entries = [self.folder / name for name in names]
        return self.beacon(
            "post", *entries, "--key", self.folder / "board.key", "--time", clock
        )

    def mark(self, kind: EntryType, *, late: int = 0) -> Ran:
        """Post a marker by the board, some seconds after its time."""
        times = self.on.terms.times
        due = {
            EntryType.COMMIT_END: times.commit_end,
            EntryType.SEALED: times.seal_end,
            EntryType.REVEAL_END: times.reveal_end,
            EntryType.RESULT: times.reveal_end + 20,
        }
        clock = ("--time", str(due[kind] + late))
        return self.beacon("mark", kind, "--key", self.folder / "board.key", *clock)

    def copy(self, name: str) -> "Place":
        """Return the same people before a copy of the board as it is now."""
        path = self.folder / name
        path.write_bytes(self.transcript.read_bytes())
        return replace(self, name=name)

    def own(self, step: str, who: str, out: str = "") -> Ran:
        """Take somebody's step, by default into a file called so."""
        keys = ("--key", self.folder / f"{who}.key")
        secret = ("--secret", self.folder / f"{who}.secret")
        path = self.folder / (out or f"{who}.{step}")
        return self.beacon(step, *keys, *secret, "--out", path)

    def bytes_of(self, name: str) -> bytes:
        """Return what lies in a file."""
        return (self.folder / name).read_bytes()

    def view(self) -> Replay:
        """Return the board as a reader sees it."""
        return replay(self.transcript.read_bytes(), self.on.state())

    def commit_all(self) -> None:
        """Let everybody commit, and end the commitments."""
        for who in CONTRIBUTORS:
            assert self.commit(who).code == 0
        posted = self.post(*(f"{who}.commit" for who in CONTRIBUTORS), after=10)
        assert (posted.code, posted.err) == (0, "")
        assert len(posted.out.splitlines()) == len(CONTRIBUTORS)
        assert self.mark(EntryType.COMMIT_END).code == 0

    def seal_all(self) -> None:
        """Let everybody commit and seal, and end the seals."""
        self.commit_all()
        for who in CONTRIBUTORS:
            assert self.seal(who).code == 0
        posted = self.post(*(f"{who}.seal" for who in CONTRIBUTORS), after=70)
        assert (posted.code, posted.err) == (0, "")
        assert self.mark(EntryType.SEALED).code == 0


def closed_place(folder: Path, on: Stage | None = None) -> Place:
    """Return a board on which deposits are closed.

    Args:
        folder: for the files.
        on: a sale with two contributors; by default one with a delay.
    """
    on = on or delayed(2)
    depositor = draft(on)
    entry = depositor.entry()
    storage = create_transcript(folder / "transcript.fairlot")
    deposits = (entry, on.payment(nym_of(entry), PRICE))
    play(on.board(storage), on, until="close", deposits=deposits)
    storage.close()
    keys = {
        "one": on.parts.contributors[0],
        "two": on.parts.contributors[1],
        "depositor": depositor.keys.settle,
        "board": on.parts.board,
        "stranger": SigningKey.from_seed(bytes(32)),
    }
    for name, key in keys.items():
        (folder / f"{name}.key").write_text(f"{key.seed.hex()}\n", encoding="ascii")
    return Place(on, folder)
