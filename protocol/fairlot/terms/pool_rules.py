"""The rules that pools keep, whoever wrote them down (specs/terms.md, section 7).

Ranges and types are what the reader checks; here are the rules that join several values.
"""

import re
from collections.abc import Callable, Collection, Sequence
from functools import partial
from itertools import pairwise

from fairlot.bids import MAX_STEPS
from fairlot.errors import TermsError, Where
from fairlot.fields import UINT_MAX
from fairlot.money import Currency, money_text
from fairlot.terms.collecting import check_collect
from fairlot.terms.pool import (
    Exclusion,
    Mechanism,
    Option,
    Pool,
    Pricing,
    Requirement,
    Tier,
)
from fairlot.text import Fail, check_attribute, check_text, shown

MAX_TIERS = 16
MAX_OPTIONS = 500
MAX_ATTRIBUTES = 64
MAX_VALUES = 64

_Fail = Callable[[Where, str], TermsError]
"""Makes the error for what is wrong at a place."""

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_NAME_RULE = "a name begins with a-z and has 1 to 32 characters of a-z, 0-9 and -"
_OPTION = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_OPTION_RULE = _NAME_RULE.replace("a-z and has", "a-z or 0-9 and has")


def check_pools(
    pools: Sequence[Pool], places: Sequence[Where], currency: Currency | None = None
) -> None:
    """Check every rule of section 7, in the order of the pools.

    Args:
        pools: of one sale, in the order in which they run.
        places: where each of them lies.
        currency: in which errors state amounts; ``None`` for smallest units.

    Raises:
        TermsError: ``terms.pools``, ``terms.pool-name``, ``terms.group``,
            ``terms.certain``, ``terms.points``, ``terms.fares``, ``terms.tiers``,
            ``terms.options``, ``terms.requires``, ``terms.excludes``, ``terms.unsold``,
            ``terms.bids``, ``terms.collect``.
    """
    for index, (pool, where) in enumerate(zip(pools, places, strict=True)):
        _check_name(pool, pools[:index], where)
        _check_unsold(pool, pools[index + 1 :], where)
        if pool.mechanism is Mechanism.TIERS:
            _check_tiers(pool, where, currency)
        if pool.mechanism is Mechanism.CHOICES:
            _check_options(pool, where)
        _check_lottery(pool, where)
        _check_quantities(pool, where)
        _check_points(pool, (*where, "points"))
        _check_fares(pool, (*where, "fares"))
        check_collect(pool, (*where, "collect"))
        _check_requires(pool.requires, (*where, "requires"))
        _check_excludes(pool, (*where, "excludes"))
    bids = [pool.takes_bids for pool in pools]
    _check_single(bids, places, "takes bids as an earlier pool does")
    tiers = [pool.mechanism is Mechanism.TIERS for pool in pools]
    _check_single(tiers, places, "has tiers as an earlier pool does")
    choices = [pool.mechanism is Mechanism.CHOICES for pool in pools]
    _check_single(choices, places, "offers choices as an earlier pool does")
    by_name = {pool.name: pool for pool in pools}
    for pool, where in zip(pools, places, strict=True):
        if pool.group_max > 1 and pool.unsold is not None:
            _check_leftovers(pool, by_name[pool.unsold], where, currency)


def _check_name(pool: Pool, earlier: Sequence[Pool], where: Where) -> None:
    place = (*where, "name")
    if not _NAME.fullmatch(pool.name):
        problem = f"is {shown(pool.name)}: {_NAME_RULE}"
        raise TermsError("terms.pool-name", place, problem)
    if pool.name in [each.name for each in earlier]:
        problem = f"is {shown(pool.name)}, as an earlier pool's: choose another name"
        raise TermsError("terms.pools", place, problem)


def _check_unsold(pool: Pool, later: Sequence[Pool], where: Where) -> None:
    if pool.unsold is None:
        return
    target = next((each for each in later if each.name == pool.unsold), None)
    if target is None:
        problem = f"is {shown(pool.unsold)}, but must be the name of a later pool"
        raise TermsError("terms.pools", (*where, "unsold"), problem)
    if Mechanism.CHOICES in (pool.mechanism, target.mechanism):
        problem = f"is {shown(pool.unsold)}: a unit of one option is none of another"
        rule = f"{problem}, so nothing is left to choices, and nothing by them"
        raise TermsError("terms.pools", (*where, "unsold"), rule)


def _check_leftovers(
    pool: Pool, target: Pool, where: Where, currency: Currency | None
) -> None:
    """Check that whoever enters a pool with groups can enter the one it leaves to.

    A large group makes leftovers (specs/lottery.md, section 8): behind a door that only
    its friends can pass they would be the friends' (specs/terms.md, section 7, rule 9).
    """
    bar = _bar(pool, target, money_text(target.price, currency))
    if bar is not None:
        problem = f"is {shown(target.name)}, {bar}: what groups leave goes only to"
        rule = f"{problem} a pool that everybody here can enter, or to the seller"
        raise TermsError("terms.unsold", (*where, "unsold"), rule)


def _bar(pool: Pool, target: Pool, price: str) -> str | None:
    """Say what could keep somebody in ``pool`` out of ``target``; ``None`` for nothing."""
    most = pool.group_max
    bars = (
        # Only lotteries have groups: what takes bids, or has tiers or a cap, ends here.
        (target.group_max < most, f"which draws no groups of {most}"),
        (target.fares is not None, "which has fares, and not for everybody one"),
        (target.price > pool.price, f"where a unit costs more, {price}"),
        (pool.again and not target.again, "which is closed to whoever has a unit"),
        (target.puzzle not in (None, pool.puzzle), "which has a puzzle of its own"),
        *(
            (not _implied(need, pool), f"which requires more of {need.attribute}")
            for need in target.requires
        ),
        *(
            (not _spared(bar, pool), f"which excludes more of {bar.attribute}")
            for bar in target.excludes
        ),
    )
    return next((why for closed, why in bars if closed), None)


def _implied(need: Requirement, pool: Pool) -> bool:
    """Tell whether everybody who qualifies for a pool meets a requirement."""
    return any(
        own.attribute == need.attribute and set(own.values) <= set(need.values)
        for own in pool.requires
    )


def _spared(bar: Exclusion, pool: Pool) -> bool:
    """Tell whether nobody who qualifies for a pool falls under an exclusion."""
    values = set(bar.values)
    if any(need.attribute == bar.attribute for need in pool.requires):
        return all(
            values.isdisjoint(need.values)
            for need in pool.requires
            if need.attribute == bar.attribute
        )
    return any(
        own.attribute == bar.attribute and values <= set(own.values)
        for own in pool.excludes
    )


def _check_single(have: Sequence[bool], places: Sequence[Where], problem: str) -> None:
    found = [place for has, place in zip(have, places, strict=True) if has]
    for place in found[1:2]:
        rule = f"{problem}: at most one pool of a sale may"
        raise TermsError("terms.pools", place, rule)


def _check_lottery(pool: Pool, where: Where) -> None:
    # A group chooses one option, all of it.
    most = max((option.supply for option in pool.options), default=pool.supply)
    if 1 < pool.group_max > most:
        problem = f"is {pool.group_max}, but must be at most the supply, {most}"
        raise TermsError("terms.group", (*where, "group_max"), problem)
    if pool.certain and pool.certain >= pool.supply:
        problem = f"must be below the supply, {pool.supply}: some seats are drawn"
        raise TermsError("terms.certain", (*where, "certain"), problem)
    if pool.certain and pool.group_max > 1:
        problem = "does not go with group_max, since groups buy no certain seats"
        rule = f"{problem}: remove one of them"
        raise TermsError("terms.certain", (*where, "certain"), rule)


def _check_quantities(pool: Pool, where: Where) -> None:
    """Check rule 13: what an auction of quantities may say of bids."""
    if pool.bid_steps > min(MAX_STEPS, pool.cap):
        problem = f"is {pool.bid_steps}, but must be at most {MAX_STEPS} and the cap"
        rule = f"{problem}, {pool.cap}: each step is for a unit or more"
        raise TermsError("terms.bids", (*where, "bid_steps"), rule)
    if pool.pricing is not Pricing.CLEARING and not pool.takes_quantities:
        rule = "has no meaning where a person gets one unit: set cap, or remove it"
        raise TermsError("terms.bids", (*where, "pricing"), rule)


def _check_points(pool: Pool, where: Where) -> None:
    def fail(problem: str) -> TermsError:
        return TermsError("terms.points", where, problem)

    if pool.points is None:
        return
    check_attribute(pool.points, fail)
    if pool.mechanism is not Mechanism.LOTTERY:
        raise fail("count only in a lottery: remove it")
    if pool.group_max > 1:
        problem = "does not go with group_max, since a group has no points"
        raise fail(f"{problem}: remove one of them")
    if pool.certain:
        raise fail("does not go with certain seats: remove one of them")


def _check_fares(pool: Pool, where: Where) -> None:
    def fail(problem: str) -> TermsError:
        return TermsError("terms.fares", where, problem)

    fares = pool.fares
    if fares is None:
        return
    check_attribute(fares.attribute, fail)
    if pool.mechanism not in (Mechanism.EQUAL_SHARE, Mechanism.LOTTERY) or pool.certain:
        raise fail("do not go with prices that something else decides: remove them")
    if fares.attribute in {rule.attribute for rule in pool.rules}:
        problem = (
            f"lets in by {fares.attribute} whoever has a fare, and so does another"
        )
        raise fail(f"{problem} rule: keep one of them")
    _check_values(fares.values, fail)
    if len({price for _, price in fares.prices}) == 1:
        raise fail("are all one price: write price, and requires for who may enter")
    if pool.price != fares.lowest:
        raise fail(f"are {fares.lowest} at least, and the price is {pool.price}")


def _check_tiers(pool: Pool, where: Where, currency: Currency | None) -> None:
    tiers, place = pool.tiers, (*where, "tiers")
    if not 1 <= len(tiers) <= MAX_TIERS:
        rule = f"must hold 1 to {MAX_TIERS} tiers, and holds {len(tiers)}"
        raise TermsError("terms.tiers", place, rule)
    for index, tier in enumerate(tiers):
        _check_tier_name(tier, tiers[:index], (*place, index, "name"))
    for index, (higher, lower) in enumerate(pairwise(tiers), 1):
        if lower.price >= higher.price:
            price = money_text(higher.price, currency)
            problem = f"must be below {price}, the price of the tier before"
            raise TermsError("terms.tiers", (*place, index, "price"), problem)
    if pool.supply > UINT_MAX:
        problem = f"must together supply {UINT_MAX} units at most"
        raise TermsError("terms.tiers", place, problem)


def _check_tier_name(tier: Tier, earlier: Sequence[Tier], where: Where) -> None:
    if not _NAME.fullmatch(tier.name):
        problem = f"is {shown(tier.name)}: {_NAME_RULE}"
        raise TermsError("terms.tiers", where, problem)
    if tier.name in [each.name for each in earlier]:
        problem = f"is {shown(tier.name)}, as an earlier tier's: choose another name"
        raise TermsError("terms.tiers", where, problem)


def _check_options(pool: Pool, where: Where) -> None:
    options, place = pool.options, (*where, "options")
    if not 1 <= len(options) <= MAX_OPTIONS:
        rule = f"must hold 1 to {MAX_OPTIONS} options, and holds {len(options)}"
        raise TermsError("terms.options", place, rule)
    known: set[str] = set()
    for index, option in enumerate(options):
        _check_option_name(option, known, (*place, index, "name"))
        known.add(option.name)
    if pool.supply > UINT_MAX:
        problem = f"must together supply {UINT_MAX} units at most"
        raise TermsError("terms.options", place, problem)


def _check_option_name(option: Option, earlier: Collection[str], where: Where) -> None:
    if not _OPTION.fullmatch(option.name):
        problem = f"is {shown(option.name)}: {_OPTION_RULE}"
        raise TermsError("terms.options", where, problem)
    if option.name in earlier:
        problem = (
            f"is {shown(option.name)}, as an earlier option's: choose another name"
        )
        raise TermsError("terms.options", where, problem)


def _check_requires(requires: Sequence[Requirement], where: Where) -> None:
    def fail(place: Where, why: str) -> TermsError:
        return TermsError("terms.requires", place, why)

    _check_attributes(requires, where, fail)


def _check_excludes(pool: Pool, where: Where) -> None:
    def fail(place: Where, why: str) -> TermsError:
        return TermsError("terms.excludes", place, why)

    _check_attributes(pool.excludes, where, fail)
    for bar in pool.excludes:
        if bar.attribute in {need.attribute for need in pool.requires}:
            problem = "is in requires too, which lets nobody else in: remove it here"
            raise fail((*where, bar.attribute), problem)


def _check_attributes(
    rules: Sequence[Requirement | Exclusion], where: Where, fail: _Fail
) -> None:
    """Check attributes and values; ``fail`` makes the error."""
    if len(rules) > MAX_ATTRIBUTES:
        rule = f"must name at most {MAX_ATTRIBUTES} attributes, and names {len(rules)}"
        raise fail(where, rule)
    for each in rules:
        place = (*where, each.attribute)
        check_attribute(each.attribute, partial(fail, place))
        _check_values(each.values, partial(fail, place))


def _check_values(values: Sequence[str], fail: Fail) -> None:
    if not 1 <= len(values) <= MAX_VALUES:
        raise fail(f"must hold 1 to {MAX_VALUES} values, and holds {len(values)}")
    for value in values:
        _check_value(value, fail)
    for first, second in pairwise(values):
        if first == second:
            raise fail(f"holds {shown(first)} twice: name it once")
        if first > second:
            problem = f"must hold its values in ascending order: {shown(second)} first"
            raise fail(problem)


def _check_value(value: str, fail: Fail) -> None:
    problem = f"holds {shown(value)}, which"
    check_text(value, lambda why: fail(f"{problem} {why}"))
