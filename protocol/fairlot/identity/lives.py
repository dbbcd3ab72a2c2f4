"""The lives of all leaves of a registry: a fold (specs/life.md, sections 4 and 7)."""

from typing import TypeAlias

from fairlot.entry import Entry
from fairlot.errors import Rejection
from fairlot.identity.acts import (
    Act,
    Contest,
    Decision,
    Freeze,
    Ruling,
    check_guardian,
    check_holder,
    check_issuers,
    read_act,
)
from fairlot.identity.leaf import Leaf, LeafStatus
from fairlot.identity.leaves import Leaves
from fairlot.identity.life import LeafLife
from fairlot.identity.registry import Registry
from fairlot_crypto.keys import VerifyKey
from fairlot_crypto.statements import Statements

_Past: TypeAlias = list[tuple[int, LeafLife]]


class Lives:
    """What has become of every leaf; a refused entry changes nothing."""

    def __init__(self, registry: Registry) -> None:
        """Start without a leaf."""
        self._registry = registry
        self.leaves = Leaves()
        """As they were registered."""
        self._changed: dict[int, _Past] = {}
        """What became of leaves of which there were entries, and from which time on; the
        last is what each is."""
        self._closed: set[int] = set()

    def __getitem__(self, index: int) -> LeafLife:
        """Return the life of a leaf.

        Raises:
            Rejection: ``life.leaf``.
        """
        if index not in self.leaves:
            raise Rejection("life.leaf", "there is no leaf of this index")
        return self.past(index)[-1][1]

    def past(self, index: int) -> _Past:
        """Return what a leaf has been, and from which time on; nothing without a leaf."""
        known = self._changed.get(index)
        if known is not None or index not in self.leaves:
            return known or []
        time, leaf = self.leaves.born(index)
        return [(time, LeafLife.of(leaf))]

    @property
    def closed(self) -> frozenset[int]:
        """The indexes of the leaves that are CLOSED: no roll covers them any more."""
        return frozenset(self._closed)

    def active_holders(self, index: int, since: int, until: int) -> frozenset[bytes]:
        """Return who held a leaf, by holder_hash, while it was ACTIVE at any of these times.

        Args:
            index: of a leaf, whether or not there is one.
            since: by the log's clock, Unix seconds.
            until: the last of the times; what comes later is not looked at.
        """
        past = self.past(index)
        ends = (*(begun for begun, _ in past[1:]), until)
        lives = zip(past, ends, strict=False)
        # A leaf is ACTIVE again when a freeze ends: the last moment of each life decides.
        return frozenset(
            life.holder
            for (begun, life), ended in lives
            if begun <= until
            and since <= ended
            and life.status(min(ended, until)) is LeafStatus.ACTIVE
        )

    def born(self, leaf: Leaf, time: int) -> None:
        """Take in a leaf whose LEAF entry was accepted at ``time``, Unix seconds."""
        self.leaves.add(leaf, time)

    def apply(self, entry: Entry, time: int, statements: Statements) -> None:
        """Take in an entry of the life of a leaf (steps 1 to 9).

        Args:
            entry: of this registry; its own signature has been checked, and for entries of
                issuers, that its key is one of theirs.
            time: of the log, Unix seconds.
            statements: what this process has verified.

        Raises:
            Rejection: ``entry.field``, ``life.*``.
        """
        act = read_act(entry)
        # Step 2.
        life = self[act.index]
        if act.version != life.version:
            problem = f"the leaf has version {life.version}, not {act.version}"
            raise Rejection("life.version", problem)
        _check_attempt(life, act)
        after = self._after(life, act, entry.key, time, statements)
        self._changed[act.index] = [*self.past(act.index), (time, after)]
        if after.closed:
            self._closed.add(act.index)

    def _after(
        self,
        life: LeafLife,
        act: Act,
        key: VerifyKey,
        time: int,
        statements: Statements,
    ) -> LeafLife:
        registry = self._registry
        if isinstance(act, Freeze):
            check_guardian(registry, act, key, life.holder)
            return life.freeze(registry.recovery, key, time)
        if isinstance(act, Contest):
            check_holder(key, life.holder)
            return life.contest(registry.disputes, time)
        if isinstance(act, Ruling):
            check_arbiter(registry, key)
            return life.rule(act.outcome, time)
        check_issuers(registry, act, statements)
        if act.begins:
            return life.begin(registry.recovery, act.purpose, act.holder, time)
        return life.complete(act.purpose, act.holder, time)


def _check_attempt(life: LeafLife, act: Act) -> None:
    """Check which attempt an act is about (step 2)."""
    if isinstance(act, Freeze):
        return
    begins = isinstance(act, Decision) and act.begins
    expected = life.attempt + 1 if begins else life.attempt
    if act.attempt != expected:
        problem = f"it is about attempt {act.attempt}, and must be about {expected}"
        raise Rejection("life.attempt", problem)


def check_arbiter(registry: Registry, key: VerifyKey) -> None:
    """Check that a ruling comes from whom the registry names (step 3).

    Raises:
        Rejection: ``life.key``.
    """
    if key != registry.disputes.key:
        problem = "a ruling must be signed by the arbiter that the registry names"
        raise Rejection("life.key", problem)


def check_carried(leaf: Leaf, before: Lives, since: int, until: int) -> None:
    """Check a leaf against the one that it continues (step 20).

    Args:
        leaf: of the new registry.
        before: what became of the leaves of the registry before.
        since: from when on its issuers may have looked, Unix seconds.
        until: when the LEAF entry was posted.

    Raises:
        Rejection: ``leaf.previous``.
    """
    # Step 20.
    index = leaf.previous
    if index is None or leaf.holder not in before.active_holders(index, since, until):
        problem = "a leaf that is carried over must be active there, under the same key"
        raise Rejection("leaf.previous", problem)
