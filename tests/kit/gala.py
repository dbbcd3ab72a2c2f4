"""A sale with everything that a deposit can say: tiers, groups, a puzzle, bids, attributes."""

from dataclasses import replace
from functools import cache

from fairlot.board.sale import SaleState
from fairlot.deposit.nym import nym_of
from fairlot.deposit.puzzle import answer_key
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import OWN_CLOCK, BidsFile, TermsFile
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool, Requirement, Tier
from kit.sales import DEPOSIT_TIME, GROUP, play, staged, transcript, wished
from kit.stage import Stage

ANSWER = "the owl of Minerva"
TIERS = Pool(
    "sponsors",
    Mechanism.TIERS,
    supply=3,
    tiers=(Tier("gold", 900, 1), Tier("silver", 600, 2)),
    unsold="friends",
)
FRIENDS = Pool(
    "friends",
    Mechanism.LOTTERY,
    supply=8,
    price=100,
    group_max=2,
    requires=(Requirement("cohort", ("2028", "2029")),),
)
SOLVERS = Pool(
    "solvers",
    Mechanism.LOTTERY,
    supply=2,
    price=100,
    requires=(Requirement("region", ("north",)),),
    puzzle=answer_key(ANSWER).public,
)
BIDDERS = Pool("bidders", Mechanism.AUCTION, supply=2, price=100)
LADDER = (0, 100, 300, 1_000)
PEOPLE = (
    Person("ann", 1, 300, attributes=(("cohort", "2029"), ("region", "north"))),
    Person("bob", 1, 300, attributes=(("cohort", "2028"),)),
    Person("cat", 1, 300),
)
FILE = TermsFile(
    "Gala",
    "seat",
    (TIERS, FRIENDS, SOLVERS, BIDDERS),
    issuers=1,
    threshold=0,
    contributors=1,
    delay=1,
    deposits=LADDER,
    bids=BidsFile(OWN_CLOCK, None),
)
WISH = Wish(seq=0, wants=1, amount=300)
ANN, BOB, CAT = 0, 1, 2


@cache
def gala() -> Stage:
    """Return the sale, ready to be played."""
    return staged(FILE, PEOPLE)


def nyms(*numbers: int) -> tuple[Nym, ...]:
    """Return the nyms of people, who have deposited nothing yet."""
    on = gala()
    return tuple(
        nym_of(GROUP, on.members[number].identity, on.terms.sale_id)
        for number in numbers
    )


def together(*numbers: int) -> Wish:
    """Return the wish of each of some people who go together."""
    return replace(WISH, members=nyms(*numbers))


def says(number: int, wish: Wish, kind: EntryType = EntryType.DEPOSIT) -> Entry:
    """Return a person's entry."""
    return wished(gala(), number, wish, kind)


def opened(*entries: Entry) -> SaleState:
    """Return the open sale after some entries."""
    state = play(gala().board(), gala(), until="open").state
    for entry in entries:
        state.apply(entry, DEPOSIT_TIME)
    return state


@cache
def attended() -> bytes:
    """Return the transcript of a whole sale: a pair that solves the puzzle, and a sponsor.

    The sponsor bids; everybody shows cohort and region.
    """
    pair = replace(together(ANN, BOB), answers=(ANSWER,))
    sponsor = replace(WISH, tier="silver", bid=250, amount=1_000)
    wishes = (pair, pair, sponsor)
    made = [says(number, wish) for number, wish in enumerate(wishes)]
    paid = [
        gala().payment(nym, wish.amount)
        for nym, wish in zip(nyms(ANN, BOB, CAT), wishes, strict=True)
    ]
    return transcript(gala(), [*made, *paid])
