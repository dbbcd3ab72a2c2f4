"""The bias meter: who contributed, and how long the draw stayed unknowable.

specs/audit.md, section 4.3. All numbers are integers or fractions of integers, so that every
auditor prints the same digits.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from fairlot.board.replay import Finding, Replay
from fairlot.entry import EntryType
from fairlot.terms.beacon import BeaconTerms
from fairlot.terms.named_round import NamedRound
from fairlot.terms.terms import Terms
from fairlot_crypto.delay.calibration import ADVANTAGE, REFERENCE_RATE, SAFETY
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
class Margin:
    """The delay, compared with the time in which commitments could still be added."""

    delay: int
    """T, the number of squarings."""
    window: int
    """Seconds from the checkpoint of CLOSE to that of COMMIT_END, at least 1."""

    @property
    def speed_up(self) -> str:
        """How much faster than R an attacker would have had to be, with 3 decimals."""
        return _decimal(self.delay, REFERENCE_RATE * self.window)

    @property
    def ratio(self) -> str:
        """T / (2·A·R·window), with 3 decimals, rounded down."""
        return _decimal(self.delay, self.required)

    @property
    def required(self) -> int:
        """The T that has margin 1."""
        return SAFETY * ADVANTAGE * REFERENCE_RATE * self.window

    @property
    def holds(self) -> bool:
        """Tell whether the margin is at least 1."""
        return self.delay >= self.required


@dataclass(frozen=True, slots=True)
class BeaconFacts:
    """Who made the seed, and what they could have chosen."""

    roster: tuple[VerifyKey, ...]
    """The keys of the roster that committed."""
    depositors: tuple[VerifyKey, ...]
    """The settlement keys of depositors that committed."""
    absent: tuple[VerifyKey, ...]
    """The keys of the roster that have not committed."""
    withheld: tuple[VerifyKey, ...]
    """The keys that committed and have not revealed."""
    recovered: bool
    drand: NamedRound | None
    """The round that the terms name."""
    mixed: bool
    """Whether its signature is in the seed."""
    margin: Margin | None
    """The margin of the delay; ``None`` until COMMIT_END."""
    withholding: str = WITHHOLDING

    def to_json(self) -> Mapping[str, "Fact"]:
        """Return the facts for machines."""
        margin = self.margin
        return {
            "roster": [key.hex() for key in self.roster],
            "depositors": [key.hex() for key in self.depositors],
            "absent": [key.hex() for key in self.absent],
            "withheld": [key.hex() for key in self.withheld],
            "recovered": self.recovered,
            "drand": self._drand(),
            "window": margin.window if margin else None,
            "speed_up": margin.speed_up if margin else None,
            "margin": margin.ratio if margin else None,
            "withholding": self.withholding,
        }

    def _drand(self) -> Mapping[str, bool | int | str] | None:
        if self.drand is None:
            return None
        chain_hash, number = self.drand.name
        return {"chain": chain_hash.hex(), "round": number, "mixed": self.mixed}


def beacon_facts(read: Replay) -> BeaconFacts | None:
    """Return who contributed; ``None`` before CLOSE."""
    if EntryType.CLOSE not in _marker_times(read):
        return None
    made = read.state.contributions
    roster = set(made.beacon.roster)
    return BeaconFacts(
        roster=tuple(k for k in made.commitments if k in roster),
        depositors=tuple(k for k in made.commitments if k not in roster),
        absent=made.missing,
        withheld=made.withheld,
        recovered=made.recovered is not None,
        drand=made.beacon.drand,
        mixed=made.beacon.drand is not None and read.state.draw is not None,
        margin=margin_of(read),
    )


def margin_of(read: Replay) -> Margin | None:
    """Return the margin; ``None`` before COMMIT_END."""
    times = _marker_times(read)
    if EntryType.COMMIT_END not in times:
        return None
    window = times[EntryType.COMMIT_END] - times[EntryType.CLOSE]
    return Margin(read.state.terms.beacon.delay, max(1, window))


def margin_findings(read: Replay) -> Iterator[Finding]:
    """Yield the finding of a real sale whose margin is below 1: ``beacon.margin``."""
    margin = margin_of(read)
    if margin and not margin.holds and not read.state.terms.rehearsal:
        yield Finding("beacon.margin", _too_short(margin), None, None)


def notices(read: Replay) -> tuple[str, ...]:
    """Return notices: what a rehearsal may do and people must know."""
    state, margin = read.state, margin_of(read)
    if not state.has_terms or not state.terms.rehearsal:
        return ()
    found = [*_modulus_notices(state.terms.beacon), *_clock_notices(state.terms)]
    if margin and not margin.holds:
        found.append(f"{_too_short(margin)}; a real sale would fail")
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


def _too_short(margin: Margin) -> str:
    return (
        f"the delay of {margin.delay} squarings has the margin {margin.ratio} for the "
        f"{margin.window} s from CLOSE to COMMIT_END: {margin.required} are needed"
    )


def _marker_times(read: Replay) -> dict[EntryType, int]:
    """Return when the two markers around the commitments were first witnessed."""
    kinds = (EntryType.CLOSE, EntryType.COMMIT_END)
    return {
        timed.entry.type: timed.time
        for timed in read.entries
        if timed.entry.type in kinds and timed.refusal is None
    }


def _decimal(numerator: int, denominator: int) -> str:
    whole, thousandths = divmod(numerator * 1000 // denominator, 1000)
    return f"{whole}.{thousandths:03}"
