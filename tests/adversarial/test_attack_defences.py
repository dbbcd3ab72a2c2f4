"""Each defence of the attack lab taken out of the real code: then the attack pays."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

import pytest

from fairlot.allocation import redraw, run_pools
from fairlot.allocation.entering import Entrant, Groups, gather
from fairlot.allocation.invariants import check_outcome
from fairlot.allocation.lots import SeededLots
from fairlot.allocation.mechanisms.auction import auction
from fairlot.allocation.mechanisms.groups import Table, table
from fairlot.allocation.mechanisms.quantities import Prices
from fairlot.allocation.shape import Lots, Order, Shares
from fairlot.beacon.seals import Seals
from fairlot.bids import Steps
from fairlot.deposit.deposit import Deposit
from fairlot.deposit.final import Positions
from fairlot.door.gate import Gate
from fairlot.errors import InvariantError
from fairlot.identity.roll import PostedRoll
from fairlot.names import Nym
from fairlot.rehearsal.course import Course
from fairlot.simulation import attacks_on_people
from fairlot.simulation.attack import Sign, Target
from fairlot.simulation.lab import LAB
from fairlot.simulation.staged import kept_by_buyers
from fairlot.simulation.staged_entry import deposits_taken, let_in, positions_held
from fairlot.terms.pool import Mechanism, Pool

Taking: TypeAlias = Callable[[pytest.MonkeyPatch], None]
"""Takes a defence out."""

CACHED = (deposits_taken, positions_held, let_in, kept_by_buyers)


@pytest.fixture(autouse=True)
def scenes_played_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep no scene of another test, and play a tenth of the greatest sale."""
    monkeypatch.setattr(attacks_on_people, "_PEOPLE", 5_300)
    _forget()
    yield
    _forget()


def _forget() -> None:
    for scene in CACHED:
        scene.cache_clear()


def found(name: str, way: str, runs: int) -> Target:
    """Return what runs of an attack find of one way."""
    (attack,) = [each for each in LAB if each.name == name]
    (one,) = [each for each in attack.play(1, runs) if each.way == way]
    return one


# What takes a defence out.


def each_deposit_counts(patch: pytest.MonkeyPatch) -> None:
    place_of_nym = Positions.place

    def place(self: Positions, deposit: Deposit) -> None:
        own = Nym(deposit.entry_hash.ljust(48, b"\0"))
        place_of_nym(self, deposit.changed(nym=own))

    patch.setattr(Positions, "place", place)


def the_first_are_served(patch: pytest.MonkeyPatch) -> None:
    def early(
        pools: Sequence[Pool], entrants: Iterable[Entrant], sale_id: bytes
    ) -> tuple[list[Entrant], Groups]:
        coming = list(entrants)
        late = [replace(entrant, wants=0) for entrant in coming[12:]]
        return gather(pools, coming[:12] + late, sale_id)

    patch.setattr(run_pools, "gather", early)


def the_gate_looks_at_no_proof(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Gate, "_check_presentation", _take)


def _take(*_: object) -> None:
    """Take anything."""


def freed_seats_go_by_a_known_order(patch: pytest.MonkeyPatch) -> None:
    class Known(SeededLots):
        __slots__ = ()

        def permutation(self) -> Sequence[int]:
            return range(len(self.nyms))

    patch.setattr(redraw, "SeededLots", Known)


def nobody_asks_for_the_answer(patch: pytest.MonkeyPatch) -> None:
    def anybody(_pool: Pool, _entrant: Entrant) -> bool:
        return True

    patch.setattr("fairlot.allocation.entering.qualifies", anybody)


def a_roll_covers_everybody(patch: pytest.MonkeyPatch) -> None:
    def always(_roll: PostedRoll, _index: int) -> bool:
        return True

    patch.setattr(PostedRoll, "covers", always)


def nobody_is_verified_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Course, "_verify", _take)


def singles_have_the_greater_chance(patch: pytest.MonkeyPatch) -> None:
    def favouring(supply: int, groups: Mapping[int, int]) -> Table:
        real = table(supply, groups)
        return replace(real, chance=real.chance * (1 + Fraction(groups.get(1, 0), 50)))

    patch.setattr("fairlot.simulation.attacks_on_rules.table", favouring)


def larger_groups_have_the_greater_chance(patch: pytest.MonkeyPatch) -> None:
    def favouring(supply: int, groups: Mapping[int, int]) -> Table:
        real = table(supply, groups)
        return replace(real, chance=real.chance * max(groups))

    patch.setattr("fairlot.simulation.attacks_on_rules.table", favouring)


def winners_pay_their_bids(patch: pytest.MonkeyPatch) -> None:
    def first_price(pool: Pool, orders: Sequence[Order], lots: Lots) -> Shares:
        shares = auction(pool, orders, lots)
        rows = zip(orders, shares.units, strict=True)
        return replace(
            shares, payments=tuple((order.bid or 0) * got for order, got in rows)
        )

    patch.setitem(_mechanisms(), Mechanism.AUCTION, first_price)
    patch.setattr(run_pools, "check_outcome", _take)


def _mechanisms() -> dict[Mechanism, object]:
    return run_pools._MECHANISMS  # type: ignore[return-value]


def quantities_pay_their_bids(patch: pytest.MonkeyPatch) -> None:
    def first_price(_prices: Prices, steps: Steps, units: int) -> int:
        each = [price for quantity, price in steps for _ in range(quantity)]
        return sum(each[:units])

    patch.setattr(Prices, "of", first_price)
    patch.setattr(run_pools, "check_outcome", _take)


def bids_set_the_price_of_a_lottery(patch: pytest.MonkeyPatch) -> None:
    def paid(
        _pool: Pool, orders: Sequence[Order], units: Sequence[int]
    ) -> tuple[int, ...]:
        rows = zip(orders, units, strict=True)
        return tuple((order.bid or 0) * got for order, got in rows)

    patch.setattr(Pool, "takes_bids", property(lambda _pool: True))
    patch.setattr("fairlot.allocation.mechanisms.lottery.payments_of", paid)
    patch.setattr(run_pools, "check_outcome", _take)


def what_is_withheld_is_left_out(patch: pytest.MonkeyPatch) -> None:
    def left_out(*_: object) -> tuple[int, int]:
        return 1, 0

    patch.setattr("fairlot.simulation.attacks_on_draw.evaluate", left_out)


def any_seals_will_do(patch: pytest.MonkeyPatch) -> None:
    for check in ("take", "check_enough"):
        patch.setattr(Seals, check, _take)


DEFENCES: dict[tuple[str, str], Taking] = {
    ("sybils", "equal share, cap per person"): each_deposit_counts,
    ("bots", "lottery"): the_first_are_served,
    ("renting", "lottery, winners come in person"): the_gate_looks_at_no_proof,
    ("bribing", "lottery, lapsed seats drawn again"): freed_seats_go_by_a_known_order,
    ("guessing", "puzzle with a long answer"): nobody_asks_for_the_answer,
    ("late", "lottery, registered behind the roll"): a_roll_covers_everybody,
    ("identities", "lottery, 4 of 5 take theirs back"): nobody_is_verified_again,
    ("identities", "lottery, all take theirs back"): nobody_is_verified_again,
    (
        "splitting",
        "lottery with groups, a four splits",
    ): singles_have_the_greater_chance,
    (
        "merging",
        "lottery with groups, singles join",
    ): larger_groups_have_the_greater_chance,
    ("shading", "auction"): winners_pay_their_bids,
    ("shading", "auction of quantities, vickrey"): quantities_pay_their_bids,
    ("cartel", "lottery at one price"): bids_set_the_price_of_a_lottery,
    (
        "withholding",
        "beacon, what is withheld recovered",
    ): what_is_withheld_is_left_out,
    ("forking", "beacon, one seals honestly"): any_seals_will_do,
}
SLOW = {"sybils", "identities", "forking", "withholding"}


@pytest.mark.slow
def test_every_way_of_ours_that_stops_an_attack_is_here() -> None:
    stopping = {
        (attack.name, each.way)
        for attack in LAB
        for each in attack.play(1, 2)
        if each.ours and each.expected is not Sign.GAIN
    }
    assert stopping == set(DEFENCES)


@pytest.mark.parametrize(
    ("name", "way"),
    [
        pytest.param(*key, marks=[pytest.mark.slow] if key[0] in SLOW else [])
        for key in DEFENCES
    ],
)
@pytest.mark.thorough
def test_without_its_defence_an_attack_pays(
    name: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = found(name, way, 40)
    assert stopped.as_expected == "yes"
    DEFENCES[name, way](monkeypatch)
    _forget()
    paying = found(name, way, 40)
    assert paying.as_expected == "no"
    assert paying.worst > 0
    # Where theory says that no run gains, one that does is enough.
    assert paying.gain.low > 0 or stopped.expected is Sign.NO_GAIN


def test_invariants_refuse_prices_that_are_set_by_the_own_bid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second line: whoever breaks the auction's price breaks the sale."""
    winners_pay_their_bids(monkeypatch)
    monkeypatch.setattr(run_pools, "check_outcome", check_outcome)
    with pytest.raises(InvariantError, match="has two prices"):
        found("shading", "auction", 2)
