"""Vectors of seats that lapse, and of the second draw (specs/lapses.md)."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from fairlot.allocation.entering import Entrant
from fairlot.allocation.outcome import Gain, Outcome, Total
from fairlot.allocation.redraw import Redrawn, check_redrawn, redraw, second_seed
from fairlot.allocation.run_pools import allocate
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool
from generators.allocation_setting import (
    SALE_ID,
    SEED,
    award_map,
    entrant_maps,
    numbered,
    pool_maps,
    sample_nym,
    together,
    total_maps,
)
from generators.case import Case, Chapter, Raw, accept, reject

ROUND = b"the signature of a round"
LATER = second_seed(SEED, ROUND)
SEATS = Pool("main", Mechanism.LOTTERY, 3, 10)
PAIRS = Pool("main", Mechanism.LOTTERY, 4, 10, group_max=2)
GUESTS = Pool("guests", Mechanism.LOTTERY, 2, 20, unsold="rest")
REST = Pool("rest", Mechanism.LOTTERY, 3, 10, again=True)
TOKENS = Pool("tokens", Mechanism.EQUAL_SHARE, 2, 3, 1)


@dataclass(frozen=True)
class Play:
    """A first draw, and who is to collect."""

    pools: tuple[Pool, ...]
    entrants: Sequence[Entrant]
    collecting: frozenset[str]

    @property
    def first(self) -> Outcome:
        """The outcome of the first draw."""
        return allocate(self.pools, self.entrants, SEED, SALE_ID)

    @property
    def winners(self) -> tuple[Nym, ...]:
        """Who has a seat that can lapse, ascending."""
        return tuple(
            total.nym
            for total in self.first.totals
            if any(gain.pool in self.collecting for gain in total.gains)
        )

    def after(self, collected: AbstractSet[Nym], seed: bytes | None) -> Redrawn:
        """Return what the second draw gives."""
        return redraw(
            self.pools,
            self.entrants,
            SALE_ID,
            self.first,
            self.collecting,
            collected,
            seed,
        )


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "lapses",
        "`op` names the operation. seed: from seed and signature compute seed_2. redraw: "
        "from pools (as in the terms), entrants, sale_id, first_pools, totals and returned "
        "of the first draw (made with first_seed), the names collecting, the nyms "
        "collected, and seed_2 or null, compute who lapsed, for each second draw its "
        "supply and awards, in the order of nyms, everybody's total with its gains, and "
        "what is returned to the seller. check: judge lapsed, totals and returned that "
        "somebody claims, without second draws.",
        (
            _seed(),
            *(_redraw(*row) for row in _rows()),
            _refused_seed(),
            *_refused_duties(),
            *(_refused_claim(*row) for row in _claims()),
        ),
    )


def _people(count: int, amount: int = 30) -> list[Entrant]:
    return numbered(*[Entrant(Nym(b""), 2, amount)] * count)


def _seats(count: int) -> Play:
    return Play((SEATS,), _people(count), frozenset({"main"}))


def _paired() -> Play:
    people = _people(9)
    for first in (0, 2, 4):
        people = together(people, first, first + 1)
    return Play((PAIRS,), people, frozenset({"main"}))


def _two(*collecting: str) -> Play:
    return Play((GUESTS, REST), _people(7), frozenset(collecting))


def _rows() -> Sequence[tuple[str, str, Play, frozenset[Nym], bytes | None]]:
    six, three, pairs = _seats(6), _seats(2), _paired()
    both, tokens = _two("guests", "rest"), (SEATS, replace(TOKENS, price=0))
    mixed = Play(tokens, _people(8), frozenset({"main"}))
    nobody = frozenset[Nym]()
    others = frozenset(entrant.nym for entrant in six.entrants) - set(six.winners)
    return (
        ("one-lapses", "One of three does not come.", six, _but(six, 1), LATER),
        (
            "all-lapse",
            "Nobody comes: those who lost have all seats.",
            six,
            nobody,
            LATER,
        ),
        (
            "all-collect",
            "Everybody comes: the second draw has no seat.",
            six,
            _but(six, 0),
            LATER,
        ),
        (
            "others-collect",
            "Who has won nothing and who is nobody change nothing by collecting.",
            six,
            _but(six, 1) | others | {Nym(sample_nym("stranger"))},
            LATER,
        ),
        (
            "no-round",
            "The round never comes: who lapsed has lapsed, and the seat goes back.",
            six,
            _but(six, 1),
            None,
        ),
        (
            "nobody-waits",
            "Both have won; the freed seat goes back.",
            three,
            nobody,
            LATER,
        ),
        (
            "pairs-one-seat",
            "One seat came free: a pair that waits cannot take it, a single can.",
            pairs,
            _but(pairs, 1),
            LATER,
        ),
        (
            "pairs-all-seats",
            "All seats came free: pairs that wait win or lose together.",
            pairs,
            nobody,
            LATER,
        ),
        (
            "two-pools",
            "Whoever lapses loses the seats of both; each is drawn again in turn.",
            both,
            nobody,
            LATER,
        ),
        (
            "one-pool-of-two",
            "Only the first collects: seats of the other stay where they are.",
            _two("guests"),
            nobody,
            LATER,
        ),
        (
            "who-has-something-does-not-wait",
            "Two have a token of a later pool: only the others wait for the seats.",
            mixed,
            nobody,
            LATER,
        ),
        (
            "empty",
            "Nobody entered.",
            Play((SEATS,), (), frozenset({"main"})),
            nobody,
            LATER,
        ),
    )


def _but(play: Play, absent: int) -> frozenset[Nym]:
    """Return the winners but for the first few."""
    return frozenset(play.winners[absent:])


def _seed() -> Case:
    return accept(
        "seed",
        "seed_2 is of the first seed and of the round's signature.",
        {"op": "seed", "seed": SEED, "signature": ROUND},
        {"seed_2": LATER},
    )


def _redraw(
    name: str,
    comment: str,
    play: Play,
    collected: frozenset[Nym],
    seed: bytes | None,
) -> Case:
    after = play.after(collected, seed)
    return accept(name, comment, _input(play, collected, seed), _output(after))


def _input(
    play: Play, collected: AbstractSet[Nym], seed: bytes | None
) -> dict[str, Raw]:
    first = play.first
    return {
        "op": "redraw",
        "pools": pool_maps(play.pools),
        "entrants": entrant_maps(play.entrants),
        "sale_id": SALE_ID,
        "first_seed": SEED,
        "first_pools": [result.pool.name for result in first.pools],
        "totals": total_maps(first.totals),
        "returned": first.unsold,
        "collecting": sorted(play.collecting),
        "collected": sorted(collected),
        "seed_2": seed,
    }


def _output(after: Redrawn) -> dict[str, Raw]:
    return {
        "lapsed": list(after.lapsed),
        "pools": [
            {
                "pool": result.pool.name,
                "supply": result.pool.supply,
                "awards": [award_map(award) for award in result.awards],
            }
            for result in after.pools
        ],
        "totals": total_maps(after.totals),
        "returned": after.unsold,
    }


def _refused_seed() -> Case:
    return reject(
        "seed-short",
        "The first seed has 32 bytes; a part of it would be another sale's too.",
        "allocation.seed-length",
        {"op": "seed", "seed": SEED[:-1], "signature": ROUND},
        lambda: second_seed(SEED[:-1], ROUND),
    )


def _refused_duties() -> Sequence[Case]:
    six = _seats(6)
    bids = Pool("bids", Mechanism.LOTTERY, 3, 10, certain=1)
    several = (SEATS, bids, TOKENS)
    rows: tuple[tuple[str, str, str, Play, bytes], ...] = (
        (
            "collecting-unknown",
            "A collecting pool is one of the sale; it would never lapse.",
            "allocation.collecting",
            replace(six, collecting=frozenset({"other"})),
            LATER,
        ),
        (
            "collecting-bids",
            "Seats beside bids do not lapse; what others paid would have been less.",
            "allocation.collecting",
            Play(several, _people(6), frozenset({"bids"})),
            LATER,
        ),
        (
            "collecting-shares",
            "Shares do not lapse; everybody's level would have been higher.",
            "allocation.collecting",
            Play(several, _people(6), frozenset({"main", "tokens"})),
            LATER,
        ),
        (
            "short-seed",
            "seed_2 has 32 bytes; a part of it would be easier to bias.",
            "allocation.seed-length",
            six,
            LATER[:-1],
        ),
    )
    return [
        *(_refused_duty(*row) for row in rows),
        _refused_first(
            "first-of-other-people",
            "The first outcome is of these people; a seat could go to a stranger.",
            six,
            replace(six, entrants=_people(5)),
        ),
        _refused_first(
            "first-of-other-pools",
            "The first outcome is of these pools; seats of another could lapse.",
            six,
            replace(six, pools=(replace(SEATS, name="seats"),)),
        ),
    ]


def _refused_duty(name: str, rule: str, code: str, play: Play, seed: bytes) -> Case:
    nobody = frozenset[Nym]()
    inputs = _input(play, nobody, seed)
    return reject(name, rule, code, inputs, lambda: play.after(nobody, seed))


def _refused_first(name: str, rule: str, play: Play, other: Play) -> Case:
    nobody, first = frozenset[Nym](), other.first
    inputs = {
        **_input(play, nobody, LATER),
        "first_pools": [result.pool.name for result in first.pools],
        "totals": total_maps(first.totals),
        "returned": first.unsold,
    }

    def attempt() -> Redrawn:
        where = (play.pools, play.entrants, SALE_ID, first)
        return redraw(*where, play.collecting, nobody, LATER)

    return reject(name, rule, "allocation.first-outcome", inputs, attempt)


def _claims() -> Sequence[tuple[str, str, str, Play, Redrawn]]:
    play = _seats(6)
    after = play.after(_but(play, 1), LATER)
    (gone,), came = after.lapsed, play.winners[1]
    new, left = _lucky(play, after)
    seat = (Gain("main", 1, 10),)
    return (
        (
            "check-seat-taken",
            "Whoever collected keeps the seat; a board could give it to a friend.",
            "allocation.lapse",
            play,
            _with(after, Total(came, 0, 0, ())),
        ),
        (
            "check-seat-cheaper",
            "Whoever collected pays what the first draw said.",
            "allocation.lapse",
            play,
            _with(after, Total(came, 1, 9, (Gain("main", 1, 9),))),
        ),
        (
            "check-seat-kept",
            "Whoever lapsed has no seat; two people could come for it.",
            "allocation.lapse",
            play,
            _with(after, Total(gone, 1, 10, seat)),
        ),
        (
            "check-seat-too-many",
            "No more seats are given than came free.",
            "allocation.supply",
            play,
            _with(after, Total(left, 1, 10, seat)),
        ),
        (
            "check-units-returned",
            "Sold and returned units are the supply; a seat would vanish.",
            "allocation.supply",
            play,
            replace(after, unsold=1),
        ),
        (
            "check-total-missing",
            "Everybody has a total; somebody's money would be nowhere.",
            "allocation.supply",
            play,
            replace(after, totals=after.totals[1:]),
        ),
        (
            "check-total-sum",
            "A total is the sum of its gains.",
            "allocation.supply",
            play,
            _with(after, Total(new, 2, 10, seat)),
        ),
        (
            "check-payment",
            "Nobody pays more than the deposit.",
            "allocation.payment",
            play,
            _with(after, Total(new, 1, 31, (Gain("main", 1, 31),))),
        ),
    )


def _lucky(play: Play, after: Redrawn) -> tuple[Nym, Nym]:
    """Return who got a freed seat, and who waited in vain."""
    waited = [total for total in after.totals if total.nym not in play.winners]
    got = next(total.nym for total in waited if total.units)
    return got, next(total.nym for total in waited if not total.units)


def _with(after: Redrawn, claimed: Total) -> Redrawn:
    totals = tuple(
        claimed if total.nym == claimed.nym else total for total in after.totals
    )
    return replace(after, totals=totals)


def _refused_claim(name: str, rule: str, code: str, play: Play, claim: Redrawn) -> Case:
    nobody = frozenset[Nym]()
    bare = replace(claim, pools=())
    present = sorted(play.entrants, key=lambda entrant: entrant.nym)
    inputs = {
        **_input(play, nobody, LATER),
        "op": "check",
        "claimed": _output(bare),
    }

    def attempt() -> None:
        check_redrawn(play.pools, present, play.first, bare)

    return reject(name, rule, code, inputs, attempt)
