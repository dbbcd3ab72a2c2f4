"""BBS against @digitalbazaar/bbs-signatures 3.0.0: each verifies what the other made.

``npm ci`` fetches the package of the lock file into a temporary copy of this folder, so
this needs a network or a filled npm cache; hence ``slow``.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairlot_crypto.bbs import proof, signature
from fairlot_crypto.bbs.ciphersuite import API_PLAIN, Signature, key_gen, public_key
from fairlot_crypto.curve import backend, scalar_to_bytes
from fairlot_crypto.errors import ProofError
from fairlot_crypto.randomness import SeededRandomness
from node_package import installed

pytestmark = pytest.mark.slow

Ask = Callable[..., Any]

GROUP = backend("native")
KEY = key_gen(b"interop key material of 32 bytes!")
PUBLIC = public_key(GROUP, KEY)
HEADER, PH = b"interop header", b"interop presentation header"
MESSAGES = [b"", b"one", b"\x00\xff" * 40, "drei – три".encode(), b"five"]
SHOWN = [0, 2, 3]
HERE = Path(__file__).parent


@pytest.fixture(scope="module", name="ask")
def _ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    folder = installed(HERE, tmp_path_factory.mktemp("interop"), "bbs.mjs")

    def ask(operation: str, **arguments: object) -> Any:  # noqa: ANN401 - JSON
        request = {"operation": operation, "publicKey": PUBLIC.to_bytes().hex()}
        answer = subprocess.run(
            ["node", "bbs.mjs"],
            cwd=folder,
            input=json.dumps(request | {"header": HEADER.hex()} | arguments),
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(answer.stdout)

    return ask


def texts(values: list[bytes]) -> list[str]:
    return [value.hex() for value in values]


def ours() -> Signature:
    return signature.sign(GROUP, KEY, PUBLIC, HEADER, MESSAGES, API_PLAIN)


def our_proof() -> bytes:
    return proof.prove(
        GROUP,
        PUBLIC,
        ours(),
        HEADER,
        PH,
        MESSAGES,
        SHOWN,
        SeededRandomness(bytes(32)),
        API_PLAIN,
    )


def test_the_lock_file_names_no_host() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    assert lock["packages"]["node_modules/@digitalbazaar/bbs-signatures"][
        "version"
    ] == ("3.0.0")
    assert all("resolved" not in package for package in lock["packages"].values())


def test_both_make_the_same_signature(ask: Ask) -> None:
    secret = scalar_to_bytes(KEY).hex()
    theirs = ask("sign", secretKey=secret, messages=texts(MESSAGES))
    assert bytes.fromhex(theirs) == ours().to_bytes()
    decoded = Signature.from_bytes(GROUP, bytes.fromhex(theirs))
    signature.verify(GROUP, PUBLIC, decoded, HEADER, MESSAGES, API_PLAIN)


def test_our_signature_verifies_there_and_another_message_does_not(ask: Ask) -> None:
    made = ours().to_bytes().hex()
    assert ask("verifySignature", signature=made, messages=texts(MESSAGES)) is True
    changed = texts([*MESSAGES[:-1], b"six"])
    assert ask("verifySignature", signature=made, messages=changed) is False


def test_their_signature_over_another_message_is_refused_here(ask: Ask) -> None:
    secret = scalar_to_bytes(KEY).hex()
    changed = [*MESSAGES[:-1], b"six"]
    theirs = bytes.fromhex(ask("sign", secretKey=secret, messages=texts(changed)))
    decoded = Signature.from_bytes(GROUP, theirs)
    with pytest.raises(ProofError) as refusal:
        signature.verify(GROUP, PUBLIC, decoded, HEADER, MESSAGES, API_PLAIN)
    assert refusal.value.code == "bbs.signature"


def test_our_proof_verifies_there_and_under_another_ph_does_not(ask: Ask) -> None:
    statement = {
        "proof": our_proof().hex(),
        "disclosedMessages": texts([MESSAGES[i] for i in SHOWN]),
        "disclosedMessageIndexes": SHOWN,
    }
    assert ask("verifyProof", presentationHeader=PH.hex(), **statement) is True
    assert ask("verifyProof", presentationHeader="", **statement) is False


def test_their_proof_verifies_here_and_under_another_ph_does_not(ask: Ask) -> None:
    theirs = bytes.fromhex(
        ask(
            "deriveProof",
            signature=ours().to_bytes().hex(),
            messages=texts(MESSAGES),
            presentationHeader=PH.hex(),
            disclosedMessageIndexes=SHOWN,
        )
    )
    shown = {i: MESSAGES[i] for i in SHOWN}
    proof.verify_proof(GROUP, PUBLIC, theirs, HEADER, PH, shown, API_PLAIN)
    with pytest.raises(ProofError) as refusal:
        proof.verify_proof(GROUP, PUBLIC, theirs, HEADER, b"", shown, API_PLAIN)
    assert refusal.value.code == "presentation.challenge"
