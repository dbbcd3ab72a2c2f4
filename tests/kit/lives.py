"""Entries of the life of leaves, as issuers, holders and attesters of a stage sign them."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.entry import Entry, EntryType
from fairlot.identity.acts import (
    Act,
    Contest,
    Decision,
    Freeze,
    Guardian,
    Ruling,
    make_act,
    sign_decision,
)
from fairlot.identity.leaf import holder_hash
from fairlot.identity.life import Outcome
from fairlot.rehearsal.parts import Parts
from fairlot_crypto.keys import SigningKey


def act(parts: Parts, what: Act, key: SigningKey) -> Entry:
    """Make the entry of an act."""
    return make_act(parts.registry.registry_id, what, key)


def decided(
    parts: Parts,
    kind: EntryType,
    index: int,
    holder: SigningKey | None = None,
    version: int = 1,
    attempt: int = 1,
    who: Sequence[int] | None = None,
) -> Entry:
    """Let issuers, all or those of these places, sign a decision, whatever it is."""
    hashed = None if holder is None else holder_hash(holder.public)
    plain = Decision(kind, index, version, attempt, hashed)
    places = range(len(parts.issuers)) if who is None else who
    issuers = [parts.issuers[place] for place in places]
    sigs = [sign_decision(parts.registry, plain, i.index, i.key) for i in issuers]
    return act(parts, replace(plain, sigs=tuple(sigs)), parts.issuers[0].key)


def recovery(parts: Parts, index: int, holder: SigningKey, attempt: int = 1) -> Entry:
    """Begin a recovery of the first version of a leaf."""
    return decided(parts, EntryType.RECOVERY, index, holder, attempt=attempt)


def switch(parts: Parts, index: int, holder: SigningKey, attempt: int = 1) -> Entry:
    """Complete it."""
    return decided(parts, EntryType.SWITCH, index, holder, attempt=attempt)


def freeze(parts: Parts, index: int, holder: SigningKey) -> Entry:
    """Let the holder freeze the first version of a leaf."""
    return act(parts, Freeze(index, 1, Guardian.HOLDER), holder)


def contest(
    parts: Parts, index: int, holder: SigningKey, version: int = 1, attempt: int = 1
) -> Entry:
    """Let the holder object."""
    return act(parts, Contest(index, version, attempt), holder)


def ruling(
    parts: Parts, index: int, outcome: Outcome, version: int = 1, attempt: int = 1
) -> Entry:
    """Let the registry's arbiter decide."""
    return act(parts, Ruling(index, version, attempt, outcome), parts.disputes)
