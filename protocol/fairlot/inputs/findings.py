"""Everything that can be said of a list of people before the sale (specs/check.md).

Nothing here refuses anything. A finding names people, so that nobody vanishes unseen, and
says what to do about it.
"""

from collections.abc import Iterator, Mapping, Sequence

from fairlot.allocation.left_out import DOORS, Bars, Why, bars_of
from fairlot.bids import best_of, total_of, units_of
from fairlot.fields import UINT_MAX
from fairlot.inputs.finding import Finding, FindingCode, TermsAndPeople
from fairlot.inputs.findings_choices import choices_findings
from fairlot.inputs.findings_collect import collect_findings
from fairlot.inputs.findings_groups import group_findings
from fairlot.inputs.findings_values import value_findings
from fairlot.inputs.people_file import Person
from fairlot.inputs.stand_in import stand_ins
from fairlot.inputs.terms_file import TermsFile
from fairlot.same_name import look_alikes
from fairlot.terms.pool import CAPPED, Pool
from fairlot.text import counted, is_misleading

_REMEDIES: Mapping[Why, str] = {
    Why.ATTRIBUTE_EMPTY: "fill in the cell, or take them off the list",
    Why.ATTRIBUTE_UNLISTED: "correct the cell, or list the value in requires",
    Why.ATTRIBUTE_EXCLUDED: "take them off the list, or the value out of excludes",
    Why.FARE: "correct the cell, or add a fare for the value",
    Why.POINTS: "write a number of points, or take them off the list",
    Why.PUZZLE: "they need another answer, or a pool without a puzzle",
    Why.WANTS: "let them want 1, or take them off the list",
    Why.PRICE: "see that price and deposits are in the same unit; else they pay in more",
    Why.NO_BID: "they need a bid",
    Why.VOID_BID: "raise the deposit, or lower the bid",
    Why.LOW_BID: "they need a higher bid",
    Why.NO_TIER: "they need a tier",
    Why.VOID_TIER: "raise the deposit, or name a cheaper tier",
    Why.NO_CHOICE: "they need a list of choices",
    Why.VOID_CHOICES: "raise the deposit, or list cheaper options",
    Why.SUPPLY: "raise the supply",
}


def find(file: TermsFile, people: Sequence[Person]) -> tuple[Finding, ...]:
    """Return what is to be said of two files that fit each other, in the order of section 3.

    Args:
        file: the seller's terms.
        people: the list.
    """
    entrants = stand_ins(file.pools, people)
    bars = bars_of(file.pools, entrants)
    both = TermsAndPeople(file.pools, people, entrants, bars, file.currency)
    return (
        *_left_out(both),
        *_empty_pools(both),
        *collect_findings(both),
        *value_findings(both),
        *_void_wishes(both),
        *choices_findings(both),
        *_answers(both),
        *group_findings(both),
        *_ignored_wants(both),
        *_look_alikes(both),
        *_hiding_names(both),
    )


def _left_out(both: TermsAndPeople) -> Iterator[Finding]:
    """Name whoever can get nothing, by what stands between them and each pool."""
    by_bars: dict[Bars, list[int]] = {}
    for index, bars in enumerate(both.bars):
        if None not in bars:
            by_bars.setdefault(bars, []).append(index)
    for bars, found in by_bars.items():
        pools_of: dict[tuple[str, Why], list[Pool]] = {}
        for bar, pool in zip(bars, both.pools, strict=True):
            if bar is not None:
                pools_of.setdefault((bar.clause, bar.why), []).append(pool)
        clauses = [
            f"{clause} in {_named(both, pools, why)}"
            for (clause, why), pools in pools_of.items()
        ]
        remedies = dict.fromkeys(_REMEDIES[why] for _, why in pools_of)
        yield Finding(
            FindingCode.LEFT_OUT,
            f"can get nothing, whatever others do: {'; '.join(clauses)}",
            "; or ".join(remedies),
            both.names(found),
        )


def _named(both: TermsAndPeople, pools: Sequence[Pool], why: Why) -> str:
    if why in {Why.PRICE, Why.LOW_BID}:
        return ", ".join(f"{pool.name} ({_priced(both, pool)})" for pool in pools)
    return ", ".join(pool.name for pool in pools)


def _priced(both: TermsAndPeople, pool: Pool) -> str:
    price = both.money(pool.price)
    return price if pool.fares is None else f"by {pool.fares.attribute}, from {price}"


def _empty_pools(both: TermsAndPeople) -> Iterator[Finding]:
    """Name the pools of which nobody on the list can get a unit."""
    for place, pool in enumerate(both.pools):
        column = [bars[place] for bars in both.bars]
        if all(column):
            why = [bar.why for bar in column if bar is not None]
            yield Finding(
                FindingCode.POOL_EMPTY,
                f"nobody on the list can get a unit of {pool.name}"
                f"{_because(both, pool, why)}",
                "see whether terms and list mean the same",
            )


def _because(both: TermsAndPeople, pool: Pool, why: Sequence[Why]) -> str:
    inside = {one for one in why if one not in DOORS}
    if Why.PRICE in inside <= {Why.PRICE, Why.WANTS}:
        short = [i for i, one in enumerate(why) if one is Why.PRICE]
        highest = both.money(max(both.people[i].amount for i in short))
        return (
            f": no deposit reaches the price: the highest is {highest}, the price "
            f"{_priced(both, pool)}"
        )
    if inside:
        return ": it sells nothing" if Why.SUPPLY in inside else ""
    return ": nobody has solved its puzzle" if Why.PUZZLE in why else ""


def _void_wishes(both: TermsAndPeople) -> Iterator[Finding]:
    """Name whose bid or tier is void, or too low, in a pool that they may enter."""
    for place, pool in enumerate(both.pools):
        inside = both.admitted(place)
        if pool.takes_bids:
            yield from _bids(both, pool, inside)
        prices = {tier.name: tier.price for tier in pool.tiers}
        dear = [
            i
            for i in inside
            if prices.get(both.people[i].tier or "", 0) > both.people[i].amount
        ]
        yield from _some(
            both,
            FindingCode.TIER_VOID,
            f"name a tier of {pool.name} that costs more than the deposit: it is void",
            _REMEDIES[Why.VOID_TIER],
            dear,
        )


def _bids(both: TermsAndPeople, pool: Pool, inside: Sequence[int]) -> Iterator[Finding]:
    people = both.people
    bids = [(i, bid) for i in inside if (bid := people[i].bid) is not None]
    yield from _some(
        both,
        FindingCode.BID_VOID,
        f"bid more than the deposit in {pool.name}: the bid is void",
        _REMEDIES[Why.VOID_BID],
        [i for i, bid in bids if total_of(bid) > people[i].amount],
    )
    most = pool.cap if pool.takes_quantities else UINT_MAX
    yield from _some(
        both,
        FindingCode.BID_CUT,
        f"bid for more units in {pool.name} than the cap of {most} or their wants allow",
        "the last units do not count: raise wants, or lower the quantities",
        [
            i
            for i, bid in bids
            if pool.takes_quantities and units_of(bid) > min(most, people[i].wants)
        ],
    )
    yield from _some(
        both,
        FindingCode.BID_LOW,
        f"bid less than {both.money(pool.price)} in {pool.name}: the bid does not count",
        _REMEDIES[Why.LOW_BID],
        [i for i, bid in bids if best_of(bid) < pool.price],
    )


def _answers(both: TermsAndPeople) -> Iterator[Finding]:
    """Name whose answer is wrong, or of no use."""
    answered = [i for i, p in enumerate(both.people) if p.answer is not None]
    puzzles = [place for place, pool in enumerate(both.pools) if pool.puzzle]
    wrong = [i for i in answered if puzzles and not both.entrants[i].solved]
    yield from _some(
        both,
        FindingCode.ANSWER_WRONG,
        "answer a puzzle, and the answer is wrong",
        "compare it with the answer whose key is in the terms",
        wrong,
    )
    admitted = {i for place in puzzles for i in both.admitted(place)}
    right = set(answered) - set(wrong) - admitted
    yield from _some(
        both,
        FindingCode.ANSWER_UNUSED,
        "answer a puzzle, though no pool with a puzzle is open to them",
        "leave the cell empty",
        sorted(right),
    )


def _ignored_wants(both: TermsAndPeople) -> Iterator[Finding]:
    """Name who wants more units than pools of one unit a person can give them."""
    by_most: dict[int, list[int]] = {}
    for index, (person, bars) in enumerate(zip(both.people, both.bars, strict=True)):
        if person.wants > 1:
            most = _most_units(both.pools, bars)
            if most is not None and person.wants > most:
                by_most.setdefault(most, []).append(index)
    for most, found in by_most.items():
        units = counted(most, "unit", "units")
        yield Finding(
            FindingCode.WANTS_IGNORED,
            f"want more than the {units} that they can get: wants gives no more chances",
            f"write {most}",
            both.names(found),
        )


def _most_units(pools: Sequence[Pool], bars: Bars) -> int | None:
    """Return how many units pools of one unit a person give; ``None`` for other pools."""
    open_to = [pool for pool, bar in zip(pools, bars, strict=True) if bar is None]
    several = any(p.mechanism in CAPPED or p.takes_quantities for p in open_to)
    if not open_to or several:
        return None
    return 1 + sum(pool.again for pool in open_to[1:])


def _look_alikes(both: TermsAndPeople) -> Iterator[Finding]:
    """Name people whose names look alike in letters of different scripts."""
    typed: dict[str, list[int]] = {}
    for index, person in enumerate(both.people):
        typed.setdefault(person.called or person.name, []).append(index)
    alike: dict[str, list[int]] = {}
    for first, later in look_alikes(typed):
        alike.setdefault(first, [*typed[first]]).extend(typed[later])
    for found in alike.values():
        yield Finding(
            FindingCode.LOOK_ALIKE,
            "have names that look alike, in letters of different scripts",
            "see that they are not one person; if they are, keep one row",
            both.names(sorted(found)),
        )


def _hiding_names(both: TermsAndPeople) -> Iterator[Finding]:
    """Name people whose names a spreadsheet shows otherwise than they are typed."""
    hiding = [i for i, one in enumerate(both.people) if is_misleading(one.name)]
    sentence = (
        "have characters in their names that reorder text or are not seen: here their "
        "numbers stand for them, elsewhere nothing does"
    )
    remedy = "type the names anew"
    yield from _some(both, FindingCode.NAME_HIDES, sentence, remedy, hiding)


def _some(
    both: TermsAndPeople,
    code: FindingCode,
    sentence: str,
    remedy: str,
    found: Sequence[int],
) -> Iterator[Finding]:
    if found:
        yield Finding(code, sentence, remedy, both.names(found))
