"""Who vouches for accounts, and with which keys (specs/attesters.md, section 2.1)."""

from dataclasses import replace

import pytest

from fairlot.identity.identifier import Canonicaliser, Source
from fairlot.identity.provider import Provider
from fairlot.identity.registry import EPOCH_SECONDS, Registry
from fairlot.identity.registry_reading import read_registry
from fairlot.identity.uniqueness import Uniqueness
from fairlot.logs import Witness, Witnesses
from fairlot_crypto import cbor
from generators.account_setting import PROVIDER, registry
from generators.identity_setting import signing_key
from refusal import refusal

ACCOUNTS = registry()
WITNESSES = Witnesses((Witness("watch.example", signing_key("watch").public),), 1)
REAL = replace(ACCOUNTS, rehearsal=False, epoch=EPOCH_SECONDS, witnesses=WITNESSES)


def changed(base: Registry, **changes: object) -> Registry:
    made: Uniqueness = replace(base.uniqueness, **changes)  # type: ignore[arg-type]
    return replace(base, uniqueness=made)


def read(made: Registry) -> Registry:
    return read_registry(cbor.decode(cbor.encode(made.to_value())))


def test_a_registry_names_its_provider_and_its_id_commits_to_it() -> None:
    assert read(ACCOUNTS) == ACCOUNTS
    shop = replace(PROVIDER, client="a-shop")
    assert changed(ACCOUNTS, provider=shop).registry_id != ACCOUNTS.registry_id


def test_accounts_and_nothing_else_have_a_provider() -> None:
    assert refusal(read, changed(ACCOUNTS, provider=None)) == "registry.provider"
    listed = changed(ACCOUNTS, source=Source("list", Canonicaliser.NAME))
    assert refusal(read, listed) == "registry.provider"


@pytest.mark.parametrize(
    "issuer",
    [
        *("", "accounts.example", "ftp://accounts.example", "https://", "https://a b"),
        *(
            "https://a.example?x",
            "https://a.example?",
            "https://a.example#",
            "https://é",
        ),
        *("https://me@a.example", f"https://{'a' * 249}", "HTTPS://a.example"),
        *("http://accounts.example", "http://127.0.0.1.example"),
    ],
)
def test_what_is_no_issuer_is_refused(issuer: str) -> None:
    wrong = changed(ACCOUNTS, provider=Provider(issuer, "wallets"))
    assert refusal(read, wrong) == "registry.provider"


@pytest.mark.parametrize("client", ["", "a b", "é", "c" * 257])
def test_what_is_no_client_is_refused(client: str) -> None:
    wrong = changed(ACCOUNTS, provider=replace(PROVIDER, client=client))
    assert refusal(read, wrong) == "registry.provider"


@pytest.mark.parametrize("host", ["127.0.0.1:4000", "[::1]", "localhost:1/tenant"])
def test_a_provider_without_tls_is_for_rehearsals_on_one_machine(host: str) -> None:
    near = Provider(f"http://{host}", "wallets")
    assert read(changed(ACCOUNTS, provider=near)).uniqueness.provider == near
    assert refusal(read, changed(REAL, provider=near)) == "registry.provider"
    assert read(changed(REAL, provider=PROVIDER)).uniqueness.provider == PROVIDER
