"""The signature schemes of drand on BLS12-381 (specs/drand.md, section 2)."""

from dataclasses import dataclass

from fairlot_crypto.curve import G1_LENGTH, G2_LENGTH
from fairlot_crypto.errors import EncodingError

_DST_G1 = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
_DST_G2 = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_"


@dataclass(frozen=True, slots=True)
class Scheme:
    """How the rounds of a chain are signed; a scheme id fixes it."""

    scheme_id: str
    """The name that drand gives the scheme."""
    chained: bool
    """Whether a round signs the signature of the round before."""
    signs_in_g1: bool
    """Whether signatures are in G1 and keys in G2, or the other way round."""
    dst: bytes
    """The domain separation tag under which messages are hashed to the curve."""

    @property
    def key_length(self) -> int:
        """Bytes of a public key."""
        return G2_LENGTH if self.signs_in_g1 else G1_LENGTH

    @property
    def signature_length(self) -> int:
        """Bytes of a signature."""
        return G1_LENGTH if self.signs_in_g1 else G2_LENGTH


CHAINED = Scheme("pedersen-bls-chained", True, False, _DST_G2)
"""The scheme of the default chain."""
UNCHAINED = Scheme("pedersen-bls-unchained", False, False, _DST_G2)
"""The first scheme that time-lock encryption could use."""
UNCHAINED_G1 = Scheme("bls-unchained-g1-rfc9380", False, True, _DST_G1)
"""The scheme of quicknet."""
UNCHAINED_G1_LEGACY = Scheme("bls-unchained-on-g1", False, True, _DST_G2)
"""The scheme of fastnet, which has ended: it hashes to G1 under the tag of G2."""

_SCHEMES = {
    scheme.scheme_id: scheme
    for scheme in (CHAINED, UNCHAINED, UNCHAINED_G1, UNCHAINED_G1_LEGACY)
}


def scheme_of(scheme_id: str) -> Scheme:
    """Return the scheme of an id.

    Raises:
        EncodingError: ``drand.scheme`` for an id that specs/drand.md does not list.
    """
    scheme = _SCHEMES.get(scheme_id)
    if scheme is None:
        raise EncodingError(
            "drand.scheme", f"the scheme must be one of {', '.join(_SCHEMES)}"
        )
    return scheme
