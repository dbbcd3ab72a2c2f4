"""The rules that pools keep, whoever wrote them down (specs/terms.md, section 7).

Ranges and types are what readers check; here are the rules that join several values.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fairlot.errors import TermsError
from fairlot.fields import UINT_MAX
from fairlot.terms.pool import Mechanism, Pool, Requirement
from fairlot.text import attribute_problem, shown, text_problem

MAX_POOLS = 16
MAX_TIERS = 16
MAX_ATTRIBUTES = 64
MAX_VALUES = 64

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_NAME_RULE = "begins with a-z and has 1 to 32 characters of a-z, 0-9 and -"


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that pools break."""

    rule: str
    """Second half of the code."""
    pool: int
    """Index of the pool, from 0."""
    field: tuple[str | int, ...]
    """Where in the pool: names of fields, indices from 0."""
    problem: str
    """What must hold, in half a sentence that begins with a verb."""

    def path(self, first: int) -> str:
        """Return the place in the pool, where indices are counted from ``first``."""
        return "".join(
            f"[{part + first}]" if isinstance(part, int) else f".{part}"
            for part in self.field
        )

    def in_terms(self) -> TermsError:
        """Return the error of canonical terms, whose indices are counted from 0."""
        path = f"terms.pools[{self.pool}]{self.path(0)}"
        return TermsError(f"terms.{self.rule}", f"{path} {self.problem}")


def broken_rules(pools: Sequence[Pool]) -> Iterator[Broken]:
    """Yield every broken rule of section 7, in the order of the pools."""
    for index, pool in enumerate(pools):
        names = [earlier.name for earlier in pools[:index]]
        later = [each.name for each in pools[index + 1 :]]
        yield from _broken_names(index, pool, names, later)
        for rule, field, problem in _broken_in(pool):
            yield Broken(rule, index, field, problem)
    yield from _second(
        [pool.takes_bids for pool in pools], "is the second pool that takes bids"
    )
    yield from _second(
        [pool.mechanism is Mechanism.TIERS for pool in pools],
        "is the second pool with tiers",
    )


_Found = tuple[str, tuple[str | int, ...], str]
"""Rule, field and problem."""


def _broken_names(
    index: int, pool: Pool, names: Sequence[str], later: Sequence[str]
) -> Iterator[Broken]:
    name = ("name",)
    if not _NAME.fullmatch(pool.name):
        problem = f"is {shown(pool.name)}: a name {_NAME_RULE}"
        yield Broken("pool-name", index, name, problem)
    if pool.name in names:
        problem = f"is {shown(pool.name)} for a second time: names are distinct"
        yield Broken("pools", index, name, problem)
    if pool.unsold is not None and pool.unsold not in later:
        problem = f"is {shown(pool.unsold)}, which is not the name of a later pool"
        yield Broken("pools", index, ("unsold",), problem)


def _second(have: Sequence[bool], problem: str) -> Iterator[Broken]:
    found = [index for index, has in enumerate(have) if has]
    for index in found[1:2]:
        yield Broken("pools", index, (), f"{problem}: a sale has one at most")


def _broken_in(pool: Pool) -> Iterator[_Found]:
    yield from _broken_lottery(pool)
    if pool.mechanism is Mechanism.TIERS:
        yield from _broken_tiers(pool)
    yield from _broken_requires(pool.requires)


def _broken_lottery(pool: Pool) -> Iterator[_Found]:
    if 1 < pool.group_max > pool.supply:
        problem = f"is {pool.group_max}, above the supply, {pool.supply}"
        yield "group", ("group_max",), problem
    if pool.certain and pool.certain >= pool.supply:
        problem = f"is not below the supply, {pool.supply}: some seats are drawn"
        yield "certain", ("certain",), problem
    if pool.certain and pool.group_max > 1:
        problem = "does not go with group_max: certain seats are for singles only"
        yield "certain", ("certain",), problem


def _broken_tiers(pool: Pool) -> Iterator[_Found]:
    tiers = pool.tiers
    if not 1 <= len(tiers) <= MAX_TIERS:
        yield "tiers", ("tiers",), f"must hold 1 to {MAX_TIERS} tiers"
    for index, tier in enumerate(tiers):
        if not _NAME.fullmatch(tier.name):
            problem = f"is {shown(tier.name)}: a name {_NAME_RULE}"
            yield "tiers", ("tiers", index, "name"), problem
        if tier.name in {earlier.name for earlier in tiers[:index]}:
            problem = f"is {shown(tier.name)} for a second time: names are distinct"
            yield "tiers", ("tiers", index, "name"), problem
    for index, (higher, lower) in enumerate(pairwise(tiers), 1):
        if lower.price >= higher.price:
            problem = f"is not below {higher.price}, the price of the tier before"
            yield "tiers", ("tiers", index, "price"), problem
    if pool.supply > UINT_MAX:
        yield "tiers", ("tiers",), f"supply more than {UINT_MAX} units together"


def _broken_requires(requires: Sequence[Requirement]) -> Iterator[_Found]:
    if len(requires) > MAX_ATTRIBUTES:
        yield "requires", ("requires",), f"names more than {MAX_ATTRIBUTES} attributes"
    for requirement in requires:
        field = ("requires", requirement.attribute)
        problem = attribute_problem(requirement.attribute) or _values_problem(
            requirement.values
        )
        if problem:
            yield "requires", field, problem


def _values_problem(values: Sequence[str]) -> str | None:
    if not 1 <= len(values) <= MAX_VALUES:
        return f"must hold 1 to {MAX_VALUES} values"
    for value in values:
        problem = text_problem(value)
        if problem:
            return f"holds {shown(value)}, which {problem}"
    if any(first >= second for first, second in pairwise(values)):
        return "must hold distinct values in ascending order"
    return None
