"""A person takes part in a sale with a wallet, by files (specs/wallet.md, sections 8, 9)."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from buyer import Buyer
from command import Killed, Ran, code_of, fairlot, in_process
from fairlot.audit.sentences import utc
from fairlot.board.storage import MemoryStorage
from fairlot.deposit.nym import nym_of
from fairlot_crypto.log.merkle import inclusion_proof
from fairlot_crypto.log.proof import LogProof
from kit.sales import DEPOSIT_TIME, PRICE, play
from kit.stage import Stage

SELLING = "fairlot.cli.wallet.selling"


@pytest.fixture
def buyer(concert: Stage, tmp_path: Path) -> Buyer:
    return Buyer(concert, tmp_path)


def said(ran: Ran) -> dict[str, Any]:
    assert ran.code == 0, ran.err
    return dict(json.loads(ran.out))


@pytest.mark.thorough
def test_a_wallet_enters_a_sale_and_the_board_takes_it(buyer: Buyer) -> None:
    nym = said(buyer.run("group"))["nym"]
    made = said(buyer.deposit())
    assert (made["nym"], made["type"], made["again"]) == (nym, "DEPOSIT", False)
    buyer.post(buyer.entry())
    member = buyer.on.members[0]
    expected = nym_of(buyer.on.curve, member.identity, buyer.on.terms.sale_id)
    assert bytes.fromhex(nym) == expected
    assert expected in buyer.board.state.positions.by_nym
    shown = said(buyer.run("receipt"))
    assert [each["index"] is not None for each in shown["entries"]] == [True]


@pytest.mark.thorough
def test_what_was_made_before_a_kill_is_sent_to_the_byte_and_nothing_else(
    buyer: Buyer,
) -> None:
    killed = patch(f"{SELLING}.write_message", side_effect=Killed)
    with in_process(), killed, pytest.raises(Killed):
        buyer.deposit()
    (taking,) = buyer.content.takings
    (kept,) = taking.sent
    again = said(buyer.deposit())
    assert again["again"] is True
    assert buyer.entry().encoded == kept.entry.encoded
    assert buyer.content.takings == (taking,)
    ran = buyer.deposit("--wants", "2", out="other")
    assert code_of(ran) == (2, "wallet.entered")
    assert not (buyer.folder / "other").exists()


@pytest.mark.thorough
def test_terms_that_differ_from_what_was_told_are_not_signed(buyer: Buyer) -> None:
    before, out = buyer.content, buyer.folder / "entry"
    order = ("--amount", str(PRICE), "--out", out)
    ran = buyer.run("deposit", *order, "--max-price", str(PRICE - 1))
    assert code_of(ran) == (2, "wallet.price")
    other = buyer.on.with_terms(replace(buyer.on.terms, title="Concert!"))
    storage = MemoryStorage()
    play(other.board(storage), other, "open")
    log = buyer.folder / "other-log"
    log.write_bytes(storage.data)
    for step, words in (
        ("deposit", (*order, "--max-price", str(PRICE))),
        ("cancel", ("--out", out)),
        ("claim", ("--out", out)),
        ("group", ()),
    ):
        assert code_of(buyer.run(step, *words, log=log)) == (2, "wallet.sale")
    assert buyer.content == before
    assert not out.exists()


@pytest.mark.thorough
def test_an_older_copy_of_a_wallet_notices_what_it_has_forgotten(buyer: Buyer) -> None:
    older = buyer.path.read_bytes()
    said(buyer.deposit())
    first = buyer.entry()
    buyer.post(first)
    buyer.path.write_bytes(older)
    ran = buyer.deposit(out="second")
    assert code_of(ran) == (2, "wallet.elsewhere")
    said(buyer.deposit("--replace", out="second"))
    second = buyer.entry("second")
    buyer.post(second)
    # A second entry of the same person, not a second person: the later one counts.
    (position,) = buyer.board.state.positions.by_nym.values()
    assert position.final.entry_hash == second.hash
    assert position.final.binding.seq == 1
    assert first.key != second.key


@pytest.mark.thorough
def test_an_older_copy_without_the_log_makes_another_entry_of_the_same_nym(
    buyer: Buyer,
) -> None:
    """What no file can show: the wallet was put back, and the log is as it was."""
    older = buyer.path.read_bytes()
    first = said(buyer.deposit())
    buyer.path.write_bytes(older)
    second = said(buyer.deposit(out="second"))
    assert first["nym"] == second["nym"]
    assert first["entry"] != second["entry"]
    buyer.post(buyer.entry())
    buyer.post(buyer.entry("second"))
    assert len(buyer.board.state.positions.by_nym) == 1


@pytest.mark.thorough
def test_a_deposit_is_replaced_and_cancelled(buyer: Buyer) -> None:
    assert code_of(buyer.run("cancel", "--out", buyer.folder / "none")) == (
        2,
        "wallet.entered",
    )
    said(buyer.deposit())
    buyer.post(buyer.entry())
    replacing = said(buyer.deposit("--wants", "2", "--replace", out="more"))
    assert replacing["again"] is False
    again = said(buyer.deposit("--wants", "2", "--replace", out="more"))
    assert (again["again"], again["entry"]) == (True, replacing["entry"])
    buyer.post(buyer.entry("more"))
    gone = said(buyer.run("cancel", "--out", buyer.folder / "gone"))
    assert gone["type"] == "CANCEL"
    buyer.post(buyer.entry("gone"))
    (position,) = buyer.board.state.positions.by_nym.values()
    assert (position.final.binding.wants, position.final.binding.seq) == (0, 2)


@pytest.mark.thorough
def test_receipts_are_kept_and_must_be_the_wallets_own(buyer: Buyer) -> None:
    ran = buyer.run("receipt")
    assert code_of(ran) == (2, "wallet.entered")
    said(buyer.deposit())
    ran = buyer.run("receipt")
    assert (ran.code, json.loads(ran.out)["entries"][0]["index"]) == (1, None)
    proof = buyer.post(buyer.entry())
    folder = buyer.folder / "receipts"
    folder.mkdir()
    ran = buyer.run("receipt", "--receipt", folder)
    assert code_of(ran) == (2, "receipt.unreadable")
    (folder / "mine.tlog-proof").write_bytes(proof.read_bytes())
    (folder / "notes").write_text("mine")
    (found,) = said(buyer.run("receipt", "--receipt", folder))["entries"]
    assert found["receipts"] == 1
    (found,) = said(buyer.run("receipt", "--receipt", proof))["entries"]
    assert found["receipts"] == 1
    assert said(buyer.run("receipt"))["entries"] == [found]
    taken = LogProof.parse(proof.read_bytes())
    tree = buyer.board.state.tree
    hashes = tuple(inclusion_proof(tree, 0, tree.size))
    strange = buyer.folder / "strange"
    strange.write_bytes(LogProof(0, hashes, taken.signed).to_bytes())
    ran = buyer.run("receipt", "--receipt", strange)
    assert code_of(ran) == (2, "wallet.receipt")
    strange.write_bytes(LogProof(0, taken.hashes, taken.signed).to_bytes())
    ran = buyer.run("receipt", "--receipt", strange)
    assert code_of(ran) == (2, "wallet.receipt")
    (taking,) = buyer.content.takings
    assert taking.receipts == (proof.read_bytes(),)


@pytest.mark.thorough
def test_whoever_deposits_less_than_anything_costs_is_told(buyer: Buyer) -> None:
    limit = ("--max-price", str(PRICE))
    for amount, told in ((PRICE, False), (PRICE - 1, True)):
        out = (
            "--amount",
            str(amount),
            "--replace",
            "--out",
            buyer.folder / f"{amount}",
        )
        ran = buyer.run("deposit", *out, *limit)
        assert (ran.code, "pays for nothing" in ran.err) == (0, told), ran.err


def test_who_comes_before_the_opening_is_told_when_it_is(buyer: Buyer) -> None:
    storage = MemoryStorage()
    play(buyer.on.board(storage), buyer.on, "terms")
    log = buyer.folder / "early"
    log.write_bytes(storage.data)
    order = ("--amount", str(PRICE), "--max-price", str(PRICE))
    ran = buyer.run("deposit", *order, "--out", buyer.folder / "early-entry", log=log)
    assert code_of(ran) == (2, "wallet.phase")
    assert f"it opens {utc(buyer.on.terms.times.open)}; take a newer copy" in ran.err


@pytest.mark.thorough
def test_nothing_is_made_in_a_phase_that_takes_nothing(buyer: Buyer) -> None:
    ran = buyer.run("claim", "--out", buyer.folder / "claim")
    assert code_of(ran) == (2, "wallet.phase")
    storage = MemoryStorage()
    play(buyer.on.board(storage), buyer.on)
    log = buyer.folder / "over"
    log.write_bytes(storage.data)
    order = ("--amount", str(PRICE), "--max-price", str(PRICE))
    words = (*order, "--out", buyer.folder / "late", "--replace")
    ran = buyer.run("deposit", *words, log=log)
    assert code_of(ran) == (2, "wallet.phase")


@pytest.mark.thorough
def test_one_claim_is_made_in_an_epoch(buyer: Buyer) -> None:
    storage = MemoryStorage()
    board = play(buyer.on.board(storage), buyer.on)
    log = buyer.folder / "over"
    log.write_bytes(storage.data)
    older = buyer.path.read_bytes()
    out = buyer.folder / "claim"
    made = said(buyer.run("claim", "--out", out, log=log))
    again = said(buyer.run("claim", "--out", out, log=log))
    assert (made["again"], again["again"]) == (False, True)
    (receipt,) = board.append([buyer.entry("claim")], board.state.clock)
    assert receipt.refusal is None
    log.write_bytes(storage.data)
    buyer.path.write_bytes(older)
    ran = buyer.run("claim", "--out", buyer.folder / "second", log=log)
    assert code_of(ran) == (2, "wallet.elsewhere")


@pytest.mark.thorough
def test_a_credential_of_yesterday_enters_nothing(buyer: Buyer) -> None:
    tomorrow = ("--time", str(DEPOSIT_TIME + 2 * buyer.on.registry.epoch))
    ran = buyer.deposit(*tomorrow)
    assert code_of(ran) == (2, "wallet.no-credential")


def test_what_is_set_need_not_be_said(buyer: Buyer) -> None:
    words = ("wallet", "group", buyer.path, buyer.log, "--json")
    secret = {"FAIRLOT_PASSWORD_FILE": str(buyer.password)}
    assert code_of(fairlot(*words, env=secret)) == (2, "settings.missing")
    config = buyer.folder / "config.toml"
    config.write_text(f'sale = "{buyer.on.terms.sale_id.hex()}"\n')
    told = {**secret, "FAIRLOT_CONFIG": str(config)}
    found = said(fairlot(*words, env=told))
    assert found["nym"] == said(buyer.run("group"))["nym"]
    # A sale that was told by mistake is refused wherever it was told.
    other = {**told, "FAIRLOT_SALE": "00" * 32}
    assert code_of(fairlot(*words, env=other)) == (2, "wallet.sale")
