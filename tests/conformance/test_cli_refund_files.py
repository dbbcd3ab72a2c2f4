"""Refunds for a bank, each once (specs/money.md, section 5)."""

import csv
import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree as ET

import pytest
import sepaxml
import xmlschema

from command import Killed, Ran, code_of, in_process
from fairlot.escrow.refund_book import read_refund_book
from fairlot.money import Currency
from refund_desk import CALLED, NUMBERS, Desk, on_stage
from refusal import refusal

SCHEMA = Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd"
NS = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, on_stage(Currency("EUR", 2)))


def said(ran: Ran) -> dict[str, Any]:
    assert ran.code == 0, ran.err
    return dict(json.loads(ran.out))


@pytest.mark.thorough
def test_refunds_go_to_the_bank_once_and_validate(desk: Desk) -> None:
    desk.notice(0, 1)
    found = said(desk.export())
    first = desk.files()
    assert sorted(first) == ["refunds-1.csv", "refunds-1.xml"]
    schema = xmlschema.XMLSchema(str(SCHEMA))
    schema.validate(first["refunds-1.xml"].decode())
    # The same again, on whatever day, is the same to the byte.
    assert said(desk.export("2030-07-01")) == found
    assert desk.files() == first
    # What became known later is asked for in a batch of its own.
    desk.notice(2, 3)
    later = said(desk.export("2030-07-01"))
    assert later["batches"][0] == found["batches"][0]
    assert {name: desk.files()[name] for name in first} == first
    amounts: list[int] = []
    for number in range(1, len(later["batches"]) + 1):
        data = desk.files()[f"refunds-{number}.xml"]
        schema.validate(data.decode())
        root = ET.fromstring(data)  # noqa: S314
        amounts += [
            int((each.text or "").replace(".", ""))
            for each in root.iter(f"{NS}InstdAmt")
        ]
        message = later["batches"][number - 1]["message"]
        assert [e.text for e in root.iter(f"{NS}MsgId")] == [message]
    dan = desk.deposits[3].nym.hex()
    expected = sorted(n for nym, n in desk.refunds.items() if nym != dan)
    assert sorted(amounts) == expected
    (open_one,) = later["unknown"]
    assert (open_one["nym"], later["held"]) == (dan, 0)
    total = sum(batch["total"] for batch in later["batches"])
    assert total + open_one["refund"] == sum(desk.refunds.values())


@pytest.mark.thorough
def test_the_bank_is_told_no_nym(desk: Desk) -> None:
    desk.notice(0, 1, 2)
    said(desk.export())
    nyms = [each.nym.hex() for each in desk.deposits]
    for name, data in desk.files().items():
        text = data.decode()
        assert not [nym for nym in nyms if nym in text or nym[:16] in text]
        assert stat.S_IMODE((desk.folder / "out" / name).stat().st_mode) == 0o600
    rows = list(csv.DictReader(desk.files()["refunds-1.csv"].decode().splitlines()))
    assert {(row["account"], row["name"]) for row in rows} <= set(
        zip(NUMBERS, CALLED, strict=True)
    )
    # A name without a letter that banks know keeps back nobody.
    root = ET.fromstring(desk.files()["refunds-1.xml"])  # noqa: S314
    names = [e.text for c in root.iter(f"{NS}Cdtr") for e in c.iter(f"{NS}Nm")]
    assert all(name and name.strip() and name.isascii() for name in names)


@pytest.mark.thorough
@pytest.mark.parametrize("where", ["write_file", "write_kept"])
def test_a_kill_at_any_moment_asks_for_no_refund_twice(desk: Desk, where: str) -> None:
    desk.notice(0, 1)
    killed = patch(f"fairlot.cli.escrow_export.{where}", side_effect=Killed)
    with in_process(), killed, pytest.raises(Killed):
        desk.export()
    assert not (desk.folder / "out").exists()
    desk.notice(2)
    found = said(desk.export("2030-07-01"))
    book = read_refund_book((desk.folder / "key.refunds").read_bytes())
    numbers = [each.number for batch in book.batches for each in batch.transfers]
    assert (
        len(set(numbers))
        == len(numbers)
        == sum(batch["transfers"] for batch in found["batches"])
    )
    assert len(book.batches) == (1 if where == "write_file" else 2)


@pytest.mark.thorough
def test_another_log_moves_no_refund_that_was_asked_for(
    desk: Desk,
) -> None:
    desk.notice(0, 1, 2)
    said(desk.export())
    book = desk.folder / "key.refunds"
    data = read_refund_book(book.read_bytes())
    (batch,) = data.batches
    lower = tuple(replace(t, amount=t.amount + 1) for t in batch.transfers)
    book.write_bytes(
        replace(data, batches=(replace(batch, transfers=lower),)).to_bytes()
    )
    assert code_of(desk.export()) == (2, "escrow.refund")


@pytest.mark.thorough
def test_a_book_of_refunds_has_one_form(desk: Desk) -> None:
    desk.notice(0, 1, 2)
    said(desk.export())
    data = read_refund_book((desk.folder / "key.refunds").read_bytes())
    (batch,) = data.batches
    assert len(batch.transfers) > 1
    wrong = (
        (batch, batch),
        (replace(batch, date="2030-6-3"),),
        (replace(batch, date="2030-02-30"),),
        (replace(batch, transfers=batch.transfers[::-1]),),
        (replace(batch, transfers=()),),
    )
    for batches in wrong:
        encoded = replace(data, batches=batches).to_bytes()
        assert refusal(read_refund_book, encoded) == "escrow.refund-book"
    for encoded in (b"", data.to_bytes() + b"\0", data.to_bytes()[:-1]):
        assert refusal(read_refund_book, encoded) == "escrow.refund-book"


@pytest.mark.thorough
def test_without_euros_there_is_a_list_and_no_file_of_iso_20022(tmp_path: Path) -> None:
    desk = Desk(tmp_path, on_stage(None))
    desk.notice(0, 1, 2)
    said(desk.export())
    assert sorted(desk.files()) == ["refunds-1.csv"]


@pytest.mark.thorough
def test_a_file_that_somebody_changed_is_not_replaced(desk: Desk) -> None:
    desk.notice(0, 1)
    said(desk.export())
    path = desk.folder / "out" / "refunds-1.csv"
    path.write_text("mine")
    assert code_of(desk.export()) == (2, "escrow.exists")
    assert path.read_text() == "mine"


@pytest.mark.thorough
def test_without_the_extra_it_is_said(desk: Desk) -> None:
    desk.notice(0, 1)
    with in_process(), patch.dict("sys.modules", {"fairlot.escrow.bank_file": None}):
        assert code_of(desk.export()) == (2, "escrow.extra")
    assert not (desk.folder / "key.refunds").exists()
