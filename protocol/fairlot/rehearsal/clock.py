"""A rehearsal's own clock, with rounds like drand's (specs/rehearsal.md, section 1.2)."""

from dataclasses import dataclass, field

from fairlot.terms.named_round import NamedRound
from fairlot_crypto.curve import Backend, Scalar, random_scalar
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.timelock.chain import SEED_LENGTH, ChainInfo, first_round_after
from fairlot_crypto.timelock.clock import clock_key, sign_round
from fairlot_crypto.timelock.drand import Beacon
from fairlot_crypto.timelock.scheme import UNCHAINED_G1

CLOCK_PERIOD = 3
"""Seconds from one round to the next."""
CLOCK_NAME = "rehearsal"


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
        secret, scheme = random_scalar(randomness), UNCHAINED_G1
        chain = ChainInfo(
            scheme=scheme,
            public_key=clock_key(curve, scheme, secret),
            period=CLOCK_PERIOD,
            genesis_time=genesis,
            genesis_seed=randomness.take(SEED_LENGTH),
            beacon_id=CLOCK_NAME,
        )
        return cls(chain, secret)

    def round_after(self, time: int) -> NamedRound:
        """Return the earliest round that is due later than ``time``."""
        return NamedRound(self.chain, first_round_after(self.chain, time))

    def sign(self, curve: Backend, round_number: int) -> Beacon:
        """Return a round; whoever holds the clock can make it early."""
        return sign_round(curve, self.chain, self.secret, round_number)
