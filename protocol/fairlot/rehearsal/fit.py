"""Whether the two files of a sale fit each other (specs/terms-file.md, section 5)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from fairlot.bids import Steps
from fairlot.errors import InputError, Where
from fairlot.inputs.input_file import InputFile, Refusals
from fairlot.inputs.near import NearMisses
from fairlot.inputs.people_file import ATTRIBUTE, BETTER, Person
from fairlot.inputs.stand_in import disclosed
from fairlot.inputs.terms_file import OWN_CLOCK, QUICKNET_CLOCK, TermsFile
from fairlot.inputs.toml_file import TomlFile
from fairlot.money import money_text
from fairlot.rehearsal.clock import clock_chain
from fairlot.rehearsal.kept import Earlier
from fairlot.rehearsal.parts import START
from fairlot.rehearsal.timing import Timing, check_first
from fairlot.terms.pool import MAX_POINTS, Mechanism, Pool, Requirement
from fairlot.text import shown
from fairlot_crypto.timelock.chain import (
    QUICKNET,
    first_round_after,
    round_at,
    time_of_round,
)

_SPAN = re.compile(r"([0-9]+) ?[-–—] ?([0-9]+)")
_SOME = 5
"""So many values stand in a message."""


def check_people(
    file: TermsFile,
    people: Sequence[Person],
    path: Path,
    earlier: Earlier | None = None,
) -> None:
    """Check that a list of people asks only for what the terms offer.

    Args:
        file: the seller's terms.
        people: the list.
        path: the path of the list, for errors.
        earlier: the registry that goes on; ``None`` for a new one.

    Raises:
        InputError: ``terms-file.times``, ``terms-file.depositors``, ``terms-file.bids``,
            ``terms-file.requires``, ``terms-file.excludes``, ``terms-file.points``,
            ``terms-file.fares``; ``people-file.deposit``, ``people-file.group``,
            ``people-file.bid``, ``people-file.tier``, ``people-file.choices``: the first
            in the list, with the others in ``more``.
    """
    if earlier is None:
        check_first(file)
    _check_depositors(file, sum(person.amount > 0 for person in people))
    _check_round(file, Timing.of(file, earlier))
    _check_somebody_enters(file, people)
    refusals = Refusals()
    orders = _Orders(file, InputFile(path, ""), refusals)
    for person in people:
        orders.check_deposit(person)
        orders.check_offered(person)
        orders.check_tier(person)
        orders.check_choices(person)
    refusals.check()


def check_playable(file: TermsFile) -> None:
    """Check that a rehearsal can play the terms on its simulated clock.

    Raises:
        InputError: ``terms-file.bids`` if only another clock than the rehearsal's own
            could open the bids.
    """
    if file.bids is not None and file.bids.clock != OWN_CLOCK:
        problem = (
            f'"{file.bids.clock}" has no rounds for a rehearsal, whose clock is '
            f'simulated: rehearse with clock = "{OWN_CLOCK}" and without round'
        )
        raise _terms_error(file, "terms-file.bids", ("bids", "clock"), problem)


def _check_depositors(file: TermsFile, paying: int) -> None:
    if file.depositors > paying:
        where = ("beacon", "depositors")
        problem = f"must be at most {paying}, the number of people who deposit money"
        raise _terms_error(file, "terms-file.depositors", where, problem)


def _check_round(file: TermsFile, timing: Timing) -> None:
    """Check that a round of the bids is due when nobody can void the sale any more.

    A round of the rehearsal's own clock must also leave time for the lock-up; a
    round of quicknet is for a real sale, which lasts as long as its terms say.
    """
    if file.bids is None or file.bids.round is None:
        return
    quicknet = file.bids.clock == QUICKNET_CLOCK
    chain = QUICKNET if quicknet else clock_chain(START)
    due = time_of_round(chain, file.bids.round)
    first = first_round_after(chain, timing.times.drawn_from)
    last = round_at(chain, timing.latest - file.times.locked_for)
    if file.bids.round < first:
        problem = f"is due at {due}, before bids may open: the first is {first}"
        raise _terms_error(file, "terms-file.bids", ("bids", "round"), problem)
    if file.bids.round > last and not quicknet:
        late = "too late to unlock in the season's tail"
        problem = f"is due at {due}, {late}: the last is {last}"
        raise _terms_error(file, "terms-file.bids", ("bids", "round"), problem)


def _check_somebody_enters(file: TermsFile, people: Sequence[Person]) -> None:
    """Check that attributes let somebody into each pool (step 5).

    A pool that nobody enters sells nothing, unless it leaves its units to a later pool.
    """
    kinds = [dict(kind) for kind in {disclosed(person) for person in people}]
    given: dict[str, set[str]] = {}
    for kind in kinds:
        for name, value in kind.items():
            given.setdefault(name, set()).add(value)
    for index, pool in enumerate(file.pools):
        place = _pool_place(file, index)
        for need in pool.requires:
            has = given.get(need.attribute, set())
            if not has or (pool.unsold is None and has.isdisjoint(need.values)):
                where = (*place, "requires", need.attribute)
                problem = _unmet(need, given)
                raise _terms_error(file, "terms-file.requires", where, problem)
        _check_means(file, pool, place, kinds, given)
        if pool.unsold is None and not any(map(pool.admits, kinds)):
            raise _nobody_enters(file, pool, place, kinds)


def _check_means(
    file: TermsFile,
    pool: Pool,
    place: Where,
    kinds: Sequence[Mapping[str, str]],
    given: Mapping[str, set[str]],
) -> None:
    """Check that somebody has a fare, and somebody points, where the pool asks for them."""
    # What nobody takes goes on, where the terms say so, but for an attribute of nobody.
    strict, fares = pool.unsold is None, pool.fares
    unpriced = all(pool.price_for(kind) is None for kind in kinds)
    if fares is not None and unpriced and (strict or fares.attribute not in given):
        where = (*place, "fares", fares.attribute)
        problem = _unmet(Requirement(fares.attribute, fares.values), given)
        raise _terms_error(file, "terms-file.fares", where, problem)
    uncounted = not any(pool.points_of(kind) for kind in kinds)
    if uncounted and (strict or pool.points not in given):
        problem = f"nobody on the list has a number of {pool.points}, from 1 to"
        hint = f"{problem} {MAX_POINTS}: add a column {ATTRIBUTE}{pool.points}"
        raise _terms_error(file, "terms-file.points", (*place, "points"), hint)


def _nobody_enters(
    file: TermsFile, pool: Pool, place: Where, kinds: Sequence[Mapping[str, str]]
) -> InputError:
    """Return the error for a pool whose rules together leave nobody on the list."""
    unbarred = replace(pool, excludes=())
    if any(map(unbarred.admits, kinds)):
        problem = "keeps out everybody on the list"
        some = ", of those whom requires lets in" if pool.requires else ""
        where, rule = (*place, "excludes"), f"{problem}{some}: correct terms or list"
        return _terms_error(file, "terms-file.excludes", where, rule)
    problem = "nobody on the list has all that it names: correct terms or list"
    return _terms_error(file, "terms-file.requires", (*place, "requires"), problem)


def _unmet(need: Requirement, given: Mapping[str, set[str]]) -> str:
    """Say that nobody has any of some values, and what was probably meant."""
    name = need.attribute
    if name not in given:
        close = get_close_matches(name, given, n=1)
        hint = (
            f"did you mean {close[0]}?" if close else f"add a column {ATTRIBUTE}{name}"
        )
        return f"nobody on the list has {name}: {hint}"
    near = NearMisses(given[name])
    meant = [(value, near.of(value)) for value in need.values]
    spans = [found for value in need.values if (found := _SPAN.fullmatch(value))]
    hints = [f"write a range as {span[1]}..{span[2]}" for span in spans]
    hints += [f"for {shown(v)} did you mean {shown(m)}?" for v, m in meant if m]
    has = ", ".join(map(shown, sorted(given[name])[:_SOME]))
    hint = hints[0] if hints else f"the list has {has}"
    wanted = ", ".join(map(shown, need.values[:_SOME]))
    return f"nobody on the list has {name} {wanted}: {hint}"


class _Orders:
    """Checks what people ask for, and collects errors at their lines."""

    def __init__(
        self, file: TermsFile, people_file: InputFile, refusals: Refusals
    ) -> None:
        self._file = file
        self._refusals = refusals
        self._people_file = people_file
        self._tiers = [tier.name for pool in file.pools for tier in pool.tiers]
        self._options = [each.name for pool in file.pools for each in pool.options]
        pools = file.pools
        self._offered = {
            "group": any(pool.group_max > 1 for pool in pools),
            "bid": any(pool.takes_bids for pool in pools),
            "tier": any(pool.mechanism is Mechanism.TIERS for pool in pools),
        }

    def check_deposit(self, person: Person) -> None:
        """Check that the ladder has the deposit."""
        deposits = self._file.deposits
        if deposits and person.amount not in deposits:
            currency = self._file.currency
            amounts = ", ".join(money_text(amount, currency) for amount in deposits)
            found = money_text(person.amount, currency)
            problem = f"is {found}: the terms allow deposits of {amounts} only"
            self._refusals.add(
                self._order_error("people-file.deposit", "deposit", person, problem)
            )

    def check_offered(self, person: Person) -> None:
        """Check that a pool can do something with each cell that is there."""
        offered = self._offered
        if person.group is not None and not offered["group"]:
            problem = _no_use("no pool has a group_max above 1")
            self._refusals.add(
                self._order_error("people-file.group", "group", person, problem)
            )
        if person.bid is not None and not offered["bid"]:
            problem = _no_use("no pool takes bids")
            self._refusals.add(
                self._order_error("people-file.bid", "bid", person, problem)
            )
        if offered["bid"] and isinstance(person.bid, tuple):
            self._check_steps(person, person.bid)
        if person.tier is not None and not offered["tier"]:
            problem = _no_use("no pool has tiers")
            self._refusals.add(
                self._order_error("people-file.tier", "tier", person, problem)
            )

    def _check_steps(self, person: Person, steps: Steps) -> None:
        """Check that a pool takes bids for quantities, of so many steps."""
        pool = next((each for each in self._file.pools if each.takes_quantities), None)
        most = pool.bid_steps if pool else 0
        if len(steps) <= most:
            return
        problem = "is for quantities, and an auction needs a cap above 1 to take them"
        if pool:
            problem = f"holds {len(steps)} steps, and {pool.name} takes {most}"
        self._refusals.add(self._order_error("people-file.bid", "bid", person, problem))

    def check_tier(self, person: Person) -> None:
        """Check that the terms have the tier."""
        if person.tier is None or not self._tiers or person.tier in self._tiers:
            return
        close = get_close_matches(person.tier, self._tiers, n=1)
        hint = f"did you mean {close[0]}?" if close else f"one of {self._tiers}"
        problem = f"{shown(person.tier)} is no tier of the terms: {hint}"
        self._refusals.add(
            self._order_error("people-file.tier", "tier", person, problem)
        )

    def check_choices(self, person: Person) -> None:
        """Check that the terms have each option listed, and that none is there twice."""
        problem = self._choices_problem(person.choices)
        if problem is not None:
            self._refusals.add(
                self._order_error("people-file.choices", "choices", person, problem)
            )

    def _choices_problem(self, listed: Sequence[str]) -> str | None:
        if listed and not self._options:
            return _no_use("no pool offers choices")
        for place, name in enumerate(listed):
            if name not in self._options:
                close = get_close_matches(name, self._options, n=1)
                some = ", ".join(self._options[:_SOME])
                hint = f"did you mean {close[0]}?" if close else f"there is {some}"
                return (
                    f"{shown(name)} is no option of the terms: {hint}; the options are "
                    f"listed with {BETTER} between them, the best first"
                )
            if name in listed[:place]:
                return f"lists {shown(name)} twice: keep it once"
        return None

    def _order_error(
        self, code: str, column: str, person: Person, problem: str
    ) -> InputError:
        return self._people_file.error(
            code, problem, line=person.line or None, field=column
        )


def _no_use(why: str) -> str:
    return f"has no meaning here: {why}; leave the cell empty"


def _terms_error(file: TermsFile, code: str, where: Where, problem: str) -> InputError:
    source = file.source or TomlFile(InputFile(Path("TERMS.toml"), ""), {})
    return source.error(code, where, problem)


def _pool_place(file: TermsFile, index: int) -> Where:
    """Return where a pool lies, in whichever form the file is."""
    listed = file.source is not None and "pool" in file.source.values
    return ("pool", index) if listed else ()
