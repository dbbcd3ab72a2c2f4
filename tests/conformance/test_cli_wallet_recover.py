"""Somebody who lost their wallet gets the leaf back by files (specs/wallet.md, 10)."""

import json
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from command import Killed, Ran, code_of, fairlot, in_process
from fairlot.entry import read_entry
from fairlot.identity.acts import Contest, Ruling, make_act
from fairlot.identity.attestation import sign_attestation
from fairlot.identity.life import Outcome
from fairlot.identity.registry import Registry, RegistryId
from fairlot.identity.requests import (
    attestation_file,
    read_attestation_file,
    read_recover_request,
)
from fairlot.issuing.committee_file import CommitteeFile
from fairlot_crypto import cbor
from fairlot_crypto.keys import SigningKey
from generators.identity_setting import VALUES, signing_key
from json_formats import check_document, check_forms
from registry_office import Office, office_of, opened, registry_of
from wallets import Person

RECOVERING = "fairlot.cli.wallet.recovering"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """One issuer alone."""
    return office_of(tmp_path, 1, 0)


def secrets(person: Person) -> tuple[int, ...]:
    (held,) = person.content.memberships
    assert held.identity is not None
    return tuple(map(int, held.identity.nym_secrets))


def begun(office: Office, name: str) -> tuple[Person, Path]:
    """Return a new wallet whose recovery of the leaf of ``name`` is on the log."""
    person = Person(office, f"{name}-anew")
    office.follow_all()
    request = person.ask_to_recover(person.attested_to_recover(name))
    office.go_on("recover", request)
    office.post(office.entry(request, "begin"))
    office.follow_all()
    return person, request


def attested_again(person: Person) -> Path:
    """Go to the attester once more with the first request to be attested."""
    first, *_ = sorted(person.office.path.glob(f"{person.name}-recover-attest-*"))
    return person.attested("Ann", first)


def completed(person: Person, request: Path) -> None:
    """Wait until nobody can contest any more, and let the issuers go on."""
    office = person.office
    office.now = person.how_far()["ripe"]
    office.date()
    office.follow_all()
    office.go_on("recover", request)
    office.post(office.entry(request, "complete"))
    office.follow_all()
    office.go_on("recover", request)


def ruled(office: Office, key: SigningKey, outcome: str) -> tuple[Ran, Path]:
    """Let somebody decide the dispute about the first leaf."""
    out, secret = office.path / f"ruling-{outcome}", office.path / "arbiter.key"
    secret.write_text(f"{key.seed.hex()}\n")
    told = ("--leaf", "0", "--outcome", outcome, "--time", str(office.now), "--json")
    words = ("rule", office.log, *told, "--key", secret, "--out", out)
    return fairlot("arbiter", *words), out


def arbiter_of(office: Office) -> SigningKey:
    """Return the key that decides disputes."""
    key = signing_key("disputes")
    assert key.public == office.registry.disputes.key
    return key


@pytest.mark.thorough
def test_a_new_wallet_gets_the_secrets_of_the_lost_one(office: Office) -> None:
    lost, ann = Person(office, "Ann"), Person(office, "Ann-anew")
    lost.enrol()
    opened(office)
    assert ann.recover("Ann")["leaf"] == 0
    assert secrets(ann) == secrets(lost)
    assert ann.content.seed != lost.content.seed
    office.date()
    office.follow_all()
    assert ann.renew()["step"] == "credentials"
    # Whoever has the old file gets no credential any more.
    request = lost.ask_for_credentials()
    assert code_of(office.ask(1, "issue", request)) == (1, "request.holder")


@pytest.mark.thorough
def test_what_was_asked_before_a_kill_is_asked_again_to_the_byte(
    office: Office,
) -> None:
    Person(office, "Ann").enrol()
    ann = Person(office, "Ann-anew")
    office.follow_all()
    attested = ann.attested_to_recover("Ann")
    killed = patch(f"{RECOVERING}.write_message", side_effect=Killed)
    with in_process(), killed, pytest.raises(Killed):
        ann.ask_to_recover(attested)
    kept = ann.content.memberships[0].recovering
    assert kept is not None
    request = ann.ask_to_recover(attested)
    assert request.read_bytes() == kept.to_bytes()
    assert ann.how_far()["recovery"] == "asked"
    office.go_on("recover", request)
    office.post(office.entry(request, "begin"))
    office.follow_all()
    request.unlink()
    # A newer log changes nothing of what was asked.
    assert ann.ask_to_recover(attested).read_bytes() == kept.to_bytes()
    # The leaf is not this wallet's before the cooling is over: nothing is kept.
    before = ann.content
    ran = ann.with_log("recover", "--mail", office.mail(request))
    assert code_of(ran) == (2, "wallet.recovering")
    assert ann.content == before


@pytest.mark.thorough
def test_what_was_received_before_a_kill_is_kept(office: Office) -> None:
    Person(office, "Ann").enrol()
    ann, request = begun(office, "Ann")
    completed(ann, request)
    assert ann.how_far()["recovery"] == "held"
    killed = patch(f"{RECOVERING}.told", side_effect=Killed)
    with in_process(), killed, pytest.raises(Killed):
        ann.with_log("recover", "--mail", office.mail(request))
    kept = ann.content
    assert kept.memberships[0].identity is not None
    ran = ann.with_log("recover", "--mail", office.mail(request))
    assert check_document(ran.out)["step"] == "identity"
    assert ann.content == kept
    # Whoever has the leaf asks for it no more.
    out = ann.file("more")
    ran = ann.with_log("recover", "--leaf", "0", "--out", out)
    assert code_of(ran) == (2, "wallet.enrolled")
    assert not out.exists()


@pytest.mark.thorough
def test_it_says_how_far_it_is_and_who_may_contest(office: Office) -> None:
    lost = Person(office, "Ann")
    lost.enrol()
    ann, request = begun(office, "Ann")
    pending = ann.how_far()
    cooling, within = office.registry.recovery.cooling, office.registry.disputes.within
    assert pending["recovery"] == "pending"
    assert pending["ripe"] == office.board.state.clock + cooling
    told = ("--expect-registry", office.registry.registry_id.hex())
    clock = ("--time", str(office.now), "--password-file", ann.password)
    said = fairlot("wallet", "recover", ann.path, office.log, *told, *clock)
    assert "whoever holds the leaf can contest it until" in " ".join(said.out.split())
    # Nothing else is asked for meanwhile.
    for words in ((), ("--attestation", attested_again(ann))):
        ran = ann.with_log("recover", "--leaf", "0", "--out", ann.file("more"), *words)
        assert code_of(ran) == (2, "wallet.recovering")
    scope = office.registry.registry_id
    assert "fairlot wallet contest" in lost.with_log("renew").err
    out = lost.file("contest")
    ran = lost.with_log("contest", "--out", out)
    assert check_document(ran.out)["step"] == "contest"
    data = out.read_bytes()
    office.post(read_entry(cbor.decode(data), data))
    ran = lost.with_log("freeze", "--out", lost.file("freeze"))
    assert code_of(ran) == (1, "life.status")
    disputed = ann.how_far()
    assert disputed["recovery"] == "disputed"
    assert disputed["ripe"] == max(pending["ripe"], office.board.state.clock + within)
    office.follow_all()
    assert code_of(office.step(1, "recover", request)) == (1, "life.early")
    ruling = Ruling(0, 1, 1, Outcome.RECOVER)
    office.post(make_act(scope, ruling, arbiter_of(office)))
    assert ann.how_far()["recovery"] == "ripe"


@pytest.mark.thorough
def test_whoever_is_ruled_against_begins_anew(office: Office) -> None:
    lost = Person(office, "Ann")
    lost.enrol()
    ann, _ = begun(office, "Ann")
    scope = office.registry.registry_id
    office.post(make_act(scope, Contest(0, 1, 1), lost.content.holder(scope).signing))
    for key, outcome, code in (
        (signing_key("nobody"), "keep", (1, "life.key")),
        (arbiter_of(office), "close", (1, "life.outcome")),
    ):
        assert code_of(ruled(office, key, outcome)[0]) == code
    ran, ruling = ruled(office, arbiter_of(office), "keep")
    assert ran.code == 0, ran.err
    check_forms("ruling", ran.out)
    said = json.loads(ran.out)
    assert (said["leaf"], said["attempt"], said["outcome"]) == (0, 1, "keep")
    data = ruling.read_bytes()
    office.post(read_entry(cbor.decode(data), data))
    ran, _ = ruled(office, arbiter_of(office), "keep")
    assert code_of(ran) == (1, "life.status")
    assert ann.how_far()["recovery"] == "ended"
    # The attestations of the first attempt are good for nothing any more.
    old = attested_again(ann)
    ran = ann.with_log(
        "recover", "--leaf", "0", "--attestation", old, "--out", ann.file("second")
    )
    assert code_of(ran) == (1, "attestation.subject")
    again = ann.ask_to_recover(ann.attested_to_recover("Ann"), out="second")
    (attestation,) = read_recover_request(again.read_bytes()).attestations
    assert (attestation.subject.version, attestation.subject.attempt) == (1, 2)


@pytest.mark.thorough
def test_nobody_recovers_somebody_else(office: Office) -> None:
    ann, ben = Person(office, "Ann"), Person(office, "Ben")
    ann.enrol()
    ben.enrol()
    eve = Person(office, "Eve")
    office.follow_all()
    request = eve.ask_to_recover(eve.attested_to_recover("Eve"))
    assert code_of(office.step(1, "recover", request)) == (1, "recovery.person")
    # Ben takes his own leaf, and is told which it is where he does not know.
    anew = Person(office, "Ben-anew")
    attested = anew.attested_to_recover("Ben")
    ran = office.step(1, "recover", anew.ask_to_recover(attested))
    assert code_of(ran) == (1, "recovery.person")
    assert "theirs is leaf 1" in ran.err
    right = anew.ask_to_recover(attested, 1, "right")
    assert office.step(1, "recover", right).code == 0


@pytest.mark.thorough
def test_a_leaf_is_recovered_again_and_no_key_comes_back(office: Office) -> None:
    lost = Person(office, "Ann")
    lost.enrol()
    first = Person(office, "Ann-first")
    first.recover("Ann")
    second = Person(office, "Ann-second")
    second.recover("Ann")
    assert office.board.state.lives[0].version == 3
    assert secrets(second) == secrets(lost)
    for old in (lost, first):
        out = old.file("back")
        ran = old.with_log("recover", "--leaf", "0", "--out", out)
        assert code_of(ran) == (2, "wallet.enrolled")
        assert not out.exists()
    assert first.how_far()["recovery"] == "ended"


@pytest.mark.thorough
def test_whoever_was_attested_otherwise_names_what_they_enrolled_with(
    office: Office,
) -> None:
    lost, ann = Person(office, "Ann"), Person(office, "Ann-anew")
    lost.enrol()
    opened(office)
    with patch("wallets.VALUES", tuple("" for _ in VALUES)):
        ann.recover("Ann")
    office.date()
    office.follow_all()
    words = ann.answers(ann.ask_for_credentials())
    assert ann.with_log("renew", *words).code == 1
    (mail,) = office.path.glob("Ann-anew-recover.mail")
    names = [each.name for each in office.registry.attributes]
    own = [f"{name}={value}" for name, value in zip(names, VALUES, strict=True)]
    given = [word for each in own for word in ("--attribute", each)]
    ran = ann.with_log("recover", "--mail", mail, "--attribute", "shoe=43")
    assert code_of(ran) == (2, "attester.attribute")
    ran = ann.with_log("recover", "--mail", mail, "--attribute", f"{names[0]}=none")
    assert code_of(ran) == (1, "attestation.attributes")
    assert ann.with_log("recover", "--mail", mail, *given).code == 0
    assert ann.with_log("renew", *words).code == 0


@pytest.mark.thorough
def test_what_is_no_request_to_recover_is_refused(office: Office) -> None:
    ann, out = Person(office, "Ann"), office.path / "out"
    (board_log := office.path / "begun").write_bytes(office.log.read_bytes())
    usage = ann.with_log("recover", "--out", out)
    assert code_of(usage) == (2, "wallet.usage")
    assert code_of(ann.with_log("recover")) == (2, "wallet.recovering")
    ran = ann.with_log("recover", "--mail", office.path)
    assert code_of(ran) == (2, "wallet.recovering")
    ran = ann.with_log("recover", "--leaf", "0", "--out", out)
    assert code_of(ran) == (1, "life.leaf")
    told = ("--leaf", "0", "--out", out, "--expect-registry", "00" * 32)
    ran = ann.run("recover", board_log, *told)
    assert code_of(ran) == (2, "wallet.registry")
    assert not out.exists()


@pytest.mark.thorough
def test_other_registries_keys_and_logs_are_refused(office: Office) -> None:
    lost = Person(office, "Ann")
    older = office.log
    lost.enrol()
    ann, eve, out = Person(office, "Ann-anew"), Person(office, "Eve"), office.path / "o"
    office.follow_all()
    attested = ann.attested_to_recover("Ann")
    before = ann.content
    theirs = eve.attested_to_recover("Ann")
    told = ("--leaf", "0", "--out", out, "--attestation")
    ran = ann.with_log("recover", *told, theirs)
    assert code_of(ran) == (2, "wallet.attestation")
    foreign = read_attestation_file(attested.read_bytes())
    other = office.file(
        "foreign",
        attestation_file(replace(foreign, registry_id=RegistryId(bytes(32)))),
    )
    ran = ann.with_log("recover", *told, other)
    assert code_of(ran) == (1, "attestation.registry")
    # An attestation to enrol is none to recover.
    enrolling = lost.attested("Ann", lost.file("attest"))
    ran = lost.with_log("recover", *told, enrolling)
    assert code_of(ran) == (2, "wallet.enrolled")
    ran = ann.with_log("recover", "--leaf", "0", "--out", out, log=older)
    assert code_of(ran) == (2, "wallet.fork")
    late = office.now + office.registry.epoch
    ran = ann.with_log("recover", *told, attested, "--time", str(late))
    assert code_of(ran) == (1, "attestation.time")
    assert ann.content == before
    assert not out.exists()


SECOND = signing_key("second attester")


def strict(made: CommitteeFile) -> Registry:
    """Return a registry that wants two attesters for a recovery."""
    registry = registry_of(made)
    recovery = replace(registry.recovery, quorum=2)
    attesters = (*registry.attesters, SECOND.public)
    return replace(registry, attesters=attesters, recovery=recovery)


def by_second(person: Person, attested: Path, name: str = "") -> Path:
    """Return what another attester gives to whoever was at the first."""
    first = read_attestation_file(attested.read_bytes())
    tag = person.office.tag(name) if name else first.person_tag
    keys = first.holder_key, first.device_key, first.attributes
    said = first.registry_id, tag, *keys, person.office.now, SECOND, first.subject
    file = person.file(f"second-{name}")
    file.write_bytes(attestation_file(sign_attestation(*said)))
    return file


@pytest.mark.thorough
def test_a_quorum_of_attesters_must_mean_one_person(tmp_path: Path) -> None:
    with patch("registry_office.registry_of", strict):
        office = office_of(tmp_path, 1, 0)
    Person(office, "Ann").enrol()
    ann, out = Person(office, "Ann-anew"), office.path / "out"
    office.follow_all()
    first = ann.attested_to_recover("Ann")
    told = ("--leaf", "0", "--out", out, "--attestation", first, "--attestation")
    assert code_of(ann.with_log("recover", *told, first)) == (1, "recovery.quorum")
    other = by_second(ann, first, "Ben")
    assert code_of(ann.with_log("recover", *told, other)) == (1, "recovery.agree")
    assert not out.exists()
    second = by_second(ann, first)
    assert ann.with_log("recover", *told, second).code == 0
    # In whatever order they are named, it is the same request.
    again = ("--attestation", second, "--attestation", first)
    ran = ann.with_log("recover", "--leaf", "0", "--out", out, *again)
    assert check_document(ran.out)["again"] is True
    assert office.step(1, "recover", out).code == 0
