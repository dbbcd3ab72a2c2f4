"""A committee that gives its keys on to another, in folders of their own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from command import Ran, fairlot
from fairlot.issuing.committee_file import CommitteeFile, read_committee
from fairlot.issuing.plan import Plan, read_card, read_plan
from issuers import Issuers


class Handover:
    """Former issuers who have made their keys, and those who shall hold them next."""

    def __init__(self, former: Issuers, stay: Sequence[int], come: int, t: int) -> None:
        """Make the plan.

        Args:
            former: have made their keys.
            stay: which of them are issuers afterwards too.
            come: how many others are.
            t: the threshold afterwards.
        """
        self.former = former
        self.path = former.path
        new = [self.path / f"new-{i}" for i in range(come)]
        for folder in new:
            assert fairlot("issuer", "init", folder).code == 0
        members = [*(former.folder(i) for i in stay), *new]
        made = former.kept(former.indexes[0]) / "committee"
        known = ("--former", former.plan_file, "--committee", made)
        words = ("--threshold", str(t), "--season", "2", "--out", self.plan_file)
        cards = [folder / "card" for folder in members]
        ran = fairlot("issuer", "reshare", *cards, *known, *words, "--json")
        assert ran.code == 0, ran.err
        self.plan: Plan = read_plan(self.plan_file.read_bytes())
        by_key = {read_card((f / "card").read_bytes()).key: f for f in members}
        self.members: list[Path] = [by_key[key] for key in self.plan.keys]
        leave = [former.folder(i) for i in former.indexes if i not in stay]
        self.everybody: list[Path] = [*self.members, *leave]
        self.mail.mkdir()

    @property
    def plan_file(self) -> Path:
        return self.path / "plan-2"

    @property
    def mail(self) -> Path:
        """One folder that everybody has: a mailing list."""
        return self.path / "mail-2"

    def kept(self, folder: Path) -> Path:
        return folder / self.plan.plan_id[:8].hex()

    def committee(self) -> CommitteeFile:
        """Return what all have made; it is the same."""
        files = {(self.kept(each) / "committee").read_bytes() for each in self.members}
        (data,) = files
        return read_committee(self.plan, data)

    def words(self, folder: Path, *more: str) -> tuple[str | Path, ...]:
        files = ("--plan", self.plan_file, "--letters", self.mail)
        return ("issuer", "deal", folder, *files, *more)

    def deal(self, folder: Path, *more: str) -> Ran:
        return fairlot(*self.words(folder, *more, "--json"))

    def finish(self, who: Sequence[Path], *more: str) -> list[dict[str, Any]]:
        """Let them take steps until all say that they are done."""
        said: list[dict[str, Any]] = []
        for _ in range(12):
            said = []
            for folder in who:
                ran = self.deal(folder, *more)
                assert ran.code == 0, ran.err
                said.append(json.loads(ran.out))
            if all(each["done"] for each in said):
                return said
        raise AssertionError(said)


class Following:
    """The issuers to whom the keys were given."""

    def __init__(self, over: Handover) -> None:
        """Look at them by their numbers."""
        self.path: Path = over.path
        self.plan: Plan = over.plan
        self.plan_file: Path = over.plan_file
        self.indexes = range(1, len(over.members) + 1)
        self._over = over

    def folder(self, index: int) -> Path:
        return self._over.members[index - 1]

    def kept(self, index: int) -> Path:
        return self._over.kept(self.folder(index))
