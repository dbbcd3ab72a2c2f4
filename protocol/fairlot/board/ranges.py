"""Tries the rules that look at one entry alone, for a range of leaves at a time.

specs/batch.md, section 7. A range needs its bytes and what its log begins with, and gives a
short summary: any process can do it, and it does not matter which range ends first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from fairlot.board.ahead_rules import Rules, time_after
from fairlot.board.foresight import Payment, Seen
from fairlot.board.hints import Hints
from fairlot.deposit.deposit import Deposit
from fairlot.entry import Entry, check_signature_read, read_entry
from fairlot.errors import Rejection
from fairlot.identity.leaf import DecodePoint, Leaf
from fairlot.identity.showing import learn_shown
from fairlot.packed import Packed
from fairlot_crypto import cbor
from fairlot_crypto.bbs.batch import Verdict
from fairlot_crypto.bbs.hints import Showing
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.hashing import i2osp, tagged_hash
from fairlot_crypto.randomness import Randomness, SystemRandomness
from fairlot_crypto.statements import Asked, Statements

RANGE = 1024
"""Leaves of a range: four tiles."""
DIGEST_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Context(Packed):
    """What a log begins with, in bytes."""

    backend: str
    """The name of the curve's back-end."""
    registry: bytes
    """CBOR of the registry."""
    terms: bytes = b""
    """CBOR of the terms; empty for the log of a registry."""
    roll: bytes = b""
    """The roll that OPEN has fixed."""
    known: bytes = b""
    """The digests of statements that are known to verify, joined."""
    remembers: bool = True
    """Whether somebody asks which statements verified anew."""

    @property
    def digest(self) -> bytes:
        """What says under which context a summary was made."""
        name = self.backend.encode()
        return tagged_hash("context", name, self.registry, self.terms, self.roll)


@dataclass(frozen=True, slots=True)
class Range(Packed):
    """Some leaves of a log, which were read strictly before."""

    context: Context
    first: int
    """The index of the first of them."""
    time: int
    """The greatest TIME of the log before it."""
    leaves: tuple[bytes, ...]
    hints: bytes = b""
    """A file of hints, as ``Hints`` takes it, in which at least these leaves are."""

    @property
    def digest(self) -> bytes:
        """What says of which range a summary is: hints and what is known change nothing."""
        where = i2osp(self.first, 8) + i2osp(self.time, 8)
        return tagged_hash("range", self.context.digest, where, *self.leaves)


@dataclass(frozen=True, slots=True)
class Summary(Packed):
    """What was found in a range."""

    range: bytes
    """The digest of the range."""
    seen: tuple[Seen | None, ...]
    """Of each leaf, in their order; ``None`` for what the fold must try itself."""
    verified: bytes
    """The digests of the statements that verified anew, joined, if somebody asks for them."""


def judge_range(job: Range) -> Summary:
    """Try the rules that look at one entry alone (step 26).

    A process draws randomness of its own, once it has all bytes of the range.
    """
    return judge(job, SystemRandomness())


def judge(job: Range, randomness: Randomness) -> Summary:
    """Try the rules that look at one entry alone (step 26).

    Args:
        job: a range.
        randomness: the system's entropy, on which no verdict depends.
    """
    before = _known(job.context.known)
    remembers = job.context.remembers or bool(before)
    known = Statements(before, remembers=remembers)
    tried = _try_all(job, known, randomness)
    seen = tuple(each.seen() for each in tried)
    return Summary(job.digest, seen, join_digests(known.verified - before))


def narrowed(job: Range) -> Range:
    """Return a range that carries only those remembered statements that it asks for itself.

    It takes about as long as doing a range of which everything is remembered.
    """
    before = _known(job.context.known)
    if not before:
        return job
    asked = Asked(before)
    _try_all(job, asked, SystemRandomness())
    context = replace(job.context, known=join_digests(asked.verified))
    return replace(job, context=context)


def _try_all(
    job: Range, known: Statements, randomness: Randomness
) -> "Sequence[_Tried]":
    context = job.context
    rules = _rules(context.backend, context.registry, context.terms, context.roll)
    # Step 26.1.
    entries = [_signed(leaf, known) for leaf in job.leaves]
    decode = rules.decode([e for e in entries if e is not None], randomness)
    time, tried = job.time, list[_Tried]()
    for entry in entries:
        if entry is not None:
            time = time_after(entry, time)
        tried.append(_tried(rules, entry, time, known, decode))
    # Step 26.2.
    _show(job, tried, known, randomness)
    return tried


@dataclass(slots=True)
class _Tried:
    """What became of one leaf."""

    signed: bool
    time: int
    said: Deposit | Payment | Leaf | None = None
    shown: Showing | None = None
    problem: Verdict = None
    """Why ``shown`` does not verify."""

    def seen(self) -> Seen | None:
        """Return what is to be said of it."""
        if not self.signed:
            return None
        return Seen(self.time, self.said if self.problem is None else None)


def _signed(leaf: bytes, known: Statements) -> Entry | None:
    """Return an entry whose signature verifies; ``None`` for anything else."""
    try:
        entry = read_entry(cbor.decode(leaf), leaf)
        check_signature_read(entry, known)
    except (EncodingError, Rejection):
        return None
    return entry


def _tried(
    rules: Rules,
    entry: Entry | None,
    time: int,
    known: Statements,
    decode: DecodePoint | None,
) -> _Tried:
    if entry is None:
        return _Tried(signed=False, time=time)
    try:
        said, shown = rules.try_entry(entry, time, known, decode)
    except Rejection:
        # The fold refuses it, at the same step, and says why.
        said, shown = None, None
    return _Tried(signed=True, time=time, said=said, shown=shown)


def _show(
    job: Range, tried: Sequence[_Tried], known: Statements, randomness: Randomness
) -> None:
    """Verify the presentations of a range together."""
    hints = Hints(job.hints).among(job.first, job.first + len(job.leaves))
    showing = [
        (each, each.shown, hints.get(job.first + place))
        for place, each in enumerate(tried)
        if each.shown is not None
    ]
    verdicts = learn_shown(
        [shown for _, shown, _ in showing],
        [hint for _, _, hint in showing],
        known,
        randomness,
    )
    for (each, _, _), verdict in zip(showing, verdicts, strict=True):
        each.problem = verdict


@lru_cache(maxsize=2)
def _rules(curve: str, registry: bytes, terms: bytes, roll: bytes) -> Rules:
    """Return the rules of a log, of which a file has few."""
    return Rules.of(curve, registry, terms, roll)


@lru_cache(maxsize=2)
def _known(joined: bytes) -> frozenset[bytes]:
    """Return the remembered digests, which most ranges have in common."""
    return split_digests(joined)


def split_digests(joined: bytes) -> frozenset[bytes]:
    """Return digests that were joined."""
    places = range(0, len(joined), DIGEST_LENGTH)
    return frozenset(joined[at : at + DIGEST_LENGTH] for at in places)


def join_digests(digests: Iterable[bytes]) -> bytes:
    """Return digests in one piece."""
    return b"".join(sorted(digests))
