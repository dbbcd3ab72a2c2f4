"""When the phases of a sale end (specs/terms.md, section 2)."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from itertools import pairwise

from fairlot.errors import TermsError
from fairlot.fields import Fields
from fairlot_crypto.cbor import Value

MAX_TIME = 253_402_300_799
"""9999-12-31T23:59:59Z: the last second with a year of four digits."""
ROUND_MARGIN = 60
"""Seconds by which the log's clock and a chain's may differ."""
EXPIRY_DELAY = 86_400
"""Seconds that are left for a round to come before a sale may expire."""


@dataclass(frozen=True, slots=True)
class Times:
    """When each phase ends, in Unix seconds of the log."""

    open: int
    """t_open: deposits are accepted from here on."""
    close: int
    """t_close: deposits are accepted until here."""
    commit_end: int
    """t_commit_end: commitments are accepted until here."""
    seal_end: int
    """t_seal_end: seals are accepted until here."""
    reveal_end: int
    """t_reveal_end: after this, reveals that are missing can be recovered."""
    unlock: int
    """t_unlock: items may be released from here on."""
    slack: int
    """How many seconds late a marker may come."""
    expiry: int | None = None
    """After this a round that has not come voids the sale; ``None`` for never."""
    collect: int | None = None
    """t_collect: winners collect until here; ``None`` where they need not."""

    @property
    def drawn_from(self) -> int:
        """The time after which a named round must be due: nobody can void any more."""
        return rounds_from(self.seal_end, self.slack)

    def locked_from(self, dues: Iterable[int]) -> int:
        """Return the time from which the lock-up counts: the outcome can be known by then.

        Args:
            dues: of the rounds that the sale waits for.
        """
        return max((self.reveal_end + self.slack, *dues))

    @property
    def window(self) -> int:
        """Seconds in which commitments may be added, or the sale voided, after CLOSE."""
        return self.seal_end + self.slack - self.close

    def later(self, by: int) -> "Times":
        """Return times that are all later by some seconds; the slack stays as it is."""
        return replace(
            self,
            open=self.open + by,
            close=self.close + by,
            commit_end=self.commit_end + by,
            seal_end=self.seal_end + by,
            reveal_end=self.reveal_end + by,
            unlock=self.unlock + by,
            expiry=None if self.expiry is None else self.expiry + by,
            collect=None if self.collect is None else self.collect + by,
        )

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map; an absent value has no key."""
        return {name: time for name, time in asdict(self).items() if time is not None}


def rounds_from(seal_end: int, slack: int) -> int:
    """Return the time after which a named round must be due (specs/terms.md, 2.1)."""
    return seal_end + slack + ROUND_MARGIN


def read_times(fields: Fields) -> Times:
    """Return the times that a map of the terms gives.

    ``check_expiry`` compares the last of them with the rounds.

    Raises:
        TermsError: ``terms.times``, ``terms.slack``; for other fields or types what
            ``fields`` raises.
    """
    times = Times(
        open=fields.uint("open", 0, MAX_TIME),
        close=fields.uint("close", 0, MAX_TIME),
        commit_end=fields.uint("commit_end", 0, MAX_TIME),
        seal_end=fields.uint("seal_end", 0, MAX_TIME),
        reveal_end=fields.uint("reveal_end", 0, MAX_TIME),
        unlock=fields.uint("unlock", 0, MAX_TIME),
        slack=fields.uint("slack", 1, MAX_TIME),
        expiry=fields.uint("expiry", 0, MAX_TIME) if fields.has("expiry") else None,
        collect=fields.uint("collect", 0, MAX_TIME) if fields.has("collect") else None,
    )
    fields.done()
    collects = () if times.collect is None else (times.collect,)
    ends = (
        *(times.commit_end, times.seal_end, times.reveal_end),
        *(*collects, times.unlock),
    )
    for earlier, later in pairwise((times.open, times.close, *ends)):
        if earlier >= later:
            collect = " < collect" if collects else ""
            order = "open < close < commit_end < seal_end < reveal_end"
            order = f"{order}{collect} < unlock"
            raise TermsError("terms.times", fields.where, f"must ascend: {order}")
        if earlier + times.slack > later:
            rule = f"must be at most {later - earlier}, the length of a phase"
            raise TermsError("terms.slack", fields.at("slack"), rule)
    return times


def check_expiry(times: Times, due: int | None) -> None:
    """Check that a sale expires only when its rounds have had the time to come.

    Args:
        times: of the terms.
        due: when the last round that they name is due; ``None`` where they name none.

    Raises:
        TermsError: ``terms.expiry``.
    """
    if times.expiry is None:
        return
    where = ("terms", "times", "expiry")
    if due is None:
        rule = "has no meaning where the terms name no round: remove it"
        raise TermsError("terms.expiry", where, rule)
    if not due + EXPIRY_DELAY <= times.expiry <= times.unlock:
        rule = (
            f"must be from {due + EXPIRY_DELAY}, a day after the last round, to unlock"
        )
        raise TermsError("terms.expiry", where, rule)
