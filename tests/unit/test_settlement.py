"""The ledger: who pays, who gets back what, its hash and its CSV."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import pytest

from fairlot.allocation.entering import Entrant
from fairlot.allocation.outcome import Gain, Outcome
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import (
    Funding,
    LedgerLine,
    allocation_csv,
    check_ledger,
    outcome_hash,
    pools_csv,
    settle,
    settle_void,
)
from fairlot.errors import InvariantError
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool
from fairlot_crypto.cbor import Value, encode
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import tagged_hash

POOL = Pool("main", Mechanism.EQUAL_SHARE, 2, 7, 5)
SEED, SALE = bytes(32), bytes(range(32))
WON = Gain("main", 1, 7)


def nym(i: int) -> Nym:
    return Nym(i.to_bytes(48, "big"))


def drawn(*deposits: int) -> Outcome:
    entrants = [Entrant(nym(i), 1, deposit) for i, deposit in enumerate(deposits)]
    return allocate([POOL], entrants, SEED, SALE)


def fundings(*paid: int) -> list[Funding]:
    return [Funding(nym(i), money, bytes([i])) for i, money in enumerate(paid)]


def test_winners_pay_and_everybody_else_is_refunded_in_full() -> None:
    lines = settle(drawn(10, 7, 6), fundings(10, 9, 6))
    assert lines == (
        LedgerLine(nym(0), 1, 7, 3, b"\x00", gains=(WON,)),
        LedgerLine(nym(1), 1, 7, 2, b"\x01", gains=(WON,)),
        LedgerLine(nym(2), 0, 0, 6, b"\x02"),
    )


def test_cancelled_and_unfunded_deposits_are_refunded() -> None:
    cancelled = Funding(nym(8), 40, b"c", final=False)
    unfunded = Funding(nym(9), 3, b"u")
    lines = settle(drawn(10), [unfunded, *fundings(10), cancelled])
    assert lines[1:] == (
        LedgerLine(nym(8), 0, 0, 40, b"c", final=False),
        LedgerLine(nym(9), 0, 0, 3, b"u"),
    )


def test_a_void_sale_gives_everything_back() -> None:
    lines = settle_void([Funding(nym(2), 5, b"x"), Funding(nym(1), 0, b"y")])
    assert lines == (
        LedgerLine(nym(1), 0, 0, 0, b"y"),
        LedgerLine(nym(2), 0, 0, 5, b"x"),
    )


def test_the_outcome_hash_is_that_of_the_specification() -> None:
    lines = settle(drawn(10, 6), fundings(10, 6))
    data = encode([[nym(0), 1, 7, 3], [nym(1), 0, 0, 6]])
    tag = hashlib.sha256(b"fairlot-v1/outcome").digest()
    expected = hashlib.sha256(tag + tag + len(data).to_bytes(8, "big") + data)
    assert outcome_hash(lines, [POOL]) == expected.digest()


def test_the_csv_has_the_bytes_of_the_contract() -> None:
    cancelled = Funding(nym(255), 40, b"c", final=False)
    lines = settle(drawn(10, 6), [*fundings(10, 6), cancelled])
    first, second = "0" * 96, "0" * 95 + "1"
    expected = f"nym,units,payment,refund\n{first},1,7,3\n{second},0,0,6\n"
    assert allocation_csv(lines) == expected.encode()
    assert allocation_csv(()) == b"nym,units,payment,refund\n"


def test_the_csv_is_sorted_whatever_the_order_of_the_lines() -> None:
    lines = settle(drawn(10, 6, 8), fundings(10, 6, 8))
    assert allocation_csv(lines[::-1]) == allocation_csv(lines)


@pytest.mark.parametrize(
    ("accounts", "code"),
    [
        (fundings(10, 9), "no-funding"),
        ([*fundings(10, 9), Funding(nym(2), 6, b"", final=False)], "no-funding"),
        ([*fundings(10, 9, 6), Funding(nym(2), 6, b"")], "duplicate-nym"),
        (fundings(10, 9, -1), "range"),
        (fundings(10, 9, 2**64), "range"),
    ],
)
def test_accounts_that_do_not_fit_are_refused(
    accounts: Sequence[Funding], code: str
) -> None:
    with pytest.raises(CallerError) as caught:
        settle(drawn(10, 7, 6), accounts)
    assert caught.value.code == f"settlement.{code}"


def test_a_winner_who_has_not_paid_breaks_an_invariant() -> None:
    with pytest.raises(InvariantError, match=r"settlement\.payment-exceeded"):
        settle(drawn(10), fundings(6))


def broken(lines: Sequence[LedgerLine]) -> str:
    with pytest.raises(InvariantError) as caught:
        check_ledger(lines, fundings(10, 6))
    return caught.value.code


def test_each_broken_invariant_is_named() -> None:
    winner, loser = settle(drawn(10, 6), fundings(10, 6))
    check_ledger((winner, loser), fundings(10, 6)[::-1])
    assert broken((loser, winner)) == "settlement.accounts"
    assert broken((winner,)) == "settlement.accounts"
    assert broken((winner, loser, loser)) == "settlement.accounts"
    assert broken((winner, replace(loser, nym=nym(5)))) == "settlement.accounts"
    more = replace(winner, payment=11, refund=-1)
    assert broken((more, loser)) == "settlement.payment-exceeded"
    less = replace(winner, payment=-1, refund=11)
    assert broken((less, loser)) == "settlement.payment-exceeded"
    robbed = replace(loser, payment=6, refund=0)
    assert broken((winner, robbed)) == "settlement.loser-pays"
    short = replace(winner, refund=2)
    assert broken((short, loser)) == "settlement.conservation"
    rich = replace(loser, refund=7)
    assert broken((winner, rich)) == "settlement.conservation"
    moved = replace(loser, refund_to=b"thief")
    more = replace(winner, units=winner.units + 1)
    assert broken((more, loser)) == "settlement.gains"
    assert broken((winner, replace(loser, units=-1))) == "settlement.gains"
    assert broken((winner, moved)) == "settlement.destination"


def test_where_there_are_parts_the_hash_and_a_csv_tell_them() -> None:
    again = replace(POOL, name="again", again=True)
    outcome = allocate([POOL, again], [Entrant(nym(0), 4, 28)], SEED, SALE)
    lines = settle(outcome, [Funding(nym(0), 28, b"")])
    row: list[Value] = [nym(0), 4, 28, 0, [["main", 2, 14], ["again", 2, 14]]]
    assert outcome_hash(lines, [POOL, again]) == tagged_hash("outcome", encode([row]))
    assert pools_csv(lines) == (
        b"nym,pool,units,payment\n"
        + f"{nym(0).hex()},main,2,14\n{nym(0).hex()},again,2,14\n".encode()
    )
