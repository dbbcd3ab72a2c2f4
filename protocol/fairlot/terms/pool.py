"""What is sold in one go, and how (specs/terms.md, section 7)."""

from dataclasses import dataclass
from enum import StrEnum

from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import VerifyKey

MAIN_POOL = "main"
"""Name of the pool of a sale that has one only, unless the seller names it."""


class Mechanism(StrEnum):
    """How a pool turns orders into units and payments (specs/allocation.md)."""

    EQUAL_SHARE = "equal-share"
    QUADRATIC = "quadratic"
    LOTTERY = "lottery"
    AUCTION = "auction"
    TIERS = "tiers"


@dataclass(frozen=True, slots=True)
class Tier:
    """One level of sponsorship."""

    name: str
    price: int
    """Money for the one unit that a sponsor gets; tiers fall in price."""
    supply: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """An attribute that whoever enters must disclose with one of some values."""

    attribute: str
    values: tuple[str, ...]
    """At least one, distinct, in ascending order of their UTF-8 bytes."""


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool: ``from_value`` of the terms yields legal ones only."""

    name: str
    """Unique in the sale; enters ``seed_L``."""
    mechanism: Mechanism
    supply: int
    """N, units for sale; of tiers the sum."""
    price: int = 0
    """P, money for one unit; of an auction the reserve, of tiers 0."""
    cap: int = 1
    """X of equal shares, C_max of the quadratic price; elsewhere a person gets one."""
    group_max: int = 1
    """Lottery: the greatest size of a group; 1 for none."""
    certain: int = 0
    """Lottery: seats that the certainty auction sells."""
    tiers: tuple[Tier, ...] = ()
    unsold: str | None = None
    """The later pool that gets what is left; ``None`` returns it to the seller."""
    again: bool = False
    """Whether those enter who got units in an earlier pool."""
    requires: tuple[Requirement, ...] = ()
    """Sorted by attribute."""
    puzzle: VerifyKey | None = None
    """Ed25519 key derived from the answer; ``None`` where there is nothing to solve."""

    @property
    def takes_bids(self) -> bool:
        """Tell whether sealed bids are opened for this pool."""
        return self.mechanism is Mechanism.AUCTION or self.certain > 0

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map: what has its default has no key."""
        value: dict[str, Value] = {"name": self.name, "mechanism": self.mechanism.value}
        if self.mechanism is Mechanism.TIERS:
            value["tiers"] = [
                {"name": t.name, "price": t.price, "supply": t.supply}
                for t in self.tiers
            ]
        else:
            value |= {"supply": self.supply, "price": self.price}
        if self.mechanism in (Mechanism.EQUAL_SHARE, Mechanism.QUADRATIC):
            value["cap"] = self.cap
        if self.group_max > 1:
            value["group_max"] = self.group_max
        if self.certain:
            value["certain"] = self.certain
        return value | self._entry_to_value()

    def _entry_to_value(self) -> dict[str, Value]:
        value: dict[str, Value] = {}
        if self.unsold is not None:
            value["unsold"] = self.unsold
        if self.again:
            value["again"] = True
        if self.requires:
            value["requires"] = {r.attribute: list(r.values) for r in self.requires}
        if self.puzzle is not None:
            value["puzzle"] = self.puzzle
        return value
