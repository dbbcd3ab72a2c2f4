"""Entries: one encoding, one signature, one role."""

import hashlib
from dataclasses import replace

import pytest

from fairlot.entry import (
    Entry,
    EntryType,
    Role,
    body_fields,
    check_signature,
    read_entry,
    sign_entry,
)
from fairlot.errors import Rejection
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.keys import Signature, verify_signature
from fairlot_crypto.statements import Statements
from lies_file import STRANGER
from lies_people import as_map

SCOPE = bytes(range(32))
BODY: dict[str, Value] = {"amount": 1, "name": b"x"}
ENTRY = sign_entry(EntryType.PAID, SCOPE, BODY, STRANGER)


def value_of(entry: Entry) -> dict[str, Value]:
    return dict(as_map(cbor.decode(entry.encoded)))


def refusal(value: Value) -> str:
    with pytest.raises(Rejection) as caught:
        read_entry(value, b"")
    return caught.value.code


@pytest.mark.parametrize("kind", EntryType)
def test_every_type_reads_back(kind: EntryType) -> None:
    entry = sign_entry(kind, SCOPE, BODY, STRANGER)
    assert read_entry(cbor.decode(entry.encoded), entry.encoded) == entry
    check_signature(entry, Statements())


def test_the_encoding_holds_these_fields() -> None:
    assert value_of(ENTRY) == {
        "v": 1,
        "type": "PAID",
        "sale": SCOPE,
        "body": BODY,
        "role": "escrow",
        "key": STRANGER.public,
        "sig": ENTRY.sig,
    }


def test_the_signature_is_over_tag_role_and_hash() -> None:
    unsigned = {k: v for k, v in value_of(ENTRY).items() if k != "sig"}
    digest = hashlib.sha256(cbor.encode(unsigned)).digest()
    message = b"fairlot-v1/entry\x00escrow\x00" + digest
    verify_signature(STRANGER.public, message, ENTRY.sig)


def test_the_hash_covers_the_whole_encoding() -> None:
    assert ENTRY.hash == tagged_hash("entry-hash", ENTRY.encoded)
    other = sign_entry(EntryType.PAID, SCOPE, {**BODY, "amount": 2}, STRANGER)
    assert other.hash != ENTRY.hash


@pytest.mark.parametrize("kind", EntryType)
def test_registry_entries_name_the_registry(kind: EntryType) -> None:
    of_registry = kind in {
        EntryType.REGISTRY,
        EntryType.LEAF,
        EntryType.FREEZE,
        EntryType.RECOVERY,
        EntryType.CLOSURE,
        EntryType.CONTEST,
        EntryType.RULING,
        EntryType.SWITCH,
        EntryType.CLOSED,
        EntryType.ROLL,
        EntryType.PROVIDER,
    }
    entry = sign_entry(kind, SCOPE, BODY, STRANGER)
    assert ("registry" in value_of(entry)) is of_registry
    assert ("sale" in value_of(entry)) is not of_registry


def test_every_role_signs_something() -> None:
    assert {kind.role for kind in EntryType} == set(Role)


@pytest.mark.parametrize(
    ("field", "new"),
    [
        ("v", 0),
        ("v", True),
        ("type", "paid"),
        ("type", 3),
        ("sale", bytes(31)),
        ("role", "seller"),
        ("role", "Escrow"),
        ("body", None),
        ("body", []),
        ("key", bytes(33)),
        ("sig", bytes(63)),
        ("memo", "hello"),
        ("registry", bytes(32)),
    ],
)
def test_a_malformed_entry_is_refused(field: str, new: Value) -> None:
    assert refusal({**value_of(ENTRY), field: new}) == "entry.field"


def test_every_field_must_be_there() -> None:
    value = value_of(ENTRY)
    for name in value:
        left = {k: v for k, v in value.items() if k != name}
        assert refusal(left) == "entry.field"


def test_a_sale_entry_cannot_name_a_registry_instead() -> None:
    value = value_of(ENTRY)
    del value["sale"]
    assert refusal({**value, "registry": SCOPE}) == "entry.field"


def test_the_signature_covers_every_field() -> None:
    for other in (
        replace(ENTRY, type=EntryType.COMMIT),
        replace(ENTRY, scope=bytes(32)),
        replace(ENTRY, body={**BODY, "amount": 2}),
        replace(ENTRY, sig=Signature(bytes(64))),
        replace(ENTRY, type=EntryType.OPEN),
    ):
        with pytest.raises(Rejection) as caught:
            check_signature(other, Statements())
        assert caught.value.code == "entry.signature"


def test_a_remembered_signature_is_none_for_something_else() -> None:
    statements = Statements()
    check_signature(ENTRY, statements)
    with pytest.raises(Rejection):
        check_signature(replace(ENTRY, scope=bytes(32)), statements)


def test_body_errors_name_the_field() -> None:
    fields = body_fields(ENTRY)
    fields.uint("amount")
    with pytest.raises(Rejection) as caught:
        fields.done()
    assert caught.value.code == "entry.field"
    assert "name" in caught.value.message
