"""No representation of an object shows a secret: logs and tracebacks hold them."""

import pytest

from fairlot_crypto.bbs.ciphersuite import API_PSEUDONYM, Signature
from fairlot_crypto.bbs.commitment import commit_scalars
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.bbs.proof import Hidden
from fairlot_crypto.committee.prss import PrssKeys
from fairlot_crypto.committee.threshold import SigningShare
from fairlot_crypto.curve import Scalar
from fairlot_crypto.keys import OpeningKey, SigningKey
from fairlot_crypto.randomness import SeededRandomness
from sales import GROUP

SEED = b"a secret of thirty-two bytes...."
SCALAR = Scalar(123_456_789_123_456_789)
POINT = GROUP.g1_generator()
PRSS = PrssKeys(1, 0, {(): SEED})

OBJECTS: dict[str, object] = {
    "SigningKey": SigningKey.from_seed(SEED),
    "OpeningKey": OpeningKey(SEED),
    "SeededRandomness": SeededRandomness(SEED),
    "PrssKeys": PRSS,
    "SigningShare": SigningShare(1, SCALAR, SEED, PRSS, bytes(32)),
    "Credential": Credential((), Signature(POINT, Scalar(1)), SCALAR, (SCALAR,)),
    "Hidden": Hidden((), (), SCALAR, SCALAR, SCALAR, SCALAR, SCALAR, (SCALAR,)),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_no_secret_is_shown(name: str) -> None:
    shown = repr(OBJECTS[name])
    for secret in (str(int(SCALAR)), f"{SCALAR:x}", SEED.hex(), SEED.decode()):
        assert secret not in shown


def test_a_commitment_does_not_show_its_blind() -> None:
    made = commit_scalars(GROUP, (SCALAR,), SeededRandomness(SEED), API_PSEUDONYM)
    assert str(int(made.secret_prover_blind)) not in repr(made)
