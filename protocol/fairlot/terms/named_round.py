"""Rounds of drand that the terms of a sale name beforehand (specs/terms.md, section 2)."""

from dataclasses import dataclass
from typing import TypeAlias

from fairlot.errors import Rejection, TermsError
from fairlot.fields import Fields
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.timelock.chain import (
    LEAGUE_OF_ENTROPY,
    ChainHash,
    ChainInfo,
    check_round_number,
    first_round_after,
    time_of_round,
)
from fairlot_crypto.timelock.scheme import scheme_of

RoundName: TypeAlias = "tuple[ChainHash, int]"
"""The chain's hash and ρ, by which an entry names a round."""


@dataclass(frozen=True, slots=True)
class NamedRound:
    """One round of one chain, whose value nobody knows before it is due."""

    chain: ChainInfo
    """The whole chain, since the chain hash does not contain the scheme."""
    round_number: int
    """ρ, the number of the round, in [1, 2^64 - 1]."""

    @classmethod
    def after(cls, chain: ChainInfo, time: int) -> "NamedRound":
        """Return the earliest round that is due later than ``time``, in Unix seconds."""
        return cls(chain, first_round_after(chain, time))

    @property
    def due(self) -> int:
        """Unix time from which on the round can be known."""
        return time_of_round(self.chain, self.round_number)

    @property
    def name(self) -> RoundName:
        """The chain's hash and ρ, by which an entry names the round."""
        return self.chain.chain_hash(), self.round_number

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map that the terms contain."""
        return {
            "scheme": self.chain.scheme.scheme_id,
            "key": self.chain.public_key,
            "period": self.chain.period,
            "genesis": self.chain.genesis_time,
            "seed": self.chain.genesis_seed,
            "id": self.chain.beacon_id,
            "round": self.round_number,
        }


def read_named_round(fields: Fields) -> NamedRound:
    """Return the round that a map of the terms names (specs/terms.md, section 2).

    Whether the key is a point is checked when it is used.

    Raises:
        TermsError: ``terms.round`` for a scheme, chain or round that specs/drand.md
            does not allow; for other fields or types what ``fields`` raises.
    """
    scheme_id, key = fields.text("scheme"), fields.bytes("key")
    period, genesis = fields.uint("period"), fields.uint("genesis")
    seed, beacon_id = fields.bytes("seed"), fields.text("id")
    round_number = fields.uint("round")
    fields.done()
    try:
        scheme = scheme_of(scheme_id)
        chain = ChainInfo(scheme, key, period, genesis, seed, beacon_id)
        check_round_number(round_number)
    except EncodingError as error:
        problem = f"is illegal: {error.message}"
        raise TermsError("terms.round", fields.where, problem) from error
    return NamedRound(chain, round_number)


def check_chain(named: NamedRound, rehearsal: bool) -> None:
    """Check that a real sale names a chain that many organisations run together.

    The chain is compared as a whole, since its hash does not contain the scheme.

    Raises:
        Rejection: ``round.chain``.
    """
    if not rehearsal and named.chain not in LEAGUE_OF_ENTROPY:
        problem = "a real sale must name rounds of a chain of the League of Entropy"
        raise Rejection("round.chain", problem)
