"""No representation of an object shows a secret: logs and tracebacks hold them."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

import fairlot
import fairlot_crypto
from fairlot.beacon.contributions import Frozen
from fairlot.cli.beacon.contributor import Secret
from fairlot.names import SaleId
from fairlot.rehearsal.clock import Clock
from fairlot_crypto.bbs.ciphersuite import API_PSEUDONYM, Signature
from fairlot_crypto.bbs.commitment import BlindCommitment, commit_scalars
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.bbs.proof import Hidden
from fairlot_crypto.committee.prss import PrssKeys
from fairlot_crypto.committee.threshold import SigningShare
from fairlot_crypto.curve import Scalar
from fairlot_crypto.json_object import read_json_object
from fairlot_crypto.keys import OpeningKey, SigningKey, VerifyKey
from fairlot_crypto.randomness import SeededRandomness
from fairlot_crypto.timelock.chain import QUICKNET
from kit.sales import GROUP

SEED = b"a secret of thirty-two bytes...."
SCALAR = Scalar(123_456_789_123_456_789)
POINT = GROUP.g1_generator()
PRSS = PrssKeys(1, 0, {(): SEED})
FROZEN = Frozen(1, bytes(32))

OBJECTS: dict[str, object] = {
    "SigningKey": SigningKey.from_seed(SEED),
    "OpeningKey": OpeningKey(SEED),
    "SeededRandomness": SeededRandomness(SEED),
    "PrssKeys": PRSS,
    "SigningShare": SigningShare(1, SCALAR, SEED, PRSS, bytes(32)),
    "BlindCommitment": BlindCommitment(b"", SCALAR),
    "Credential": Credential((SEED,), Signature(POINT, SCALAR), SCALAR, (SCALAR,)),
    "Hidden": Hidden((), (), SCALAR, SCALAR, SCALAR, SCALAR, SCALAR, (SCALAR,)),
    "JsonObject": read_json_object(
        b'{"alpha": "%s"}' % SEED.hex().encode(), ("alpha",), (), ValueError
    ),
    "Clock": Clock(QUICKNET, SCALAR),
    "Secret": Secret(SaleId(bytes(32)), FROZEN, VerifyKey(bytes(32)), int(SCALAR)),
}
SECRETS = (str(int(SCALAR)), f"{SCALAR:x}", SEED.hex(), SEED.decode())


@pytest.mark.parametrize("name", OBJECTS)
def test_no_secret_is_shown(name: str) -> None:
    assert type(OBJECTS[name]).__name__ == name
    shown = repr(OBJECTS[name])
    assert not [secret for secret in SECRETS if secret in shown]


def test_a_commitment_does_not_show_its_blind() -> None:
    made = commit_scalars(GROUP, (SCALAR,), SeededRandomness(SEED), API_PSEUDONYM)
    assert str(int(made.secret_prover_blind)) not in repr(made)


SECRET_NAMES = re.compile(
    r"secret|seed|nym_secrets|alpha|rho|blind|handle|exponent_key|keys"
    r"|r[123]|.*_tilde|secret_.*"
)
PUBLIC = {
    "Schema.nym_secrets": "a number of secrets",
    "Registry.nym_secrets": "a number of secrets",
    "Leaf.handle": "a hash of the handle",
    "Draw.seed": "what the draw depends on, once nobody can change it",
    "SeededLots.seed": "the same",
    "FormerIssuers.keys": "public keys",
    "Asked.seed": "what a simulation starts from, which its result states",
    "Plan.seed": "the same",
    "SecondDraw.seed": "what REDRAWN states on the log",
    "SaidOfIt.seed": "the same",
}


def shown_fields() -> Iterator[str]:
    for package in (fairlot, fairlot_crypto):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, type) and is_dataclass(value):
                    for each in fields(value):
                        if each.repr:
                            yield f"{value.__name__}.{each.name}"


def test_no_field_with_the_name_of_a_secret_is_shown() -> None:
    names = {
        name
        for name in shown_fields()
        if SECRET_NAMES.fullmatch(name.partition(".")[2])
    }
    assert names == PUBLIC.keys()
