"""Lies about the life of leaves: by whom, when, in which order."""

from collections.abc import Callable, Sequence
from itertools import groupby

from fairlot.entry import Entry, EntryType
from fairlot.identity.acts import Decision, Ruling
from fairlot.identity.leaf import holder_hash
from fairlot.identity.life import Outcome
from fairlot.identity.quorum import IssuerSignature
from fairlot.rehearsal.parts import Parts
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import Signature, SigningKey
from kit import lives
from kit.lying_board import LyingBoard, play_with
from kit.sales import GROUP, source, stage
from lies_file import STRANGER, Make, Row

NEW = SigningKey.generate(source("new holder"))
OTHER = SigningKey.generate(source("another new holder"))
LEAF = 0
"""The leaf that all this is about."""

Timed = tuple[int, Entry]
"""Seconds after the first of them, and an entry."""


def _parts() -> Parts:
    return stage().parts


def _holder() -> SigningKey:
    return stage().members[LEAF].holder.signing


def _posted(make: Callable[[], Sequence[Timed]]) -> Make:
    """Post entries on the registry log while the sale goes on; the last one is the lie."""

    def lie(board: LyingBoard, time: int) -> None:
        for after, batch in groupby(make(), lambda timed: timed[0]):
            board.batch(time + after, *(entry for _, entry in batch))

    return lambda: play_with(stage(), before={"close": lie})


def _begun(after: int, *then: Callable[[], Entry]) -> Make:
    """Begin a recovery, and post the rest so much later."""
    return _posted(
        lambda: [
            (0, lives.recovery(_parts(), LEAF, NEW)),
            *((after, make()) for make in then),
        ]
    )


def _at_once(*make: Callable[[], Entry]) -> Make:
    return _posted(lambda: [(0, each()) for each in make])


def _switch() -> Entry:
    return lives.switch(_parts(), LEAF, NEW)


def _contest() -> Entry:
    return lives.contest(_parts(), LEAF, _holder())


def _forged() -> Entry:
    signed = (IssuerSignature(1, Signature(bytes(64))),)
    new = holder_hash(NEW.public)
    what = Decision(EntryType.RECOVERY, LEAF, 1, 1, new, signed)
    return lives.act(_parts(), what, _parts().issuers[0].key)


def _ruled_by(key: SigningKey) -> Entry:
    return lives.act(_parts(), Ruling(LEAF, 1, 1, Outcome.KEEP), key)


def _carried() -> Entry:
    """Continue a leaf of no registry; nothing else about it is looked at first."""
    on = stage()
    point = GROUP.g1_generator().to_bytes()
    changes: dict[str, Value] = {
        "index": len(on.members),
        "previous": 0,
        "commitment": point,
    }
    return on.leaf_entry(on.members[LEAF].identity, changes)


COOLING = stage().registry.recovery.cooling
LIVES = (
    Row(
        "A11",
        "leaf.previous",
        "a leaf is carried over from a registry that nobody names",
        _at_once(_carried),
    ),
    Row(
        "A33",
        "life.leaf",
        "a leaf is recovered that nobody has",
        _at_once(lambda: lives.recovery(_parts(), 99, NEW)),
    ),
    Row(
        "A33",
        "life.version",
        "a recovery skips a version",
        _at_once(
            lambda: lives.decided(_parts(), EntryType.RECOVERY, LEAF, NEW, version=2)
        ),
    ),
    Row(
        "A33",
        "life.attempt",
        "a recovery takes the number of one that was ruled out",
        _begun(
            0,
            _contest,
            lambda: lives.ruling(_parts(), LEAF, Outcome.KEEP),
            lambda: lives.recovery(_parts(), LEAF, OTHER),
        ),
    ),
    Row(
        "A33",
        "life.key",
        "a stranger freezes a leaf",
        _at_once(lambda: lives.freeze(_parts(), LEAF, STRANGER)),
    ),
    Row(
        "A33",
        "life.key",
        "the new key contests its own recovery",
        _begun(0, lambda: lives.contest(_parts(), LEAF, NEW)),
    ),
    Row(
        "A33",
        "life.key",
        "the holder rules on a dispute",
        _begun(0, _contest, lambda: _ruled_by(_holder())),
    ),
    Row(
        "A33",
        "life.issuers",
        "a recovery that no issuer signed",
        _at_once(
            lambda: lives.decided(_parts(), EntryType.RECOVERY, LEAF, NEW, who=())
        ),
    ),
    Row("A33", "life.signature", "an issuer's consent is forged", _at_once(_forged)),
    Row(
        "A33",
        "life.status",
        "a leaf is recovered twice at once",
        _begun(0, lambda: lives.recovery(_parts(), LEAF, OTHER, attempt=2)),
    ),
    Row(
        "A33",
        "life.status",
        "a leaf is recovered that is closed for good",
        _posted(
            lambda: [
                (0, lives.decided(_parts(), EntryType.CLOSURE, LEAF)),
                (COOLING, lives.decided(_parts(), EntryType.CLOSED, LEAF)),
                (COOLING, lives.recovery(_parts(), LEAF, NEW, attempt=2)),
            ]
        ),
    ),
    Row(
        "A33",
        "life.holder",
        "a recovery gives the leaf to the key that has it",
        _at_once(lambda: lives.recovery(_parts(), LEAF, _holder())),
    ),
    Row(
        "A33",
        "life.holder",
        "a switch to another key than was announced",
        _begun(COOLING, lambda: lives.switch(_parts(), LEAF, OTHER)),
    ),
    Row(
        "A33",
        "life.late",
        "a recovery is contested when it has cooled",
        _begun(COOLING, _contest),
    ),
    Row(
        "A33",
        "life.outcome",
        "a ruling closes a leaf that was to be recovered",
        _begun(0, _contest, lambda: lives.ruling(_parts(), LEAF, Outcome.CLOSE)),
    ),
    Row(
        "A33",
        "life.early",
        "a leaf changes hands before anybody can contest",
        _begun(COOLING - 1, _switch),
    ),
    Row(
        "A33",
        "life.early",
        "a leaf changes hands while it is disputed",
        _begun(0, _contest, _switch),
    ),
    Row(
        "A33",
        "life.purpose",
        "a recovery ends in a closing",
        _begun(COOLING, lambda: lives.decided(_parts(), EntryType.CLOSED, LEAF)),
    ),
)
