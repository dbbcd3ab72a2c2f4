"""Issuers enrol people, issue credentials and recover leaves, by files (specs/issuer.md)."""

import json
from pathlib import Path
from unittest.mock import patch

import pytest

from command import Killed, code_of, in_process
from fairlot.identity.attestation import Purpose
from fairlot.identity.committee import Holder
from fairlot.identity.leaf import LeafStatus
from fairlot.identity.part import Part, request_id
from fairlot.issuing.person import read_person
from fairlot_crypto.randomness import SystemRandomness
from registry_office import Office, office_of, opened

ANSWERING = "fairlot.cli.issuer.answering"


def drawn() -> Holder:
    return Holder.generate(SystemRandomness())


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """One issuer alone: what four add is in the slow tests."""
    return office_of(tmp_path, 1, 0)


@pytest.mark.slow
def test_a_person_gets_a_leaf_and_credentials(office: Office) -> None:
    ann = drawn()
    identity = office.enrol("Ann", ann)
    opened(office)
    assert len(office.credentials_of(identity, ann)) == 1


def test_a_request_that_comes_again_gets_the_same_bytes(office: Office) -> None:
    ann = drawn()
    office.follow_all()
    request = office.request_leaf("Ann", ann)
    office.go_on("enrol", request)
    mail = office.mail(request)
    before = {each.name: each.read_bytes() for each in mail.iterdir()}
    assert {name.split("-")[1] for name in before} == {"hash", "open", "share", "leaf"}
    for each in mail.iterdir():
        each.unlink()
    office.go_on("enrol", request)
    assert {each.name: each.read_bytes() for each in mail.iterdir()} == before
    office.post(office.entry(request, "leaf"))
    identity = office.receive(request, ann)
    opened(office)
    office.go_on("enrol", request)
    assert {each.name: each.read_bytes() for each in mail.iterdir()} == before
    _, asked = office.request_credentials(identity, ann)
    answers: list[bytes] = []
    for _ in range(2):
        assert office.ask(1, "issue", asked).code == 0
        answers.append(office.answer(1, asked).read_bytes())
        office.answer(1, asked).unlink()
    assert answers[0] == answers[1]
    words = ("--time", str(office.now), "--proof", "--json", "--out")
    proof = office.path / "proof"
    assert office.run(1, "issue", asked, *words, proof).code == 0
    assert proof.read_bytes() != answers[0]


@pytest.mark.slow
def test_nobody_gets_two_leaves(office: Office) -> None:
    ann = drawn()
    office.enrol("Ann", ann)
    office.follow_all()
    for holder in (ann, drawn()):
        request = office.request_leaf("ANN", holder, 1)
        ran = office.step(1, "enrol", request)
        assert code_of(ran) == (1, "enrolment.known-person")
    request = office.request_leaf("Ann", drawn(), 0)
    assert code_of(office.step(1, "enrol", request)) == (1, "enrolment.index")
    request = office.request_leaf("Ben", drawn(), 2)
    assert code_of(office.step(1, "enrol", request)) == (1, "enrolment.index")


def test_an_enrolment_that_broke_off_is_repeated_with_the_same_keys(
    office: Office,
) -> None:
    ann = drawn()
    office.follow_all()
    first = office.request_leaf("Ann", ann)
    killed = patch(f"{ANSWERING}.advance", side_effect=Killed)
    with in_process(), killed, pytest.raises(Killed):
        office.step(1, "enrol", first)
    other = office.request_leaf("Ann", drawn(), 0, 1)
    assert code_of(office.step(1, "enrol", other)) == (1, "enrolment.known-person")
    office.now += 1
    again = office.request_leaf("Ann", ann)
    assert code_of(office.step(1, "enrol", again)) == (1, "issuer.attempt")
    later = office.request_leaf("Ann", ann, 0, 1)
    office.go_on("enrol", later)
    third = office.request_leaf("Ann", ann, 0, 2)
    assert code_of(office.step(1, "enrol", third)) == (1, "issuer.attempt")


@pytest.mark.slow
def test_who_has_a_leaf_is_on_the_disk_before_anything_is_shown(
    office: Office,
) -> None:
    office.follow_all()
    request = office.request_leaf("Ann", drawn())
    killed = patch(f"{ANSWERING}.show_file", side_effect=Killed)
    with in_process(), killed, pytest.raises(Killed):
        office.step(1, "enrol", request)
    assert not list(office.mail(request).iterdir())
    (kept,) = office.issuers.folder(1).rglob("people/0")
    person = read_person(kept.read_bytes())
    assert person.listed
    assert person.handle is not None
    kept.write_bytes(b"")
    assert code_of(office.step(1, "enrol", request)) == (2, "issuer.book")


@pytest.mark.slow
def test_on_a_copy_that_lags_behind_nothing_is_decided(office: Office) -> None:
    ann = drawn()
    identity = office.enrol("Ann", ann)
    opened(office)
    leaf = office.request_leaf("Ben", drawn(), 1)
    change = office.request_change("Ann", drawn(), Purpose.RECOVER)
    _, asked = office.request_credentials(identity, ann)
    office.now += office.registry.view_age + 1
    assert code_of(office.step(1, "enrol", leaf)) == (1, "issuer.view")
    assert code_of(office.step(1, "recover", change)) == (1, "issuer.view")
    assert code_of(office.ask(1, "issue", asked)) == (1, "request.view")


@pytest.mark.slow
def test_a_leaf_of_which_the_issuer_keeps_nothing_gets_nothing(office: Office) -> None:
    ann = drawn()
    identity = office.enrol("Ann", ann)
    opened(office)
    _, asked = office.request_credentials(identity, ann)
    change = office.request_change("Ann", drawn(), Purpose.RECOVER)
    (kept,) = office.issuers.folder(1).rglob("people/0")
    kept.unlink()
    assert code_of(office.ask(1, "issue", asked)) == (1, "issuer.unknown")
    assert code_of(office.step(1, "recover", change)) == (1, "issuer.unknown")


def recovered(office: Office, person: str, holder: Holder) -> Path:
    """Take a leaf to other keys."""
    request = office.request_change(person, holder, Purpose.RECOVER)
    for step in ("begin", "complete"):
        said = office.go_on("recover", request)
        assert {each["step"] for each in said} == {step}
        office.post(office.entry(request, step))
        if step == "begin":
            office.now += office.registry.recovery.cooling
            office.date()
        office.follow_all()
    said = office.go_on("recover", request)
    assert {each["step"] for each in said} == {"box"}
    return request


@pytest.mark.thorough
def test_a_person_who_has_lost_everything_gets_the_same_secrets_back(
    office: Office,
) -> None:
    thief, ann = drawn(), drawn()
    lost = office.enrol("Ann", thief)
    opened(office)
    request = recovered(office, "Ann", ann)
    back = office.receive(request, ann)
    assert back.nym_secrets == lost.nym_secrets
    office.date()
    office.follow_all()
    assert len(office.credentials_of(back, ann)) == 1
    _, asked = office.request_credentials(lost, thief)
    assert code_of(office.ask(1, "issue", asked)) == (1, "request.holder")


@pytest.mark.slow
def test_before_the_cooling_is_over_nobody_gets_a_share(office: Office) -> None:
    office.enrol("Ann", drawn())
    office.follow_all()
    request = office.request_change("Ann", drawn(), Purpose.RECOVER)
    office.go_on("recover", request)
    office.post(office.entry(request, "begin"))
    office.follow_all()
    assert code_of(office.step(1, "recover", request)) == (1, "life.early")
    assert {each.step for each in office.parts(request)} == {"begin"}
    other = office.request_change("Ann", drawn(), Purpose.RECOVER)
    assert office.step(1, "recover", other).code == 1


@pytest.mark.slow
def test_a_leaf_is_closed_for_good(office: Office) -> None:
    office.enrol("Ann", drawn())
    office.follow_all()
    request = office.request_change("Ann", drawn(), Purpose.CLOSE)
    for step in ("begin", "complete"):
        office.go_on("recover", request)
        office.post(office.entry(request, step))
        office.now += office.registry.recovery.cooling
        office.date()
        office.follow_all()
    assert office.board.state.leaf_at(0, office.now).status is LeafStatus.CLOSED
    assert office.step(1, "recover", request).code == 1


@pytest.mark.slow
def test_one_of_four_who_is_away_for_an_enrolment_catches_up(tmp_path: Path) -> None:
    office, ann, ben = office_of(tmp_path, 4, 1), drawn(), drawn()
    office.enrol("Ann", ann, 0, (1, 2, 3), "--without", "4")
    office.follow_all()
    second = office.request_leaf("Ben", ben, 1)
    assert code_of(office.step(4, "enrol", second)) == (1, "enrolment.index")
    (first,) = office.path.glob("enrol-0-0-*[0-9]")
    ran = office.step(4, "enrol", first, "--without", "5")
    assert code_of(ran) == (2, "issuer.member")
    (said,) = office.go_on("enrol", first, (4,), "--without", "4")
    assert said["step"] == "leaf"
    office.go_on("enrol", second)
    office.post(office.entry(second, "leaf"))
    assert len(office.board.state.leaves[1].shares) == 4
    opened(office)
    identity = office.receive(second, ben, 1)
    assert len(office.credentials_of(identity, ben, (2, 3, 4))) == 1


@pytest.mark.slow
def test_whom_only_one_of_four_was_asked_about_gives_way_to_who_got_the_leaf(
    tmp_path: Path,
) -> None:
    office, ann, ben = office_of(tmp_path, 4, 1), drawn(), drawn()
    office.follow_all()
    alone = office.request_leaf("Ann", ann)
    assert office.step(4, "enrol", alone).code == 0
    request = office.request_leaf("Ben", ben)
    assert code_of(office.step(4, "enrol", request)) == (1, "enrolment.index")
    office.go_on("enrol", request, (1, 2, 3), "--without", "4")
    office.post(office.entry(request, "leaf"))
    office.follow_all()
    (said,) = office.go_on("enrol", request, (4,), "--without", "4")
    assert said["step"] == "leaf"
    again = office.request_leaf("Ann", ann, 1)
    office.go_on("enrol", again)
    office.post(office.entry(again, "leaf"))
    assert len(office.board.state.leaves[1].shares) == 4


@pytest.mark.slow
def test_who_hashed_and_shows_nothing_is_left_out_of_the_next_attempt(
    tmp_path: Path,
) -> None:
    office, ann = office_of(tmp_path, 4, 1), drawn()
    office.follow_all()
    request = office.request_leaf("Ann", ann)
    for index in (4, 1, 2, 3):
        office.step(index, "enrol", request)
    said = json.loads(office.step(1, "enrol", request).out)
    assert (said["step"], said["waiting"]) == ("open", [2, 4])
    assert json.loads(office.step(2, "enrol", request).out)["waiting"] == [4]
    later = office.request_leaf("Ann", ann, 0, 1)
    office.go_on("enrol", later, (1, 2, 3), "--without", "4")
    office.post(office.entry(later, "leaf"))
    assert office.receive(later, ann).leaf.index == 0


@pytest.mark.slow
def test_parts_that_nobody_signed_stop_nothing(tmp_path: Path) -> None:
    office, ann = office_of(tmp_path, 4, 1), drawn()
    office.follow_all()
    request = office.request_leaf("Ann", ann)
    asked, mail = request_id(request.read_bytes()), office.mail(request)
    forged = {"hash": "commitment", "open": "nonce", "share": "commitment"}
    for step, name in forged.items():
        for issuer in (2, 9):
            length = 48 if step == "share" else 32
            body = {name: bytes(length), "sig": bytes(64), "box": b""}
            part = Part(asked, step, issuer, body)
            (mail / f"forged-{step}-{issuer}.part").write_bytes(part.to_bytes())
    said = office.go_on("enrol", request)
    assert [each["step"] for each in said] == ["leaf"] * 4
    office.post(office.entry(request, "leaf"))
    for path in mail.glob("forged-*"):
        path.unlink()
    (mail / "photo.part").write_bytes(b"")
    (last,) = office.go_on("enrol", request, (1,))
    assert last["ignored"] == [{"file": "photo.part", "code": "issuer.part"}]
    assert office.receive(request, ann).leaf.index == 0


def test_people_are_read_in_the_order_of_their_leaves(office: Office) -> None:
    """A folder lists its files in no order; read so, the issuer called its book broken."""
    listed = Path.iterdir

    def backwards(self: Path) -> list[Path]:
        return sorted(listed(self), reverse=True)

    with in_process(), patch.object(Path, "iterdir", backwards):
        office.enrol("Ann", drawn())
        office.enrol("Ben", drawn(), 1)
        office.enrol("Cem", drawn(), 2)
