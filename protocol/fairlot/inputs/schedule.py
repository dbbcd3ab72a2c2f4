"""When a sale takes place, and which rounds it waits for (specs/terms-file.md)."""

from dataclasses import dataclass, replace

from fairlot.inputs.terms_file import TermsFile
from fairlot.terms.collecting import recovery_time, redrawn_from
from fairlot.terms.named_round import NamedRound
from fairlot.terms.times import Times
from fairlot_crypto.timelock.chain import ChainInfo


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a sale takes place, and which rounds it waits for."""

    times: Times
    drand: NamedRound | None
    """The round of the draw."""
    bids: NamedRound | None
    """The round that opens the bids."""
    redraw: NamedRound | None = None
    """The round of the second draw."""

    @classmethod
    def of(
        cls,
        file: TermsFile,
        first: Times,
        drand: NamedRound | None,
        bids: NamedRound | None,
        clock: ChainInfo,
    ) -> "Schedule":
        """Return the schedule of a sale.

        Args:
            file: the seller's terms.
            first: the times up to reveal_end; the others are moved by the rounds.
            drand: the round of the draw, if it waits for one.
            bids: the round that opens the bids, if there are any.
            clock: the chain of the round of a second draw.
        """
        planned = cls(first, drand, bids)
        if file.collects:
            drawn = first.locked_from(planned.dues) + recovery_time(file.delay)
            collect = drawn + file.times.collecting
            after = redrawn_from(collect, first.slack)
            first = replace(first, collect=collect)
            planned = replace(planned, redraw=NamedRound.after(clock, after))
        dues = [*planned.dues, *(each.due for each in planned.later)]
        expiry = file.times.expiry
        times = replace(
            first,
            unlock=first.locked_from(dues) + file.times.locked_for,
            expiry=max(dues) + expiry if dues and expiry is not None else None,
        )
        return replace(planned, times=times)

    @property
    def later(self) -> tuple[NamedRound, ...]:
        """The round of the second draw, if there is one."""
        return () if self.redraw is None else (self.redraw,)

    @property
    def due_again(self) -> int | None:
        """When the round of the second draw is due; ``None`` where there is none."""
        return None if self.redraw is None else self.redraw.due

    @property
    def dues(self) -> tuple[int, ...]:
        """When the rounds are due for which the draw waits."""
        named = (self.drand, self.bids)
        return tuple(each.due for each in named if each is not None)
