"""What the vectors of chapter tlock encrypt, and how their inputs are written."""

from dataclasses import dataclass

from fairlot_crypto.curve import Backend
from fairlot_crypto.randomness import Randomness, SeededRandomness
from fairlot_crypto.timelock.chain import ChainInfo
from fairlot_crypto.timelock.ibe import MESSAGE_LENGTH
from fairlot_crypto.timelock.scheme import Scheme
from fairlot_crypto.timelock.sealed import open_sealed, seal
from generators.case import Case, Raw, reject
from generators.drand_setting import chain_fields, clock, rounds

NAMED = 2
"""The round to which everything is encrypted, unless a case says otherwise."""
MESSAGE = bytes(range(MESSAGE_LENGTH))
SIGMA = bytes(range(16, 16 + MESSAGE_LENGTH))
DRAWN = MESSAGE + SIGMA
"""What ``seal`` takes from its source: K and then σ."""
PLAINTEXT = b"a bid: 7"
CONTEXT = b"sale and nym"
U_LENGTH = 96
"""Bytes of U where keys are in G2; V, W and the box follow."""


class Given:
    """Bytes that a case gives in place of randomness."""

    def __init__(self, data: bytes) -> None:
        """Hand out ``data`` from its beginning."""
        self._data = data

    def take(self, length: int) -> bytes:
        """Return the next ``length`` bytes."""
        taken, self._data = self._data[:length], self._data[length:]
        return taken

    def derive(self, label: str) -> Randomness:
        """Return a seeded source: no operation of this chapter derives one."""
        return SeededRandomness(bytes(32)).derive(label)


@dataclass(frozen=True, slots=True)
class Opening:
    """The arguments with which something sealed is opened."""

    chain: ChainInfo
    sealed: bytes
    signature: bytes
    round_number: int = NAMED
    context: bytes = CONTEXT
    length: int = len(PLAINTEXT)

    def inputs(self) -> dict[str, Raw]:
        """Return them as inputs of a case."""
        return {
            "op": "open",
            "chain": chain_fields(self.chain),
            "round": self.round_number,
            "sealed": self.sealed,
            "context": self.context,
            "signature": self.signature,
            "length": self.length,
        }

    def run(self, curve: Backend) -> bytes:
        """Open it."""
        return open_sealed(
            *(curve, self.chain, self.round_number, self.sealed, self.context),
            *(self.signature, self.length),
        )


def sealing(chain: ChainInfo, plaintext: bytes, context: bytes) -> dict[str, Raw]:
    """Return the inputs of ``seal``."""
    return {
        "op": "seal",
        "chain": chain_fields(chain),
        "round": NAMED,
        "plaintext": plaintext,
        "context": context,
        "randomness": DRAWN,
    }


def honest(curve: Backend, scheme: Scheme) -> Opening:
    """Return what opens, on the clock of a scheme."""
    chain = clock(curve, scheme)
    sealed = seal(curve, chain, NAMED, PLAINTEXT, CONTEXT, Given(DRAWN))
    return Opening(chain, sealed, rounds(curve, chain, NAMED)[-1].signature)


def refused_opening(
    curve: Backend, name: str, rule: str, code: str, opening: Opening
) -> Case:
    """Return a case of something that does not open."""
    return reject(
        f"open-{name}", rule, code, opening.inputs(), lambda: opening.run(curve)
    )


def infinity(length: int) -> bytes:
    """Return the identity of a group whose elements have that length."""
    return b"\xc0" + bytes(length - 1)


def in_g2(x_0: int) -> bytes:
    """Return x_0 as coordinate of G2, whatever it names."""
    return b"\x80" + bytes(94) + bytes([x_0])


def flipped(data: bytes, position: int, bits: int = 1) -> bytes:
    """Return ``data`` with bits of one byte flipped."""
    changed = bytearray(data)
    changed[position] ^= bits
    return bytes(changed)
