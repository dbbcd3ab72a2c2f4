"""What sealed bids add to the terms: a ladder of deposits and a round that opens them.

Code of specs/terms.md, section 8.
"""

from collections.abc import Sequence
from itertools import pairwise

from fairlot.errors import TermsError, Where
from fairlot.fields import Fields
from fairlot.money import Currency, money_text
from fairlot.terms.named_round import NamedRound, read_named_round
from fairlot.terms.pool import Pool
from fairlot_crypto.timelock.scheme import UNCHAINED_G1

MAX_DEPOSITS = 64


def read_deposits(
    fields: Fields, pools: Sequence[Pool], currency: Currency | None = None
) -> tuple[int, ...]:
    """Return the amounts that a deposit may have; empty for any amount.

    Args:
        fields: of the terms.
        pools: of the terms.
        currency: in which errors state amounts; ``None`` for smallest units.

    Raises:
        TermsError: ``terms.deposits``. For a field of another type or out of range what
            ``fields`` raises.
    """
    if not fields.has("deposits"):
        if any(pool.takes_bids for pool in pools):
            rule = (
                "must be given where a pool takes bids: any amount would tell the bid"
            )
            raise TermsError("terms.deposits", fields.at("deposits"), rule)
        return ()
    amounts = fields.uints("deposits")
    _check_ladder(amounts, fields.at("deposits"), currency)
    return amounts


def _check_ladder(
    amounts: Sequence[int], where: Where, currency: Currency | None
) -> None:
    if not 1 <= len(amounts) <= MAX_DEPOSITS:
        rule = f"must hold 1 to {MAX_DEPOSITS} amounts, and holds {len(amounts)}"
        raise TermsError("terms.deposits", where, rule)
    for first, second in pairwise(amounts):
        if first >= second:
            low, high = (money_text(each, currency) for each in (second, first))
            rule = f"must ascend, each amount once: {low} follows {high}"
            raise TermsError("terms.deposits", where, rule)


def read_bids(fields: Fields, pools: Sequence[Pool]) -> NamedRound | None:
    """Return the round whose signature opens the bids; ``None`` if no pool takes bids.

    ``check_bids_time`` checks the time at which it is due.

    Raises:
        TermsError: ``terms.field``, ``terms.bids``, ``terms.round``.
    """
    where = fields.at("bids")
    if not any(pool.takes_bids for pool in pools):
        if fields.has("bids"):
            rule = "has no meaning where no pool takes bids: remove it"
            raise TermsError("terms.bids", where, rule)
        return None
    if not fields.has("bids"):
        rule = (
            "must be given where a pool takes bids: it names the round that opens them"
        )
        raise TermsError("terms.bids", where, rule)
    named = read_named_round(fields.map("bids"))
    if named.chain.scheme is not UNCHAINED_G1:
        rule = f"must be {UNCHAINED_G1.scheme_id}: no other's rounds can open a bid"
        raise TermsError("terms.bids", (*where, "scheme"), rule)
    return named


def check_bids_time(named: NamedRound, earliest: int, latest: int) -> None:
    """Check that bids stay sealed until nobody can void the sale, and open before its end.

    A contributor who reads bids before that could void the sale, by neither committing
    nor sealing.

    Args:
        named: the round of the bids.
        earliest: t_seal_end + slack and a minute: they are due later.
        latest: t_unlock.

    Raises:
        TermsError: ``terms.bids``.
    """
    if not earliest < named.due < latest:
        rule = f"after {earliest} (seal_end + slack + 60) and before {latest} (unlock)"
        problem = f"is due at {named.due}, but must be due {rule}"
        raise TermsError("terms.bids", ("terms", "bids"), problem)


def check_same_round(bids: NamedRound, drand: NamedRound | None) -> None:
    """Check that one name on the board means one round.

    ROUND entries name a chain by its hash, which does not contain the scheme.

    Raises:
        TermsError: ``terms.bids``.
    """
    if drand is not None and drand.name == bids.name and drand != bids:
        problem = (
            "has the chain hash and the round of beacon.drand, but is another round"
        )
        rule = f"{problem}: name the same chain in both, or another round"
        raise TermsError("terms.bids", ("terms", "bids"), rule)
