"""What a finding is, and what is looked at for it (specs/check.md, section 3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairlot.allocation.entering import Entrant
from fairlot.allocation.left_out import DOORS, Bars
from fairlot.inputs.people_file import Person
from fairlot.money import Currency, money_text
from fairlot.terms.pool import Pool


class FindingCode(StrEnum):
    """The kinds of findings, in the order in which they are told; the words are a contract."""

    LEFT_OUT = "left-out"
    POOL_EMPTY = "pool-empty"
    COLLECT_IDLE = "collect-idle"
    COLLECT_UNSOLD = "collect-unsold"
    VALUE_UNLISTED = "value-unlisted"
    VALUE_UNUSED = "value-unused"
    POINTS_VOID = "points-void"
    ATTRIBUTE_UNUSED = "attribute-unused"
    DISCLOSED_FEW = "disclosed-few"
    BID_VOID = "bid-void"
    BID_CUT = "bid-cut"
    BID_LOW = "bid-low"
    TIER_VOID = "tier-void"
    CHOICE_VOID = "choice-void"
    CHOICES_ALONE = "choices-alone"
    OPTION_UNLISTED = "option-unlisted"
    ANSWER_WRONG = "answer-wrong"
    ANSWER_UNUSED = "answer-unused"
    GROUP_ALIKE = "group-alike"
    GROUP_ALONE = "group-alone"
    GROUP_LARGE = "group-large"
    GROUP_SPLIT = "group-split"
    GROUP_SHORT = "group-short"
    GROUP_LISTS = "group-lists"
    WANTS_IGNORED = "wants-ignored"
    LOOK_ALIKE = "look-alike"
    NAME_HIDES = "name-hides"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the seller should know before the sale."""

    code: FindingCode
    sentence: str
    """What is so: about the people, without a subject, or of the terms."""
    remedy: str
    """What to do, if it is not meant."""
    people: tuple[str, ...] = ()
    """Whom it is about, in the order of the list; empty if it is about the terms."""


@dataclass(frozen=True, slots=True)
class TermsAndPeople:
    """The two files, and who can get what from which pool."""

    pools: Sequence[Pool]
    people: Sequence[Person]
    entrants: Sequence[Entrant]
    """One for each person, as if the deposit were paid and the bid opened."""
    bars: Sequence[Bars]
    """For each person, what stands between them and each pool."""
    currency: Currency | None = None
    """In which sentences state amounts; ``None`` for smallest units."""

    def money(self, amount: int) -> str:
        """Return an amount as sentences state it."""
        return money_text(amount, self.currency)

    def names(self, indices: Sequence[int]) -> tuple[str, ...]:
        """Return the names of some people, given by their places on the list."""
        return tuple(self.people[index].name for index in indices)

    def admitted(self, place: int) -> Sequence[int]:
        """Return who qualifies for a pool, with or without the money for it."""
        return [i for i in range(len(self.bars)) if self.admits(place, i)]

    def admits(self, place: int, index: int) -> bool:
        """Tell whether a person qualifies for a pool."""
        bar = self.bars[index][place]
        return bar is None or bar.why not in DOORS
