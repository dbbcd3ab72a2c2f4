"""fairlot mail: a request goes to a mailbox, and an answer comes back."""

from pathlib import Path

import pytest
from jsonschema import ValidationError

from command import code_of, fairlot
from fairlot.cli.host.roles import serving
from fairlot.identity.account_token import AccountToken
from fairlot.identity.attestation import ENROLMENT
from fairlot.identity.registry import RegistryId
from fairlot.identity.requests import AttestRequest
from fairlot.service.mailbox import Mailbox, Parcel
from fairlot_crypto.keys import SealKey, VerifyKey
from json_formats import check_document, check_form, other_forms
from own_ca import self_signed

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with a request, and the code of an invitation."""
    keys = VerifyKey(bytes(32)), SealKey(bytes(32))
    request = AttestRequest(RegistryId(bytes(32)), *keys, ENROLMENT)
    (tmp_path / "request").write_bytes(request.to_bytes())
    (tmp_path / "code").write_text("annscode\n")
    return tmp_path


def words(place: Path, url: str, *more: str | Path) -> tuple[str | Path, ...]:
    request, code, out = place / "request", place / "code", place / "got"
    return ("mail", "send", url, request, "--code-file", code, "--out", out, *more)


@pytest.mark.thorough
def test_a_request_is_sent_and_its_answer_fetched(place: Path) -> None:
    Mailbox.create(place / "mailbox", ["annscode"])
    box = Mailbox(place / "mailbox")
    with serving(place, "mail", "serve", "mailbox") as url:
        ran = fairlot(*words(place, url, "--wait", "0", "--json"))
        said = check_document(ran.out)
        for broken in other_forms(said):
            with pytest.raises(ValidationError):
                check_form("mail", broken)
        assert (ran.code, said["answered"], said["kind"]) == (1, False, "attest")
        assert "run this again" in ran.err
        (named,) = box.waiting()
        box.give(named, Parcel((("attested", b"it is Ann"),)))
        ran = fairlot(*words(place, url, "--json"))
        got = place / "got" / "attested"
        assert (ran.code, check_document(ran.out)["files"]) == (0, [str(got)])
        assert got.read_bytes() == b"it is Ann"
        assert got.stat().st_mode & 0o077 == 0
        box.give(named, Parcel(code="attestation.person", detail="who is that?"))
        ran = fairlot(*words(place, url, "--json"))
        assert (ran.code, check_document(ran.out)["code"]) == (1, "attestation.person")
        (place / "code").write_text("evescode\n")
        ran = fairlot(*words(place, url))
        assert (ran.code, "refused: mail.code" in ran.err) == (1, True)
    ran = fairlot(*words(place, url))
    assert (ran.code, "http.unreachable" in ran.err) == (2, True)


@pytest.mark.thorough
def test_nothing_is_sent_to_another_certificate_or_over_http(place: Path) -> None:
    Mailbox.create(place / "mailbox", ["annscode"])
    box = Mailbox(place / "mailbox")
    (told, key), (other, _) = (self_signed(place, name) for name in ("told", "other"))
    https = ("--host", "localhost", "--tls-cert", told.name, "--tls-key", key.name)
    with serving(place, "mail", "serve", "mailbox", *https) as url:
        assert url.startswith("https://localhost:")
        plain = url.replace("https", "http")
        for trusted, link, code, advice in (
            (other, url, "http.certificate", "SSL_CERT_FILE"),
            (place / "nothing", url, "http.certificate", "SSL_CERT_FILE"),
            (told, url.replace("localhost", "127.0.0.1"), "http.certificate", ""),
            (told, plain, "http.unreachable", "name it with https://"),
        ):
            ran = fairlot(*words(place, link), env={"SSL_CERT_FILE": str(trusted)})
            assert code_of(ran) == (2, code), ran
            assert advice in ran.err
            assert not box.waiting()
        trusting = {"SSL_CERT_FILE": str(told)}
        ran = fairlot(*words(place, url, "--wait", "0"), env=trusting)
        assert (ran.code, "run this again" in ran.err) == (1, True)
        assert len(box.waiting()) == 1


@pytest.mark.thorough
def test_what_speaks_http_is_not_taken_for_https(place: Path) -> None:
    Mailbox.create(place / "mailbox", ["annscode"])
    with serving(place, "mail", "serve", "mailbox") as url:
        ran = fairlot(*words(place, url.replace("http", "https")))
    assert code_of(ran) == (2, "http.unreachable")
    assert "it does not speak HTTPS: wrong version number): compare" in ran.err


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("request", b"hello", "issuer.request"),
        ("code", b"", "mail.code-file"),
        ("code", b"two words\n", "mail.code-file"),
        ("code", b"\xff\n", "mail.code-file"),
        ("code", 300 * b"a", "mail.code-file"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_before_anything_is_sent(
    file: str, content: bytes, code: str, place: Path
) -> None:
    (place / file).write_bytes(content)
    ran = fairlot(*words(place, NOWHERE))
    assert (ran.code, ran.err.startswith(f"fairlot: {code}: ")) == (2, True), ran.err
    assert str(place / file) in ran.err
    assert not (place / "got").exists()


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (AccountToken(RegistryId(bytes(32)), bytes(32), "a.b.c"), "http.unreachable"),
        (AccountToken(RegistryId(b"\x01" * 32), bytes(32), "a.b.c"), "mail.token"),
        (None, "issuer.request"),
    ],
)
def test_a_token_goes_with_the_request_for_which_it_is(
    token: AccountToken | None, code: str, place: Path
) -> None:
    account = place / "account"
    account.write_bytes(b"a.b.c" if token is None else token.to_bytes())
    ran = fairlot(*words(place, NOWHERE, "--token", account))
    assert code_of(ran) == (2, code), ran
    # Only a request to be attested is shown with an account.
    request = account if token is None else place / "request"
    request.write_bytes(b"hello")
    ran = fairlot(*words(place, NOWHERE, "--token", account))
    assert code_of(ran) == (2, "issuer.request"), ran


def test_an_address_is_one(place: Path) -> None:
    ran = fairlot(*words(place, "sale.example"))
    assert (ran.code, "http.address" in ran.err) == (2, True)


def test_a_folder_that_is_no_mailbox_is_not_served(tmp_path: Path) -> None:
    ran = fairlot("mail", "serve", tmp_path)
    assert (ran.code, "mail.folder" in ran.err) == (2, True)
