"""Keys of a provider on the registry log (specs/identity.md, section 6.4)."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from fairlot.audit.sentences import sentence
from fairlot.board.registry_state import RegistryState
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.identity.base64url import encode_url
from fairlot.identity.jwks import read_jwks
from fairlot.identity.pinning import PinnedKeys, pinned_body, sign_pinned
from fairlot.identity.provider_keys import ProviderKey
from fairlot.identity.registry import Registry
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import backend
from fairlot_crypto.statements import Statements
from generators.account_setting import ed_signer, pinned, registry
from generators.identity_setting import START, setting
from refusal import refusal

FOUR = setting(4, 1)
ACCOUNTS = registry(4, 1)
KNOWN = Statements()
BEFORE, AFTER = ed_signer("before").pinned, ed_signer("after").pinned


def begun(on: Registry = ACCOUNTS) -> RegistryState:
    state = RegistryState(backend(), KNOWN)
    first = FOUR.issuers[0].key
    entry = sign_entry(EntryType.REGISTRY, on.registry_id, on.to_value(), first)
    state.append(entry, START)
    return state


def entry(
    pinned_keys: Sequence[ProviderKey],
    number: int = 0,
    who: Sequence[int] = (1, 2, 3),
    on: Registry = ACCOUNTS,
    **changes: Value,
) -> Entry:
    """Let issuers sign a list; the last of them posts it."""
    listed = PinnedKeys(number, tuple(pinned_keys))
    keys_of = {i: FOUR.issuers[i - 1].key for i in who}
    sigs = [sign_pinned(on.registry_id, listed, i, keys_of[i]) for i in who]
    body = {**pinned_body(listed, sigs), **changes}
    signer = FOUR.issuers[2].key
    return sign_entry(EntryType.PROVIDER, on.registry_id, body, signer)


def test_a_newer_list_takes_the_place_of_the_one_before() -> None:
    state = begun()
    assert state.provided == []
    for number, keys in enumerate(((BEFORE,), (AFTER, BEFORE), (AFTER,), ())):
        state.append(entry(keys, number), START)
        assert state.provided[-1] == PinnedKeys(number, keys)


def test_fewer_than_n_minus_t_issuers_pin_nothing() -> None:
    state = begun()
    for who in ((), (1,), (1, 2), (1, 1, 2), (3, 2, 1)):
        assert refusal(state.append, entry((AFTER,), who=who), START) == (
            "provider.issuers"
        )
    assert state.provided == []
    state.append(entry((AFTER,), who=(1, 2, 4)), START)


def test_nobody_signs_for_an_issuer_nor_another_list() -> None:
    state = begun()
    true = entry((AFTER,)).body["sigs"]
    thief = entry((BEFORE,), sigs=true)
    assert refusal(state.append, thief, START) == "provider.signature"
    assert refusal(state.append, entry((), sigs=true), START) == "provider.signature"
    forged: list[Value] = [{"issuer": i, "sig": bytes(64)} for i in (1, 2, 3)]
    assert refusal(state.append, entry((AFTER,), sigs=forged), START) == (
        "provider.signature"
    )
    other = registry(1, 0).registry_id
    elsewhere = sign_pinned(other, PinnedKeys(0, (AFTER,)), 1, FOUR.issuers[0].key)
    moved: list[Value] = [{"issuer": 1, "sig": elsewhere.sig}, *_sigs(true)[1:]]
    assert refusal(state.append, entry((AFTER,), sigs=moved), START) == (
        "provider.signature"
    )


def test_a_former_list_does_not_come_again() -> None:
    """Whoever has an old key would like the list that had it."""
    state = begun()
    old = entry((BEFORE,))
    state.append(old, START)
    state.append(entry((AFTER,), 1), START)
    assert refusal(state.append, old, START) == "entry.duplicate"
    again = replace_signer(old)
    assert refusal(state.append, again, START) == "provider.number"
    assert refusal(state.append, entry((BEFORE,), 1), START) == "provider.number"
    assert refusal(state.append, entry((BEFORE,), 3), START) == "provider.number"
    assert state.provided[-1].listed == (AFTER,)


def replace_signer(old: Entry) -> Entry:
    """Let another issuer post what is signed already."""
    return sign_entry(old.type, old.scope, old.body, FOUR.issuers[3].key)


def test_lists_that_are_none_are_refused() -> None:
    state = begun()
    wrong = entry((replace(AFTER, key=bytes(32)),))
    assert refusal(state.append, wrong, START) == "provider.keys"
    assert refusal(state.append, entry((BEFORE, AFTER)), START) == "provider.keys"
    assert refusal(state.append, entry((AFTER,), note="x"), START) == "entry.field"
    shared: list[Value] = [{"kid": "a", "alg": "HS256", "key": bytes(32)}]
    assert refusal(state.append, entry((), keys=shared), START) == "entry.field"


def test_a_registry_without_accounts_pins_no_keys() -> None:
    on = FOUR.registry
    refused = refusal(begun(on).append, entry((AFTER,), on=on), START)
    assert refused == "provider.registry"


def test_who_is_no_issuer_posts_no_list() -> None:
    body = entry((AFTER,)).body
    made = sign_entry(EntryType.PROVIDER, ACCOUNTS.registry_id, body, FOUR.holder)
    assert refusal(begun().append, made, START) == "entry.key"


def test_a_list_is_told_to_people() -> None:
    assert "'after'" in sentence(entry((AFTER,)), str)
    assert "none" in sentence(entry(()), str)


def jwk(key: ProviderKey, **changes: object) -> dict[str, object]:
    """Return an Ed25519 key as its provider publishes it."""
    said = {"kty": "OKP", "crv": "Ed25519", "kid": key.kid, "x": encode_url(key.key)}
    return said | changes


def test_a_set_of_keys_is_read_as_it_is_published() -> None:
    ec, ed, rsa = pinned()
    published: list[dict[str, object]] = [
        {
            "kty": "RSA",
            "n": encode_url(rsa.key),
            "e": "AQAB",
            "kid": "rsa",
            "use": "sig",
        },
        jwk(ed, alg="EdDSA", x5c=["x"]),
        {
            "kty": "EC",
            "crv": "P-256",
            "kid": "ec",
            "x": encode_url(ec.key[:32]),
            "y": encode_url(ec.key[32:]),
        },
        jwk(ed, kid="to seal", use="enc"),
        jwk(ed, kid="other", alg="ES512"),
        jwk(ed, kid="curve", crv="Ed448"),
        {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
        {"kty": "RSA", "n": encode_url(rsa.key), "e": "Aw", "kid": "small"},
        jwk(ed, kid=None),
    ]
    read = read_jwks(json.dumps({"keys": published, "more": 1}).encode())
    assert read.usable == (ec, ed, rsa)
    assert read.passed_over == ("to seal", "other", "curve", "shared", "small", "")


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"[]", b"{}", b'{"keys": {}}', b'{"keys": [1]}', b'{"keys": "x"}'),
        json.dumps({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a"}]}).encode(),
        json.dumps({"keys": [jwk(AFTER, x="a=")]}).encode(),
        json.dumps({"keys": [jwk(AFTER, x=1)]}).encode(),
        b'{"keys": [{"kid": "a", "kid": "b"}]}',
        b'{"keys": [' + b" " * (1 << 17) + b"]}",
    ],
)
def test_what_is_no_set_of_keys_is_refused(data: bytes) -> None:
    assert refusal(read_jwks, data) == "jwks.form"


def _sigs(value: Value) -> list[Value]:
    assert isinstance(value, list)
    return value
