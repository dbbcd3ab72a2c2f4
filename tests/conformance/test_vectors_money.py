"""Recomputes the published vectors of money through the public API."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fairlot.deposit.destination import (
    Account,
    account_of,
    destination,
    destination_salt,
)
from fairlot.deposit.escrow_book import EscrowBook, Paid
from fairlot.escrow.notice import (
    Notice,
    check_signer,
    notice_of,
    open_notice,
    seal_notice,
)
from fairlot.escrow.reconcile import Payment, reconcile, standing
from fairlot.escrow.reference import bank_reference, references_in
from fairlot.escrow.refund_book import read_refund_book
from fairlot.names import Nym, SaleId
from fairlot_crypto.keys import SigningKey, VerifyKey
from vector_case import check_case

FILE = Path(__file__).parent.parent / "vectors" / "money.json"
CASES = json.loads(FILE.read_bytes())["cases"]

Given = Mapping[str, Any]


def octets(given: Given, name: str) -> bytes:
    return bytes.fromhex(given[name])


def account(given: Given) -> dict[str, Any]:
    found = account_of(given["number"], given["name"])
    return {"number": found.number, "name": found.name}


def refund_to(given: Given) -> dict[str, Any]:
    settle = SigningKey.from_seed(octets(given, "settle"))
    named = Account(given["number"], given["name"])
    return {"refund_to": destination(destination_salt(settle), named).hex()}


def reference(given: Given) -> dict[str, Any]:
    sale_id, nym = SaleId(octets(given, "sale_id")), Nym(octets(given, "nym"))
    return {"reference": bank_reference(sale_id, nym, octets(given, "salt"))}


def find(given: Given) -> dict[str, Any]:
    return {"references": list(references_in(given["text"]))}


def made_notice(given: Given) -> dict[str, Any]:
    settle = SigningKey.from_seed(octets(given, "settle"))
    named = None
    if given["account"] is not None:
        named = Account(given["account"], given["name"])
    sale_id, nym = SaleId(octets(given, "sale_id")), Nym(octets(given, "nym"))
    notice = notice_of(sale_id, nym, settle, named)
    sealed = seal_notice(notice, settle, VerifyKey(octets(given, "escrow")))
    return {"notice": sealed.hex(), "reference": notice.reference}


def opened_notice(given: Given) -> dict[str, Any]:
    escrow = SigningKey.from_seed(octets(given, "escrow"))
    notice = open_notice(octets(given, "notice"), escrow)
    keys = {
        Nym(octets(each, "nym")): {VerifyKey(bytes.fromhex(k)) for k in each["keys"]}
        for each in given["keys"]
    }
    check_signer(notice, SaleId(octets(given, "sale_id")), keys)
    refund = None if notice.refund is None else notice.refund.destination.hex()
    found = {"nym": notice.nym.hex(), "reference": notice.reference}
    return {**found, "refund_to": refund}


def reconciled(given: Given) -> dict[str, Any]:
    sale_id = SaleId(octets(given, "sale_id"))
    notices = [
        Notice(sale_id, Nym(octets(e, "nym")), octets(e, "salt"), VerifyKey(bytes(32)))
        for e in given["references"]
    ]
    assert [each.reference for each in notices] == [
        each["reference"] for each in given["references"]
    ]
    book = EscrowBook(
        {
            (sale_id, each["id"]): Paid(Nym(octets(each, "nym")), each["amount"])
            for each in given["booked"]
        }
    )
    payments = [
        Payment(each["id"], each["amount"], each["reference"], "")
        for each in given["payments"]
    ]
    found = reconcile(book, sale_id, payments, notices, (), takes=given["takes"])
    asked = {Nym(octets(each, "nym")): each["amount"] for each in given["asked"]}
    return {
        "came": [
            {
                "id": row.payment.number,
                "came": row.came.value,
                "nym": None if row.nym is None else row.nym.hex(),
            }
            for row in found.rows
        ],
        "stands": [
            {"nym": due.nym.hex(), "paid": due.paid, "stands": due.stands.value}
            for due in standing(found.book.paid.values(), asked, ())
        ],
        "book": found.book.to_bytes().hex(),
    }


def refunds(given: Given) -> dict[str, Any]:
    book = read_refund_book(octets(given, "book"))
    return {"messages": [each.message for each in book.batches]}


OPS = {
    "refunds": refunds,
    "account": account,
    "destination": refund_to,
    "reference": reference,
    "find": find,
    "notice": made_notice,
    "open-notice": opened_notice,
    "reconcile": reconciled,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_money(case: Mapping[str, Any]) -> None:
    check_case(case, lambda given: OPS[given["op"]](given))
