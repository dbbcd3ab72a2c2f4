"""Lies about leaves that are carried over from the registry before."""

from fairlot.identity.leaf import holder_hash
from fairlot_crypto.keys import SigningKey
from kit.seasons import CARRIED, called_off, first_season, next_season
from lies_file import STRANGER, Row


def _continued(key: SigningKey | None = None, *, given: bool = True) -> bytes:
    """Carry Ann over, under her key or another one, and call a sale off.

    The board of the new season does not look at the log of the one before.
    """
    old = first_season()
    ann = old.enrol("ann", "ann")
    old.clock = CARRIED
    new = next_season(old, looks=False)
    holder = (ann.holder.signing if key is None else key).public
    new.log(new.forged("ann", 0, holder_hash(holder)))
    return (old.data if given else b"") + new.data + called_off(new)


def _retagged() -> bytes:
    """Enrol Ann in two seasons, in the second under a key of tags of its own."""
    old = first_season()
    old.enrol("ann", "ann")
    old.clock = CARRIED
    new = next_season(old, same_tags=False)
    new.enrol("ann", "ann once more")
    return old.data + new.data + called_off(new)


SEASONS = (
    Row(
        "A10",
        "registry.tags",
        "the next season has another key of tags",
        _retagged,
    ),
    Row(
        "A11",
        "leaf.previous",
        "a leaf is carried over to a key that never held it",
        lambda: _continued(STRANGER),
    ),
    Row(
        "A11",
        "leaf.unjudged",
        "the log of the season before is left out",
        lambda: _continued(given=False),
    ),
)
