"""Tokens at an attester, by the command line (specs/attesters.md, section 2.3).

The provider is played here; tests/interop logs in at one of others.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

import pytest

from account_office import Member, pin, posted, with_accounts
from command import Killed, Ran, code_of, fairlot, in_process
from fairlot.identity.account_token import AccountToken, nonce_of
from fairlot.identity.base64url import encode_url
from fairlot.identity.requests import read_attest_request
from generators.account_setting import (
    PROVIDER,
    SALT,
    Signer,
    claims,
    ed_signer,
    header,
    token,
)
from registry_office import Office, office_of

pytestmark = pytest.mark.thorough

FIRST, SECOND = ed_signer("first"), ed_signer("second")


def pinned(office: Office, *signers: Signer) -> None:
    """Pin keys on the log, in place of those before."""
    said = [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "kid": each.pinned.kid,
            "x": encode_url(each.pinned.key),
        }
        for each in signers
    ]
    data = json.dumps({"keys": said}).encode()
    ran = pin(office, 1, "--jwks", office.file("jwks.json", data))
    assert ran.code == 0, ran.err
    posted(office, 1)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = with_accounts(office_of(tmp_path, 1, 0, PROVIDER))
    pinned(made, FIRST)
    return made


def login(
    member: Member,
    request: Path,
    signer: Signer = FIRST,
    changes: Mapping[str, object] | None = None,
) -> Path:
    """Return the file of a login of now, with other claims where they are named."""
    now, scope = member.office.now, member.office.registry.registry_id
    nonce = nonce_of(read_attest_request(request.read_bytes()), SALT)
    times = {"iat": now, "exp": now + 3600, "nonce": nonce}
    made = token(signer, header(signer), claims(None, **{**times, **(changes or {})}))
    return member.office.file(
        f"{member.name}-token", AccountToken(scope, SALT, made).to_bytes()
    )


def refused(member: Member, request: Path, shown: Path) -> tuple[int, str]:
    """Return how an attester refuses a token, and see that nothing is written."""
    nothing = member.file("nothing")
    ran = member.visit("ask", request, shown, nothing)
    assert not nothing.exists()
    return code_of(ran)


def test_a_token_serves_one_request_and_its_answer_stays(office: Office) -> None:
    ann, eve = Member(office, "Ann"), Member(office, "Eve")
    request = ann.asked()
    shown = login(ann, request)
    first = ann.attested_by(shown, request)
    book = office.path / "office.key.codes"
    assert book.stat().st_mode & 0o077 == 0
    kept = book.read_bytes()
    # Replayed: with other keys, and for another event.
    assert refused(eve, eve.asked(), shown) == (1, "account-token.used")
    assert book.read_bytes() == kept
    # Again, and later than any login may be, with the provider's key gone: the same.
    pinned(office, SECOND)
    office.now += 3600
    office.date()
    assert ann.attested_by(shown, request).read_bytes() == first.read_bytes()


def test_a_token_is_refused_by_name_and_leaves_no_row(office: Office) -> None:
    ann, eve = Member(office, "Ann"), Member(office, "Eve")
    request, now = ann.asked(), office.now
    phished = nonce_of(read_attest_request(eve.asked().read_bytes()), SALT)
    rows: tuple[tuple[str, Signer, dict[str, object]], ...] = (
        ("account-token.audience", FIRST, {"aud": "a-shop"}),
        ("account-token.issuer", FIRST, {"iss": "https://elsewhere.example"}),
        ("account-token.expired", FIRST, {"exp": now}),
        ("account-token.time", FIRST, {"iat": now - 601}),
        ("account-token.nonce", FIRST, {"nonce": phished}),
        ("account-token.key", SECOND, {}),
        ("identifier.account", FIRST, {"sub": ""}),
    )
    for code, signer, changes in rows:
        assert refused(ann, request, login(ann, request, signer, changes)) == (
            1,
            code,
        )
    assert not (office.path / "office.key.codes").exists()
    # A provider whose keys went takes nobody; one that pins none takes nobody either.
    shown = login(ann, request)
    pinned(office)
    assert refused(ann, request, shown) == (1, "account-token.key")
    pinned(office, FIRST)
    assert ann.visit("ask", request, shown, ann.file("tags")).code == 0


def test_keys_count_on_a_log_of_now_only(office: Office) -> None:
    """Whoever shows an attester an old log shows it old keys."""
    ann = Member(office, "Ann")
    request, old = ann.asked(), office.log
    office.now += office.registry.view_age + 1
    shown = login(ann, request)
    words = ("--log", old)
    ran = ann.visit("ask", request, shown, ann.file("nothing"), *words)
    assert code_of(ran) == (1, "issuer.view")
    office.date()
    ran = ann.visit("ask", request, shown, ann.file("tags"))
    assert ran.code == 0, ran.err


def test_a_kill_between_binding_and_answering_keeps_the_token_bound(
    office: Office,
) -> None:
    ann, eve = Member(office, "Ann"), Member(office, "Eve")
    request, thiefs = ann.asked(), eve.asked()
    shown = login(ann, request)
    killed = patch("fairlot.cli.attester.ask_for_tag", side_effect=Killed)
    with in_process(), killed, pytest.raises(Killed):
        ann.visit("ask", request, shown, ann.file("tags"))
    assert refused(eve, thiefs, shown) == (1, "account-token.used")
    ann.attested_by(shown, request)


def test_people_come_by_what_their_registry_tells_them_apart_by(
    office: Office, tmp_path: Path
) -> None:
    ann = Member(office, "Ann")
    request, nothing = ann.asked(), ann.file("nothing")
    shown = login(ann, request)

    def ask(*words: str | Path) -> Ran:
        return office_ask(office, request, nothing, *words)

    assert code_of(ask("--person", "Ann")) == (2, "attester.usage")
    code = office.file("code", b"0000-0000-0000-0000-0000")
    assert code_of(ask("--code-file", code)) == (2, "attester.usage")
    assert code_of(ask("--token", shown)) == (2, "attester.usage")
    assert code_of(ask("--token", request, "--log", office.log)) == (
        2,
        "issuer.request",
    )
    members = office.file("members.csv", b"person\nAnn\n")
    own = (
        "--registry",
        office.path / "definition",
        "--key",
        office.path / "office.key",
    )
    ran = run_codes(members, *own, "--out", tmp_path / "codes.csv")
    assert code_of(ran) == (2, "attester.usage")
    assert not nothing.exists()


def test_without_the_extra_an_attester_says_which(office: Office) -> None:
    ann = Member(office, "Ann")
    request = ann.asked()
    shown = login(ann, request)
    module = "fairlot.identity.token_signature"
    missing = dict.fromkeys(("joserfc", "joserfc.errors"))
    with in_process(), patch.dict(sys.modules, missing):
        sys.modules.pop(module, None)
        ran = ann.visit("ask", request, shown, ann.file("nothing"))
    assert code_of(ran) == (2, "attester.extra")
    assert "fairlot[oidc]" in ran.err


def office_ask(office: Office, request: Path, out: Path, *words: str | Path) -> Ran:
    own = (
        "--registry",
        office.path / "definition",
        "--key",
        office.path / "office.key",
    )
    clock = ("--time", str(office.now), "--out", out)
    return fairlot("attester", "ask", request, *own, *clock, *words)


def run_codes(members: Path, *words: str | Path) -> Ran:
    return fairlot("attester", "codes", members, *words)
