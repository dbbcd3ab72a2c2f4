"""Where each person of a rehearsal stands (specs/rehearsal.md, section 6)."""

from dataclasses import dataclass, field, replace

from fairlot.board.registry_state import RegistryState
from fairlot.names import Nym
from fairlot.rehearsal.kept import Hand, Listed
from fairlot.rehearsal.work import Participant


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to one person."""

    person: str
    nym: Nym
    lines: tuple[str, ...]
    """Each begins with how many epochs after that of the opening it happened."""


@dataclass(slots=True)
class Standing:
    """Where one person stands."""

    name: str
    """As the list of the sale has it."""
    listed: Listed
    """As it will be kept: says who has the keys that hold the leaf."""
    keys: Participant = field(repr=False)
    """These keys, whoever has them."""
    nym: Nym
    entries: int = 0
    """How many deposits were made, or tried, in this sale with keys of this person."""
    former: list[tuple[Hand, Participant]] = field(
        default_factory=list[tuple[Hand, Participant]]
    )
    """Keys that held the leaf, and who has them."""
    lines: list[str] = field(default_factory=list[str])
    """What has happened so far."""
    away: bool = False
    """Whether whoever has the keys does not come to collect."""

    @property
    def hand(self) -> Hand:
        """Who has the keys that hold the leaf."""
        return self.listed.hand

    @property
    def index(self) -> int:
        """Of the leaf."""
        return self.keys.identity.leaf.index

    def pass_to(self, hand: Hand) -> None:
        """Let somebody else have the keys."""
        self.listed = replace(self.listed, hand=hand)

    def switch(self, keys: Participant, attempt: int) -> None:
        """Let the keys that a recovery has brought hold the leaf, in their person's hand."""
        self.former.append((self.hand, self.keys))
        self.keys = keys
        self.listed = replace(self.listed, attempt=attempt, hand=Hand.PERSON)

    def seen(
        self, registry: RegistryState, time: int, keys: Participant | None = None
    ) -> Participant:
        """Return keys with the leaf as the log shows it: whoever asks reads the log too.

        Args:
            registry: whose log it is.
            time: when issuers look at the leaf.
            keys: ``None`` for those that hold the leaf.
        """
        mine = self.keys if keys is None else keys
        leaf = registry.leaf_at(self.index, time)
        identity = replace(mine.identity, leaf=leaf)
        return replace(mine, identity=identity, leaf=leaf)

    def asking(self, registry: RegistryState, time: int) -> Participant:
        """Return the keys that hold the leaf, to make one more deposit."""
        entry = self.entries
        self.entries += 1
        return replace(self.seen(registry, time), entry=entry)
