"""What pools whose winners must collect add to the terms (specs/terms.md, section 10)."""

from collections.abc import Sequence

from fairlot.errors import TermsError, Where
from fairlot.fields import Fields
from fairlot.terms.named_round import NamedRound, read_named_round
from fairlot.terms.pool import Mechanism, Pool
from fairlot.terms.times import ROUND_MARGIN, Times

RECOVERY_RATE = 250_000
"""Squarings a second, proof included, that a recovery by an ordinary machine does."""


def check_collect(pool: Pool, where: Where) -> None:
    """Check rule 14: seats can be drawn again only where nobody's price depends on them.

    Args:
        pool: of the terms.
        where: its key ``collect`` lies.

    Raises:
        TermsError: ``terms.collect``.
    """
    if not pool.collect:
        return
    if pool.mechanism is not Mechanism.LOTTERY:
        problem = (
            "is for lotteries: elsewhere a seat that comes free changes what others"
        )
        raise TermsError("terms.collect", where, f"{problem} pay or get; remove it")
    if pool.certain:
        problem = (
            "does not go with certain seats, which bids decide: remove one of them"
        )
        raise TermsError("terms.collect", where, problem)


def read_redraw(fields: Fields, pools: Sequence[Pool]) -> NamedRound | None:
    """Return the round of the second draw; ``None`` where no pool's winners collect.

    ``check_collect_times`` checks the time at which it is due.

    Raises:
        TermsError: ``terms.field``, ``terms.collect``, ``terms.round``.
    """
    where = fields.at("redraw")
    if not any(pool.collect for pool in pools):
        if fields.has("redraw"):
            rule = "has no meaning where no pool has collect: remove it"
            raise TermsError("terms.collect", where, rule)
        return None
    if not fields.has("redraw"):
        rule = (
            "must be given where a pool has collect: it names the second draw's round"
        )
        raise TermsError("terms.collect", where, rule)
    return read_named_round(fields.map("redraw"))


def check_collect_times(
    times: Times, redraw: NamedRound | None, dues: Sequence[int]
) -> None:
    """Check that nobody knows the second draw while people collect.

    Whether people have the time to take an identity back is checked with the registry.

    Args:
        times: of the terms.
        redraw: the round of the second draw; ``None`` where no pool's winners collect.
        dues: when the rounds are due that the first draw waits for.

    Raises:
        TermsError: ``terms.collect``.
    """
    where = ("terms", "times", "collect")
    if redraw is None:
        if times.collect is not None:
            rule = "has no meaning where no pool has collect: remove it"
            raise TermsError("terms.collect", where, rule)
        return
    if times.collect is None:
        rule = "must be given where a pool has collect: winners collect until then"
        raise TermsError("terms.collect", where, rule)
    last = max(dues, default=0)
    if times.collect <= last:
        rule = f"must be after {last}, when the last round of the draw is due"
        raise TermsError("terms.collect", where, rule)
    earliest = redrawn_from(times.collect, times.slack)
    if not earliest < redraw.due < times.unlock:
        rule = f"after {earliest} (collect + slack + {ROUND_MARGIN}), before unlock"
        problem = f"is due at {redraw.due}, but must be due {rule}"
        raise TermsError("terms.collect", ("terms", "redraw"), problem)


def redrawn_from(collect: int, slack: int) -> int:
    """Return the time after which the second draw's round must be due."""
    return collect + slack + ROUND_MARGIN


def recovery_time(delay: int) -> int:
    """Return how many seconds an ordinary machine needs to recover what is withheld."""
    return -(-delay // RECOVERY_RATE)
