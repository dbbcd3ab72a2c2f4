"""The rules that terms make for a deposit's order (specs/deposit.md, section 3)."""

from collections.abc import Sequence
from itertools import pairwise

from fairlot.deposit.deposit import Deposit
from fairlot.deposit.puzzle import solution_message
from fairlot.deposit.sealed_bid import sealed_bid_length
from fairlot.entry import EntryType
from fairlot.errors import Rejection
from fairlot.identity.registry import Registry
from fairlot.names import group_id
from fairlot.terms.pool import points_of
from fairlot.terms.terms import Terms
from fairlot.text import shown
from fairlot_crypto.errors import ProofError
from fairlot_crypto.keys import Signature, VerifyKey, verify_signature_once
from fairlot_crypto.statements import Statements


def check_required(terms: Terms, registry: Registry) -> None:
    """Check that people can disclose what the pools require, exclude, count or price.

    specs/sale.md, section 3.2.

    Raises:
        Rejection: ``registry.requires``.
    """
    for pool in terms.pools:
        for name, values in pool.listed:
            _check_in_schema(registry, name, values)
        if pool.points is not None and not any(
            points_of(value) for value in _values(registry, pool.points)
        ):
            problem = (
                f"a pool counts {pool.points}, of which the registry knows no number"
            )
            raise Rejection("registry.requires", problem)


def check_order(
    terms: Terms, registry: Registry, deposit: Deposit, statements: Statements
) -> None:
    """Check the order and the disclosed attributes against the terms (steps 9 and 10).

    Raises:
        Rejection: ``deposit.ladder``, ``deposit.tier``, ``deposit.choices``,
            ``deposit.bid``, ``deposit.group``, ``deposit.solution``, ``deposit.disclosed``.
    """
    # Step 9.
    _check_amount(terms, deposit)
    _check_tier(terms, deposit)
    _check_choices(terms, deposit)
    _check_bid(terms, deposit)
    _check_group(terms, deposit)
    _check_solutions(terms, deposit, statements)
    # Step 10.
    _check_disclosed(terms, registry, deposit)


def _cancels(deposit: Deposit) -> bool:
    return deposit.binding.type is EntryType.CANCEL


def _check_amount(terms: Terms, deposit: Deposit) -> None:
    ladder, amount = terms.deposits, deposit.binding.amount
    if ladder and not _cancels(deposit) and amount not in ladder:
        amounts = ", ".join(map(str, ladder))
        problem = f"the terms allow deposits of {amounts} only, and this is of {amount}"
        raise Rejection("deposit.ladder", problem)


def _check_tier(terms: Terms, deposit: Deposit) -> None:
    wanted, pool = deposit.binding.tier, terms.tiered
    known = [tier.name for tier in pool.tiers] if pool else []
    if wanted is not None and wanted not in known:
        problem = f"the terms have no tier called {shown(wanted)}"
        raise Rejection("deposit.tier", problem)


def _check_choices(terms: Terms, deposit: Deposit) -> None:
    listed, pool = deposit.binding.choices, terms.choosing
    known = len(pool.options) if pool else 0
    beyond = [index for index in listed if index >= known]
    if beyond:
        problem = f"the terms have {known} options, and none with the index {beyond[0]}"
        raise Rejection("deposit.choices", problem)
    if len(set(listed)) != len(listed):
        raise Rejection("deposit.choices", "a list must name each option once at most")


def _check_bid(terms: Terms, deposit: Deposit) -> None:
    sealed, named = deposit.binding.bid, terms.bids
    if named is None or _cancels(deposit):
        if sealed is not None:
            problem = "no bid belongs into a cancellation, or where no pool takes bids"
            raise Rejection("deposit.bid", problem)
        return
    if sealed is None:
        problem = "every deposit of this sale must hold a sealed bid, if only of no bid"
        raise Rejection("deposit.bid", problem)
    length = sealed_bid_length(named)
    if len(sealed) != length:
        problem = f"a sealed bid must have {length} bytes, and this has {len(sealed)}"
        raise Rejection("deposit.bid", problem)


def _check_group(terms: Terms, deposit: Deposit) -> None:
    binding, members = deposit.binding, deposit.binding.members
    if binding.group is None and not members:
        return
    if _cancels(deposit):
        raise Rejection("deposit.group", "a cancellation must not name a group")
    if not members:
        raise Rejection("deposit.group", "a group must name its members")
    if not 2 <= len(members) <= terms.group_max:
        problem = f"no pool of this sale draws groups of {len(members)}"
        raise Rejection("deposit.group", problem)
    if any(first >= second for first, second in pairwise(members)):
        problem = "the members of a group must ascend, each named once"
        raise Rejection("deposit.group", problem)
    if deposit.nym not in members:
        problem = "whoever deposits for a group must be one of its members"
        raise Rejection("deposit.group", problem)
    if binding.group != group_id(binding.sale_id, members):
        problem = "the group must be the hash of this sale and its members"
        raise Rejection("deposit.group", problem)


def _check_solutions(terms: Terms, deposit: Deposit, statements: Statements) -> None:
    for name, solution in deposit.binding.solutions.items():
        pool = terms.pool(name)
        puzzle = pool.puzzle if pool else None
        if puzzle is None:
            problem = f"the terms have no pool {shown(name)} with a puzzle to solve"
            raise Rejection("deposit.solution", problem)
        _check_solution(puzzle, deposit, solution, statements)


def _check_solution(
    puzzle: VerifyKey, deposit: Deposit, solution: Signature, statements: Statements
) -> None:
    binding = deposit.binding
    message = solution_message(binding.sale_id, deposit.nym, binding.settle_pk)
    try:
        verify_signature_once(puzzle, message, solution, statements)
    except ProofError as error:
        problem = (
            "the solution was not signed with the puzzle's answer for this deposit"
        )
        raise Rejection("deposit.solution", problem) from error


def _check_disclosed(terms: Terms, registry: Registry, deposit: Deposit) -> None:
    required = terms.attributes_required
    if tuple(sorted(deposit.disclosed)) != required:
        named = ", ".join(required) or "no attribute"
        problem = f"a deposit of this sale must disclose {named}, and nothing else"
        raise Rejection("deposit.disclosed", problem)
    for name in required:
        value = deposit.disclosed[name]
        if value and value not in _values(registry, name):
            problem = f"the registry knows no value {shown(value)} of {name}"
            raise Rejection("deposit.disclosed", problem)


def _check_in_schema(registry: Registry, name: str, values: Sequence[str]) -> None:
    known = _values(registry, name)
    missing = [value for value in values if value not in known]
    if missing:
        value = shown(missing[0])
        problem = f"a pool names {name} = {value}, which the registry does not know"
        raise Rejection("registry.requires", problem)


def _values(registry: Registry, name: str) -> Sequence[str]:
    return next((a.values for a in registry.attributes if a.name == name), ())
