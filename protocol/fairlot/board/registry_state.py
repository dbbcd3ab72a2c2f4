"""The state of a registry: a fold over the entries of its log (specs/identity.md, section 6).

It says whose leaves there are, and which rolls sales may open with. The same log serves every
sale of a season.
"""

from collections.abc import Callable

from fairlot.board.log_state import LogState
from fairlot.entry import Entry, EntryType, Role, body_fields
from fairlot.errors import Rejection
from fairlot.identity.leaf import Leaf, check_leaf, read_leaf
from fairlot.identity.leaves import Leaves
from fairlot.identity.lives import Lives, check_carried
from fairlot.identity.pinning import (
    PinnedKeys,
    check_pinned,
    check_pinned_signatures,
    read_pinned,
)
from fairlot.identity.registry import Credentials, Registry, RegistryId, RollId
from fairlot.identity.registry_reading import read_registry
from fairlot.identity.roll import (
    PostedRoll,
    Roll,
    check_roll,
    check_roll_signatures,
    read_roll,
    roll_id_of,
)
from fairlot.logs import LogIdentity
from fairlot_crypto.curve import G1_LENGTH, Backend
from fairlot_crypto.keyed import Keys
from fairlot_crypto.statements import Statements


class RegistryState(LogState):
    """Everything that the entries of a registry log so far determine."""

    def __init__(
        self,
        curve: Backend,
        statements: Statements,
        before: "RegistryState | None" = None,
    ) -> None:
        """Start with no entry.

        Args:
            curve: the back-end.
            statements: what this process has verified.
            before: the state of the registry that this one continues, where its log is at
                hand.
        """
        super().__init__(curve, statements)
        self.before = before
        """The state of the registry that this one continues, where its log is at hand."""
        self._carried: set[int] = set()
        self.rolls: dict[RollId, PostedRoll] = {}
        """In the order of their numbers."""
        self.roll_indexes: list[int] = []
        """The index of the leaf of each of them."""
        self.provided: list[PinnedKeys] = []
        """What was pinned of the provider's keys, in the order of its numbers."""
        self._credentials: Credentials | None = None
        self._identity: LogIdentity | None = None
        self._lives: Lives | None = None
        self.commitments = Keys(G1_LENGTH)
        """The identity commitments of all leaves, by their indexes."""
        self.handlers = {
            EntryType.REGISTRY: self._registry_entry,
            EntryType.TIME: self._time_entry,
            EntryType.LEAF: self._leaf_entry,
            EntryType.FREEZE: self._life_entry,
            EntryType.RECOVERY: self._life_entry,
            EntryType.CLOSURE: self._life_entry,
            EntryType.CONTEST: self._life_entry,
            EntryType.RULING: self._life_entry,
            EntryType.SWITCH: self._life_entry,
            EntryType.CLOSED: self._life_entry,
            EntryType.ROLL: self._roll_entry,
            EntryType.PROVIDER: self._provider_entry,
        }

    @property
    def begun(self) -> bool:
        """Tell whether the REGISTRY entry is on the log."""
        return self._credentials is not None

    @property
    def takes_time(self) -> bool:
        """Tell whether a TIME entry is legal: from REGISTRY on."""
        return self.begun

    @property
    def identity(self) -> LogIdentity:
        """Whose log it is.

        Raises:
            Rejection: ``phase.no-registry`` before the REGISTRY entry.
        """
        if self._identity is None:
            raise _no_registry()
        return self._identity

    @property
    def credentials(self) -> Credentials:
        """What a verifier of presentations needs.

        Raises:
            Rejection: ``phase.no-registry`` before the REGISTRY entry.
        """
        if self._credentials is None:
            raise _no_registry()
        return self._credentials

    @property
    def registry(self) -> Registry:
        """The registry.

        Raises:
            Rejection: ``phase.no-registry`` before the REGISTRY entry.
        """
        return self.credentials.registry

    @property
    def registry_id(self) -> RegistryId:
        """The hash of the registry; empty before the REGISTRY entry."""
        return self.registry.registry_id if self.begun else RegistryId(b"")

    @property
    def leaves(self) -> Leaves:
        """As they were registered; ``lives`` and ``leaf_at`` say what became of them."""
        return Leaves() if self._lives is None else self._lives.leaves

    @property
    def open_leaves(self) -> int:
        """How many leaves are not closed."""
        return len(self.leaves) - len(self.closed_leaves)

    @property
    def closed_leaves(self) -> frozenset[int]:
        """The indexes of the leaves that are closed for the season."""
        return frozenset() if self._lives is None else self._lives.closed

    @property
    def lives(self) -> Lives:
        """What has become of the leaves.

        Raises:
            Rejection: ``phase.no-registry`` before the REGISTRY entry.
        """
        if self._lives is None:
            raise _no_registry()
        return self._lives

    def leaf_at(self, index: int, time: int) -> Leaf:
        """Return a leaf as issuers look at it when they are asked for a credential.

        Args:
            index: of the leaf.
            time: Unix seconds: what expires, expires by then.

        Raises:
            Rejection: ``life.leaf`` for an index without a leaf; ``phase.no-registry``.
        """
        return self.lives[index].seen(self.leaves[index], time)

    def next_roll(self, size: int, root: bytes, time: int, expires: int) -> Roll:
        """Return the roll that a ROLL entry must state now.

        Args:
            size: of the tree before that entry.
            root: of that tree.
            time: of that entry, by the log's clock.
            expires: when it ends to serve, Unix seconds.
        """
        return Roll(len(self.rolls), time, size, root, self.open_leaves, expires)

    def recall_leaves(
        self, commitments: bytes, born: Callable[[int], tuple[int, Leaf]]
    ) -> None:
        """Take leaves in again that were accepted, after REGISTRY.

        Args:
            commitments: of each, joined.
            born: returns when a leaf was registered, and the leaf.
        """
        self.commitments = Keys.of(commitments, G1_LENGTH)
        self.lives.leaves.recall(len(self.commitments), born)

    def recall_roll(self, entry: Entry, index: int, enrolled: int) -> None:
        """Take a ROLL in again that was accepted, after all that stands before it.

        Args:
            entry: of a leaf that ``recall`` brought.
            index: of that leaf.
            enrolled: how many leaves of the registry stand before it.
        """
        roll, _ = read_roll(body_fields(entry))
        self._post(roll, enrolled, index)
        self.markers[entry.type] = index

    def _post(self, roll: Roll, enrolled: int, index: int) -> None:
        roll_id = roll_id_of(self.registry_id, roll)
        self.rolls[roll_id] = PostedRoll(roll_id, roll, enrolled, self.closed_leaves)
        self.roll_indexes.append(index)

    def check_phase(self, entry: Entry) -> None:
        """Refuse what stands before the REGISTRY entry, and a second one (step 2)."""
        if entry.type is EntryType.REGISTRY:
            if self.begun:
                problem = "this log has a registry already: it has one only"
                raise Rejection("registry.again", problem)
        elif not self.begun:
            raise _no_registry()

    def check_speaker(self, entry: Entry) -> None:
        """Refuse entries of another registry or another key (steps 4 and 5).

        REGISTRY brings scope and keys with it.
        """
        if entry.type is EntryType.REGISTRY:
            return
        if entry.scope != self.registry_id:
            raise Rejection("entry.scope", "the entry was made for another registry")
        keys = {
            Role.BOARD: (self.registry.board.key,),
            Role.ISSUER: tuple(issuer.key for issuer in self.registry.issuers),
        }
        if entry.key not in keys.get(entry.type.role, (entry.key,)):
            raise Rejection(
                "entry.key",
                f"{entry.type} must be signed by the {entry.type.role}'s key",
            )

    def _registry_entry(self, entry: Entry, _time: int) -> None:
        registry = read_registry(entry.body)
        if entry.scope != registry.registry_id:
            problem = "the entry's registry must be the hash of its body"
            raise Rejection("registry.id", problem)
        if entry.key not in [issuer.key for issuer in registry.issuers]:
            problem = "REGISTRY must be signed by one of its issuers"
            raise Rejection("entry.key", problem)
        self._credentials = Credentials(self.curve, registry)
        self._lives = Lives(registry)
        self._identity = registry.log

    def _leaf_entry(self, entry: Entry, time: int) -> None:
        known = self.foresight.leaf(entry)
        leaf = read_leaf(body_fields(entry)) if known is None else known
        if leaf.index != len(self.leaves):
            raise Rejection(
                "leaf.index", f"the next leaf must have index {len(self.leaves)}"
            )
        if leaf.commitment in self.commitments:
            raise Rejection(
                "leaf.repeated", "this identity commitment has a leaf already"
            )
        if leaf.version != 1:
            raise Rejection("leaf.version", "a new leaf must have version 1")
        self._check_carried(leaf, time)
        if known is None:
            check_leaf(self.curve, self.registry, leaf, self.statements)
        self.commitments.add(leaf.commitment)
        self.lives.born(leaf, time)
        if leaf.previous is not None:
            self._carried.add(leaf.previous)

    def _check_carried(self, leaf: Leaf, time: int) -> None:
        """Check a leaf that continues one of the registry before (specs/life.md, step 20)."""
        if leaf.previous is None:
            return
        named, before = self.registry.previous, self.before
        if named is None or leaf.previous in self._carried:
            problem = (
                "a leaf is carried over once, from the registry that this one names"
            )
            raise Rejection("leaf.previous", problem)
        if before is None or before.registry_id != named:
            return
        if before.registry.rehearsal and not self.registry.rehearsal:
            problem = "nobody of a rehearsal is carried over in earnest"
            raise Rejection("leaf.previous", problem)
        since = time - self.registry.view_age
        check_carried(leaf, before.lives, since, time)

    def _life_entry(self, entry: Entry, time: int) -> None:
        self.lives.apply(entry, time, self.statements)

    def _roll_entry(self, entry: Entry, time: int) -> None:
        roll, signatures = read_roll(body_fields(entry))
        tree = self.tree
        due = self.next_roll(tree.size, tree.root(), time, roll.expires)
        check_roll(self.registry, roll, due)
        check_roll_signatures(self.registry, roll, signatures, self.statements)
        self._post(roll, len(self.leaves), self.tree.size)

    def _provider_entry(self, entry: Entry, _time: int) -> None:
        pinned, signatures = read_pinned(body_fields(entry))
        check_pinned(self.registry, pinned, len(self.provided))
        check_pinned_signatures(self.registry, pinned, signatures, self.statements)
        self.provided.append(pinned)


def _no_registry() -> Rejection:
    problem = "the first entry of a registry log must be REGISTRY"
    return Rejection("phase.no-registry", problem)
