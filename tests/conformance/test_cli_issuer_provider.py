"""Issuers pin the keys of a provider, each by itself (specs/issuer.md, section 8.9)."""

import json
from collections.abc import Generator, Iterable
from pathlib import Path

import pytest

from command import Ran, code_of
from fairlot.identity.base64url import encode_url
from fairlot.identity.provider import Provider
from fairlot.identity.provider_keys import ProviderKey
from fairlot_crypto import cbor
from generators.account_setting import PROVIDER, ed_signer
from registry_office import Office, office_of
from web_answers import Answers, answering

pytestmark = pytest.mark.thorough

OLD, NEW = ed_signer("old").pinned, ed_signer("new").pinned


def published(*keys: ProviderKey) -> bytes:
    """Return a set of Ed25519 keys, and one for something else."""
    said = [
        {"kty": "OKP", "crv": "Ed25519", "kid": each.kid, "x": encode_url(each.key)}
        for each in keys
    ]
    return json.dumps({"keys": [*said, {"kty": "oct", "kid": "shared"}]}).encode()


def pin(office: Office, index: int, *words: str | Path) -> Ran:
    """Let an issuer pin keys."""
    file = office.file("definition", cbor.encode(office.registry.to_value()))
    mail = office.path / "keys"
    mail.mkdir(exist_ok=True)
    own = ("--registry", file, "--mail", mail, "--time", str(office.now), "--json")
    return office.run(index, "provider", *own, *words)


def listed(office: Office, name: str, *keys: ProviderKey) -> tuple[str, Path]:
    return "--jwks", office.file(name, published(*keys))


def posted(office: Office, indexes: Iterable[int]) -> None:
    """Post what issuers have made together, and let all take it in."""
    for index in indexes:
        (made,) = (office.path / "keys").glob(f"*-provider-{index}.entry")
        office.post(office.read_entry(made))
        made.unlink()
    office.follow_all()


@pytest.fixture
def alone(tmp_path: Path) -> Office:
    office = office_of(tmp_path, 1, 0, PROVIDER)
    office.follow_all()
    return office


def test_an_issuer_pins_keys_and_later_others(alone: Office) -> None:
    ran = pin(alone, 1, *listed(alone, "first.json", OLD))
    assert ran.code == 0, ran.err
    said = json.loads(ran.out)
    assert (said["step"], said["waiting"], len(said["files"])) == ("provider", [], 2)
    assert "shared" in ran.err
    posted(alone, [1])
    assert alone.board.state.provided[-1].listed == (OLD,)
    ran = pin(alone, 1, *listed(alone, "second.json", NEW))
    assert ran.code == 0, ran.err
    posted(alone, [1])
    last = alone.board.state.provided[-1]
    assert (last.number, last.listed) == (1, (NEW,))


def test_what_is_no_list_is_refused(alone: Office) -> None:
    file = alone.file("jwks.json", b"<html>")
    assert code_of(pin(alone, 1, "--jwks", file)) == (2, "jwks.form")
    alone.now += 86_400
    ran = pin(alone, 1, *listed(alone, "late.json", OLD))
    assert code_of(ran) == (1, "issuer.view")
    assert not [*(alone.path / "keys").iterdir()]


@pytest.mark.slow
def test_issuers_who_are_shown_other_keys_sign_no_list(tmp_path: Path) -> None:
    office = office_of(tmp_path, 4, 1, PROVIDER)
    office.follow_all()
    honest, evil = listed(office, "a.json", OLD), listed(office, "b.json", OLD, NEW)
    for index, shown in ((1, honest), (2, honest), (3, evil)):
        ran = pin(office, index, *shown)
        assert ran.code == 0, ran.err
    assert not [*(office.path / "keys").glob("*.entry")]
    ran = pin(office, 1, *honest)
    assert json.loads(ran.out)["waiting"] == [3, 4]
    ran = pin(office, 1, *honest, "--without", "3", "--without", "4")
    assert code_of(ran) == (1, "provider.issuers")
    ran = pin(office, 4, *honest)
    assert json.loads(ran.out)["waiting"] == [3]
    ran = pin(office, 4, *honest, "--without", "3")
    assert json.loads(ran.out)["waiting"] == []
    posted(office, [4])
    assert office.board.state.provided[-1].listed == (OLD,)


@pytest.fixture
def served(tmp_path: Path) -> Generator[tuple[Office, Answers]]:
    """A provider that answers whatever a test wants, and an issuer."""
    with answering() as answers:
        office = office_of(tmp_path, 1, 0, Provider(answers.url, "wallets"))
        office.follow_all()
        yield office, answers


def configuration(answers: Answers, **changes: object) -> bytes:
    said: dict[str, object] = {"issuer": answers.url, "jwks_uri": f"{answers.url}/keys"}
    return json.dumps(said | changes).encode()


WELL_KNOWN = "/.well-known/openid-configuration"


def test_an_issuer_fetches_the_keys_itself(served: tuple[Office, Answers]) -> None:
    office, answers = served
    answers.of[WELL_KNOWN] = 200, configuration(answers)
    answers.of["/keys"] = 200, published(OLD)
    ran = pin(office, 1)
    assert ran.code == 0, ran.err
    posted(office, [1])
    assert office.board.state.provided[-1].listed == (OLD,)
    assert answers.asked == [f"GET {WELL_KNOWN}", "GET /keys"]


def test_a_provider_that_answers_otherwise_is_refused(
    served: tuple[Office, Answers],
) -> None:
    office, answers = served
    good = configuration(answers)
    rows: tuple[tuple[str, tuple[int, bytes], tuple[int, bytes]], ...] = (
        ("discovery.answer", (404, b""), (200, b"")),
        ("discovery.answer", (302, b""), (200, b"")),
        ("discovery.answer", (200, b"<html>"), (200, b"")),
        ("discovery.answer", (200, b"{}"), (200, b"")),
        (
            "discovery.answer",
            (200, configuration(answers, issuer=f"{answers.url}/")),
            (200, b""),
        ),
        (
            "discovery.answer",
            (200, configuration(answers, jwks_uri="http://accounts.example/keys")),
            (200, b""),
        ),
        (
            "discovery.answer",
            (200, configuration(answers, jwks_uri="file:///etc/passwd")),
            (200, b""),
        ),
        (
            "discovery.answer",
            (200, b'{"issuer": "%s"}' % answers.url.encode()),
            (200, b""),
        ),
        ("discovery.answer", (200, good), (500, b"")),
        ("jwks.form", (200, good), (200, b"[]")),
        ("http.answer", (200, good), (200, b" " * (1 << 18))),
    )
    for code, first, second in rows:
        answers.of = {WELL_KNOWN: first, "/keys": second}
        assert code_of(pin(office, 1)) == (2, code)
    assert not [*(office.path / "keys").iterdir()]
