"""A host takes requests out of a mailbox, and a recovery's waits until the leaf is theirs."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast
from unittest.mock import patch

import pytest

from command import fairlot, in_process
from fairlot.cli.host.accounts import Accounts
from fairlot.cli.host.asked import Listening
from fairlot.cli.host.carrying import Carrying, Payments, Told
from fairlot.cli.host.cast import MAIL
from fairlot.cli.host.command import what_is_next
from fairlot.cli.host.hosted import Hosted, keep
from fairlot.cli.host.hosting import awaited
from fairlot.cli.host.joining import Joining
from fairlot.cli.host.roles import Place, Ran, reason
from fairlot.cli.host.running import Ended
from fairlot.cli.host.selling import Announced, Selling
from fairlot.inputs.member_list import Member
from fairlot.service.mailbox import Mailbox, Parcel, code_hash
from fairlot.service.problems import UnavailableError
from json_formats import check_forms

VECTORS = Path(__file__).parents[1] / "vectors" / "issuer.json"
ANN = Member("Ann", (("age", "adult"),))


def recovery() -> bytes:
    """Return a request of the published vectors."""
    cases = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]
    (found,) = (each for each in cases if each["name"] == "read-request-recover")
    return bytes.fromhex(found["input"]["data"])


class Issuers:
    """Issuers who can do, each time that they are asked, what the log lets them."""

    def __init__(self, *steps: str) -> None:
        self.steps: Iterator[str] = iter(steps)
        self.posted: list[str] = []

    def follow(self, _address: str) -> None:
        pass

    def agree(self, place: Place, step: str, mail: str) -> str:
        assert (step, place.path(step).read_bytes()) == ("recover", recovery())
        done = next(self.steps)
        if "." in done:
            problem = f"issuer-1 could not issuer recover: refused: {done}: no"
            raise UnavailableError("host.step", problem)
        place.path(mail).joinpath(f"0a-{done}-1.part").write_bytes(done.encode())
        return done

    def post_made(self, _place: Place, mail: str, made: str, _address: str) -> None:
        assert mail == MAIL
        self.posted.append(made)


def accounts_of(issuers: Issuers) -> Accounts:
    return Accounts(cast("Joining", issuers))


def carried(folder: Path, issuers: Issuers, times: int) -> bytes | None:
    """Carry so many times, and return the answer to Ann's request."""
    Mailbox.create(folder / "mailbox", ["annscode"])
    (folder / "desk").mkdir()
    box = Mailbox(folder / "mailbox")
    members = {code_hash("annscode").hex(): ANN}
    carrying = Carrying(accounts_of(issuers), box, members, folder / "desk")
    named = box.take("annscode", recovery())
    for number in range(times):
        with patch.object(time, "monotonic", return_value=10.0 * number):
            carrying.carry("http://127.0.0.1:9")
    return box.answer(named)


class Escrow:
    """Books what has a nym of two letters."""

    def __init__(self) -> None:
        self.booked: list[tuple[str, ...]] = []

    def book(self, *row: str) -> None:
        if len(row[1]) != 2:
            raise UnavailableError("host.step", "escrow could not escrow paid: no nym")
        self.booked.append(row)


def test_payments_are_booked_once_and_said_and_so_is_what_is_refused(
    tmp_path: Path,
) -> None:
    path, wrong, booked, escrow = tmp_path / "p.csv", [""], [""], Escrow()
    payments = Payments(path, "cd", Told(wrong.append), Told(booked.append))
    path.write_text("nym,amount,reference\nab,5,x\nabc,5,y\nab;6;z\nab,7,unended")
    for _ in range(3):
        payments.book(cast("Selling", escrow))
    assert escrow.booked == [("cd", "ab", "5", "x")]
    assert booked[1:] == ["Booked 5 for ab… (x)."]
    assert wrong[1:] == [
        f"{path}: ab;6;z has not 3 cells: write nym,amount,reference, with commas",
        "abc,5,y: escrow could not escrow paid: no nym",
    ]


def test_of_wrong_usage_a_host_says_what_is_wrong() -> None:
    said = fairlot("escrow", "paid", "x", "--nym", "ab").err
    assert said.startswith("usage: ")
    assert reason(said) == "argument --nym: must be 96 hexadecimal digits"
    assert reason("fairlot: phase.wrong: too early\n") == "phase.wrong: too early"


def test_a_host_says_where_the_round_goes_that_the_draw_waits_for() -> None:
    missing = {"missing": "round", "chain": "ab12", "round": 7, "due": 1_900_000_000}
    said = awaited(missing, Path("sale") / "round.json")
    assert "round 7 of drand, due 2030-03-17 17:46:40Z" in said
    assert "/ab12/public/7 into " in said
    assert said.endswith("round.json.")


def test_a_recovery_is_answered_once_the_leaf_is_theirs(tmp_path: Path) -> None:
    issuers = Issuers("begin", "life.early", "life.early", "complete", "box")
    found = carried(tmp_path, issuers, 4)
    assert (found, issuers.posted) == (None, ["begin", "complete"])
    # The same again, after the host has ended and begun again.
    box = Mailbox(tmp_path / "mailbox")
    (named,) = box.waiting()
    members = {code_hash("annscode").hex(): ANN}
    again = Carrying(accounts_of(issuers), box, members, tmp_path / "desk")
    again.carry("http://127.0.0.1:9")
    answer = box.answer(named)
    assert answer is not None
    names = [name for name, _ in Parcel.from_bytes(answer).files]
    assert "0a-box-1.part" in names
    assert box.waiting() == []


def test_what_has_to_wait_is_looked_at_now_and_then(tmp_path: Path) -> None:
    issuers = Issuers("begin", "life.early")
    Mailbox.create(tmp_path / "mailbox", ["annscode"])
    (tmp_path / "desk").mkdir()
    box = Mailbox(tmp_path / "mailbox")
    members = {code_hash("annscode").hex(): ANN}
    carrying = Carrying(accounts_of(issuers), box, members, tmp_path / "desk")
    box.take("annscode", recovery())
    with patch.object(time, "monotonic", return_value=1.0):
        # A third question would find no step left.
        for _ in range(5):
            carrying.carry("http://127.0.0.1:9")
    assert issuers.posted == ["begin"]


def test_a_recovery_that_issuers_refuse_is_answered_with_their_code(
    tmp_path: Path,
) -> None:
    answer = carried(tmp_path, Issuers("recovery.person"), 1)
    assert answer is not None
    assert Parcel.from_bytes(answer).code == "recovery.person"


@pytest.mark.parametrize("code", [0, 1])
def test_a_host_answers_machines_with_how_it_ended(code: int, tmp_path: Path) -> None:
    audit = Ran(code, "the report\n", "fairlot: it does not hold\n" if code else "")
    ended = Ended("ab" * 32, "nobody has anything\n", "void", audit)
    with in_process(), patch("fairlot.cli.host.command.demonstrate") as play:
        play.return_value = ended
        ran = fairlot("host", "--demo", "--dir", tmp_path / "sale", "--json")
    check_forms("hosted-sale", ran.out)
    said = json.loads(ran.out)
    assert (ran.code, said["holds"], said["result"]) == (code, not code, "void")
    assert bool(ran.err) == bool(code)
    with in_process(), patch("fairlot.cli.host.command.demonstrate") as play:
        play.return_value = ended
        kept = fairlot("host", "--demo", "--dir", tmp_path / "other")
        gone = fairlot("host", "--demo")
    again = f"fairlot audit {tmp_path / 'other' / 'auditor' / 'transcript.fairlot'}"
    assert again in kept.out
    assert "--dir DIR keeps" in gone.out


def test_after_a_hosted_sale_it_is_said_how_its_board_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "sale"
    folder.mkdir()
    sale = Announced("ab" * 32, 1, 2, 3, 4, 5, 6)
    kept = Hosted("cd" * 32, sale, "t", 2, 600, 1, Listening("::1"), 8080, 8082)
    keep(folder, kept)
    said = what_is_next(folder, demo=False)
    board = folder / "board" / "folder"
    assert said.endswith(f"fairlot board serve {board} --port 8080 --host ::1")
