"""Vectors of accounts, and of tokens that show them (specs/attesters.md, section 2)."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from fairlot.identity.account_token import (
    nonce_of,
    read_account_token,
)
from fairlot.identity.attestation import Purpose, Subject
from fairlot.identity.identifier import Canonicaliser, canonical
from fairlot.identity.provider_keys import (
    Algorithm,
    ProviderKey,
    decode_keys,
    keys_value,
)
from fairlot_crypto import cbor
from fairlot_crypto.keys import VerifyKey
from generators import account_tokens
from generators.account_setting import (
    PROVIDER,
    SALT,
    SUBJECT,
    login,
    pinned,
    request,
)
from generators.case import Case, Chapter, Raw, accept, reject

_OTHER = b"\x01" * 32


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "attesters",
        "`op` names a procedure of specs/attesters.md, section 2: account is step 12, keys "
        "13 and 14 (`keys` is the CBOR of the array), nonce step 15 (`request` is a file of "
        "issuer.md, step 33), read-account the file of step 15, token steps 16 to 24, 26 and "
        "27, with `provider` of the registry, `keys` and the attester's clock `now`.",
        (
            *_accounts(),
            *_keys(),
            *_nonces(),
            *_files(),
            *account_tokens.cases(),
        ),
    )


def _accounts() -> Sequence[Case]:
    taken = (
        ("plain", "An account, to the byte.", PROVIDER.person(SUBJECT)),
        ("case", "Providers tell a from A.", PROVIDER.person("aB c")),
        ("longest", "255 characters are no more.", PROVIDER.person("x" * 255)),
    )
    refused = (
        ("no-subject", "Everybody would be one person.", PROVIDER.person("")),
        ("long", "No provider may give 256 characters.", PROVIDER.person("x" * 256)),
        ("letter", "A subject is ASCII.", PROVIDER.person("Zoé")),
        ("line", "It would be two lines of a list.", PROVIDER.person("a\nb")),
        ("subject-alone", "Of two providers two people would be one.", SUBJECT),
    )
    rule = Canonicaliser.ACCOUNT
    return (
        *(
            accept(
                f"account-{name}",
                comment,
                {"op": "account", "typed": typed},
                {"value": canonical(rule, typed)},
            )
            for name, comment, typed in taken
        ),
        *(
            reject(
                f"account-{name}",
                comment,
                "identifier.account",
                {"op": "account", "typed": typed},
                partial(canonical, rule, typed),
            )
            for name, comment, typed in refused
        ),
    )


def _octets(keys: Sequence[ProviderKey]) -> bytes:
    return cbor.encode(keys_value(keys))


def _keys() -> Sequence[Case]:
    ec, ed, rsa = pinned()
    n, x_y = rsa.key, ec.key
    identity = VerifyKey(b"\x01" + bytes(31))
    rows: Sequence[tuple[str, str, Sequence[ProviderKey]]] = (
        ("descending", "One list has one encoding.", (ed, ec)),
        ("twice", "A token would have two keys.", (ed, ed)),
        ("kid-empty", "A key has a name.", (replace(ed, kid=""),)),
        ("kid-long", "257 characters.", (replace(ed, kid="k" * 257),)),
        ("kid-letter", "A kid is ASCII.", (replace(ed, kid="é"),)),
        ("short", "2040 bits are too few.", _rsa(n[:-2] + b"\x01")),
        (
            "even",
            "An even n has a factor that everybody knows.",
            _rsa(n[:-1] + b"\x02"),
        ),
        ("padded", "n would have two encodings.", _rsa(b"\x00" + n)),
        ("long", "8,200 bits cost too much.", _rsa(n * 4 + b"\x01")),
        ("point", "It lies on another curve.", _ec(x_y[:-1] + bytes([x_y[-1] ^ 1]))),
        ("half", "x alone is two points.", _ec(x_y[:32])),
        ("zero", "0, 0 is no point.", _ec(bytes(64))),
        ("unreduced", "A coordinate is below p.", _ec(b"\xff" * 64)),
        ("identity", "It signs whatever anybody likes.", (replace(ed, key=identity),)),
        ("mixed", "A key is for one algorithm.", _rsa(ed.key)),
        ("many", "33 keys.", tuple(replace(ed, kid=f"k{i:02}") for i in range(33))),
    )
    shared: cbor.Value = [{"kid": "a", "alg": "HS256", "key": n}]
    none: cbor.Value = [{"kid": "a", "alg": "none", "key": b""}]
    more: cbor.Value = [{**ed.to_value(), "use": "sig"}]
    raw: Sequence[tuple[str, str, cbor.Value]] = (
        ("shared-secret", "Whoever verifies could sign.", shared),
        ("none", "Everybody could sign.", none),
        ("field", "A list has no other fields.", more),
    )
    return (
        *(
            _list(*row)
            for row in (("three", "All three.", pinned()), ("none", "No key.", ()))
        ),
        *(_no_list(name, comment, _octets(keys)) for name, comment, keys in rows),
        *(_no_list(name, comment, cbor.encode(value)) for name, comment, value in raw),
    )


def _rsa(key: bytes) -> tuple[ProviderKey]:
    return (ProviderKey("rsa", Algorithm.RS256, key),)


def _ec(key: bytes) -> tuple[ProviderKey]:
    return (ProviderKey("ec", Algorithm.ES256, key),)


def _list(name: str, comment: str, keys: Sequence[ProviderKey]) -> Case:
    data = _octets(keys)
    kids: list[Raw] = [each.kid for each in decode_keys(data)]
    return accept(f"keys-{name}", comment, {"op": "keys", "keys": data}, {"kids": kids})


def _no_list(name: str, comment: str, data: bytes) -> Case:
    inputs: dict[str, Raw] = {"op": "keys", "keys": data}
    attempt = partial(decode_keys, data)
    return reject(f"keys-no-{name}", comment, "provider.keys", inputs, attempt)


def _nonces() -> Sequence[Case]:
    recovery = Subject(Purpose.RECOVER, 1, 1)
    rows = (
        ("enrol", "The nonce of a login.", request(), SALT),
        ("other-keys", "Other keys, another nonce.", request("thief"), SALT),
        ("recover", "Another event, another nonce.", request(subject=recovery), SALT),
        ("other-salt", "Another salt, another nonce.", request(), _OTHER),
    )
    return [
        accept(
            f"nonce-{name}",
            comment,
            {"op": "nonce", "request": asked.to_bytes(), "salt": salt},
            {"nonce": nonce_of(asked, salt)},
        )
        for name, comment, asked, salt in rows
    ]


def _files() -> Sequence[Case]:
    made = login()
    data = made.to_bytes()
    value = cbor.decode(data)
    assert isinstance(value, dict)
    rows = (
        ("salt", "A salt has 32 bytes.", {**value, "salt": bytes(31)}),
        ("long", "16,385 characters.", {**value, "token": "x" * 16_385}),
        ("bytes", "A token is a text.", {**value, "token": b"x"}),
        ("kind", "It is no request.", {**value, "kind": "attest"}),
        ("more", "No other fields.", {**value, "email": "ann@example.org"}),
    )
    return (
        accept(
            "file",
            "What a wallet writes after a login.",
            {"op": "read-account", "file": data},
            {"salt": made.salt, "token": made.token},
        ),
        *(
            reject(
                f"file-{name}",
                comment,
                "issuer.request",
                {"op": "read-account", "file": cbor.encode(changed)},
                partial(read_account_token, cbor.encode(changed)),
            )
            for name, comment, changed in rows
        ),
    )
