"""What a holder wants of a sale, and whether its terms offer that."""

from dataclasses import dataclass, field, replace
from typing import cast

from fairlot.bids import MAX_STEPS, Bid, bid_problem
from fairlot.entry import EntryType
from fairlot.fields import uint_problem
from fairlot.names import Nym, check_nym
from fairlot.terms.terms import Terms
from fairlot_crypto.errors import CallerError


@dataclass(frozen=True, slots=True)
class Wish:
    """What a holder wants of a sale; a CANCEL has a seq and nothing else."""

    seq: int
    """The holder's own count, uint64: the greatest replaces the others."""
    wants: int
    """Units, uint64."""
    amount: int
    """Money deposited, smallest unit, uint64."""
    members: tuple[Nym, ...] = ()
    """Whom to win or lose with, oneself included, in any order; none for a single."""
    tier: str | None = None
    """The highest tier of sponsorship that is accepted."""
    bid: Bid | None = field(default=None, repr=False)
    """What units are worth to the holder; it is sealed where the terms take bids."""
    answers: tuple[str, ...] = field(default=(), repr=False)
    """Answers to the sale's puzzles; a wrong one solves nothing."""
    choices: tuple[str, ...] = field(default=(), repr=False)
    """Names of options, the most preferred first."""

    def __post_init__(self) -> None:
        """Refuse what no deposit can say.

        Raises:
            CallerError: ``wish.range`` for a number that is no uint64; ``wish.members``
                unless members are distinct nyms; ``wish.text`` for a tier, an answer
                or a choice that is empty or no text.
        """
        numbers = {"seq": self.seq, "wants": self.wants, "amount": self.amount}
        for name, number in numbers.items():
            problem = uint_problem(number)
            if problem:
                raise CallerError("wish.range", f"{name} {problem}")
        self._check_bid()
        self._check_members()
        _check_texts(self.answers)
        _check_texts(self.choices)
        if self.tier is not None:
            _check_texts((self.tier,))

    def _check_bid(self) -> None:
        problem = None if self.bid is None else bid_problem(self.bid, MAX_STEPS)
        if problem:
            raise CallerError("wish.range", f"a bid {problem}")

    def _check_members(self) -> None:
        for nym in self.members:
            check_nym(nym)
        if len(set(self.members)) != len(self.members):
            raise CallerError("wish.members", "each member of a group is named once")


def _check_texts(texts: object) -> None:
    if not isinstance(texts, tuple):
        problem = f"answers and choices must be tuples, not {type(texts).__name__}"
        raise CallerError("wish.text", problem)
    for text in cast("tuple[object, ...]", texts):
        if not isinstance(text, str) or not text:
            raise CallerError(
                "wish.text", "a tier, an answer and a choice are texts, not empty"
            )


def check_wish(terms: Terms, kind: EntryType, wish: Wish, nym: Nym) -> None:
    """Check that the terms offer what a holder wishes, before it is signed.

    The board refuses most of it too (``check_order``): here the program learns it that
    would have sent it.

    Raises:
        CallerError: ``wish.kind``, ``wish.cancel``, ``wish.ladder``, ``wish.tier``,
            ``wish.choices``, ``wish.bid``, ``wish.group``, ``wish.answers``.
    """
    if kind is EntryType.CANCEL:
        if replace(wish, seq=0) != Wish(0, 0, 0):
            raise CallerError("wish.cancel", "a cancellation asks for nothing")
        return
    if kind is not EntryType.DEPOSIT:
        raise CallerError("wish.kind", f"a holder makes DEPOSIT or CANCEL, not {kind}")
    if terms.deposits and wish.amount not in terms.deposits:
        amounts = ", ".join(map(str, terms.deposits))
        problem = f"the terms take deposits of {amounts} only, not {wish.amount}"
        raise CallerError("wish.ladder", problem)
    _check_offered(terms, wish)
    if wish.members:
        _check_group(terms, wish, nym)


def _check_offered(terms: Terms, wish: Wish) -> None:
    known = [tier.name for tier in terms.tiered.tiers] if terms.tiered else []
    if wish.tier is not None and wish.tier not in known:
        raise CallerError("wish.tier", f"the terms have no tier {wish.tier!r}")
    _check_choices(terms, wish)
    if wish.bid is not None and terms.bids is None:
        raise CallerError("wish.bid", "the terms take no bids: leave it out")
    if isinstance(wish.bid, tuple) and len(wish.bid) > terms.bid_steps:
        problem = f"{len(wish.bid)} steps, and the terms take {terms.bid_steps}"
        raise CallerError("wish.bid", f"the bid holds {problem}")
    if wish.answers and all(pool.puzzle is None for pool in terms.pools):
        raise CallerError("wish.answers", "no pool has a puzzle: leave them out")


def _check_choices(terms: Terms, wish: Wish) -> None:
    options = terms.choosing.options if terms.choosing else ()
    known = {option.name for option in options}
    unknown = [name for name in wish.choices if name not in known]
    if unknown:
        raise CallerError("wish.choices", f"the terms have no option {unknown[0]!r}")
    if len(set(wish.choices)) != len(wish.choices):
        raise CallerError("wish.choices", "each option is listed once at most")


def _check_group(terms: Terms, wish: Wish, nym: Nym) -> None:
    if not 2 <= len(wish.members) <= terms.group_max:
        problem = f"no pool draws groups of {len(wish.members)}"
        raise CallerError("wish.group", problem)
    if nym not in wish.members:
        raise CallerError("wish.group", "the holder's own nym is not among the members")
