"""Audits of a second season, also without the log of the first; a part of chapter audit."""

from collections.abc import Callable, Sequence

from fairlot.entry import EntryType
from fairlot.identity.leaf import holder_hash
from generators.audit_lies import Lie
from kit import lives
from kit.seasons import (
    CARRIED,
    Season,
    called_off,
    first_season,
    next_season,
    sell,
)
from kit.world import Device


def season_rows() -> Sequence[tuple[str, str, bytes]]:
    """Return transcripts of a second season that hold: name, comment, bytes."""
    old, ann, bob = _first()
    sell(old, [ann, bob])
    old.clock = CARRIED - old.registry.recovery.cooling
    again = old.recover("ann", 0, "ann 2")
    new = next_season(old)
    own = new.carry_over(old, again), new.carry_over(old, bob)
    sale = sell(new, own, "Next season").data
    old.clock = new.clock
    old.recover("ann", 0, "ann 3")
    return (
        (
            "two-seasons",
            "Two people are carried over; one was recovered, and is again in the tail.",
            new.data + sale + old.data,
        ),
    )


def season_lies() -> Sequence[Lie]:
    """Return second seasons to which somebody was carried over who must not be."""
    rows: tuple[tuple[str, str, Callable[[Season], None], int], ...] = (
        (
            "A11-carried-closed",
            "A closed leaf is carried over to nobody: its person enrols anew.",
            _close,
            0,
        ),
        (
            "A11-carried-pending",
            "A leaf is not carried over while it is recovered; a thief would get the new one.",
            lambda old: old.log(lives.recovery(old.parts, 0, old.parts.seller)),
            0,
        ),
        (
            "A11-carried-former",
            "A leaf goes to its present holder; a device that was stolen gets nothing.",
            lambda old: _ignored(old.recover("ann", 0, "ann 2")),
            0,
        ),
        (
            "A11-carried-nobody",
            "A leaf continues one that there is.",
            lambda _old: None,
            2,
        ),
    )
    return (
        *(
            Lie(name, rule, "leaf.previous", _carried(before, previous))
            for name, rule, before, previous in rows
        ),
        Lie(
            "A11-unjudged",
            "The log of the registry before is given; issuers could carry over anybody.",
            "leaf.unjudged",
            _carried(lambda _old: None, 0, given=False),
        ),
        Lie(
            "A10-tags",
            "People keep their tags; with other ones everybody could come again.",
            "registry.tags",
            _retagged(),
        ),
    )


def _first() -> tuple[Season, Device, Device]:
    old = first_season()
    return old, old.enrol("ann", "ann"), old.enrol("bob", "bob")


def _carried(
    before: Callable[[Season], None], previous: int, *, given: bool = True
) -> bytes:
    """Return a second season into which Ann's first key is carried over, and a void sale."""
    old, ann, _ = _first()
    old.clock = CARRIED
    before(old)
    old.clock += old.registry.view_age + 1
    new = next_season(old, looks=False)
    holder = holder_hash(ann.holder.signing.public)
    new.log(new.forged("ann", previous, holder))
    return (old.data if given else b"") + new.data + called_off(new)


def _retagged() -> bytes:
    """Return a second season with another key of tags, in which Ann enrols again."""
    old, _, _ = _first()
    old.clock = CARRIED
    new = next_season(old, same_tags=False)
    new.enrol("ann", "ann once more")
    return old.data + new.data + called_off(new)


def _close(old: Season) -> None:
    old.log(lives.decided(old.parts, EntryType.CLOSURE, 0))
    old.clock += old.registry.recovery.cooling
    old.log(lives.decided(old.parts, EntryType.CLOSED, 0))


def _ignored(_device: Device) -> None:
    """Whoever has the new device does nothing with it."""
