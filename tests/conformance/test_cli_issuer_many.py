"""An issuer answers all requests of a folder at once (specs/issuer.md, section 8.10)."""

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from command import Ran, code_of
from fairlot.entry import body_fields, read_entry
from fairlot.identity.committee import Holder
from fairlot_crypto import cbor
from fairlot_crypto.randomness import SystemRandomness
from registry_office import Office, office_of, opened


def drawn() -> Holder:
    return Holder.generate(SystemRandomness())


class Desk:
    """Two folders that somebody carries between people and issuers."""

    def __init__(self, office: Office) -> None:
        """Begin with none."""
        self.office = office
        self.requests = office.path / "requests"
        self.answers = office.path / "answers"
        for each in (self.requests, self.answers):
            each.mkdir()

    def put(self, name: str, request: Path) -> Path:
        return Path(copy(request, self.requests / name))

    def ran(self, index: int = 1, *more: str) -> Ran:
        words = ("--out", self.answers, "--time", str(self.office.now), "--json")
        return self.office.run(index, "answer", self.requests, *words, *more)

    def answered(self, index: int = 1) -> dict[str, dict[str, Any]]:
        ran = self.ran(index)
        rows = json.loads(ran.out)["answers"]
        assert ran.code == (1 if any(each["code"] for each in rows) else 0), ran
        return {each["file"]: each for each in rows}

    def kept(self) -> dict[str, bytes]:
        return {each.name: each.read_bytes() for each in self.answers.iterdir()}

    def post_leaves(self) -> None:
        """Post the LEAF entries in their order."""
        read = [
            read_entry(cbor.decode(data), data)
            for name, data in self.kept().items()
            if "-leaf-" in name
        ]
        for each in sorted(read, key=lambda each: body_fields(each).uint("index")):
            self.office.post(each)


def _tags(office: Office) -> Path:
    """Return a request of the attester that was answered alone."""
    return next(each for each in office.path.glob("tags-*") if "-" not in each.name[5:])


def asked_for_leaves(desk: Desk, people: list[Holder]) -> list[Path]:
    """Put requests for leaves, and what is none or must be refused."""
    office = desk.office
    office.follow_all()
    # In the order of their leaves, whatever their files are called.
    asked = [
        desk.put("cba"[number], office.request_leaf(name, people[number], number))
        for number, name in enumerate(("Ann", "Ben", "Cid"))
    ]
    desk.put("late", office.request_leaf("Dan", drawn(), 7))
    desk.put("tags", _tags(office))
    (desk.requests / "junk").write_bytes(b"no request")
    (desk.requests / ".draft").write_bytes(b"half")
    (desk.answers / "mine.part").write_bytes(b"no part")
    return asked


@pytest.mark.thorough
def test_many_are_answered_as_each_is_alone(tmp_path: Path) -> None:
    office = office_of(tmp_path, 1, 0)
    desk, people = Desk(office), [drawn() for _ in range(3)]
    asked = asked_for_leaves(desk, people)
    found = desk.answered()
    assert {name: each["code"] for name, each in found.items()} == {
        **dict.fromkeys(("a", "b", "c", "tags")),
        "late": "enrolment.index",
        "junk": "issuer.request",
    }
    assert [found[each.name]["step"] for each in asked] == ["leaf"] * 3
    kept = desk.kept()
    assert kept["tags.tag-1"] == office.answer(1, _tags(office)).read_bytes()
    ignored = json.loads(desk.ran().out)["ignored"]
    assert ignored == [{"file": "mine.part", "code": "issuer.part"}]
    # The same again is the same to the byte; and so is each alone.
    assert desk.answered() == found
    assert desk.kept() == kept
    office.go_on("enrol", asked[1])
    alone = {each.name: each.read_bytes() for each in office.mail(asked[1]).iterdir()}
    assert len(alone) == 4
    assert alone.items() <= kept.items()
    desk.post_leaves()
    opened(office)
    singles = dict(credentials_alone(desk, asked, people))
    desk.answered()
    assert singles.items() <= desk.kept().items()


def credentials_alone(
    desk: Desk, asked: list[Path], people: list[Holder]
) -> Iterator[tuple[str, bytes]]:
    """Ask for credentials, and yield what each is answered alone."""
    office = desk.office
    for number, holder in enumerate(people):
        for name, data in desk.kept().items():
            (office.mail(asked[number]) / name).write_bytes(data)
        identity = office.receive(asked[number], holder, number)
        _, request = office.request_credentials(identity, holder)
        name = desk.put(f"credentials-{number}", request).name
        assert office.ask(1, "issue", request).code == 0
        yield f"{name}.issue-1", office.answer(1, request).read_bytes()


@pytest.mark.thorough
def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    office = office_of(tmp_path, 1, 0)
    words = ("--out", tmp_path, "--time", str(office.now))
    ran = office.run(1, "answer", tmp_path / "nowhere", *words)
    assert code_of(ran) == (2, "issuer.unreadable")


@pytest.mark.thorough
def test_the_folder_of_answers_is_made_once_there_is_one(tmp_path: Path) -> None:
    office = office_of(tmp_path, 1, 0)
    desk = Desk(office)
    desk.answers.rmdir()
    (desk.requests / "junk").write_bytes(b"no request")
    assert desk.ran().code == 1
    assert not desk.answers.exists()
    office.follow_all()
    asked = desk.put("ann", office.request_leaf("Ann", drawn(), 0))
    assert desk.answered()[asked.name]["step"] == "leaf"
    assert desk.answers.stat().st_mode & 0o777 == 0o700
    # What is no folder is left as it is.
    words = ("--out", asked, "--time", str(office.now))
    ran = office.run(1, "answer", desk.requests, *words)
    assert (ran.code, "issuer.unreadable" in ran.err) == (2, True), ran
