"""A host's process, and people who join its sale from elsewhere, as commands."""

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

from command import FAIRLOT, Ran, fairlot, interruptible
from fairlot.audit.checks import CHECKS
from json_formats import check_wire

TERMS = """\
title = "A club evening"
asset = "seat"
supply = 1
mechanism = "lottery"
price = 1000

[beacon]
contributors = 2
delay = 65536
"""
TIMES = (
    *("--open", "in 220 seconds", "--roll-before", "60 seconds"),
    *("--cooling", "4 seconds"),
    *("--close", "60 seconds", "--commit", "15 seconds", "--seal", "15 seconds"),
    *("--reveal", "15 seconds", "--slack", "13 seconds", "--no-round"),
)
PATIENCE = 600


class Host:
    """A host's process, which may be killed and begun again."""

    def __init__(
        self, place: Path, times: tuple[str, ...] = TIMES, *more: str | Path
    ) -> None:
        """Write what is sold, and to whom."""
        (place / "terms.toml").write_text(TERMS)
        (place / "members.csv").write_text("person,attr:age\nAnn Roe,adult\nBob,\n")
        self.place = place
        self.words = ["terms.toml", "--people", "members.csv", "--dir", "sale"]
        self.words += ["--rehearsal", *times, *map(str, more)]
        self.process: subprocess.Popen[str] | None = None
        self.said = ""

    def begin(self, *words: str) -> None:
        """Start it, with the words of a new sale unless others are given."""
        with interruptible():
            self.process = subprocess.Popen(
                [FAIRLOT, "host", *(words or self.words)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=self.place,
            )
        self.said = ""

    def until(self, said: str) -> None:
        """Wait until it says something."""
        assert self.process is not None
        assert self.process.stdout is not None
        while said not in self.said:
            line = self.process.stdout.readline()
            assert line, self.process.communicate()
            self.said += line

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.communicate()

    def ended(self) -> str:
        """Let it end, and return what it has said last."""
        assert self.process is not None
        out, err = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, err
        return out

    @property
    def link(self) -> str:
        found = re.search(r"One link for buyers: (\S+)", self.said)
        assert found is not None
        return found[1]

    @property
    def codes(self) -> dict[str, str]:
        with (self.place / "sale" / "invitations.csv").open() as file:
            return {row["person"]: row["code"] for row in csv.DictReader(file)}

    def pay(self, *nyms: str) -> None:
        """Write payments into the seller's list."""
        with (self.place / "sale" / "payments.csv").open("a") as file:
            file.writelines(f"{nym},1000,transfer of {nym[:4]}\n" for nym in nyms)


@contextmanager
def hosting(
    place: Path, times: tuple[str, ...] = TIMES, *more: str | Path
) -> Generator[Host]:
    """Yield a host, and end it."""
    host = Host(place, times, *more)
    try:
        yield host
    finally:
        process = host.process
        if process is not None and process.poll() is None:
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
        self.enrol(attempt)

    def enrol(self, attempt: int = 0) -> None:
        """Get from an attestation to a leaf."""
        assert self.ask_for_leaf(attempt).code == 0
        self.fetch()
        assert self.step("enrol", "--mail", self.path("parts")).code == 0

    def ask_for_leaf(self, attempt: int = 0) -> Ran:
        """Ask the issuers for a leaf, by an attestation."""
        words = ("--attestation", self.path("got") / "attested")
        more = ("--attempt", str(attempt), "--out", self.path("enrol"))
        ran = self.step("enrol", *words, *more)
        assert ran.code == 0, ran
        return self.send("enrol", "parts")

    def recover(self) -> None:
        """Lose the wallet, and get the leaf back with another one."""
        status = ("wallet", "status", self.path("wallet"), *self.own, "--json")
        (registry,) = json.loads(self.do(*status).out)["registries"]
        leaf = ("--leaf", str(registry["leaf"]))
        self.path("wallet").unlink()
        self.do("wallet", "new", self.path("wallet"), *self.own, "--cost", "14")
        self.fetch()
        assert self.step("recover", *leaf, "--out", self.path("again")).code == 0
        assert self.send("again", "known").code == 0
        words = ("--attestation", self.path("known") / "attested")
        ran = self.step("recover", *leaf, *words, "--out", self.path("recover"))
        assert ran.code == 0, ran
        # It waits there for as long as somebody could contest it.
        ran = self.send("recover", "back")
        assert ran.code == 0, ran
        self.fetch()
        ran = self.step("recover", "--mail", self.path("back"))
        assert ran.code == 0, ran

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


def check_ended(out: str, sale: Path, buyers: tuple[Buyer, Buyer]) -> None:
    """Check that a sale of two has ended, of what its host said, and audit it once more."""
    assert f"Verdict on this REHEARSAL: all {len(CHECKS)} checks hold." in out
    assert "2 final deposits, 2000 money in" in out
    ran = _audited(sale / "auditor", buyers)
    assert (ran.code, "0 heads, 2 receipts" in ran.out) == (0, True)


def _audited(folder: Path, buyers: tuple[Buyer, ...]) -> Ran:
    """Audit what the auditor has, with the receipts of the buyers."""
    policy = ("--policy", folder / "sale.policy")
    receipts = [each for who in buyers for each in who.path("receipts").iterdir()]
    kept = [word for each in receipts for word in ("--receipt", each)]
    transcript = folder / "transcript.fairlot"
    return fairlot("audit", transcript, "--rehearsal", *policy, *kept)
