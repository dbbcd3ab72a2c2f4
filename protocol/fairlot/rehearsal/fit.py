"""Whether the two files of a sale fit each other (specs/terms-file.md, section 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from fairlot.errors import InputError, Where
from fairlot.inputs.input_file import InputFile
from fairlot.inputs.people_file import ATTRIBUTE, Person
from fairlot.inputs.terms_file import OWN_CLOCK, QUICKNET_CLOCK, TermsFile
from fairlot.inputs.toml_file import TomlFile
from fairlot.rehearsal.parts import ASSURANCE, CLOCK_PERIOD, LISTED, TIMES
from fairlot.terms.pool import Mechanism, Pool, Requirement
from fairlot.text import shown
from fairlot_crypto.timelock.chain import QUICKNET

_SOME = 6
"""How many values an error names."""


def check_people(file: TermsFile, people: Sequence[Person], path: Path) -> None:
    """Check that a list of people asks only for what the terms offer.

    Args:
        file: the seller's terms.
        people: the list.
        path: the path of the list, for errors.

    Raises:
        InputError: ``terms-file.depositors``, ``terms-file.bids``,
            ``terms-file.requires``, ``terms-file.excludes``; ``people-file.deposit``,
            ``people-file.group``, ``people-file.bid``, ``people-file.tier``,
            ``people-file.solution``.
    """
    _check_depositors(file, sum(person.amount > 0 for person in people))
    _check_round(file)
    _check_somebody_enters(file, people)
    orders = _Orders(file, InputFile(path, ""))
    for person in people:
        orders.check_deposit(person)
        orders.check_offered(person)
        orders.check_tier(person)


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


def _check_round(file: TermsFile) -> None:
    """Check that a round of the bids is due when nobody can void the sale any more.

    A round of the rehearsal's own clock must also be due before the end of the rehearsal; a
    round of quicknet is for a real sale, which lasts as long as its terms say.
    """
    if file.bids is None or file.bids.round is None:
        return
    quicknet = file.bids.clock == QUICKNET_CLOCK
    genesis = QUICKNET.genesis_time if quicknet else TIMES.open
    period = QUICKNET.period if quicknet else CLOCK_PERIOD
    due = genesis + (file.bids.round - 1) * period
    earliest = TIMES.drawn_from
    first = (earliest - genesis) // period + 2
    last = (TIMES.unlock - 1 - genesis) // period + 1
    if file.bids.round < first:
        problem = f"is due at {due}, before bids may open: the first is {first}"
        raise _terms_error(file, "terms-file.bids", ("bids", "round"), problem)
    if file.bids.round > last and not quicknet:
        problem = f"is due at {due}, after this rehearsal has ended: the last is {last}"
        raise _terms_error(file, "terms-file.bids", ("bids", "round"), problem)


def _check_somebody_enters(file: TermsFile, people: Sequence[Person]) -> None:
    """Check for every pool that the attributes of somebody on the list let them in."""
    # A rehearsal attests to everybody that they are on the list.
    kinds = {((ASSURANCE, LISTED), *person.attributes) for person in people}
    disclosed = [dict(kind) for kind in kinds]
    for index, pool in enumerate(file.pools):
        if not any(map(pool.admits, disclosed)):
            place = _pool_place(file, index)
            for need in pool.requires:
                _check_somebody_has(file, need, disclosed, place)
            _check_not_all_excluded(file, pool, disclosed, place)
            problem = "together let nobody on the list in: each value is somebody's"
            rule = f"{problem}, and nobody has one of each"
            where = (*place, "requires")
            raise _terms_error(file, "terms-file.requires", where, rule)


def _check_somebody_has(
    file: TermsFile,
    need: Requirement,
    disclosed: Sequence[Mapping[str, str]],
    place: Where,
) -> None:
    """Check that somebody has one of the values that a pool requires."""
    found = {each.get(need.attribute, "") for each in disclosed} - {""}
    if not found.isdisjoint(need.values):
        return
    where = (*place, "requires", need.attribute)
    if found:
        wanted = _some(need.values, "or")
        problem = f"nobody on the list has {need.attribute} = {wanted}"
        rule = f"{problem}: the list has {_some(sorted(found), 'and')}"
        raise _terms_error(file, "terms-file.requires", where, rule)
    names = {name for each in disclosed for name in each}
    close = get_close_matches(need.attribute, names, n=1)
    column = f"{ATTRIBUTE}{need.attribute}"
    hint = f"did you mean {close[0]}?" if close else f"add a column {column}"
    problem = f"nobody on the list has {need.attribute}: {hint}"
    raise _terms_error(file, "terms-file.requires", where, problem)


def _check_not_all_excluded(
    file: TermsFile, pool: Pool, disclosed: Sequence[Mapping[str, str]], place: Where
) -> None:
    """Check that the exclusions leave somebody of those who have what is required."""
    meeting = replace(pool, excludes=())
    if any(map(meeting.admits, disclosed)):
        problem = "keeps everybody on the list out, of those whom requires lets in"
        shorter = "keeps everybody on the list out"
        rule = f"{problem if pool.requires else shorter}: leave somebody"
        where = (*place, "excludes")
        raise _terms_error(file, "terms-file.excludes", where, rule)


def _some(values: Sequence[str], joined: str) -> str:
    """Return a few values as people list them."""
    first = [shown(value) for value in values[:_SOME]]
    if len(values) > _SOME:
        return f"{', '.join(first)} {joined} {len(values) - _SOME} others"
    *others, last = first
    return f"{', '.join(others)} {joined} {last}" if others else last


class _Orders:
    """Checks what people ask for, with errors at their lines."""

    def __init__(self, file: TermsFile, people_file: InputFile) -> None:
        self._file = file
        self._people_file = people_file
        self._tiers = [tier.name for pool in file.pools for tier in pool.tiers]
        pools = file.pools
        self._offered = {
            "group": any(pool.group_max > 1 for pool in pools),
            "bid": any(pool.takes_bids for pool in pools),
            "tier": any(pool.mechanism is Mechanism.TIERS for pool in pools),
            "solution": any(pool.puzzle is not None for pool in pools),
        }

    def check_deposit(self, person: Person) -> None:
        """Check that the ladder has the deposit."""
        deposits = self._file.deposits
        if deposits and person.amount not in deposits:
            amounts = ", ".join(map(str, deposits))
            problem = f"is {person.amount}: the terms allow deposits of {amounts} only"
            raise self._order_error("people-file.deposit", "deposit", person, problem)

    def check_offered(self, person: Person) -> None:
        """Check that a pool can do something with each cell that is there."""
        offered = self._offered
        if person.group is not None and not offered["group"]:
            problem = _no_use("no pool has a group_max above 1")
            raise self._order_error("people-file.group", "group", person, problem)
        if person.bid is not None and not offered["bid"]:
            problem = _no_use("no pool takes bids")
            raise self._order_error("people-file.bid", "bid", person, problem)
        if person.tier is not None and not offered["tier"]:
            problem = _no_use("no pool has tiers")
            raise self._order_error("people-file.tier", "tier", person, problem)
        if person.answer is not None and not offered["solution"]:
            problem = _no_use("no pool has a puzzle")
            raise self._order_error("people-file.solution", "solution", person, problem)

    def check_tier(self, person: Person) -> None:
        """Check that the terms have the tier."""
        if person.tier is None or person.tier in self._tiers:
            return
        close = get_close_matches(person.tier, self._tiers, n=1)
        hint = f"did you mean {close[0]}?" if close else f"one of {self._tiers}"
        problem = f"{shown(person.tier)} is no tier of the terms: {hint}"
        raise self._order_error("people-file.tier", "tier", person, problem)

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
