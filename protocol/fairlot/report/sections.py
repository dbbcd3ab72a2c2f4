"""Parts of the page about the sale itself (specs/report.md, section 2)."""

from collections.abc import Iterator, Sequence

from fairlot.audit.margin import BeaconFacts
from fairlot.audit.report import Report
from fairlot.audit.sentences import utc
from fairlot.board.replay import Replay
from fairlot.board.sale import SaleState
from fairlot.entry import EntryType
from fairlot.money import Currency, money_text
from fairlot.report.charts import Bar, bars
from fairlot.report.ending import is_over
from fairlot.report.markup import Child, Markup, element, listed, section, table
from fairlot.terms.pool import CAPPED, MAX_POINTS, Mechanism, Pool, Pricing
from fairlot.text import counted
from fairlot_crypto.keys import VerifyKey

_HOW = {
    Mechanism.EQUAL_SHARE: "equal share",
    Mechanism.QUADRATIC: "quadratic price",
    Mechanism.LOTTERY: "lottery",
    Mechanism.AUCTION: "auction, one price for all winners",
    Mechanism.TIERS: "tiers, each by lot",
    Mechanism.CHOICES: "choices, in an order drawn by lot",
}
_DRAW = "The draw: who and when"
_MARKERS = (
    (EntryType.OPEN, "deposits are open"),
    (EntryType.CLOSE, "deposits are closed"),
    (EntryType.COMMIT_END, "commitments are closed"),
    (EntryType.SEALED, "the commitments are sealed: the draw is fixed"),
    (EntryType.REVEAL_END, "the time for reveals is over"),
    (EntryType.RESULT, "the result is on the board"),
    (EntryType.COLLECT_END, "the time to collect is over"),
    (EntryType.REDRAWN, "what nobody collected is drawn again"),
    (EntryType.VOID, "the sale is void"),
)


def sold(state: SaleState) -> Markup:
    """Return what was for sale, pool by pool."""
    terms = state.terms
    rows = [
        (
            pool.name,
            _how(pool),
            pool.supply,
            _price(pool, terms.currency),
            "; ".join(_rules(pool)) or "everybody may enter",
        )
        for pool in terms.pools
    ]
    columns = ("pool", "how", "units", "price", "rules")
    total = counted(sum(pool.supply for pool in terms.pools), "unit", "units")
    before = f"{total} of “{terms.asset}”, by the terms that the sale's id commits to."
    return section(
        "sold",
        "What was sold",
        element("p", before),
        table("The pools, in the order in which they are drawn", columns, rows),
    )


def _how(pool: Pool) -> str:
    if pool.pricing is Pricing.VICKREY:
        return "auction, each pays what the others lose by them"
    return _HOW[pool.mechanism]


def _price(pool: Pool, currency: Currency | None) -> str:
    price = money_text(pool.price, currency)
    match pool.mechanism:
        case Mechanism.TIERS | Mechanism.CHOICES:
            return ", ".join(
                f"{part.name}: {part.supply} at {money_text(part.price, currency)}"
                for part in pool.parts
            )
        case Mechanism.QUADRATIC:
            return f"{price} × the square of their number"
        case Mechanism.AUCTION:
            return f"from {price} on"
        case Mechanism.EQUAL_SHARE | Mechanism.LOTTERY:
            if pool.fares is None:
                return price
            return ", ".join(
                f"{value}: {money_text(fare, currency)}"
                for value, fare in pool.fares.prices
            )


def _rules(pool: Pool) -> Iterator[str]:
    if pool.mechanism in CAPPED or pool.takes_quantities:
        yield f"at most {counted(pool.cap, 'unit', 'units')} a person"
    yield from _lottery_rules(pool)
    if pool.fares is not None:
        yield f"prices by {pool.fares.attribute}"
    for rule in pool.rules:
        unless = "not " if rule in pool.excludes else ""
        yield f"{rule.attribute}: {unless}{', '.join(rule.values)}"
    if pool.puzzle is not None:
        yield "whoever solves the puzzle"
    if pool.again:
        yield "also for those who got units before"
    if pool.unsold is not None:
        yield f"what is unsold goes to pool {pool.unsold}"


def _lottery_rules(pool: Pool) -> Iterator[str]:
    if pool.group_max > 1:
        yield f"groups of up to {pool.group_max}"
    if pool.certain:
        yield f"{pool.certain} of them to the highest bids, for certain"
    if pool.collect:
        yield "winners must collect, or the unit is drawn again"
    if pool.points is not None:
        yield f"chances in proportion to {pool.points}, from 1 to {MAX_POINTS}"


def money(report: Report, state: SaleState) -> Markup:
    """Return what came in and where it went."""
    facts = report.facts
    title = "Money in and out"
    came, currency = facts["money_in"], state.terms.currency
    entered = money_text(came, currency)
    if not is_over(state):
        held = f"{entered} came in. Where it goes is not on the board yet."
        return section("money", title, element("p", held))
    paid, waiting = facts["payments"], facts["refunds_held"]
    back = facts["refunds"] - waiting
    sums = [("in, deposited", came), ("out, to the seller", paid), ("out, back", back)]
    said = (
        f"{entered} came in, {money_text(paid, currency)} went to the seller and "
        f"{money_text(back, currency)} back to the depositors"
    )
    if waiting:
        sums.append(("held for those who claim", waiting))
        said += (
            f"; the escrow holds {money_text(waiting, currency)} for those who claim"
        )
    rows = [Bar(name, money_text(sum_, currency), sum_, came) for name, sum_ in sums]
    unit = "" if currency else ", in the smallest unit of the sale's money"
    return section(
        "money",
        title,
        bars("flows", "Money in and out", said, rows),
        element("p", f"{said}{unit}."),
    )


def draw(report: Report, read: Replay) -> Markup:
    """Return who made the draw and when, and how long nobody could know it."""
    rows = [(kind.value, utc(time), said) for kind, time, said in _times(read)]
    when = table("When, by the board's clock", ("marker", "time", "meaning"), rows)
    seed = read.state.draw
    drawn = [] if seed is None else [element("p", "The seed: ", _hex(seed.seed))]
    facts = report.beacon
    if facts is None:
        nobody = element("p", "Nobody has contributed: deposits were not closed.")
        return section("draw", _DRAW, nobody, when)
    sealed = EntryType.SEALED in read.state.markers
    keys = table("Who", ("key", "who", "what"), _contributors(facts, sealed=sealed))
    return section("draw", _DRAW, listed(_made(facts)), *drawn, keys, when)


def _times(read: Replay) -> Iterator[tuple[EntryType, int, str]]:
    """Yield the accepted markers, each with its time, as they stand on the board."""
    meaning = dict(_MARKERS)
    for timed in read.entries.of(*meaning):
        if timed.refusal is None:
            yield timed.entry.type, timed.time, meaning[timed.entry.type]


def _made(facts: BeaconFacts) -> Iterator[str]:
    """Yield how the draw was made, and whether anybody could choose."""
    roster = len(facts.roster) + len(facts.absent)
    named = counted(roster, "contributor", "contributors")
    depositors = counted(len(facts.depositors), "depositor", "depositors")
    yield f"{len(facts.roster)} of {named} of the terms committed, and {depositors}."
    if facts.recovered:
        yield "What was withheld was recovered: the seed is what it would have been."
    if facts.drand is not None:
        chain, number = facts.drand.name
        what = "mixed in" if facts.mixed else "not mixed in"
        due = utc(facts.drand.due)
        yield f"Round {number} of drand's chain {chain.hex()}, due {due}: {what}."
    yield facts.withholding


def _contributors(facts: BeaconFacts, *, sealed: bool) -> Iterator[Sequence[Child]]:
    """Yield the contributors of the terms, and depositors who kept something back."""
    failing = {*facts.unsealed, *(facts.withheld if sealed else ())}
    for key in (*facts.absent, *facts.roster, *facts.depositors):
        named = key not in facts.depositors
        if named or key in failing:
            who = "named by the terms" if named else "a depositor"
            yield _hex(key), who, _did(facts, key, sealed=sealed)


def _did(facts: BeaconFacts, key: VerifyKey, *, sealed: bool) -> str:
    if key in facts.absent:
        return "has not committed"
    if key in facts.unsealed:
        return "committed, and did not seal"
    if not sealed:
        return "committed"
    return f"committed, and has{' not' if key in facts.withheld else ''} revealed"


def _hex(data: bytes) -> Markup:
    return element("span", data.hex(), class_="hex")
