"""Vectors of the ledger, its hash and its CSV, and of whole logs (specs/settlement.md)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from fairlot.allocation.entering import Entrant
from fairlot.allocation.outcome import Outcome
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import (
    Funding,
    LedgerLine,
    allocation_csv,
    check_ledger,
    in_parts,
    outcome_hash,
    pools_csv,
    settle,
    settle_void,
    winners_csv,
)
from fairlot.fields import UINT_MAX
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool, Tier
from generators.allocation_setting import (
    SALE_ID,
    SEED,
    ledger_maps,
    numbered,
    pool_maps,
    sample_entrants,
    sample_nym,
    total_maps,
)
from generators.case import Case, Chapter, Raw, accept, reject
from generators.settlement_logs import answered_logs, refused_logs

_POOL = Pool("main", Mechanism.EQUAL_SHARE, 3, 7, 5)


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "settlement",
        "`op` names the operation. settle: from awards, with their gains [pool or part, "
        "units, payment], and fundings compute the ledger, its outcome_hash and the texts "
        "of allocation.csv, winners.csv and, where the pools are such, pools.csv, else null. "
        "void: the same without awards. check: judge a ledger that somebody claims against "
        "the fundings; where refund_to is null, money is held. "
        "log: settle the sale of a transcript with rounds and heads from "
        "elsewhere; an answer that is not yet has what is missing, as settle --json has it.",
        (
            *_accepted(),
            *_refused_settlements(),
            *_refused_ledgers(),
            *_refused_holding(),
            *answered_logs(),
            *refused_logs(),
        ),
    )


def _funded(entrants: Iterable[Entrant]) -> list[Funding]:
    return [
        Funding(entrant.nym, entrant.amount, entrant.nym[:4]) for entrant in entrants
    ]


def _drawn() -> tuple[Outcome, list[Funding]]:
    entrants = sample_entrants((2, 20), (2, 20), (1, 6))
    return allocate((_POOL,), entrants, SEED, SALE_ID), _funded(entrants)


def _several() -> tuple[Sequence[Pool], Outcome, list[Funding]]:
    """Return a sale of tiers, certain seats and two pools that let everybody in."""
    pools = (
        Pool("sponsors", Mechanism.TIERS, 1, tiers=(Tier("gold", 40, 1),)),
        Pool("seats", Mechanism.LOTTERY, 3, 10, certain=1),
        Pool("tokens", Mechanism.QUADRATIC, 7, 2, 3, again=True, unsold="rest"),
        Pool("rest", Mechanism.EQUAL_SHARE, 1, 5, 1, again=True),
    )
    entrants = numbered(
        Entrant(Nym(b""), 5, 60, tier="gold"),
        Entrant(Nym(b""), 3, 50, bid=30),
        *[Entrant(Nym(b""), 2, 30)] * 3,
        Entrant(Nym(b""), 0, 20),
    )
    return pools, allocate(pools, entrants, SEED, SALE_ID), _funded(entrants)


def _accepted() -> Sequence[Case]:
    outcome, fundings = _drawn()
    one = (_POOL,)
    cancelled = Funding(Nym(sample_nym("cancelled")), 40, b"\x01", final=False)
    unfunded = Funding(Nym(sample_nym("unfunded")), 3, b"\x02")
    nothing = Funding(Nym(sample_nym("nothing")), 0, b"")
    richest = [Funding(Nym(sample_nym(f"rich {i}")), UINT_MAX, b"") for i in range(2)]
    everybody = [*fundings, cancelled, unfunded, nothing]
    overpaid = [replace(funding, paid=funding.paid + 5) for funding in fundings]
    pools, several, accounts = _several()
    return (
        _accept(
            "drawn",
            "Two of three get units; the rest goes back.",
            one,
            fundings,
            outcome,
        ),
        _accept(
            "others",
            "A cancelled, an unfunded and an unpaid deposit: no unit, all money back; "
            "the cancelled one has no row in the CSV.",
            one,
            everybody,
            outcome,
        ),
        _accept(
            "overpaid",
            "What was paid above the deposit goes back too.",
            one,
            overpaid,
            outcome,
        ),
        _accept(
            "held",
            "Who has no destination yet waits: what goes back is held.",
            one,
            [replace(each, refund_to=None) for each in everybody[:2]] + everybody[2:],
            outcome,
        ),
        _accept(
            "held-void",
            "In a void sale too.",
            one,
            [replace(each, refund_to=None) for each in fundings],
        ),
        _accept("void", "A void sale: everybody gets everything back.", one, everybody),
        _accept("rich", "The sum of all refunds may be above 64 bits.", one, richest),
        _accept("empty", "Nobody took part.", one, []),
        _accept(
            "several-pools",
            "Rows have a fifth element, which is empty without units; parts have names.",
            pools,
            [*accounts, cancelled, unfunded],
            several,
        ),
        _accept(
            "several-pools-void",
            "In a void sale of several pools the fifth element is empty everywhere.",
            pools,
            [*accounts, cancelled],
        ),
        _accept(
            "one-pool-with-tiers",
            "One pool whose units come from parts has fifth elements as well.",
            pools[:1],
            *_first(pools, several, accounts),
        ),
    )


def _first(
    pools: Sequence[Pool], several: Outcome, accounts: Sequence[Funding]
) -> tuple[Sequence[Funding], Outcome]:
    """Return the same people with the first pool alone."""
    entrants = [
        Entrant(total.nym, 1, account.paid, tier="gold")
        for total, account in zip(
            several.totals, sorted(accounts, key=lambda a: a.nym), strict=True
        )
    ]
    return accounts, allocate(pools[:1], entrants, SEED, SALE_ID)


def _accept(
    name: str,
    comment: str,
    pools: Sequence[Pool],
    fundings: Sequence[Funding],
    outcome: Outcome | None = None,
) -> Case:
    lines = settle(outcome, fundings) if outcome else settle_void(fundings)
    return accept(
        name,
        comment,
        _settle_input(pools, fundings, outcome),
        {
            "ledger": ledger_maps(lines),
            "outcome_hash": outcome_hash(lines, pools),
            "csv": allocation_csv(lines).decode(),
            "pools_csv": pools_csv(lines).decode() if in_parts(pools) else None,
            "winners_csv": winners_csv(lines).decode(),
        },
    )


def _refused_settlements() -> Sequence[Case]:
    outcome, fundings = _drawn()
    first, *others = fundings
    paying = max(outcome.totals, key=lambda total: total.payment).nym
    poor = [
        replace(funding, paid=1) if funding.nym == paying else funding
        for funding in fundings
    ]
    rows: tuple[tuple[str, str, str, Sequence[Funding]], ...] = (
        (
            "duplicate-funding",
            "A nym has one account; money would be refunded twice.",
            "settlement.duplicate-nym",
            [first, *fundings],
        ),
        (
            "paid-above-64-bits",
            "The money of a nym is a uint64; its refund could not be encoded.",
            "settlement.range",
            [replace(first, paid=UINT_MAX + 1), *others],
        ),
        (
            "negative-paid",
            "The money of a nym is at least 0; it would owe a refund.",
            "settlement.range",
            [replace(first, paid=-1), *others],
        ),
        (
            "entrant-without-funding",
            "Every entrant has an account; one would get units and pay nothing.",
            "settlement.no-funding",
            others,
        ),
        (
            "entrant-cancelled",
            "A cancelled deposit is not an entrant; it would get units unasked.",
            "settlement.no-funding",
            [replace(first, final=False), *others],
        ),
        (
            "winner-unpaid",
            "A payment is at most what was paid; the seller would be owed money.",
            "settlement.payment-exceeded",
            poor,
        ),
    )
    return [_refused_settlement(*row, outcome) for row in rows]


def _refused_settlement(
    name: str, rule: str, code: str, fundings: Sequence[Funding], outcome: Outcome
) -> Case:
    inputs = _settle_input((_POOL,), fundings, outcome)
    return reject(name, rule, code, inputs, lambda: settle(outcome, fundings))


def _refused_ledgers() -> Sequence[Case]:
    outcome, fundings = _drawn()
    lines = settle(outcome, fundings)
    winner = next(i for i, line in enumerate(lines) if line.units)
    loser = next(i for i, line in enumerate(lines) if not line.units)
    won, lost = lines[winner], lines[loser]
    stolen = replace(lost, payment=lost.refund, refund=0)
    rows: tuple[tuple[str, str, str, Sequence[LedgerLine]], ...] = (
        (
            "line-missing",
            "Every account has a line; its money would be gone.",
            "settlement.accounts",
            lines[1:],
        ),
        (
            "line-twice",
            "Every account has one line; its money would be refunded twice.",
            "settlement.accounts",
            (lines[0], *lines),
        ),
        (
            "lines-unsorted",
            "Lines are sorted by nym; one outcome would have many hashes.",
            "settlement.accounts",
            lines[::-1],
        ),
        (
            "refund-too-small",
            "Payment and refund add up to what was paid; a unit of money would vanish.",
            "settlement.conservation",
            _put(lines, winner, replace(won, refund=won.refund - 1)),
        ),
        (
            "refund-too-large",
            "Payment and refund add up to what was paid; money would be made.",
            "settlement.conservation",
            _put(lines, loser, replace(lost, refund=lost.refund + 1)),
        ),
        (
            "loser-pays",
            "Without a unit there is no payment; losers are refunded in full.",
            "settlement.loser-pays",
            _put(lines, loser, stolen),
        ),
        (
            "payment-above-paid",
            "A payment is at most what was paid.",
            "settlement.payment-exceeded",
            _put(lines, winner, replace(won, payment=UINT_MAX)),
        ),
        (
            "other-destination",
            "A refund goes where the funded deposit said; it could be redirected.",
            "settlement.destination",
            _put(lines, loser, replace(lost, refund_to=b"thief")),
        ),
        (
            "unit-from-no-pool",
            "Units are what pools gave; one would be handed out that nobody sold.",
            "settlement.gains",
            _put(lines, winner, replace(won, units=won.units + 1)),
        ),
        (
            "negative-units",
            "Units are not below 0; somebody's would be another's debt.",
            "settlement.gains",
            _put(lines, loser, replace(lost, units=-1)),
        ),
    )
    return [_refused_ledger(*row, fundings) for row in rows]


def _refused_holding() -> Sequence[Case]:
    """Return ledgers that pay what is held, or hold what is to be paid."""
    outcome, fundings = _drawn()
    held = [replace(each, refund_to=None) for each in fundings]
    lines, waiting = settle(outcome, fundings), settle(outcome, held)
    loser = next(i for i, line in enumerate(lines) if not line.units)
    rule = "Whose the money is, is not known yet: "
    rows: tuple[tuple[str, str, str, Sequence[LedgerLine], Sequence[Funding]], ...] = (
        (
            "held-paid",
            f"{rule}a thief would take it.",
            "settlement.destination",
            _put(waiting, loser, replace(waiting[loser], refund_to=b"thief")),
            held,
        ),
        (
            "held-paid-to-nobody",
            f"{rule}an empty destination is one.",
            "settlement.destination",
            _put(waiting, loser, replace(waiting[loser], refund_to=b"")),
            held,
        ),
        (
            "held-at-once",
            "The destination is known: the money would stay with the escrow.",
            "settlement.destination",
            _put(lines, loser, replace(lines[loser], refund_to=None)),
            fundings,
        ),
        (
            "held-too-little",
            "Payment and refund add up while it is held too.",
            "settlement.conservation",
            _put(
                waiting,
                loser,
                replace(waiting[loser], refund=waiting[loser].refund - 1),
            ),
            held,
        ),
    )
    return [_refused_ledger(*row) for row in rows]


def _put(
    lines: Sequence[LedgerLine], index: int, line: LedgerLine
) -> Sequence[LedgerLine]:
    return (*lines[:index], line, *lines[index + 1 :])


def _refused_ledger(
    name: str,
    rule: str,
    code: str,
    lines: Sequence[LedgerLine],
    fundings: Sequence[Funding],
) -> Case:
    inputs: dict[str, Raw] = {
        "op": "check",
        "fundings": _fundings(fundings),
        "ledger": ledger_maps(lines),
    }
    return reject(name, rule, code, inputs, lambda: check_ledger(lines, fundings))


def _settle_input(
    pools: Sequence[Pool], fundings: Sequence[Funding], outcome: Outcome | None
) -> dict[str, Raw]:
    inputs: dict[str, Raw] = {
        "op": "void",
        "pools": pool_maps(pools),
        "fundings": _fundings(fundings),
    }
    if outcome is None:
        return inputs
    return {**inputs, "op": "settle", "awards": total_maps(outcome.totals)}


def _fundings(fundings: Iterable[Funding]) -> list[Raw]:
    return [
        {
            "nym": funding.nym,
            "paid": funding.paid,
            "refund_to": funding.refund_to,
            "final": funding.final,
        }
        for funding in fundings
    ]
