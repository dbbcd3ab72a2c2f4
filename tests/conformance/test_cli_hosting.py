"""fairlot host TERMS.toml: people on other machines join by one link, and it ends audited."""

import csv
import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from command import FAIRLOT, Ran, fairlot, interruptible
from fairlot.audit.checks import CHECKS
from json_formats import check_wire

TERMS = """\
title = "A club evening"
asset = "seat"
supply = 1
mechanism = "lottery"
price = 1000

[times]
lockup = "17 days"

[beacon]
contributors = 2
delay = 65536
"""
TIMES = (
    *("--open", "in 150 seconds", "--roll-before", "60 seconds"),
    *("--close", "60 seconds", "--commit", "15 seconds", "--seal", "15 seconds"),
    *("--reveal", "15 seconds", "--slack", "13 seconds", "--no-round"),
)
PATIENCE = 600
PERSON_KNOWN = "enrolment.known-person"


@contextmanager
def hosted(place: Path) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Host a sale, and yield its process with what it says up to the link."""
    (place / "terms.toml").write_text(TERMS)
    (place / "members.csv").write_text("person,attr:age\nAnn Roe,adult\nBob,\n")
    words = ["terms.toml", "--people", "members.csv", "--dir", "sale", "--rehearsal"]
    with (
        interruptible(),
        subprocess.Popen(
            [FAIRLOT, "host", *words, *TIMES],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=place,
        ) as process,
    ):
        assert process.stdout is not None
        said = ""
        while "payments.csv" not in said:
            line = process.stdout.readline()
            assert line, process.communicate()
            said += line
        try:
            yield process, said
        finally:
            if process.poll() is None:
                os.kill(process.pid, signal.SIGINT)
                process.communicate(timeout=60)


class Buyer:
    """Somebody who knows a link, and the code of their invitation."""

    def __init__(self, link: str, code: str, folder: Path) -> None:
        """Make a wallet, and ask the link where everything is."""
        folder.mkdir()
        self.folder: Path = folder
        self.link = link
        with urllib.request.urlopen(link) as answer:  # noqa: S310
            self.about: dict[str, Any] = json.load(answer)
        check_wire("mailbox", self.about)
        self.path("code").write_text(code)
        self.path("password").write_text("a lake in May")
        self.do("wallet", "new", self.path("wallet"), *self.own, "--cost", "14")

    @property
    def own(self) -> tuple[str | Path, ...]:
        return ("--password-file", self.path("password"))

    def path(self, name: str) -> Path:
        return self.folder / name

    def do(self, *words: str | Path) -> Ran:
        ran = fairlot(*words)
        assert ran.code == 0, ran
        return ran

    def fetch(self) -> None:
        """Fetch the log; the board pauses while the roll is made."""
        words = ("board", "fetch", self.about["board"], "--out", self.path("log"))
        ends = time.monotonic() + PATIENCE
        while fairlot(*words).code:
            assert time.monotonic() < ends
            time.sleep(1)

    def step(self, step: str, *words: str | Path) -> Ran:
        told = ("--expect-registry", self.about["registry"], *self.own)
        return fairlot(
            "wallet", step, self.path("wallet"), self.path("log"), *told, *words
        )

    def send(self, request: str, out: str) -> Ran:
        code = ("--code-file", self.path("code"))
        where = ("--out", self.path(out), "--json")
        return fairlot("mail", "send", self.link, self.path(request), *code, *where)

    def join(self, attempt: int = 0) -> None:
        """Get a leaf."""
        self.fetch()
        assert self.step("enrol", "--out", self.path("attest")).code == 0
        assert self.send("attest", "got").code == 0
        words = ("--attestation", self.path("got") / "attested")
        more = ("--attempt", str(attempt), "--out", self.path("enrol"))
        assert self.step("enrol", *words, *more).code == 0
        assert self.send("enrol", "parts").code == 0
        self.fetch()
        assert self.step("enrol", "--mail", self.path("parts")).code == 0

    def renew(self) -> None:
        """Get credentials, once the roll is there."""
        ends = time.monotonic() + PATIENCE
        self.fetch()
        while self.step("renew", "--out", self.path("issue")).code:
            assert time.monotonic() < ends
            time.sleep(1)
            self.fetch()
        assert self.send("issue", "issued").code == 0
        words: list[str | Path] = []
        for each in sorted(self.path("issued").iterdir()):
            words += ["--answer", each]
        assert self.step("renew", *words).code == 0

    def deposit(self) -> str:
        """Deposit, once deposits are open; return the nym."""
        words = ("--expect-sale", self.about["sale_id"], "--max-price", "1000")
        more = ("--amount", "1000", "--out", self.path("deposit"), "--json", *self.own)
        told = ("wallet", "deposit", self.path("wallet"), self.path("log"))
        ends = time.monotonic() + PATIENCE
        while (ran := fairlot(*told, *words, *more)).code:
            assert time.monotonic() < ends, ran
            time.sleep(1)
            self.fetch()
        receipts = ("--receipts", self.path("receipts"))
        self.do("board", "post", self.about["board"], self.path("deposit"), *receipts)
        return str(json.loads(ran.out)["nym"])


def second_leaf(link: str, code: str, place: Path) -> str:
    """Let somebody with a leaf come again with another wallet; return the refusal."""
    again = Buyer(link, code, place / "again")
    again.fetch()
    assert again.step("enrol", "--out", again.path("attest")).code == 0
    assert again.send("attest", "got").code == 0
    words = ("--attestation", again.path("got") / "attested")
    assert again.step("enrol", *words, "--out", again.path("enrol")).code == 0
    return str(json.loads(again.send("enrol", "parts").out)["code"])


def audited(folder: Path, buyers: tuple[Buyer, ...]) -> Ran:
    """Audit what the auditor has, with the receipts of the buyers."""
    policy = ("--policy", folder / "sale.policy")
    receipts = [each for who in buyers for each in who.path("receipts").iterdir()]
    kept = [word for each in receipts for word in ("--receipt", each)]
    transcript = folder / "transcript.fairlot"
    return fairlot("audit", transcript, "--rehearsal", *policy, *kept)


@pytest.mark.long
def test_people_join_by_one_link_and_the_sale_ends_audited(tmp_path: Path) -> None:
    with hosted(tmp_path) as (process, said):
        assert "buyers trust you in\nall of it" in said
        found = re.search(r"One link for buyers: (\S+)", said)
        assert found is not None
        sale = tmp_path / "sale"
        with (sale / "invitations.csv").open() as file:
            codes = {row["person"]: row["code"] for row in csv.DictReader(file)}
        assert [*codes] == ["Ann Roe", "Bob"]
        ann = Buyer(found[1], codes["Ann Roe"], tmp_path / "ann")
        bob = Buyer(found[1], codes["Bob"], tmp_path / "bob")
        ann.join()
        bob.join()
        assert second_leaf(found[1], codes["Ann Roe"], tmp_path) == PERSON_KNOWN
        for each in (ann, bob):
            each.renew()
        nyms = [each.deposit() for each in (ann, bob)]
        with (sale / "payments.csv").open("a") as file:
            file.writelines(f"{nym},1000,transfer of {nym[:4]}\n" for nym in nyms)
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
    assert f"Verdict on this REHEARSAL: all {len(CHECKS)} checks hold." in out
    assert "2 final deposits, 2000 money in" in out
    ran = audited(sale / "auditor", (ann, bob))
    assert (ran.code, "0 heads, 2 receipts" in ran.out) == (0, True)
    for name in ("invitations.csv", "payments.csv"):
        assert (sale / name).stat().st_mode & 0o077 == 0
