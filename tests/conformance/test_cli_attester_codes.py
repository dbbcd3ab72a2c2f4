"""Codes of a list, from a table to a leaf and its recovery (specs/attesters.md, section 1)."""

import csv
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

import pytest

from command import Killed, Ran, code_of, fairlot, in_process
from fairlot.cli.beacon.files import key_file
from fairlot.identity.member_book import CodeState, MemberBook, read_member_book
from fairlot.identity.member_code import MemberCode
from fairlot.identity.requests import read_attestation_file
from fairlot_crypto import cbor
from fairlot_crypto.durable import DRAFT
from json_formats import check_forms
from mortal import each_touch
from registry_office import ATTESTER, Office, office_of
from wallets import Person

pytestmark = pytest.mark.thorough

MEMBERS = "person,address,assurance\nAnn Lee,ann@example.org,listed\nBen Oh,,\n"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """One issuer alone, and an attester with a list."""
    return with_list(office_of(tmp_path, 1, 0))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The same, for tests that use codes of their own."""
    return with_list(office_of(tmp_path_factory.mktemp("office"), 1, 0))


def with_list(office: Office) -> Office:
    office.file("office.key", key_file(ATTESTER))
    office.file("definition", cbor.encode(office.registry.to_value()))
    office.file("members.csv", MEMBERS.encode())
    office.follow_all()
    return office


def draw(office: Office, out: str, *words: str, members: str = "members.csv") -> Ran:
    own = ("--registry", office.path / "definition", "--key", key(office))
    target = ("--out", office.path / out)
    return fairlot("attester", "codes", office.path / members, *own, *target, *words)


def codes(office: Office, out: str) -> Mapping[str, str]:
    with (office.path / out).open(newline="") as file:
        return {row["person"]: row["code"] for row in csv.DictReader(file)}


def key(office: Office) -> Path:
    return office.path / "office.key"


class Member(Person):
    """Somebody with a wallet, and a code that they were sent."""

    def __init__(self, office: Office, name: str, code: str) -> None:
        """Make the wallet."""
        super().__init__(office, name)
        self.code = self.file("code")
        self.code.write_text(f"{code}\n")

    def asked(self) -> Path:
        """Write the request to be attested."""
        request = self.file("attest")
        assert self.with_log("enrol", "--out", request).code == 0
        return request

    def visit(self, step: str, request: Path, out: Path, *words: str | Path) -> Ran:
        """Bring the request and the code."""
        office = self.office
        own = ("--registry", office.path / "definition", "--key", key(office))
        clock = ("--code-file", self.code, "--time", str(office.now), "--out", out)
        return fairlot("attester", step, request, *own, *clock, *words)

    def attested(self, name: str = "", request: Path | None = None) -> Path:  # noqa: ARG002
        """Be attested by the code alone."""
        asked = request or self.asked()
        tags, out = self.file(f"tags-{asked.name}"), self.file(f"got-{asked.name}")
        ran = self.visit("ask", asked, tags)
        assert ran.code == 0, ran.err
        answers = self.answered(tags)
        ran = self.visit("attest", asked, out, "--asked", tags, *answers)
        assert ran.code == 0, ran.err
        return out

    def answered(self, tags: Path) -> tuple[str | Path, ...]:
        assert self.office.ask(1, "tag", tags).code == 0
        return "--answer", self.office.answer(1, tags)


def test_codes_are_drawn_once_and_sent_by_somebody_else(office: Office) -> None:
    ran = draw(office, "codes.csv")
    assert (ran.code, ran.out) == (0, "2 codes for 2 members\n"), ran.err
    table = office.path / "codes.csv"
    assert table.stat().st_mode & 0o077 == 0
    assert "ann@example.org" in table.read_text()
    book = office.path / "office.key.codes"
    assert book.stat().st_mode & 0o077 == 0
    assert b"ann@example.org" not in book.read_bytes()
    first = codes(office, "codes.csv")
    assert not [each for each in first.values() if each.encode() in book.read_bytes()]
    # A second run draws nothing that replaces them.
    before = book.read_bytes()
    assert code_of(draw(office, "codes.csv", "--again")) == (2, "attester.exists")
    ran = draw(office, "more.csv")
    assert ran.out == "0 codes for 2 members\n"
    assert "Ann Lee has a code already" in ran.err
    assert not (office.path / "more.csv").exists()
    office.file("wrong.csv", b"person\nCy\ncy\n")
    ran = draw(office, "more.csv", members="wrong.csv")
    assert code_of(ran) == (2, "members-file.twice")
    assert book.read_bytes() == before


def test_a_code_serves_one_person_and_one_request(shared: Office) -> None:
    shared.file("cy.csv", b"person,assurance\nCy,listed\nDi,\nEd,\n")
    ran = draw(shared, "cy-codes.csv", "--json", members="cy.csv")
    check_forms("member-codes", ran.out)
    assert (ran.code, json.loads(ran.out)["codes"]) == (0, 3)
    sent = codes(shared, "cy-codes.csv")
    cy, out = Member(shared, "Cy", sent["Cy"]), shared.path / "nothing"
    first = cy.attested()
    attestation = read_attestation_file(first.read_bytes())
    assert attestation.attributes[0] == "listed"
    # Again, and later: the same bytes.
    shared.now += 60
    assert cy.attested(request=cy.file("attest")).read_bytes() == first.read_bytes()
    # Somebody who has seen the code has other keys.
    thief = Member(shared, "Thief", sent["Cy"])
    ran = thief.visit("ask", thief.asked(), out)
    assert code_of(ran) == (1, "member-code.used")
    mistyped = "1" if sent["Cy"].endswith("0") else "0"
    for code, told in (
        ("nothing", (2, "member-code.form")),
        (f"{sent['Cy'][:-1]}{mistyped}", (2, "member-code.typo")),
        (f"{sent['Di']}", (0, "")),
        ("0000-0000-0000-0000-0000", (1, "member-code.unknown")),
    ):
        thief.code.write_text(code)
        if told[0]:
            assert code_of(thief.visit("ask", thief.file("attest"), out)) == told
    assert not out.exists()
    # A member who lost the letter gets another one, and the lost one is dead.
    assert draw(shared, "again.csv", "--again", members="cy.csv").code == 0
    ed = Member(shared, "Ed", sent["Ed"])
    asked = ed.asked()
    assert code_of(ed.visit("ask", asked, out)) == (1, "member-code.ended")
    ed.code.write_text(codes(shared, "again.csv")["Ed"])
    assert ed.visit("ask", asked, out).code == 0


def test_what_is_no_visit_uses_no_code_up(shared: Office) -> None:
    shared.file("fay.csv", b"person\nFay\n")
    assert draw(shared, "fay-codes.csv", members="fay.csv").code == 0
    fay = Member(shared, "Fay", codes(shared, "fay-codes.csv")["Fay"])
    asked, out = fay.asked(), shared.path / "nobody"
    book = shared.path / "office.key.codes"
    before = book.read_bytes()
    ran = fay.visit("ask", asked, out, "--person", "Fay")
    assert (ran.code, "not allowed with" in ran.err) == (2, True)
    tags, own = fay.file("tags"), ("--registry", shared.path / "definition")
    words = ("--key", key(shared), "--person", "Fay", "--time", str(shared.now))
    assert fairlot("attester", "ask", asked, *own, *words, "--out", tags).code == 0
    given = ("--asked", tags, "--attribute", "assurance=listed")
    assert code_of(fay.visit("attest", asked, out, *given)) == (2, "attester.usage")
    # An attester whom the registry does not name binds nothing either.
    (shared.path / "office.key").write_bytes(b"11" * 32 + b"\n")
    assert code_of(fay.visit("ask", asked, out)) == (1, "attestation.attester")
    shared.file("office.key", key_file(ATTESTER))
    assert book.read_bytes() == before
    book.write_bytes(before[:-1])
    assert code_of(fay.visit("ask", asked, out)) == (2, "attester.codes")
    book.write_bytes(before)
    assert not out.exists()


def test_a_kill_between_binding_and_answering_keeps_the_code_bound(
    shared: Office,
) -> None:
    shared.file("gil.csv", b"person\nGil\n")
    assert draw(shared, "gil-codes.csv", members="gil.csv").code == 0
    gil = Member(shared, "Gil", codes(shared, "gil-codes.csv")["Gil"])
    asked, tags, out = gil.asked(), gil.file("tags"), gil.file("got")
    shown = patch("fairlot.cli.attester.show_file", side_effect=Killed)
    with in_process(), shown, pytest.raises(Killed):
        gil.visit("ask", asked, tags)
    assert not tags.exists()
    thief = Member(shared, "Gil-thief", gil.code.read_text())
    ran = thief.visit("ask", thief.asked(), shared.path / "stolen")
    assert code_of(ran) == (1, "member-code.used")
    assert gil.visit("ask", asked, tags).code == 0
    words = ("--asked", tags, *gil.answered(tags))
    written = patch("fairlot.cli.attester.write_file", side_effect=Killed)
    with in_process(), written, pytest.raises(Killed):
        gil.visit("attest", asked, out, *words)
    assert not out.exists()
    then, shared.now = shared.now, shared.now + 600
    assert gil.visit("attest", asked, out, *words).code == 0
    # The time is the one that was kept, so nothing else was ever given.
    assert read_attestation_file(out.read_bytes()).time == then


def book_of(office: Office) -> MemberBook:
    return read_member_book(key(office).with_name("office.key.codes").read_bytes())


def test_a_kill_between_the_book_and_the_table_costs_nobody_their_code(
    office: Office,
) -> None:
    shown = patch("fairlot.cli.attester_codes.give_name", side_effect=Killed)
    with in_process(), shown, pytest.raises(Killed):
        draw(office, "codes.csv")
    assert not (office.path / "codes.csv").exists()
    kept = book_of(office)
    # Somebody has another name in mind, and is told who has codes.
    assert draw(office, "other.csv").out == "0 codes for 2 members\n"
    assert draw(office, "codes.csv").out == "2 codes for 2 members\n"
    assert book_of(office) == kept
    ann = Member(office, "Ann", codes(office, "codes.csv")["Ann Lee"])
    assert ann.visit("ask", ann.asked(), office.path / "tags").code == 0


def test_what_a_kill_left_serves_those_alone_who_are_on_the_list_as_they_were(
    office: Office,
) -> None:
    """With another list, or where others were given since, it is not what was asked for."""
    shown = patch("fairlot.cli.attester_codes.give_name", side_effect=Killed)
    with in_process(), shown, pytest.raises(Killed):
        draw(office, "codes.csv")
    changed = MEMBERS.replace("Ben Oh,,", "Ben Oh,,listed")
    office.file("changed.csv", f"{changed}Cy,,\n".encode())
    ran = draw(office, "codes.csv", members="changed.csv")
    assert ran.out == "2 codes for 3 members\n"
    assert "Ben Oh has a code already" in ran.err
    assert [*codes(office, "codes.csv")] == ["Ann Lee", "Cy"]
    (office.path / "codes.csv").unlink()
    with in_process(), shown, pytest.raises(Killed):
        draw(office, "codes.csv", "--again")
    assert draw(office, "other", "--again").out == "2 codes for 2 members\n"
    # What the kill left has ended, and is not shown any more.
    assert draw(office, "codes.csv").out == "0 codes for 2 members\n"
    assert not [*office.path.glob("*codes.csv*")]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("words", [(), ("--again",)], ids=["first", "again"])
def test_codes_are_given_once_wherever_that_is_killed(
    office: Office, words: tuple[str, ...]
) -> None:
    """At each of its touches: the same command shows the codes of the book, and no others."""
    if words:
        assert draw(office, "before.csv").code == 0
    told = ("--registry", "definition", "--key", "office.key", "--out", "codes.csv")
    command = ("attester", "codes", "members.csv", *told, *words)
    touches = 0
    for each in each_touch(office.path, *command, shown=["codes.csv"]):
        # Who was killed at the very end has the table already.
        done = each.ran.code == 0 or code_of(each.ran) == (2, "attester.exists")
        assert done, each.ran.err
        check_given(office, each.own)
        touches += 1
    assert touches > 12


def check_given(office: Office, own: Path) -> None:
    """Check that the open codes of the book are those of the table, which is there once."""
    scope = office.registry.registry_id
    with (own / "codes.csv").open(newline="") as file:
        sent = [MemberCode.read(row["code"]) for row in csv.DictReader(file)]
    book = read_member_book((own / "office.key.codes").read_bytes())
    is_open = [each.code_hash for each in book.rows if each.state is CodeState.OPEN]
    assert is_open == [each.hashed(scope) for each in sent]
    assert len(sent) == 2
    assert not (own / f".codes.csv{DRAFT}").exists()


def test_a_new_code_recovers_the_leaf_of_the_member(office: Office) -> None:
    assert draw(office, "codes.csv").code == 0
    code = codes(office, "codes.csv")["Ann Lee"]
    lost = Member(office, "Ann", code)
    lost.enrol()
    anew = Member(office, "Ann-anew", code)
    request = anew.file("recover-attest")
    assert anew.with_log("recover", "--leaf", "0", "--out", request).code == 0
    ran = anew.visit("ask", request, office.path / "nothing")
    assert code_of(ran) == (1, "member-code.used")
    office.file("ann.csv", b"person,assurance\nANN LEE,listed\n")
    assert draw(office, "second.csv", "--again", members="ann.csv").code == 0
    anew.code.write_text(codes(office, "second.csv")["ANN LEE"])
    anew.recover("Ann Lee")
    assert office.board.state.lives[0].version == 2
    (before,), (after,) = lost.content.memberships, anew.content.memberships
    assert before.identity is not None
    assert after.identity is not None
    assert before.identity.nym_secrets == after.identity.nym_secrets
