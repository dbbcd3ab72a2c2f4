"""Recomputes the published vectors of items and boxes through the public API."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fairlot.delivery.box import open_item, seal_item
from fairlot.delivery.deliveries import Deliveries
from fairlot.delivery.desk import book_of
from fairlot.delivery.items import ItemBook, Items, Unit, units_of
from fairlot.delivery.vouchers import voucher_codes
from fairlot.entry import EntryHash, EntryType, read_entry
from fairlot.errors import InputError
from fairlot.inputs.item_list import read_item_list
from fairlot.names import Nym, SaleId
from fairlot_crypto import cbor
from fairlot_crypto.keys import OpeningKey, SealKey, SigningKey
from fairlot_crypto.randomness import SeededRandomness
from kit.won import outcome_of
from vector_case import check_case

FILE = Path(__file__).parent.parent / "vectors" / "delivery.json"
CASES = json.loads(FILE.read_bytes())["cases"]

Given = Mapping[str, Any]


def octets(given: Given, name: str) -> bytes:
    return bytes.fromhex(given[name])


def won(given: Given) -> tuple[Unit, ...]:
    rows = [
        (
            each["pool"],
            [(Nym(bytes.fromhex(row["nym"])), row["units"]) for row in each["units"]],
        )
        for each in given["won"]
    ]
    return units_of(outcome_of(rows))


def book(given: Given) -> ItemBook:
    items = [bytes.fromhex(each) for each in given["items"]]
    source = SeededRandomness(octets(given, "seed"))
    return ItemBook.fill(SaleId(octets(given, "sale_id")), won(given), items, source)


def units(given: Given, folder: Path) -> Given:
    del folder
    found = [{"pool": each.pool, "nym": each.nym.hex()} for each in won(given)]
    return {"units": found}


def items(given: Given, folder: Path) -> Given:
    del folder
    public = book(given).public
    return {"count": public.count, "root": public.root.hex()}


def sealed(given: Given, folder: Path) -> Given:
    del folder
    source = SeededRandomness(octets(given, "box_seed"))
    enc_pk = SealKey(octets(given, "enc_pk"))
    return {"box": seal_item(book(given), given["unit"], enc_pk, source).hex()}


def opened(given: Given, folder: Path) -> Given:
    del folder
    item = open_item(
        SaleId(octets(given, "sale_id")),
        Items(given["count"], octets(given, "root")),
        given["unit"],
        octets(given, "box"),
        OpeningKey(octets(given, "secret")),
    )
    return {"item": item.hex()}


def listed(given: Given, folder: Path) -> Given:
    path = folder / "items.txt"
    text = given.get("file")
    path.write_bytes(octets(given, "bytes") if text is None else text.encode())
    return {"items": [item.hex() for item in read_item_list(path)]}


def logged(given: Given, folder: Path) -> Given:
    del folder
    deliveries, units = Deliveries(), won(given)
    claims = {
        Nym(octets(each, "nym")): EntryHash(octets(each, "claim"))
        for each in given["released"]
    }
    for encoded in map(bytes.fromhex, given["entries"]):
        entry = read_entry(cbor.decode(encoded), encoded)
        if entry.type is EntryType.ITEMS:
            deliveries.take_items(entry, units)
        else:
            deliveries.take_delivery(entry, claims.get)
    delivered = sorted(deliveries.by_unit)
    return {"promised": deliveries.promised, "delivered": delivered}


def desk(given: Given, folder: Path) -> Given:
    del folder
    listed_items = [bytes.fromhex(each) for each in given["items"]]
    seller = SigningKey.from_seed(octets(given, "seller"))
    sale_id = SaleId(octets(given, "sale_id"))
    public = book_of(sale_id, won(given), listed_items, seller).public
    return {"count": public.count, "root": public.root.hex()}


def codes(given: Given, folder: Path) -> Given:
    del folder
    seller = SigningKey.from_seed(octets(given, "seller"))
    sale_id = SaleId(octets(given, "sale_id"))
    return {"codes": list(voucher_codes(sale_id, given["count"], seller))}


RUNS: Mapping[str, Callable[[Given, Path], Given]] = {
    "units": units,
    "items": items,
    "seal": sealed,
    "open": opened,
    "list": listed,
    "log": logged,
    "desk": desk,
    "codes": codes,
}


@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_delivery(case: Mapping[str, Any], tmp_path: Path) -> None:
    run = RUNS[case["input"]["op"]]
    error = check_case(case, lambda given: run(given, tmp_path))
    place = case.get("refused", {}).get("place")
    if place is not None:
        assert isinstance(error, InputError)
        assert error.line == place["line"]
