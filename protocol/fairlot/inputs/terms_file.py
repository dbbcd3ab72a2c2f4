"""TERMS.toml: what a seller writes (specs/terms-file.md, section 3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fairlot.fields import UINT_MAX
from fairlot.inputs.input_file import InputFile, read_input
from fairlot.inputs.terms_file_pools import read_pool_tables
from fairlot.inputs.toml_table import Table, parse_toml
from fairlot.terms.beacon import MAX_CONTRIBUTORS, MAX_DELAY
from fairlot.terms.bidding import ladder_problem
from fairlot.terms.pool import Pool
from fairlot.text import shown

DEFAULT_CONTRIBUTORS = 3
DEFAULT_DELAY = 65536

OWN_CLOCK = "own"
QUICKNET_CLOCK = "quicknet"
CLOCKS = (OWN_CLOCK, QUICKNET_CLOCK)

_REQUIRED = ("title", "asset")
_OPTIONAL = ("deposits", "bids", "issuers", "beacon")
_BIDS = ("clock", "round")
_ISSUERS = ("n", "t")
_BEACON = (
    "contributors",
    "delay",
    "depositors",
    "absent",
    "withhold",
    "min_commits",
    "drand",
)


@dataclass(frozen=True, slots=True)
class BidsFile:
    """Which round opens the sealed bids."""

    clock: str
    """``own``: the rehearsal's; ``quicknet``: drand's chain of that name."""
    round: int | None
    """ρ; ``None`` where the rehearsal chooses."""


@dataclass(frozen=True, slots=True)
class TermsFile:
    """What the seller decides; a rehearsal adds keys, times and the beacon's set-up."""

    title: str
    asset: str
    pools: tuple[Pool, ...]
    """In the order in which they run."""
    issuers: int
    """n: 1 in this version."""
    threshold: int
    """t: 0 in this version."""
    contributors: int
    """How many take part in the beacon."""
    delay: int
    """T, sequential squarings."""
    depositors: int = 0
    """How many of the people contribute too, each with the key of its deposit."""
    absent: int = 0
    """How many contributors never commit, the last of the roster."""
    withhold: int = 0
    """How many commit and never reveal, the last of those who commit."""
    min_commits: int | None = None
    """How many of the roster must commit; ``None`` for all of it."""
    deposits: tuple[int, ...] = ()
    """The ladder of deposits, ascending; none for any amount."""
    bids: BidsFile | None = None
    """There iff a pool takes bids."""
    source: InputFile | None = field(default=None, compare=False, repr=False)
    """The file, for errors that show later; ``None`` where there is none."""
    own_clock: bool = False
    """Whether a round of the rehearsal's own clock is mixed into the seed."""


def read_terms_file(path: Path) -> TermsFile:
    """Return what a seller's file says.

    Raises:
        InputError: ``terms-file.unreadable``, ``terms-file.utf8``,
            ``terms-file.empty``, ``terms-file.line-end``, ``terms-file.toml``,
            ``terms-file.missing``, ``terms-file.unknown``, ``terms-file.table``,
            ``terms-file.text``, ``terms-file.integer``, ``terms-file.range``,
            ``terms-file.boolean``, ``terms-file.array``, ``terms-file.pools``,
            ``terms-file.pool-name``, ``terms-file.mechanism``, ``terms-file.group``,
            ``terms-file.certain``, ``terms-file.tiers``, ``terms-file.requires``,
            ``terms-file.key``, ``terms-file.deposits``, ``terms-file.bids``,
            ``terms-file.issuers``, ``terms-file.drand``.
    """
    file = read_input(path, "terms-file")
    top = parse_toml(file)
    pools = read_pool_tables(top, _REQUIRED, _OPTIONAL)
    title, asset = top.text("title"), top.text("asset")
    deposits, bids = _deposits(top, pools), _bids(top, pools)
    issuers, threshold = _issuers(top.table("issuers", _ISSUERS))
    beacon = top.table("beacon", _BEACON)
    contributors = beacon.integer(
        "contributors", 1, MAX_CONTRIBUTORS, DEFAULT_CONTRIBUTORS
    )
    delay = beacon.integer("delay", 1, MAX_DELAY, DEFAULT_DELAY)
    depositors = beacon.integer("depositors", 0, UINT_MAX, 0)
    absent = beacon.integer("absent", 0, contributors, 0)
    withhold = beacon.integer("withhold", 0, contributors - absent, 0)
    min_commits = beacon.integer("min_commits", 1, contributors, contributors)
    own_clock = _own_clock(beacon)
    return TermsFile(
        title=title,
        asset=asset,
        pools=pools,
        issuers=issuers,
        threshold=threshold,
        contributors=contributors,
        delay=delay,
        depositors=depositors,
        absent=absent,
        withhold=withhold,
        min_commits=None if min_commits == contributors else min_commits,
        deposits=deposits,
        bids=bids,
        source=file,
        own_clock=own_clock,
    )


def _deposits(top: Table, pools: Sequence[Pool]) -> tuple[int, ...]:
    """Return the ladder of deposits; none for any amount."""
    deposits = top.integers("deposits", 0, UINT_MAX)
    if deposits:
        problem = ladder_problem(deposits)
    elif any(pool.takes_bids for pool in pools):
        problem = "must be given where a pool takes bids: any amount would tell the bid"
    else:
        problem = None
    if problem:
        raise top.error("deposits", "deposits", problem)
    return deposits


def _bids(top: Table, pools: Sequence[Pool]) -> BidsFile | None:
    """Return which clock opens the bids; none where no pool takes any."""
    table = top.table("bids", _BIDS)
    if not any(pool.takes_bids for pool in pools):
        if "bids" in top.values:
            problem = "has no meaning where no pool takes bids: remove it"
            raise top.error("bids", "bids", problem)
        return None
    clock = table.text("clock") if "clock" in table.values else OWN_CLOCK
    if clock not in CLOCKS:
        known = " or ".join(f'"{name}"' for name in CLOCKS)
        raise table.error("bids", "clock", f"must be {known}, found {shown(clock)}")
    if "round" in table.values:
        return BidsFile(clock, table.integer("round", 1, UINT_MAX))
    if clock == QUICKNET_CLOCK:
        problem = f'must be given with clock = "{clock}": a round due after the close'
        raise table.error("bids", "round", problem)
    return BidsFile(clock, None)


def _issuers(table: Table) -> tuple[int, int]:
    issuers = table.integer("n", 0, UINT_MAX, 1)
    threshold = table.integer("t", 0, UINT_MAX, 0)
    if (issuers, threshold) != (1, 0):
        name = "n" if issuers != 1 else "t"
        problem = "this version knows one issuer only: write n = 1 and t = 0"
        raise table.error("issuers", name, problem)
    return issuers, threshold


def _own_clock(beacon: Table) -> bool:
    """Tell whether the draw waits for a round; a rehearsal has no clock but its own."""
    if "drand" not in beacon.values:
        return False
    word = beacon.text("drand")
    if word != OWN_CLOCK:
        problem = f'must be "{OWN_CLOCK}", found {shown(word)}'
        raise beacon.error("drand", "drand", problem)
    return True
