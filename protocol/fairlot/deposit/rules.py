"""What the terms of a sale ask of a deposit's order (specs/deposit.md, section 3)."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from fairlot.deposit.deposit import Deposit
from fairlot.deposit.puzzle import solution_message
from fairlot.deposit.sealed_bid import sealed_bid_length
from fairlot.entry import EntryType
from fairlot.errors import Rejection
from fairlot.identity.registry import Registry
from fairlot.names import group_id
from fairlot.terms.pool import Requirement
from fairlot.terms.terms import Terms
from fairlot_crypto.errors import ProofError
from fairlot_crypto.keys import Signature, VerifyKey, verify_signature
from fairlot_crypto.statements import Statements

Broken = Iterator[tuple[str, str]]
"""Second half of a code, and why."""


def check_required(terms: Terms, registry: Registry) -> None:
    """Check that people can show what the pools require.

    specs/sale.md, section 3.2.

    Raises:
        Rejection: ``registry.requires``.
    """
    for pool in terms.pools:
        for requirement in pool.requires:
            _check_in_schema(registry, requirement)


def check_order(
    terms: Terms, registry: Registry, deposit: Deposit, statements: Statements
) -> None:
    """Check the order and what is disclosed against the terms (steps 9 and 10).

    Raises:
        Rejection: ``deposit.ladder``, ``deposit.tier``, ``deposit.bid``,
            ``deposit.group``, ``deposit.solution``, ``deposit.disclosed``.
    """
    for rules in (_amount, _tier, _bid, _group):
        for rule, why in rules(terms, deposit):
            raise Rejection(f"deposit.{rule}", why)
    _check_solutions(terms, deposit, statements)
    _check_disclosed(terms, registry, deposit)


def _cancels(deposit: Deposit) -> bool:
    return deposit.binding.type is EntryType.CANCEL


def _amount(terms: Terms, deposit: Deposit) -> Broken:
    ladder = terms.deposits
    if ladder and not _cancels(deposit) and deposit.binding.amount not in ladder:
        yield "ladder", "the amount is not on the ladder of the terms"


def _tier(terms: Terms, deposit: Deposit) -> Broken:
    wanted, pool = deposit.binding.tier, terms.tiered
    known = [tier.name for tier in pool.tiers] if pool else []
    if wanted is not None and wanted not in known:
        yield "tier", f"no tier is called {wanted!r}"


def _bid(terms: Terms, deposit: Deposit) -> Broken:
    sealed, named = deposit.binding.bid, terms.bids
    if named is None or _cancels(deposit):
        if sealed is not None:
            yield "bid", "a bid where none is taken"
    elif sealed is None:
        yield "bid", "every deposit holds a sealed bid, also who does not bid"
    elif len(sealed) != sealed_bid_length(named):
        yield "bid", "sealed bids have one length"


def _group(terms: Terms, deposit: Deposit) -> Broken:
    binding, members = deposit.binding, deposit.binding.members
    if binding.group is None and not members:
        return
    most = max(pool.group_max for pool in terms.pools)
    rules = (
        (not _cancels(deposit), "a cancellation names no group"),
        (bool(members), "the members of the group are not named"),
        (2 <= len(members) <= most, f"no pool draws groups of {len(members)}"),
        (all(a < b for a, b in pairwise(members)), "members ascend, each once"),
        (deposit.nym in members, "only members sign for a group"),
        (
            binding.group == group_id(binding.sale_id, members),
            "group is not the hash of sale and members",
        ),
    )
    for holds, why in rules:
        if not holds:
            yield "group", why


def _check_solutions(terms: Terms, deposit: Deposit, statements: Statements) -> None:
    for name, solution in deposit.binding.solutions.items():
        pool = terms.pool(name)
        puzzle = pool.puzzle if pool else None
        if puzzle is None:
            raise Rejection("deposit.solution", f"pool {name!r} has no puzzle")
        _check_solution(puzzle, deposit, solution, statements)


def _check_solution(
    puzzle: VerifyKey, deposit: Deposit, solution: Signature, statements: Statements
) -> None:
    binding = deposit.binding
    message = solution_message(binding.sale_id, deposit.nym, binding.settle_pk)
    try:
        statements.check(
            "ed25519",
            (puzzle, message, solution),
            lambda: verify_signature(puzzle, message, solution),
        )
    except ProofError as error:
        raise Rejection("deposit.solution", "does not verify") from error


def _check_disclosed(terms: Terms, registry: Registry, deposit: Deposit) -> None:
    required = terms.attributes_required
    if tuple(sorted(deposit.disclosed)) != required:
        named = ", ".join(required) or "nothing"
        raise Rejection("deposit.disclosed", f"everybody discloses {named}")
    for name in required:
        value = deposit.disclosed[name]
        if value and value not in _values(registry, name):
            problem = f"{name} has no value {value!r}"
            raise Rejection("deposit.disclosed", problem)


def _check_in_schema(registry: Registry, requirement: Requirement) -> None:
    known = _values(registry, requirement.attribute)
    missing = [value for value in requirement.values if value not in known]
    if missing:
        problem = f"{requirement.attribute} has no value {missing[0]!r} in the registry"
        raise Rejection("registry.requires", problem)


def _values(registry: Registry, name: str) -> Sequence[str]:
    return next((a.values for a in registry.attributes if a.name == name), ())
