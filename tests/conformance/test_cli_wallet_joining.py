"""A person enrols and renews with a wallet, by files (specs/wallet.md, sections 5 to 7)."""

import json
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from command import Killed, code_of, fairlot, in_process
from fairlot.identity.boxes import seal_sent, sign_sent
from fairlot.identity.part import read_part
from fairlot.identity.requests import read_attest_request, read_enrol_request
from fairlot_crypto.committee.threshold import (
    PartialSignature,
    SigningShare,
    sign_share,
)
from fairlot_crypto.curve import G1, Scalar
from fairlot_crypto.randomness import SystemRandomness
from issuers import Issuers
from registry_office import Office, office_of, opened
from wallets import Person

JOINING = "fairlot.cli.wallet.joining"
ANSWERING = "fairlot.identity.answering"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """One issuer alone: what four add is in the slow tests."""
    return office_of(tmp_path, 1, 0)


@pytest.mark.thorough
def test_a_wallet_comes_from_nothing_to_credentials(office: Office) -> None:
    ann = Person(office, "Ann")
    assert ann.enrol()["leaf"] == 0
    opened(office)
    said = ann.renew()
    assert said["epoch"] < said["next"] // office.registry.epoch
    (held,) = ann.content.memberships
    (roll,) = office.board.state.rolls
    assert [(each.epoch, each.roll) for each in held.credentials] == [
        (said["epoch"], roll)
    ]
    assert ann.with_log("renew", "--out", ann.file("again")).code == 0
    shown = json.loads(ann.run("status").out)
    assert shown["registries"][0]["leaf"] == 0
    assert [each["size"] for each in shown["heads"]] == [office.board.state.tree.size]


@pytest.mark.thorough
def test_four_issuers_of_whom_one_is_silent_are_enough(tmp_path: Path) -> None:
    office = office_of(tmp_path, 4, 1)
    ann, ben = Person(office, "Ann"), Person(office, "Ben")
    assert (ann.enrol()["leaf"], ben.enrol()["leaf"]) == (0, 1)
    opened(office)
    request = ben.ask_for_credentials()
    words = ben.answers(request, (2, 3, 4))
    assert ben.with_log("renew", *words).code == 0
    (held,) = ben.content.memberships
    assert len(held.credentials) == 1
    assert ann.with_log("renew", *words).code != 0


@pytest.mark.thorough
def test_what_was_sent_before_a_kill_is_sent_again_to_the_byte(office: Office) -> None:
    ann = Person(office, "Ann")
    office.follow_all()
    attestation = ann.attested()
    killed = patch(f"{JOINING}.write_message", side_effect=Killed)
    with in_process(), killed, pytest.raises(Killed):
        ann.ask_for_leaf(attestation)
    kept = ann.content.memberships[0].enrolling
    assert kept is not None
    office.now += 60
    request = ann.ask_for_leaf(attestation)
    assert request.read_bytes() == kept.to_bytes()
    office.go_on("enrol", request)
    office.post(office.entry(request, "leaf"))
    assert ann.with_log("enrol", "--mail", office.mail(request)).code == 0
    opened(office)
    with in_process(), killed, pytest.raises(Killed):
        ann.ask_for_credentials()
    asked = ann.content.memberships[0].asked
    office.now += 1
    first = ann.ask_for_credentials().read_bytes()
    office.now += 1
    assert ann.ask_for_credentials().read_bytes() == first
    assert asked is not None
    assert asked == ann.content.memberships[0].asked


@pytest.mark.thorough
def test_another_epoch_or_roll_is_another_request(office: Office) -> None:
    ann = Person(office, "Ann")
    ann.enrol()
    opened(office)
    first = ann.ask_for_credentials().read_bytes()
    opened(office)
    second = ann.ask_for_credentials().read_bytes()
    office.now += office.registry.epoch
    third = ann.ask_for_credentials().read_bytes()
    assert len({first, second, third}) == 3


@pytest.mark.thorough
def test_an_attestation_of_other_keys_asks_for_nothing(office: Office) -> None:
    ann, eve = Person(office, "Ann"), Person(office, "Eve")
    office.follow_all()
    theirs = eve.attested()
    before = ann.content
    ran = ann.with_log("enrol", "--attestation", theirs, "--out", ann.file("enrol"))
    assert code_of(ran) == (2, "wallet.attestation")
    assert ann.content == before
    assert not ann.file("enrol").exists()


@pytest.mark.thorough
def test_a_person_asks_for_the_leaf_of_which_they_were_told(office: Office) -> None:
    ben = Person(office, "Ben")
    office.follow_all()
    words = ("--attestation", ben.attested())
    out, other = ben.file("enrol"), ben.file("other")
    assert ben.with_log("enrol", *words, "--index", "1", "--out", out).code == 0
    asked = read_enrol_request(out.read_bytes())
    assert (asked.index, asked.attempt) == (1, 0)
    # Again without a number: what was kept. With another one: another attempt.
    assert ben.with_log("enrol", *words, "--out", out).code == 0
    ran = ben.with_log("enrol", *words, "--index", "2", "--out", other)
    assert code_of(ran) == (2, "wallet.index")
    more = ("--index", "2", "--attempt", "1", "--out", other)
    assert ben.with_log("enrol", *words, *more).code == 0
    assert read_enrol_request(other.read_bytes()).index == 2
    # A number that the log has is somebody else's.
    Person(office, "Ann").enrol()
    more = ("--index", "0", "--attempt", "2", "--out", ben.file("third"))
    assert code_of(ben.with_log("enrol", *words, *more)) == (2, "wallet.index")
    assert not ben.file("third").exists()


@pytest.mark.thorough
def test_nobody_asks_for_a_second_leaf(office: Office) -> None:
    ann = Person(office, "Ann")
    ann.enrol()
    ran = ann.with_log(
        "enrol", "--attestation", ann.attested(), "--out", ann.file("second")
    )
    assert code_of(ran) == (2, "wallet.enrolled")


@pytest.mark.thorough
def test_an_older_copy_of_the_log_is_refused(office: Office) -> None:
    ann = Person(office, "Ann")
    older = office.log
    ann.enrol()
    before = ann.content
    ran = ann.with_log("renew", "--out", ann.file("issue"), log=older)
    assert code_of(ran) == (2, "wallet.fork")
    assert ann.content == before


@pytest.mark.thorough
def test_a_registry_of_which_nobody_was_told_gets_nothing(office: Office) -> None:
    ann, out = Person(office, "Ann"), office.path / "out"
    ran = ann.run("enrol", office.log, "--out", out)
    assert code_of(ran) == (2, "wallet.registry")
    told = ("--expect-registry", "00" * 32)
    ran = ann.run("enrol", office.log, *told, "--out", out)
    assert code_of(ran) == (2, "wallet.registry")
    broken = office.file("broken", office.log.read_bytes()[:-1])
    ran = ann.with_log("enrol", "--out", out, log=broken)
    assert code_of(ran) == (2, "wallet.log")
    assert code_of(ann.with_log("renew")) == (2, "wallet.usage")
    ran = ann.with_log("renew", "--out", out)
    assert code_of(ran) == (2, "wallet.no-leaf")
    assert not out.exists()


@pytest.mark.thorough
def test_answers_to_another_request_give_nothing(office: Office) -> None:
    ann, ben = Person(office, "Ann"), Person(office, "Ben")
    ann.enrol()
    ben.enrol()
    opened(office)
    words = ann.answers(ann.ask_for_credentials())
    assert code_of(ben.with_log("renew", *words)) == (2, "wallet.not-asked")
    ben.ask_for_credentials()
    assert code_of(ben.with_log("renew", *words)) == (1, "answer.malformed")
    assert not ben.content.memberships[0].credentials
    assert ann.with_log("renew", *words).code == 0
    office.now += office.registry.epoch
    ann.ask_for_credentials()
    # The answers of yesterday do not open under the key of today's request.
    assert code_of(ann.with_log("renew", *words)) == (1, "answer.malformed")


@pytest.mark.thorough
def test_a_wallet_asks_by_no_name_and_with_keys_of_this_registry(
    office: Office,
) -> None:
    ann, ben = Person(office, "Ann"), Person(office, "Ben")
    ann.enrol()
    ben.enrol()
    ours, theirs = (
        read_attest_request(each.file("attest").read_bytes()) for each in (ann, ben)
    )
    assert ours.holder_key != theirs.holder_key
    assert read_enrol_request(ben.file("enrol").read_bytes()).index == 1
    moved = ("--new-password-file", ann.password)
    assert ann.run("move", office.path / "new", *moved).code == 0
    ran = ann.with_log("renew", "--out", ann.file("issue"))
    assert code_of(ran) == (2, "wallet.moved")
    assert fairlot("wallet", "status", "--help").code == 0


@pytest.mark.thorough
def test_an_issuer_who_seals_a_wrong_share_is_named(tmp_path: Path) -> None:
    issuers = Issuers(tmp_path, 4, 1)
    issuers.finish(issuers.indexes)
    office = Office(issuers)
    ann = Person(office, "Ann")
    office.follow_all()
    request = ann.ask_for_leaf(ann.attested())
    office.go_on("enrol", request)
    office.post(office.entry(request, "leaf"))
    leaf = office.board.state.leaves[0]
    (file,) = office.mail(request).glob("*-share-4.part")
    part = read_part(file.read_bytes())
    named = office.registry.registry_id, 0, leaf.handle
    sent = sign_sent(*named, 4, Scalar(1), (Scalar(2),), issuers.key(4))
    device = ann.content.holder(office.registry.registry_id).device.public
    box = seal_sent(sent, device, SystemRandomness())
    file.write_bytes(replace(part, body={**part.body, "box": box}).to_bytes())
    evidence = ann.file("evidence")
    mail = ("--mail", office.mail(request), "--evidence", evidence)
    ran = ann.with_log("enrol", *mail)
    assert ran.code == 1
    assert "EVIDENCE" in ran.err
    assert json.loads(ran.out)["leaf"] == 0
    assert ann.content.memberships[0].identity is not None
    assert fairlot("compare", "--evidence", evidence).code == 1
    opened(office)
    assert ann.renew()["step"] == "credentials"


@pytest.mark.thorough
def test_an_issuer_who_signs_a_wrong_part_is_named(tmp_path: Path) -> None:
    office = office_of(tmp_path, 4, 1)
    ann = Person(office, "Ann")
    ann.enrol()
    opened(office)
    request = ann.ask_for_credentials()
    words = ann.answers(request, (1, 2, 3))
    with in_process(), patch(f"{ANSWERING}.sign_share", lying):
        words += ann.answers(request, (4,))
    ran = ann.with_log("renew", *words)
    assert ran.code == 1
    assert "--proof" in ran.err
    assert ann.content.memberships[0].credentials
    for index in office.issuers.indexes:
        out = ann.file(f"proof-{index}")
        clock = ("--time", str(office.now), "--proof", "--out", out)
        assert office.run(index, "issue", request, *clock).code == 0
        words += ["--proof", out]
    evidence = ann.file("evidence")
    ran = ann.with_log("renew", *words, "--evidence", evidence)
    assert ran.code == 1
    assert "EVIDENCE" in ran.err
    assert fairlot("compare", "--evidence", evidence).code == 1


def lying(signing: SigningShare, B: G1, domain: Scalar) -> PartialSignature:
    """Answer with another point than the share gives."""
    part = sign_share(signing, B, domain)
    return replace(part, A=part.A + part.A)
