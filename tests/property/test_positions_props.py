"""Packed positions are what a dict of positions would be, whatever came before them."""

import hashlib
from dataclasses import replace
from typing import TypeAlias
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlot.deposit.binding import Binding
from fairlot.deposit.deposit import Deposit
from fairlot.deposit.deposits import Wanted
from fairlot.deposit.final import Depositors, Position, Positions, Stake
from fairlot.deposit.recalled import columns_of, recall_positions
from fairlot.entry import EntryHash, EntryType
from fairlot.errors import Rejection
from fairlot.names import Nym, SaleId
from fairlot_crypto import growing
from fairlot_crypto.keys import SealKey, Signature, VerifyKey

Payment: TypeAlias = tuple[Nym, int, bytes]
Step: TypeAlias = Deposit | Payment


def made_of(length: int) -> st.SearchStrategy[bytes]:
    """Return byte strings of a length, of which many are equal."""
    few = st.integers(0, 3).map(lambda number: bytes([number]) * length)
    return few | st.binary(min_size=length, max_size=length)


def named(deposit: Deposit) -> Deposit:
    """Return a deposit with a hash that is that of no other one."""
    digest = hashlib.sha256(repr(deposit).encode()).digest()
    return replace(deposit, entry_hash=EntryHash(digest))


NUMBERS = st.integers(0, 3) | st.integers(0, 2**64 - 1)
NYMS = st.integers(0, 3).map(lambda number: Nym(bytes([number]) * 48))
TEXTS = st.text(max_size=3)
KEYS = made_of(32).map(VerifyKey)
BINDINGS = st.builds(
    Binding,
    type=st.sampled_from((EntryType.DEPOSIT, EntryType.CANCEL)),
    sale_id=st.just(SaleId(bytes(32))),
    seq=NUMBERS,
    amount=NUMBERS,
    asset=st.sampled_from(("EUR", "USD")),
    settle_pk=KEYS,
    enc_pk=made_of(32).map(SealKey),
    refund_to=made_of(32),
    wants=NUMBERS,
    salt=made_of(32),
    board=KEYS,
    not_after=NUMBERS,
    group=st.none() | made_of(32),
    members=st.lists(NYMS, max_size=3).map(tuple),
    tier=st.none() | TEXTS,
    solutions=st.dictionaries(TEXTS, made_of(64).map(Signature), max_size=2),
    bid=st.none() | st.binary(max_size=9),
    choices=st.lists(NUMBERS, max_size=3).map(tuple),
)
DEPOSITS = st.builds(
    Deposit,
    binding=BINDINGS,
    nym=NYMS,
    proof=st.binary(max_size=3),
    epoch=st.integers(0, 2),
    disclosed=st.dictionaries(TEXTS, TEXTS, max_size=2),
    entry_hash=st.just(EntryHash(b"")),
).map(named)
PAYMENTS = st.tuples(NYMS, st.integers(1, 3) | st.just(2**63), made_of(16))
STEPS = st.lists(DEPOSITS | PAYMENTS, max_size=12)


class Model:
    """Positions as a dict has them."""

    def __init__(self) -> None:
        self.known: dict[Nym, Position] = {}
        self.refs: set[bytes] = set()

    def take(self, step: Step) -> str:
        """Take a step, and return the code of its refusal."""
        if isinstance(step, Deposit):
            self._place(replace(step, proof=b""))
            return ""
        nym, amount, ref = step
        if nym not in self.known:
            return "paid.unknown-nym"
        if ref in self.refs:
            return "paid.ref"
        total = self.known[nym].paid + amount
        if total >= 2**64:
            return "paid.total"
        self.refs.add(ref)
        self.known[nym] = replace(self.known[nym], paid=total)
        return ""

    def _place(self, deposit: Deposit) -> None:
        before = self.known.get(deposit.nym)
        if before is None:
            position = Position(deposit, deposit.binding.refund_to)
            self.known[deposit.nym] = position
        elif deposit.precedence > before.final.precedence:
            self.known[deposit.nym] = replace(before, final=deposit)


def taken(positions: Positions, step: Step) -> str:
    """Take a step, and return the code of its refusal."""
    try:
        if isinstance(step, Deposit):
            positions.place(step)
        else:
            positions.pay(*step)
    except Rejection as refusal:
        return refusal.code
    return ""


def check_same(positions: Positions, model: Model) -> None:
    """Compare all that can be asked."""
    by_nym = positions.by_nym
    assert [*by_nym.items()] == [*model.known.items()]
    assert [nym in by_nym for nym in map(Nym, (b"", bytes(47), bytes(48)))] == [
        False,
        False,
        bytes(48) in model.known,
    ]
    assert by_nym.get(Nym(b"\xff" * 48)) is None
    assert {*positions.refs} == model.refs
    found = model.known.items()
    assert [*positions.stakes()] == [
        Stake(
            nym,
            each.paid,
            each.refund_to,
            each.final.binding.type is EntryType.DEPOSIT,
        )
        for nym, each in found
    ]
    assert [*positions.wanted()] == [
        (nym, each.funded, Wanted.of(each.final)) for nym, each in found
    ]
    keys = [
        each.final.binding.settle_pk
        for _, each in found
        if each.funded and each.final.binding.amount > 0
    ]
    assert [*Depositors(positions).keys()] == [*dict.fromkeys(keys)]


def recalled(positions: Positions, leaves: list[Deposit]) -> Positions:
    """Return positions as they come back from a kept state."""
    finals = {each.entry_hash: index for index, each in enumerate(leaves)}
    columns = columns_of(positions, finals)
    assert columns.fits
    return recall_positions(columns, leaves.__getitem__)


@pytest.mark.thorough
@given(STEPS, STEPS, st.sampled_from((0, 300, 1 << 20)))
def test_positions_are_those_of_a_dict(
    first: list[Step], then: list[Step], held: int
) -> None:
    model, positions, leaves = Model(), Positions(), list[Deposit]()
    with patch.object(growing, "HELD", held):
        for steps in (first, then):
            for step in steps:
                assert taken(positions, step) == model.take(step)
                if isinstance(step, Deposit):
                    leaves.append(step)
            check_same(positions, model)
            # Going on from a kept state, or from one that was made from another, is the same.
            positions = recalled(positions, leaves)
            check_same(positions, model)
