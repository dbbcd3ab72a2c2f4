"""Deposits: what an entry says, how it is read back, who is final."""

from dataclasses import replace

import pytest

from fairlot.deposit.deposit import (
    Deposit,
    check_binding,
    check_presentation,
    read_deposit,
)
from fairlot.deposit.final import Position, Positions
from fairlot.deposit.make import make_entry
from fairlot.deposit.payment import make_payment, read_payment
from fairlot.deposit.wish import Wish
from fairlot.entry import EntryHash, EntryType, Role, sign_entry
from fairlot.errors import Rejection
from fairlot.names import HASH_LENGTH, Nym, SaleId, nym_context
from fairlot_crypto import cbor, keys
from fairlot_crypto.cbor import Value
from fairlot_crypto.statements import Statements
from kit.sales import DEPOSIT_TIME, PRICE, cancel, deposit, nym_of, source
from kit.stage import EPOCH, STATEMENTS, Stage
from lies_people import as_map, changed


def read(on: Stage, number: int = 0, seq: int = 0) -> Deposit:
    return read_deposit(deposit(on, number, seq))


def test_an_entry_says_what_was_wished(concert: Stage) -> None:
    made_entry = make_entry(
        concert.credentials,
        concert.members[0].credential,
        concert.terms,
        concert.roll_id,
        EntryType.DEPOSIT,
        EPOCH,
        Wish(3, 2, 700),
        source("entry"),
    )
    entry, own = made_entry.entry, made_entry.keys
    made = read_deposit(entry)
    binding = made.binding
    assert (binding.seq, binding.wants, binding.amount) == (3, 2, 700)
    assert (binding.type, entry.type) == (EntryType.DEPOSIT, EntryType.DEPOSIT)
    assert binding.settle_pk == entry.key == own.settle.public
    assert binding.enc_pk == own.enc.public
    assert binding.board == concert.terms.board.key
    assert binding.asset == concert.terms.asset
    assert (made.epoch, made.entry_hash) == (EPOCH, entry.hash)
    assert entry.type.role is Role.HOLDER


def test_a_fresh_entry_checks(concert: Stage) -> None:
    for entry in (deposit(concert, 0), cancel(concert, 0)):
        made = read_deposit(entry)
        check_binding(concert.terms, concert.registry, entry, made, DEPOSIT_TIME)
        check_presentation(concert.credentials, concert.roll_id, made, Statements())


def test_a_settlement_key_is_looked_at_once(
    concert: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is remembered is the key alone: another one is looked at again."""
    entry, known = deposit(concert, 0), Statements()
    made, looked = read_deposit(entry), list[bytes]()
    look = keys.check_verify_key

    def looking(key: bytes) -> keys.VerifyKey:
        looked.append(key)
        return look(key)

    monkeypatch.setattr(keys, "check_verify_key", looking)
    for _ in range(2):
        check_binding(concert.terms, concert.registry, entry, made, DEPOSIT_TIME, known)
    assert looked == [entry.key]
    bad = replace(made.binding, settle_pk=keys.VerifyKey(bytes(32)))
    for _ in range(2):
        with pytest.raises(Rejection) as refusal:
            check_binding(
                concert.terms,
                concert.registry,
                entry,
                replace(made, binding=bad),
                DEPOSIT_TIME,
                known,
            )
        assert refusal.value.code == "deposit.settle-key"
    assert looked == [entry.key, bytes(32), bytes(32)]


def test_everything_bound_is_in_ph(concert: Stage) -> None:
    binding = read(concert).binding
    header, _, encoded = binding.ph.partition(b"\x00")
    assert header == b"fairlot-v1/ph"
    value = as_map(cbor.decode(encoded))
    assert value == binding.to_value()
    assert value["order"] == {"wants": binding.wants}
    assert value["group"] is None


def test_the_context_is_the_sale(concert: Stage) -> None:
    sale_id = concert.terms.sale_id
    assert nym_context(sale_id) == b"fairlot-v1/nym\x00" + sale_id


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("ph", []),
        ("ph.order", {}),
        ("ph.order", {"wants": 1, "price": 2}),
        ("ph.order.wants", -1),
        ("ph.order.wants", True),
        ("ph.amount", 2**64),
        ("ph.seq", None),
        ("ph.salt", bytes(31)),
        ("ph.refund_to", bytes(33)),
        ("ph.settle_pk", "key"),
        ("ph.asset", b"seat"),
        ("ph.group", 0),
        ("ph.type", "PAID"),
        ("nym", bytes(47)),
        ("proof", "proof"),
        ("epoch", -1),
        ("disclosed", []),
    ],
)
def test_a_malformed_deposit_is_refused(concert: Stage, path: str, new: Value) -> None:
    body = as_map(changed(dict(deposit(concert, 0).body), path, new))
    entry = replace(deposit(concert, 0), body=body)
    with pytest.raises(Rejection) as caught:
        read_deposit(entry)
    assert caught.value.code == "entry.field"


def test_a_nym_belongs_to_one_sale(concert: Stage) -> None:
    other = concert.with_terms(replace(concert.terms, title="Another"))
    assert nym_of(deposit(other, 0)) != nym_of(deposit(concert, 0))
    assert nym_of(deposit(concert, 0)) != nym_of(deposit(concert, 1))


def test_a_verified_presentation_is_remembered_by_all_that_it_depends_on(
    concert: Stage,
) -> None:
    """A cache hit for one deposit is none for a changed one."""
    made = read(concert)
    check_presentation(concert.credentials, concert.roll_id, made, STATEMENTS)
    binding = replace(made.binding, salt=bytes(32))
    for other in (
        replace(made, binding=binding),
        replace(made, nym=nym_of(deposit(concert, 1))),
        replace(made, proof=made.proof[:-1] + bytes([made.proof[-1] ^ 1])),
        replace(made, epoch=EPOCH + 1),
    ):
        with pytest.raises(Rejection) as caught:
            check_presentation(concert.credentials, concert.roll_id, other, STATEMENTS)
        assert caught.value.code == "deposit.presentation"


# Which entry is final.


def ranked(on: Stage, epoch: int, seq: int, entry_hash: bytes) -> Deposit:
    made = read(on)
    binding = replace(made.binding, seq=seq)
    name = EntryHash(entry_hash.ljust(HASH_LENGTH, b"\0"))
    return replace(made, epoch=epoch, binding=binding, entry_hash=name)


def test_the_order_is_epoch_then_seq_then_hash(concert: Stage) -> None:
    rising = [
        ranked(concert, 1, 9, b"\xff"),
        ranked(concert, 2, 0, b"\x00"),
        ranked(concert, 2, 0, b"\x01"),
        ranked(concert, 2, 3, b"\x00"),
        ranked(concert, 3, 0, b"\x00"),
    ]
    for arrival in (rising, rising[::-1], rising[2:] + rising[:2]):
        positions = Positions()
        for each in arrival:
            positions.place(each)
        # The proof is needed no more.
        last = replace(rising[-1], proof=b"")
        assert [p.final for p in positions.by_nym.values()] == [last]


def test_a_position_is_funded_when_all_is_paid(concert: Stage) -> None:
    made, cancelled = read(concert), read_deposit(cancel(concert, 0))
    assert not Position(made, bytes(32), paid=PRICE - 1).funded
    assert Position(made, bytes(32), paid=PRICE).funded
    assert not Position(cancelled, bytes(32), paid=PRICE).funded


def test_a_deposit_of_nothing_is_funded_at_once(concert: Stage) -> None:
    made = read_deposit(deposit(concert, 0, amount=0))
    assert Position(made, bytes(32)).funded


# Payments.


def test_a_payment_reads_back(concert: Stage) -> None:
    nym = nym_of(deposit(concert, 0))
    entry = concert.payment(nym, 12)
    assert read_payment(entry)[:2] == (nym, 12)
    assert entry.key == concert.terms.escrow


def test_references_are_fresh(concert: Stage) -> None:
    nym, stream = nym_of(deposit(concert, 0)), source("refs")
    refs = {
        read_payment(
            make_payment(concert.terms.sale_id, nym, 1, concert.parts.escrow, stream)
        )[2]
        for _ in range(3)
    }
    assert len(refs) == 3


@pytest.mark.parametrize(
    ("field", "new"),
    [
        ("amount", 0),
        ("amount", -1),
        ("amount", True),
        ("nym", bytes(47)),
        ("ref", bytes(15)),
        ("memo", "hello"),
    ],
)
def test_a_malformed_payment_is_refused(concert: Stage, field: str, new: Value) -> None:
    body = {**concert.payment(Nym(bytes(48)), 1).body, field: new}
    entry = sign_entry(EntryType.PAID, SaleId(bytes(32)), body, concert.parts.escrow)
    with pytest.raises(Rejection) as caught:
        read_payment(entry)
    assert caught.value.code == "entry.field"
