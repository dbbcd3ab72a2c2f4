"""A seller hands items over on a board kept by somebody (specs/delivery.md, section 4)."""

import csv
import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from buyer import Buyer
from command import Ran, code_of
from fairlot.audit.receiving import receive
from fairlot.board.replay import replay
from fairlot.cli.beacon.files import key_file
from fairlot.delivery.items import Unit
from fairlot.delivery.vouchers import COLUMNS, voucher_codes, voucher_table
from fairlot.entry import EntryType
from fairlot.identity.registry import epoch_at
from fairlot.names import Nym, SaleId
from fairlot_crypto.keys import SigningKey
from kit.delivered import released_at, unlock_claim
from kit.sales import deposit, nym_of
from seller_desk import SellerDesk

SALE, KEY = SaleId(bytes(32)), SigningKey.from_seed(bytes([1]) * 32)
PRETIX = {
    *("code", "max_usages", "min_usages", "budget", "valid_until", "block_quota"),
    *(
        "allow_ignore_quota",
        "price_mode",
        "value",
        "item",
        "variation",
        "quota",
        "seat",
    ),
    *("tag", "comment", "show_hidden_items", "all_addons_included"),
    "all_bundles_included",
}
"""The fields of pretix's import of vouchers."""


@pytest.fixture
def desk(tmp_path: Path) -> SellerDesk:
    return SellerDesk(tmp_path)


def said(ran: Ran) -> Mapping[str, Any]:
    assert ran.code == 0, ran.err
    return dict(json.loads(ran.out))


def said_of(ran: Ran, code: int) -> Mapping[str, Any]:
    assert ran.code == code, ran.err
    return dict(json.loads(ran.out))


@pytest.mark.thorough
def test_winners_open_the_codes_that_the_shop_knows(desk: SellerDesk) -> None:
    assert desk.vouchers("--product", "main=Standing").code == 0
    shop = (desk.folder / "shop" / "vouchers.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(shop.splitlines()))
    codes = [row["code"] for row in rows]
    assert {row["item"] for row in rows} == {"Standing"}
    promised = said(desk.deliver())
    assert (promised["promised"], promised["delivered"]) == (2, 0)
    assert desk.post() == []
    # Nothing is due before the unlock, and nothing before claims are released.
    assert said(desk.deliver("--time", "0", out="early"))["entries"] == []
    desk.unlock()
    assert said(desk.deliver("--time", "0", out="early"))["waiting"] == 2
    done = said(desk.deliver(*desk.later(), out="boxes"))
    assert (done["delivered"], done["waiting"], len(done["entries"])) == (2, 0, 2)
    # The same again is the same to the byte.
    assert said(desk.deliver(*desk.later(), out="boxes")) == done
    assert desk.post("boxes", at=released_at(desk.on)) == []
    assert said(desk.deliver(*desk.later(), out="more"))["entries"] == []
    view = replay(desk.storage.data, desk.on.state())
    view.check()
    made = [unlock_claim(desk.on, i) for i in range(len(desk.on.members))]
    keys = {each.entry.hash: each.keys.enc for each in made}
    found = [
        received.item
        for number in range(len(made))
        for received in receive(
            view,
            nym_of(deposit(desk.on, number)),
            lambda claim: keys[claim.entry_hash],
        )
    ]
    assert sorted(item.decode() for item in found if item) == sorted(codes)


@pytest.mark.thorough
def test_another_list_is_not_delivered_after_a_promise(desk: SellerDesk) -> None:
    assert desk.vouchers().code == 0
    other = desk.folder / "other.txt"
    other.write_text("A\nB\n")
    said(desk.deliver())
    desk.post()
    desk.unlock()
    ran = desk.deliver(*desk.later(), items=other, out="others")
    assert code_of(ran) == (2, "seller.items")
    swapped = (desk.folder / "shop" / "items.txt").read_text().split()[::-1]
    other.write_text("\n".join(swapped))
    assert code_of(desk.deliver(*desk.later(), items=other, out="others")) == (
        2,
        "seller.items",
    )
    assert not (desk.folder / "others").exists()


@pytest.mark.thorough
def test_what_does_not_fit_is_refused_and_nothing_is_written(desk: SellerDesk) -> None:
    short = desk.folder / "short.txt"
    short.write_text("A\n")
    assert code_of(desk.deliver(items=short)) == (2, "seller.items")
    for product in ("main", "other=x", "main="):
        assert code_of(desk.vouchers("--product", product)) == (2, "seller.product")
    twice = ("--product", "main=a", "--product", "main=b")
    assert code_of(desk.vouchers(*twice)) == (2, "seller.product")
    assert code_of(desk.vouchers("--sale-id", "1" * 64)) == (2, "seller.sale")
    (desk.folder / "key").write_bytes(key_file(desk.on.parts.escrow))
    assert code_of(desk.vouchers()) == (2, "seller.key")
    assert not (desk.folder / "entries").exists()
    assert not (desk.folder / "shop").exists()


@pytest.mark.thorough
def test_codes_are_the_sellers_own_until_they_are_delivered(desk: SellerDesk) -> None:
    assert desk.vouchers().code == 0
    for path in (desk.folder / "shop").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    codes = (desk.folder / "shop" / "items.txt").read_text().split()
    said(desk.deliver())
    desk.post()
    assert not [code for code in codes if code.encode() in desk.storage.data]


def test_a_shop_is_told_no_nym_and_reads_every_column() -> None:
    units = [Unit(pool, Nym(bytes([n]) * 48)) for n, pool in enumerate("aab")]
    codes = voucher_codes(SALE, 3, KEY)
    table = voucher_table(SALE, units, codes, {"a": "Floor, left"}).decode()
    assert not [each for each in units if each.nym.hex() in table]
    rows = list(csv.DictReader(table.splitlines()))
    assert set(rows[0]) == set(COLUMNS) <= PRETIX
    assert [row["item"] for row in rows] == ["Floor, left", "Floor, left", "b"]
    assert {(r["price_mode"], r["value"], r["max_usages"]) for r in rows} == {
        ("set", "0.00", "1")
    }


def test_codes_are_long_distinct_and_of_one_seller_and_sale() -> None:
    codes = voucher_codes(SALE, 2_000, KEY)
    assert len(set(codes)) == 2_000
    assert all(re.fullmatch("[2-9A-HJ-NP-TV-Z]{18}", code) for code in codes)
    assert voucher_codes(SALE, 5, KEY) == codes[:5]
    for sale, key in (
        (SaleId(bytes([1]) * 32), KEY),
        (SALE, SigningKey.from_seed(bytes([2]) * 32)),
    ):
        assert set(voucher_codes(sale, 2_000, key)).isdisjoint(codes)


@pytest.mark.thorough
def test_a_winner_opens_their_code_with_their_wallet(tmp_path: Path) -> None:
    (tmp_path / "seller").mkdir()
    desk = SellerDesk(tmp_path / "seller")
    buyer = Buyer(desk.on, tmp_path)
    ran = buyer.run("items", log=desk.log)
    (unit,) = said_of(ran, 1)["units"]
    assert (unit["item"], unit["code"]) == (None, None)
    assert desk.vouchers().code == 0
    said(desk.deliver())
    desk.post()
    epoch = epoch_at(desk.on.registry, desk.on.terms.times.unlock)
    buyer.renewed(epoch)
    desk.board.append([desk.on.sign(EntryType.UNLOCK)], desk.on.terms.times.unlock)
    clock = str(desk.on.terms.times.unlock + 10)
    out = ("--out", tmp_path / "claim", "--time", clock)
    said(buyer.run("claim", *out, log=desk.log))
    desk.board.append([buyer.entry("claim")], int(clock))
    said(desk.deliver(*desk.later(), out="boxes"))
    assert desk.post("boxes", at=released_at(desk.on)) == []
    (unit,) = said(buyer.run("items", log=desk.log))["units"]
    codes = (desk.folder / "shop" / "items.txt").read_text().split()
    assert bytes.fromhex(unit["item"]).decode() in codes
    # Another person's wallet opens nothing of it.
    (tmp_path / "other").mkdir()
    other = Buyer(desk.on, tmp_path / "other", 1)
    (unit,) = said_of(other.run("items", log=desk.log), 1)["units"]
    assert unit["item"] is None


@pytest.mark.thorough
def test_a_box_to_a_claim_that_is_not_in_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "seller").mkdir()
    desk = SellerDesk(tmp_path / "seller")
    assert desk.vouchers().code == 0
    said(desk.deliver())
    desk.post()
    desk.unlock()
    said(desk.deliver(*desk.later(), out="boxes"))
    desk.post("boxes", at=released_at(desk.on))
    ran = Buyer(desk.on, tmp_path).run("items", log=desk.log)
    assert code_of(ran) == (2, "wallet.elsewhere")
