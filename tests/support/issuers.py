"""Issuers in folders of their own, who send each other letters by copying files."""

import json
from collections.abc import Iterable
from pathlib import Path
from shutil import copy
from typing import Any

from command import Ran, fairlot
from fairlot.issuing.evidence import Evidence
from fairlot.issuing.letter import Letter, read_letter
from fairlot.issuing.plan import Plan, read_plan
from fairlot_crypto.committee.blame import Blame, Reason
from fairlot_crypto.committee.member import Member
from fairlot_crypto.committee.message import read_message
from fairlot_crypto.curve import backend
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import SigningKey


class Issuers:
    """n issuers below one folder; ``mail/i`` is what issuer i has got."""

    def __init__(self, folder: Path, members: int, threshold: int) -> None:
        """Make folders, cards and the plan."""
        self.path = folder
        names = [folder / f"drawn-{i}" for i in range(members)]
        for name in names:
            assert fairlot("issuer", "init", name).code == 0
        cards = [name / "card" for name in names]
        words = (
            "--threshold",
            str(threshold),
            "--season",
            "1",
            "--out",
            self.plan_file,
        )
        assert fairlot("issuer", "plan", *cards, *words).code == 0
        self.plan: Plan = read_plan(self.plan_file.read_bytes())
        for name in names:
            seed = bytes.fromhex((name / "signing.key").read_text())
            index = self.plan.index_of(SigningKey.from_seed(seed).public)
            name.rename(self.folder(index))
            self.mail(index).mkdir(parents=True)
        self.indexes = range(1, members + 1)

    @property
    def plan_file(self) -> Path:
        return self.path / "plan"

    def folder(self, index: int) -> Path:
        return self.path / f"issuer-{index}"

    def mail(self, index: int) -> Path:
        return self.path / "mail" / str(index)

    def kept(self, index: int) -> Path:
        return self.folder(index) / self.plan.plan_id[:8].hex()

    def words(self, index: int, *more: str) -> tuple[str | Path, ...]:
        files = ("--plan", self.plan_file, "--letters", self.mail(index))
        return ("issuer", "deal", self.folder(index), *files, *more)

    def deal(self, index: int, *more: str) -> Ran:
        """Take a step, and send what was written to everybody."""
        ran = fairlot(*self.words(index, *more, "--json"))
        self.send(index)
        return ran

    def send(self, index: int) -> None:
        for letter in self.mail(index).glob(f"*-{index}-*.letter"):
            for other in self.indexes:
                if other != index and not (self.mail(other) / letter.name).exists():
                    copy(letter, self.mail(other))

    def finish(self, indexes: Iterable[int], *more: str) -> list[dict[str, Any]]:
        """Let issuers take steps until all say that they are done."""
        said: dict[int, dict[str, Any]] = {}
        chosen = tuple(indexes)
        for _ in range(12):
            for index in chosen:
                ran = self.deal(index, *more)
                assert ran.code == 0, ran.err
                said[index] = json.loads(ran.out)
            if all(each["done"] for each in said.values()):
                return [said[index] for index in chosen]
        raise AssertionError(said)

    def key(self, index: int) -> SigningKey:
        text = (self.folder(index) / "signing.key").read_text()
        return SigningKey.from_seed(bytes.fromhex(text))

    def letters(self) -> list[Letter]:
        """Return every letter that anybody has seen."""
        files = (self.path / "mail").rglob("*.letter")
        return [read_letter(file.read_bytes()) for file in files]

    def announcement(self, index: int, ceremony: str, secret: bytes) -> bytes:
        """Return a first message from another secret than the one that was drawn."""
        member = Member(self.plan.ceremony(ceremony), index, self.key(index), secret)
        return member.announce(backend())

    def evidence_of_two(self, index: int) -> Evidence:
        """Return evidence against one who announces twice."""
        two = tuple(self.announcement(index, "season", bytes([i]) * 32) for i in (1, 2))
        return Evidence(self.plan, "season", Blame(index, Reason.TWICE, two))

    def sent_twice(self) -> list[tuple[str, int]]:
        """Return in which round of which ceremony somebody sent two messages."""
        seen: dict[tuple[str, str, int], bytes] = {}
        twice: list[tuple[str, int]] = []
        for letter in self.letters():
            for data in letter.messages:
                for name in ("signing", "season", "tags"):
                    try:
                        message = read_message(self.plan.ceremony(name), data)
                    except CryptoError:
                        continue
                    place = (name, message.kind.value, message.sender)
                    if seen.setdefault(place, data) != data:
                        twice.append((name, message.sender))
        return twice
