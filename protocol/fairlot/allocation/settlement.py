"""Who pays, and who gets what back, to the last unit of money (specs/settlement.md)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from fairlot.allocation.outcome import Gain, Outcome, Total
from fairlot.allocation.redraw import Redrawn
from fairlot.errors import InvariantError
from fairlot.fields import uint_problem
from fairlot.names import Nym, check_nym
from fairlot.terms.pool import Mechanism, Pool
from fairlot.text import csv_table
from fairlot_crypto.cbor import Value, encode
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import tagged_hash

CSV_HEADER = ("nym", "units", "payment", "refund")
POOLS_CSV_HEADER = ("nym", "pool", "units", "payment")
WINNERS_CSV_HEADER = ("nym", "pool", "units", "payment", "refund")


@dataclass(frozen=True, slots=True)
class Funding:
    """What the board says about the money of one nym, at CLOSE."""

    nym: Nym
    paid: int
    """The sum of the nym's PAID entries, uint64."""
    refund_to: bytes | None
    """Where refunds go by the terms; ``None`` as long as they are held."""
    final: bool = True
    """Whether the nym's final entry is a DEPOSIT and not a CANCEL."""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """The line of one nym in the ledger: payment + refund is the money that was paid."""

    nym: Nym
    units: int
    """The units that the nym gets."""
    payment: int
    """Money to the seller."""
    refund: int
    """Money back to the holder."""
    refund_to: bytes | None
    """Where the refund goes; ``None`` as long as the escrow holds it."""
    final: bool = True
    """Whether the nym's final entry is a DEPOSIT: then it has a row in the CSV."""
    gains: tuple[Gain, ...] = ()
    """The pools, or parts of pools, that the units come from."""

    @property
    def held(self) -> int:
        """What of the refund the escrow keeps until it is known whose it is."""
        return self.refund if self.refund_to is None else 0


def settle(
    outcome: Outcome | Redrawn, fundings: Iterable[Funding]
) -> tuple[LedgerLine, ...]:
    """Return the ledger of a sale that was drawn, sorted by nym.

    A nym that is not an entrant (its deposit is cancelled or not funded) gets no unit and
    all its money back (specs/settlement.md, section 3).

    Args:
        outcome: the outcome of the draw, or of the draw after seats have lapsed.
        fundings: one for each nym with an entry on the board, in any order.

    Raises:
        CallerError: ``settlement.duplicate-nym``, ``settlement.range``,
            ``settlement.refund-to``, ``names.nym``; ``settlement.no-funding`` for an
            entrant without final deposit.
        InvariantError: as ``check_ledger``: somebody counted wrong.
    """
    ordered = _sorted_fundings(fundings)
    lines = tuple(_lines(ordered, sorted(outcome.totals, key=attrgetter("nym"))))
    check_ledger(lines, ordered)
    return lines


def settle_void(fundings: Iterable[Funding]) -> tuple[LedgerLine, ...]:
    """Return the ledger of a void sale, sorted by nym: everybody gets everything back.

    Raises:
        CallerError: ``settlement.duplicate-nym``, ``settlement.range``.
    """
    return settle(Outcome((), ()), fundings)


_IN_PARTS = (Mechanism.TIERS, Mechanism.CHOICES)
"""The mechanisms whose units are of several kinds."""


def in_parts(pools: Sequence[Pool]) -> bool:
    """Tell whether units of a sale can come from more than one place."""
    return len(pools) > 1 or any(
        pool.certain or pool.mechanism in _IN_PARTS for pool in pools
    )


def outcome_hash(lines: Sequence[LedgerLine], pools: Sequence[Pool]) -> bytes:
    """Return H("fairlot-v1/outcome", CBOR([[nym, units, payment, refund], ..])).

    If units can come from several pools or parts, each row ends with a list of
    [pool, units, payment] (specs/settlement.md, section 5).

    Args:
        lines: the whole ledger, sorted by nym, as ``settle`` returns it.
        pools: the terms' pools.
    """
    detailed = in_parts(pools)
    rows: list[Value] = [_row(line, detailed=detailed) for line in lines]
    return tagged_hash("outcome", encode(rows))


def _row(line: LedgerLine, *, detailed: bool) -> list[Value]:
    row: list[Value] = [line.nym, line.units, line.payment, line.refund]
    if detailed:
        row.append([[gain.pool, gain.units, gain.payment] for gain in line.gains])
    return row


def allocation_csv(lines: Iterable[LedgerLine]) -> bytes:
    """Return allocation.csv: one row for each nym with a final deposit, sorted by nym."""
    rows = (
        (line.nym.hex(), line.units, line.payment, line.refund)
        for line in sorted(lines, key=attrgetter("nym"))
        if line.final
    )
    return csv_table(CSV_HEADER, rows)


def pools_csv(lines: Iterable[LedgerLine]) -> bytes:
    """Return pools.csv: one row for each pool or part that gave a nym units."""
    rows = (
        (line.nym.hex(), gain.pool, gain.units, gain.payment)
        for line in sorted(lines, key=attrgetter("nym"))
        for gain in line.gains
    )
    return csv_table(POOLS_CSV_HEADER, rows)


def winners_csv(
    lines: Iterable[LedgerLine], persons: Mapping[Nym, str] | None = None
) -> bytes:
    """Return winners.csv: one row for each pool or part that gave a nym units.

    Args:
        lines: the ledger, in any order.
        persons: the person of each nym, as only a rehearsal knows it: then each row begins
            with it.
    """
    rows: list[tuple[str | int, ...]] = []
    for line in sorted(lines, key=attrgetter("nym")):
        # The refund is the nym's: it stands once, so that the column adds up.
        refunds = (line.refund, *(0 for _ in line.gains))
        for gain, refund in zip(line.gains, refunds, strict=False):
            row = (line.nym.hex(), gain.pool, gain.units, gain.payment, refund)
            rows.append(row if persons is None else (persons[line.nym], *row))
    begin = () if persons is None else ("person",)
    return csv_table((*begin, *WINNERS_CSV_HEADER), rows)


def check_ledger(lines: Sequence[LedgerLine], fundings: Iterable[Funding]) -> None:
    """Check the invariants of specs/settlement.md, section 4.

    They hold for each line and not only in sum: no money moves from one nym to another.

    Raises:
        CallerError: ``settlement.duplicate-nym``, ``settlement.range``.
        InvariantError: ``settlement.accounts``, ``settlement.payment-exceeded``,
            ``settlement.loser-pays``, ``settlement.conservation``,
            ``settlement.destination``, ``settlement.gains``.
    """
    ordered = _sorted_fundings(fundings)
    if [line.nym for line in lines] != [funding.nym for funding in ordered]:
        raise InvariantError(
            "settlement.accounts",
            "the ledger must have one line for each nym, in order",
        )
    for line, funding in zip(lines, ordered, strict=True):
        name = line.nym.hex()
        if not 0 <= line.payment <= funding.paid:
            raise InvariantError(
                "settlement.payment-exceeded", f"{name} pays more than they deposited"
            )
        if line.units == 0 and line.payment != 0:
            raise InvariantError(
                "settlement.loser-pays", f"{name} gets no unit and pays"
            )
        if line.payment + line.refund != funding.paid:
            raise InvariantError(
                "settlement.conservation", f"money of {name} appears or disappears"
            )
        if line.refund_to != funding.refund_to:
            raise InvariantError(
                "settlement.destination", f"the refund of {name} goes elsewhere"
            )
        if line.units < 0 or _gained(line) != (line.units, line.payment):
            raise InvariantError(
                "settlement.gains", f"the line of {name} differs from the outcome"
            )


def _gained(line: LedgerLine) -> tuple[int, int]:
    units = sum(gain.units for gain in line.gains)
    return units, sum(gain.payment for gain in line.gains)


def _sorted_fundings(fundings: Iterable[Funding]) -> list[Funding]:
    known = list(fundings)
    for funding in known:
        check_nym(funding.nym)
    ordered = sorted(known, key=attrgetter("nym"))
    if any(one.nym == other.nym for one, other in pairwise(ordered)):
        raise CallerError(
            "settlement.duplicate-nym", "each nym must have one funding only"
        )
    for funding in ordered:
        problem = uint_problem(funding.paid)
        if problem:
            raise CallerError("settlement.range", f"what a nym has paid {problem}")
        _check_destination(funding.refund_to)
    return ordered


def _check_destination(refund_to: object) -> None:
    if refund_to is not None and not isinstance(refund_to, bytes):
        raise CallerError("settlement.refund-to", "a destination is bytes, or none yet")


def _lines(
    fundings: Iterable[Funding], totals: Sequence[Total]
) -> Iterator[LedgerLine]:
    """Yield the line of each funding; both ascend by nym, so that no table is needed."""
    place = 0
    for funding in fundings:
        total = totals[place] if place < len(totals) else None
        own = total if total is not None and total.nym == funding.nym else None
        if own is not None and funding.final:
            place += 1
        yield _line(funding, own)
    if place < len(totals):
        raise CallerError(
            "settlement.no-funding",
            "every entrant must have a funding with a final deposit",
        )


def _line(funding: Funding, total: Total | None) -> LedgerLine:
    payment = total.payment if total else 0
    return LedgerLine(
        # The same bytes, of which one copy is held.
        nym=total.nym if total else funding.nym,
        units=total.units if total else 0,
        payment=payment,
        refund=funding.paid - payment,
        refund_to=funding.refund_to,
        final=funding.final,
        gains=total.gains if total else (),
    )
