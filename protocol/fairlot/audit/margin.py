"""The bias meter: who contributed, and how long the draw stayed unknowable.

specs/audit.md, section 4.3.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from fairlot.beacon.margin import Margin
from fairlot.board.replay import Replay
from fairlot.entry import EntryType
from fairlot.terms.beacon import BeaconTerms
from fairlot.terms.named_round import NamedRound
from fairlot.terms.terms import Terms
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import RSA_2048
from fairlot_crypto.delay.primes import is_probable_prime
from fairlot_crypto.keys import VerifyKey
from fairlot_crypto.timelock.chain import LEAGUE_OF_ENTROPY

WITHHOLDING = (
    "Whoever withholds a reveal could have chosen between 1 outcome: the seed that is "
    "recovered is the seed that is revealed."
)
"""What contributors who withhold can choose, in a beacon that recovers."""


Fact: TypeAlias = "list[str] | Mapping[str, bool | int | str] | bool | int | str | None"
"""The JSON value of one fact."""


@dataclass(frozen=True, slots=True)
class BeaconFacts:
    """Who made the seed, and what they could have chosen."""

    roster: tuple[VerifyKey, ...]
    """The keys of the roster that committed."""
    depositors: tuple[VerifyKey, ...]
    """The settlement keys of depositors that committed."""
    absent: tuple[VerifyKey, ...]
    """The keys of the roster that have not committed."""
    unsealed: tuple[VerifyKey, ...]
    """The keys of the roster that committed and have not sealed."""
    withheld: tuple[VerifyKey, ...]
    """The keys that committed and have not revealed."""
    recovered: bool
    drand: NamedRound | None
    """The round that the terms name."""
    mixed: bool
    """Whether its signature is in the seed."""
    margin: Margin
    """The margin of the delay, by the times of the terms."""
    withholding: str = WITHHOLDING

    def to_json(self) -> Mapping[str, "Fact"]:
        """Return the facts for machines."""
        return {
            "roster": [key.hex() for key in self.roster],
            "depositors": [key.hex() for key in self.depositors],
            "absent": [key.hex() for key in self.absent],
            "unsealed": [key.hex() for key in self.unsealed],
            "withheld": [key.hex() for key in self.withheld],
            "recovered": self.recovered,
            "drand": self._drand(),
            "window": self.margin.window,
            "speed_up": self.margin.speed_up,
            "margin": self.margin.ratio,
            "rests_on": "round" if self.drand else "delay",
            "withholding": self.withholding,
        }

    def _drand(self) -> Mapping[str, bool | int | str] | None:
        if self.drand is None:
            return None
        chain_hash, number = self.drand.name
        return {"chain": chain_hash.hex(), "round": number, "mixed": self.mixed}


def beacon_facts(read: Replay) -> BeaconFacts | None:
    """Return who contributed; ``None`` before CLOSE."""
    state = read.state
    if EntryType.CLOSE not in state.markers:
        return None
    made = state.contributions
    roster = set(made.beacon.roster)
    return BeaconFacts(
        roster=tuple(k for k in made.commitments if k in roster),
        depositors=tuple(k for k in made.commitments if k not in roster),
        absent=made.missing,
        unsealed=state.seals.missing if state.seals else (),
        withheld=made.withheld,
        recovered=made.recovered is not None,
        drand=made.beacon.drand,
        mixed=made.beacon.drand is not None and state.draw is not None,
        margin=Margin.of(state.terms),
    )


def notices(read: Replay) -> tuple[str, ...]:
    """Return notices: what a rehearsal may do and people must know."""
    state = read.state
    if not state.begun or not state.terms.rehearsal:
        return ()
    margin = Margin.of(state.terms)
    found = [*_modulus_notices(state.terms.beacon), *_clock_notices(state.terms)]
    if state.terms.beacon.drand is None and not margin.holds:
        found.append(f"{margin.problem}; a real sale would be refused")
    return tuple(found)


def _modulus_notices(beacon: BeaconTerms) -> Iterator[str]:
    modulus = Modulus.from_bytes(beacon.modulus)
    if modulus == RSA_2048:
        return
    kind = "a PRIME" if is_probable_prime(modulus.n) else "a number"
    yield (
        f"WARNING: the beacon's modulus is not RSA-2048 but {kind} of "
        f"{modulus.n.bit_length()} bits: whoever made it may know the draw at once and "
        "prove what is not so, and a real sale would be refused"
    )


def _clock_notices(terms: Terms) -> Iterator[str]:
    for named in terms.named_rounds():
        if named.chain not in LEAGUE_OF_ENTROPY:
            bids = " and could read all bids" if named == terms.bids else ""
            yield (
                f"round {named.round_number} is of a clock whose key is the rehearsal's "
                f"own: whoever holds it knew the round beforehand{bids}, and a real sale "
                "would be refused"
            )
