"""What the folds over both kinds of log have in common (specs/sale.md, section 2).

``apply`` takes one entry in or refuses it with a stable code. The same entries at the same
times give the same state; a refused entry changes nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from fairlot.board.foresight import Foresight
from fairlot.board.places import Places
from fairlot.entry import (
    Entry,
    EntryType,
    Role,
    body_fields,
    check_signature,
)
from fairlot.errors import Rejection
from fairlot.logs import LogIdentity
from fairlot.terms.times import MAX_TIME
from fairlot_crypto.curve import Backend
from fairlot_crypto.log.merkle import Tree, leaf_hash
from fairlot_crypto.statements import Asked, Statements


def is_marker(kind: EntryType) -> bool:
    """Tell whether a checkpoint follows an entry of this type (specs/board.md, section 2)."""
    return kind.role is Role.BOARD and kind is not EntryType.TIME


class LogState(ABC):
    """Everything that the entries of one log so far determine."""

    handlers: Mapping[EntryType, Callable[[Entry, int], None]]
    """The rules of each type of entry that stands on such a log."""

    def __init__(self, curve: Backend, statements: Statements) -> None:
        """Start with no entry."""
        self.curve = curve
        self.statements = statements
        self.foresight = Foresight()
        """What is known of entries before they come."""
        self.tree = Tree()
        self.clock = 0
        """What the last TIME entry said."""
        self.markers: dict[EntryType, int] = {}
        """The index of the last accepted leaf of each type of marker."""
        self._places = Places(self.tree)
        self._hashed: tuple[bytes | None, bytes] = None, b""
        """The last leaf that was asked about, and its hash."""

    @property
    @abstractmethod
    def begun(self) -> bool:
        """Tell whether the entry is there that says whose log it is."""

    @property
    @abstractmethod
    def identity(self) -> LogIdentity:
        """Whose log it is.

        Raises:
            Rejection: ``phase.no-terms``, ``phase.no-registry`` before its first entry.
        """

    @property
    @abstractmethod
    def takes_time(self) -> bool:
        """Tell whether a TIME entry is legal now."""

    @abstractmethod
    def check_phase(self, entry: Entry) -> None:
        """Refuse an entry whose type is not legal now (step 2).

        Raises:
            Rejection: ``phase.*``, ``terms.again``, ``registry.again``.
        """

    @abstractmethod
    def check_speaker(self, entry: Entry) -> None:
        """Refuse an entry of another log, or of a key that may not speak (steps 4 and 5).

        Raises:
            Rejection: ``entry.scope``, ``entry.key``.
        """

    def append(self, entry: Entry, time: int) -> None:
        """Apply an entry and add it to the tree.

        Raises:
            Rejection: as ``apply``; then the tree is as before.
        """
        self.apply(entry, time)
        self.add_leaf(entry.encoded)

    def add_leaf(self, encoded: bytes) -> None:
        """Add a leaf to the tree, whether or not it was taken in."""
        self.tree.append_hash(self.leaf_hash(encoded))

    def leaf_hash(self, encoded: bytes) -> bytes:
        """Return the hash of a leaf; of the last one it is known."""
        last, known = self._hashed
        if encoded is not last:
            known = leaf_hash(encoded)
            self._hashed = encoded, known
        return known

    def apply(self, entry: Entry, time: int) -> None:
        """Take an entry in (steps 1 to 6).

        Args:
            entry: an entry whose form has been checked.
            time: Unix seconds of the last TIME entry before it.

        Raises:
            Rejection: naming the rule that it breaks.
        """
        # Step 1.
        leaf = self.leaf_hash(entry.encoded)
        if leaf in self._places:
            raise Rejection(
                "entry.duplicate",
                "the same entry is on the board already: there is nothing to send",
            )
        # Step 2.
        handle = self.handlers.get(entry.type)
        if handle is None:
            raise Rejection("entry.scope", f"{entry.type} belongs on another log")
        self.check_phase(entry)
        # Step 3.
        if not self.foresight.signed(entry):
            check_signature(entry, self.statements)
        # Steps 4 and 5.
        self.check_speaker(entry)
        # Step 6.
        handle(entry, time)
        self._places.add(leaf)
        if is_marker(entry.type):
            self.markers[entry.type] = self.tree.size

    def recall(self, tree: Tree, clock: int) -> None:
        """Begin with the tree of a log, all of whose entries were accepted before.

        Args:
            tree: with all of its leaves.
            clock: what the last TIME entry among them said.
        """
        self.tree, self.clock = tree, clock
        self._places = Places(tree)
        self._places.recall()

    def recall_entry(self, entry: Entry, time: int, index: int) -> None:
        """Take in again what an entry says that was accepted; nothing is verified.

        Args:
            entry: of a leaf that ``recall`` brought.
            time: of that leaf.
            index: of that leaf.
        """
        own, self.statements = self.statements, Asked(frozenset())
        try:
            self.handlers[entry.type](entry, time)
        finally:
            self.statements = own
        if is_marker(entry.type):
            self.markers[entry.type] = index

    def take_back_time(self, before: int) -> None:
        """Take the last leaf back: the TIME of a batch in which nothing was accepted.

        Args:
            before: the clock before that TIME.
        """
        self.tree.cut(self.tree.size - 1)
        self._places.forget()
        self.clock = before

    def _time_entry(self, entry: Entry, _time: int) -> None:
        fields = body_fields(entry)
        time = fields.uint("time", 0, MAX_TIME)
        fields.done()
        if time <= self.clock:
            problem = f"the clock must go on: it stands at {self.clock} already"
            raise Rejection("time.back", problem)
        self.clock = time
