"""What sealed bids add to the terms: a ladder of deposits and a round that opens them.

Code of specs/terms.md, section 8.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import cast

from fairlot.errors import TermsError
from fairlot.fields import UINT_MAX, Fields
from fairlot.terms.named_round import NamedRound, read_named_round
from fairlot.terms.pool import Pool
from fairlot.terms.read_fields import field_error
from fairlot_crypto.cbor import Value
from fairlot_crypto.timelock.scheme import UNCHAINED_G1

MAX_DEPOSITS = 64


def read_deposits(fields: Fields, pools: Sequence[Pool]) -> tuple[int, ...]:
    """Return the amounts that a deposit may have; none for any.

    Raises:
        TermsError: ``terms.field``, ``terms.deposits``.
    """
    if fields.has("deposits"):
        return _ladder(fields.array("deposits"), f"{fields.path}.deposits")
    if any(pool.takes_bids for pool in pools):
        problem = "a pool takes bids: without a ladder a deposit would tell the bid"
        raise TermsError(
            "terms.deposits", f"{fields.path}.deposits is absent: {problem}"
        )
    return ()


def read_bids(fields: Fields, pools: Sequence[Pool]) -> NamedRound | None:
    """Return the round whose signature opens the bids, where a pool takes bids.

    When it is due is checked against the times by ``check_bids_time``.

    Raises:
        TermsError: ``terms.field``, ``terms.bids``, ``terms.round``.
    """
    path = f"{fields.path}.bids"
    if fields.has("bids") != any(pool.takes_bids for pool in pools):
        rule = "must be there if and only if a pool takes bids"
        raise TermsError("terms.bids", f"{path} {rule}")
    if not fields.has("bids"):
        return None
    named = read_named_round(fields.map("bids"))
    if named.chain.scheme is not UNCHAINED_G1:
        rule = f"is not {UNCHAINED_G1.scheme_id}: nothing can be sealed to its rounds"
        raise TermsError("terms.bids", f"{path}.scheme {rule}")
    return named


def check_bids_time(named: NamedRound, earliest: int, latest: int) -> None:
    """Check that bids stay sealed until nobody can void the sale, and open before its end.

    Whoever reads bids while commitments are open could void the sale by not committing.

    Args:
        named: the round of the bids.
        earliest: t_commit_end + slack.
        latest: t_unlock.

    Raises:
        TermsError: ``terms.bids``.
    """
    if not earliest < named.due < latest:
        rule = f"is not after {earliest} (commit_end + slack), before {latest} (unlock)"
        raise TermsError(
            "terms.bids", f"terms.bids is due at {named.due}, which {rule}"
        )


def check_same_round(bids: NamedRound, drand: NamedRound | None) -> None:
    """Check that one name on the board means one round.

    The hash of a chain does not hold its scheme, and ROUND entries hold the hash.

    Raises:
        TermsError: ``terms.bids``.
    """
    if drand is not None and drand.name == bids.name and drand != bids:
        problem = "has the chain hash and the round of beacon.drand, and is another"
        raise TermsError("terms.bids", f"terms.bids {problem}")


def _ladder(items: Sequence[Value], path: str) -> tuple[int, ...]:
    for item in items:
        if isinstance(item, bool) or not isinstance(item, int):
            raise field_error(f"{path} is not an array of integers")
        if not 0 <= item <= UINT_MAX:
            raise field_error(f"{path} holds an integer outside 0..{UINT_MAX}")
    problem = ladder_problem(amounts := tuple(cast("Sequence[int]", items)))
    if problem:
        raise TermsError("terms.deposits", f"{path} {problem}")
    return amounts


def ladder_problem(amounts: Sequence[int]) -> str | None:
    """Say which rule of specs/terms.md, section 8, a ladder breaks; ``None`` for none."""
    if not 1 <= len(amounts) <= MAX_DEPOSITS:
        return f"must hold 1 to {MAX_DEPOSITS} amounts"
    if any(first >= second for first, second in pairwise(amounts)):
        return "must ascend, each amount once"
    return None
