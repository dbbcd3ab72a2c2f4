"""When a sale takes place, and whether it fits the season of its registry.

specs/rehearsal.md, section 1; specs/terms-file.md, section 5.
"""

from dataclasses import dataclass

from fairlot.errors import InputError, Where
from fairlot.identity.registry import Registry
from fairlot.inputs.durations import show_duration
from fairlot.inputs.schedule import Schedule
from fairlot.inputs.terms_file import QUICKNET_CLOCK, TermsFile
from fairlot.rehearsal.kept import Earlier
from fairlot.rehearsal.parts import DISPUTED, START, TIMES, sale_times
from fairlot.terms.named_round import NamedRound
from fairlot.terms.times import Times
from fairlot_crypto.timelock.chain import QUICKNET, ChainInfo

RESULT_AFTER = 10
"""Seconds after REVEAL_END."""


def schedule_of(file: TermsFile, first: Times, clock: ChainInfo) -> Schedule:
    """Return the schedule of a rehearsal (step 2).

    Args:
        file: the seller's terms, which say whether a round is named.
        first: the times if none is, as ``sale_times`` returns them.
        clock: the chain of the rehearsal's own clock.
    """
    drand = NamedRound.after(clock, first.drawn_from) if file.own_clock else None
    return Schedule.of(file, first, drand, _bids(file, first, clock), clock)


def result_due(planned: Schedule) -> int:
    """Return when RESULT is due."""
    return max((planned.times.reveal_end + RESULT_AFTER, *planned.dues))


def _bids(file: TermsFile, first: Times, clock: ChainInfo) -> NamedRound | None:
    """Return the round that opens the bids, by default the first that may."""
    if file.bids is None:
        return None
    chain = QUICKNET if file.bids.clock == QUICKNET_CLOCK else clock
    if file.bids.round is not None:
        return NamedRound(chain, file.bids.round)
    return NamedRound.after(chain, first.drawn_from)


@dataclass(frozen=True, slots=True)
class Timing:
    """When a sale takes place, and what its registry leaves it."""

    times: Times
    """Of the sale, before a round that it names moves the unlock."""
    latest: int
    """The last legal unlock, in Unix seconds: then the season's tail ends in time."""

    @classmethod
    def of(cls, file: TermsFile, earlier: Earlier | None = None) -> "Timing":
        """Return the timing of a sale with a new registry, or one that goes on."""
        times = sale_times(file, earlier)
        if earlier is None:
            return cls(
                times, START + file.times.season + file.times.tail - _after(file)
            )
        return cls(times, latest_unlock(earlier.state.registry))


def latest_unlock(registry: Registry) -> int:
    """Return the last second at which a sale of a registry may unlock."""
    return registry.closes - registry.settles_after


def check_first(file: TermsFile) -> None:
    """Check that a new registry of the file's times can serve its sale (steps 1 and 2).

    Raises:
        InputError: ``terms-file.times``.
    """
    times = file.times
    deposits = TIMES.close - START
    # Step 1.
    if START % times.epoch + deposits > times.epoch:
        problem = "must have the whole first hour of the sale in it, as 1 day has"
        raise _error(file, ("times", "epoch"), problem)
    # Step 2.
    timing = Timing.of(file)
    short = timing.times.unlock - timing.latest
    if short > 0:
        least = show_duration(times.tail + short)
        rule = f"must be {least} or more, for the lock-up, a dispute and two epochs"
        raise _error(file, ("times", "tail"), rule)


def _after(file: TermsFile) -> int:
    return DISPUTED + 2 * file.times.epoch


def _error(file: TermsFile, where: Where, problem: str) -> InputError:
    if file.source is None:
        return InputError("terms-file.times", f"{'.'.join(map(str, where))} {problem}")
    return file.source.error("terms-file.times", where, problem)
