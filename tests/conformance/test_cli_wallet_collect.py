"""A person collects what they have won with a wallet, by files (specs/wallet.md, 9)."""

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from buyer import Buyer
from command import Killed, Ran, code_of, fairlot, in_process
from fairlot.audit.sentences import utc
from fairlot.entry import EntryType
from json_formats import check_document
from kit.claims import claimed
from kit.collecting import collecting, due, number_of, played_until, winners
from kit.sales import PRICE, post, steps
from kit.stage import EPOCH, Stage

SELLING = "fairlot.cli.wallet.selling"


def said(ran: Ran) -> dict[str, Any]:
    assert ran.code == 0, ran.err
    return dict(json.loads(ran.out))


def shown(buyer: Buyer) -> Any:  # noqa: ANN401 (JSON)
    """Return what ``wallet status --json`` says of the sale."""
    own = ("--password-file", buyer.password, "--json")
    (sale,) = check_document(fairlot("wallet", "status", buyer.path, *own).out)["sales"]
    return sale


def log_of(on: Stage, folder: Path, until: str) -> Path:
    """Return the log of a sale in which everybody but the wallet has made the deposits."""
    path = folder / f"played-{until}"
    path.write_bytes(played_until(on, until).data)
    return path


def draw(buyer: Buyer) -> None:
    """Let the sale go on from its deposits to RESULT."""
    left = iter(steps(buyer.on, ()))
    next(step for step in left if step.name == "deposits")
    for step in left:
        for receipt in post(buyer.board, buyer.on, step):
            assert receipt.refusal is None, receipt.refusal


def entered(folder: Path) -> Buyer:
    """Return somebody who has deposited with a wallet, and won the only seat."""
    buyer = Buyer(collecting(("ann",)), folder)
    said(buyer.deposit())
    entry = buyer.entry()
    buyer.post(entry)
    (nym,) = buyer.board.state.positions.by_nym
    buyer.post(buyer.on.payment(nym, PRICE))
    draw(buyer)
    assert winners(buyer.board.state) == (nym,)
    return buyer


def ended(buyer: Buyer) -> tuple[int, ...]:
    """Return the units that the wallet's person has when all is over."""
    on, (ends, named) = buyer.on, due(buyer.on)
    board = buyer.board
    board.append([on.sign(EntryType.COLLECT_END)], ends)
    board.append([on.round(named)], named.due)
    body = board.state.second_draw(named.due).to_value(on.terms)
    board.append([on.sign(EntryType.REDRAWN, body)], named.due)
    return tuple(line.units for line in board.state.ledger)


@pytest.mark.thorough
def test_a_seat_is_collected_by_hand_although_a_thief_claims_it(tmp_path: Path) -> None:
    buyer = entered(tmp_path)
    ends, _ = due(buyer.on)
    assert shown(buyer)["collect"] == ends
    time = buyer.board.state.clock + 60
    member = buyer.on.members[0]
    thief = claimed(buyer.on, member.credential, EPOCH, "thief", seq=7)
    buyer.board.append([thief.entry], time)
    (nym,) = winners(buyer.board.state)
    assert buyer.board.state.controller(nym).entry_hash == thief.entry.hash
    out = tmp_path / "collect"
    made = said(buyer.run("collect", "--out", out))
    assert (made["type"], made["again"]) == ("COLLECT", False)
    (receipt,) = buyer.board.append([buyer.entry("collect")], time + 60)
    assert receipt.refusal is None
    proof = tmp_path / "proof"
    proof.write_bytes(buyer.board.proof_of(receipt).to_bytes())
    found = said(buyer.run("receipt", "--receipt", proof))["entries"][-1]
    assert (found["type"], found["receipts"]) == ("COLLECT", 1)
    again = said(buyer.run("collect", "--out", out))
    assert (again["again"], again["entry"]) == (True, made["entry"])
    told = fairlot(*buyer.words("collect", "--out", out)).out
    assert f"It must be on the log by {utc(ends)}" in told
    own = ("--password-file", buyer.password)
    told = fairlot("wallet", "status", buyer.path, *own).out
    assert f"the COLLECT must be on the log by {utc(ends)}" in " ".join(told.split())
    assert ended(buyer) == (1,)


@pytest.mark.thorough
def test_what_was_collected_before_a_kill_is_sent_to_the_byte(tmp_path: Path) -> None:
    buyer, out = entered(tmp_path), tmp_path / "collect"
    older = buyer.path.read_bytes()
    killed = patch(f"{SELLING}.write_message", side_effect=Killed)
    with in_process(), killed, pytest.raises(Killed):
        buyer.run("collect", "--out", out)
    assert not out.exists()
    (taking,) = buyer.content.takings
    kept = taking.sent[-1]
    assert kept.entry.type is EntryType.COLLECT
    assert said(buyer.run("collect", "--out", out))["again"] is True
    assert buyer.entry("collect").encoded == kept.entry.encoded
    # Another claim of theirs on the log changes nothing of what was made.
    member = buyer.on.members[0]
    mine = claimed(buyer.on, member.credential, EPOCH, "mine")
    buyer.board.append([mine.entry], buyer.board.state.clock)
    said(buyer.run("collect", "--out", out))
    buyer.board.append([buyer.entry("collect")], buyer.board.state.clock)
    # Whoever puts an older copy of the file back is told that the seat is kept.
    buyer.path.write_bytes(older)
    ran = buyer.run("collect", "--out", tmp_path / "more")
    assert code_of(ran) == (2, "wallet.collected")
    assert not (tmp_path / "more").exists()
    assert buyer.path.read_bytes() == older


@pytest.mark.thorough
def test_who_has_not_won_has_nothing_to_collect(tmp_path: Path) -> None:
    on = collecting()
    (winner,) = winners(played_until(on, "result").state)
    loser = (number_of(on, winner) + 1) % len(on.members)
    buyer, out = Buyer(on, tmp_path, loser), tmp_path / "collect"
    # Before RESULT as behind it: the draw is everybody's to compute.
    for until in ("reveals", "result"):
        ran = buyer.run("collect", "--out", out, log=log_of(on, tmp_path, until))
        assert code_of(ran) == (2, "wallet.not-won")
    assert not out.exists()
    assert buyer.content.takings == ()


@pytest.mark.thorough
def test_whoever_has_lost_the_keys_claims_first_and_collects_then(
    tmp_path: Path,
) -> None:
    on = collecting()
    board = played_until(on, "result")
    (winner,) = winners(board.state)
    buyer, out = Buyer(on, tmp_path, number_of(on, winner)), tmp_path / "collect"
    log = log_of(on, tmp_path, "result")
    ran = buyer.run("collect", "--out", out, log=log)
    assert code_of(ran) == (2, "wallet.no-key")
    assert "fairlot wallet claim" in ran.err
    said(buyer.run("claim", "--out", tmp_path / "claim", log=log))
    # A claim that is in the file only does not speak for the position yet.
    ran = buyer.run("collect", "--out", out, log=log)
    assert code_of(ran) == (2, "wallet.no-key")
    board.batch(board.state.clock + 60, buyer.entry("claim"))
    log.write_bytes(board.data)
    said(buyer.run("collect", "--out", out, log=log))
    board.batch(board.state.clock + 60, buyer.entry("collect"))
    assert board.state.collects.nyms == {winner}


@pytest.mark.thorough
def test_it_is_collected_in_its_time_only_and_where_one_must(
    concert: Stage, tmp_path: Path
) -> None:
    on = collecting()
    (winner,) = winners(played_until(on, "result").state)
    buyer, out = Buyer(on, tmp_path, number_of(on, winner)), tmp_path / "collect"
    before = buyer.path.read_bytes()
    for until, code in (
        ("deposits", (2, "wallet.phase")),
        ("sealed", (1, "collect.early")),
        ("collect-end", (2, "wallet.phase")),
    ):
        ran = buyer.run("collect", "--out", out, log=log_of(on, tmp_path, until))
        assert code_of(ran) == code, ran.err
    (tmp_path / "other").mkdir()
    other = Buyer(concert, tmp_path / "other")
    ran = other.run("collect", "--out", out)
    assert code_of(ran) == (2, "wallet.phase")
    assert code_of(buyer.run("collect", "--out", out, log=other.log)) == (
        2,
        "wallet.sale",
    )
    assert buyer.path.read_bytes() == before
    assert not out.exists()
