"""A rehearsal's own clock, with rounds like drand's (specs/rehearsal.md, section 1.2)."""

from dataclasses import dataclass, field

from fairlot_crypto.curve import Backend, Scalar, random_scalar
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.timelock.chain import SEED_LENGTH, ChainInfo
from fairlot_crypto.timelock.clock import clock_key, sign_round
from fairlot_crypto.timelock.drand import Beacon
from fairlot_crypto.timelock.scheme import UNCHAINED_G1

CLOCK_PERIOD = 3
"""Seconds from one round to the next."""
CLOCK_NAME = "rehearsal"
SCHEME = UNCHAINED_G1


def clock_chain(
    genesis: int,
    key: bytes = bytes(SCHEME.key_length),
    seed: bytes = bytes(SEED_LENGTH),
) -> ChainInfo:
    """Return the chain of a rehearsal's clock.

    Args:
        genesis: when its first round is due, in Unix seconds.
        key: which verifies its rounds; without it, and ``seed``, the chain only tells
            when rounds are due.
        seed: of its rounds.
    """
    return ChainInfo(
        scheme=SCHEME,
        public_key=key,
        period=CLOCK_PERIOD,
        genesis_time=genesis,
        genesis_seed=seed,
        beacon_id=CLOCK_NAME,
    )


@dataclass(frozen=True, slots=True)
class Clock:
    """A chain whose key the rehearsal itself holds."""

    chain: ChainInfo
    secret: Scalar = field(repr=False)
    """k, the key that signs the rounds."""

    @classmethod
    def generate(cls, curve: Backend, genesis: int, randomness: Randomness) -> "Clock":
        """Draw a clock that begins with a registry's first sale.

        Args:
            curve: the back-end.
            genesis: when its first round is due, in Unix seconds.
            randomness: for its key and its seed.
        """
        secret = random_scalar(randomness)
        key = clock_key(curve, SCHEME, secret)
        return cls(clock_chain(genesis, key, randomness.take(SEED_LENGTH)), secret)

    def sign(self, curve: Backend, round_number: int) -> Beacon:
        """Return a round; whoever holds the clock can make it early."""
        return sign_round(curve, self.chain, self.secret, round_number)
