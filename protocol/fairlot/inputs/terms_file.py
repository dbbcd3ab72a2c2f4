"""TERMS.toml, which the seller writes (specs/terms-file.md, section 3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from fairlot.errors import TermsError
from fairlot.fields import UINT_MAX, Fields
from fairlot.inputs.input_file import read_input
from fairlot.inputs.terms_file_pools import TOP_KEYS, read_file_pools
from fairlot.inputs.terms_file_times import (
    ISSUERS_KEYS,
    TIMES_KEYS,
    TimesFile,
    read_issuers,
    read_times_file,
)
from fairlot.inputs.toml_file import TomlFile, parse_toml
from fairlot.inputs.toml_money import read_file_currency, smallest
from fairlot.money import Currency
from fairlot.terms.beacon import MAX_CONTRIBUTORS, MAX_DELAY
from fairlot.terms.bidding import read_deposits
from fairlot.terms.pool import Pool
from fairlot.terms.terms import REFUND_AT_ONCE, REFUNDS
from fairlot.text import shown

DEFAULT_CONTRIBUTORS = 3
DEFAULT_DELAY = 65536

OWN_CLOCK = "own"
QUICKNET_CLOCK = "quicknet"
CLOCKS = (OWN_CLOCK, QUICKNET_CLOCK)

_REQUIRED = ("title", "asset")
_OPTIONAL = (
    "currency",
    "decimals",
    "deposits",
    "refund",
    "people",
    "bids",
    "issuers",
    "times",
    "beacon",
)
_TIMES = TimesFile()
_PEOPLE = ("keep",)
_BIDS = ("clock", "round")
_BEACON = (
    "contributors",
    "delay",
    "depositors",
    "absent",
    "unsealed",
    "withhold",
    "min_commits",
    "drand",
)


@dataclass(frozen=True, slots=True)
class BidsFile:
    """The round that opens the sealed bids."""

    clock: str
    """``own`` is the rehearsal's clock, ``quicknet`` drand's chain of that name."""
    round: int | None
    """ρ, the number of the round; ``None`` if the rehearsal chooses it."""


@dataclass(frozen=True, slots=True)
class TermsFile:
    """The seller's decisions; a rehearsal adds keys, times and the beacon's set-up."""

    title: str
    asset: str
    pools: tuple[Pool, ...]
    """The pools, in the order in which they run."""
    issuers: int
    """n, the number of issuers."""
    threshold: int
    """t, how many issuers may be corrupt."""
    contributors: int
    """How many contributors the roster has."""
    delay: int
    """T, the number of sequential squarings."""
    depositors: int = 0
    """How many of the people contribute too, each with the key of their deposit."""
    absent: int = 0
    """How many contributors never commit, the last of the roster."""
    unsealed: int = 0
    """How many contributors commit and never seal, the last of those who commit."""
    withhold: int = 0
    """How many contributors commit and never reveal, the last of those who commit."""
    min_commits: int | None = None
    """How many of the roster must commit; ``None`` for all of them."""
    deposits: tuple[int, ...] = ()
    """The ladder of deposits, ascending; empty for any amount."""
    bids: BidsFile | None = None
    """There iff a pool takes bids."""
    source: TomlFile | None = field(default=None, compare=False, repr=False)
    """The file, for errors that show later; ``None`` where there is none."""
    own_clock: bool = False
    """Whether a round of the rehearsal's own clock is mixed into the seed."""
    currency: Currency | None = None
    """In which people write amounts in both files; ``None`` for smallest units."""
    keep: tuple[str, ...] = ()
    """Columns of the list of people that are the seller's own, and ignored."""
    attesters: int = 1
    """q_recover: how many attesters there are, all of whom a recovery needs."""
    times: TimesFile = _TIMES
    """Of registry and lock-up."""
    silent: int = 0
    """How many issuers never answer."""
    lying: int = 0
    """How many of the other issuers answer with other keys than their own."""
    refund: str = REFUND_AT_ONCE
    """Where refunds go, as the terms say it."""

    @property
    def collects(self) -> bool:
        """Tell whether winners must collect in some pool."""
        return any(pool.collect for pool in self.pools)

    @property
    def recovers(self) -> bool:
        """Tell whether a reveal is withheld in a sale that comes so far."""
        needed = self.min_commits or self.contributors
        sealing = self.contributors - self.absent - self.unsealed
        return self.withhold > 0 and sealing >= needed


def read_terms_file(path: Path) -> TermsFile:
    """Return the content of a seller's file.

    Raises:
        InputError: ``terms-file.unreadable``, ``terms-file.utf8``,
            ``terms-file.empty``, ``terms-file.line-end``, ``terms-file.toml``,
            ``terms-file.missing``, ``terms-file.unknown``, ``terms-file.table``,
            ``terms-file.text``, ``terms-file.integer``, ``terms-file.range``,
            ``terms-file.boolean``, ``terms-file.array``, ``terms-file.pools``,
            ``terms-file.pool-name``, ``terms-file.mechanism``, ``terms-file.group``,
            ``terms-file.certain``, ``terms-file.tiers``, ``terms-file.options``,
            ``terms-file.requires``,
            ``terms-file.unsold``, ``terms-file.key``, ``terms-file.deposits``,
            ``terms-file.bids``, ``terms-file.issuers``, ``terms-file.drand``,
            ``terms-file.currency``, ``terms-file.decimals``, ``terms-file.keep``,
            ``terms-file.excludes``, ``terms-file.duration``, ``terms-file.times``,
            ``terms-file.refund``.
    """
    source = parse_toml(read_input(path))
    _check_keys(source)
    top = source.fields()
    currency = read_file_currency(source, top)
    pools = read_file_pools(source, currency)
    title, asset = source.text(top, "title"), source.text(top, "asset")
    deposits, bids = _deposits(source, pools, currency), _bids(source, top, pools)
    issuing = _table(source, top, "issuers", ISSUERS_KEYS)
    issuers = read_issuers(source, issuing)
    times_table = _table(source, top, "times", TIMES_KEYS)
    times = read_times_file(source, issuing, times_table)
    beacon = _table(source, top, "beacon", _BEACON)
    contributors = _integer(
        beacon, "contributors", 1, MAX_CONTRIBUTORS, DEFAULT_CONTRIBUTORS
    )
    delay = _integer(beacon, "delay", 1, MAX_DELAY, DEFAULT_DELAY)
    depositors = _integer(beacon, "depositors", 0, UINT_MAX, 0)
    absent = _integer(beacon, "absent", 0, contributors, 0)
    unsealed = _integer(beacon, "unsealed", 0, contributors - absent, 0)
    withhold = _integer(beacon, "withhold", 0, contributors - absent, 0)
    least = contributors // 2 + 1
    min_commits = _integer(beacon, "min_commits", least, contributors, contributors)
    own_clock = _own_clock(source, beacon)
    collects = any(pool.collect for pool in pools)
    if not collects and times_table.has("collect"):
        problem = "has no meaning where no pool has collect: remove it"
        raise source.error("terms-file.times", times_table.at("collect"), problem)
    waits = own_clock or collects or bids is not None
    if times.expiry is not None and not waits:
        problem = "has no meaning where the sale waits for no round: remove it"
        raise source.error("terms-file.times", times_table.at("expiry"), problem)
    return TermsFile(
        title=title,
        asset=asset,
        pools=pools,
        issuers=issuers.n,
        threshold=issuers.t,
        contributors=contributors,
        delay=delay,
        depositors=depositors,
        absent=absent,
        unsealed=unsealed,
        withhold=withhold,
        min_commits=None if min_commits == contributors else min_commits,
        deposits=deposits,
        bids=bids,
        source=source,
        own_clock=own_clock,
        currency=currency,
        keep=_keep(source, top),
        attesters=issuers.q_recover,
        times=times,
        silent=issuers.silent,
        lying=issuers.lying,
        refund=_refund(source, top),
    )


def _check_keys(source: TomlFile) -> None:
    """Check the keys of the top level, where a pool is described or pools are listed."""
    if "pool" in source.values:
        for key in source.values:
            if key in TOP_KEYS:
                problem = "describes a pool beside [[pool]]: move it into its pool"
                raise source.error("terms-file.pools", (key,), problem)
    source.fields().only(_REQUIRED, (*_OPTIONAL, *TOP_KEYS, "pool"))


def _table(source: TomlFile, top: Fields, name: str, known: Sequence[str]) -> Fields:
    """Return an optional table with some of the known keys; an absent one is empty."""
    table = top.map(name) if top.has(name) else source.table({}, (name,))
    table.only((), known)
    return table


def _integer(table: Fields, name: str, low: int, high: int, default: int) -> int:
    return table.uint(name, low, high) if table.has(name) else default


def _keep(source: TomlFile, top: Fields) -> tuple[str, ...]:
    """Return the names of the seller's own columns, each once."""
    table = _table(source, top, "people", _PEOPLE)
    keep = table.texts("keep") if table.has("keep") else ()
    for index, name in enumerate(keep):
        where = (*table.at("keep"), index)
        source.check_text(name, where)
        if name in keep[:index]:
            problem = f"is {shown(name)} a second time: name each column once"
            raise source.error("terms-file.keep", where, problem)
    return keep


def _refund(source: TomlFile, top: Fields) -> str:
    """Return where refunds go: at once to whom a deposit names, or to who claims."""
    if not top.has("refund"):
        return REFUND_AT_ONCE
    word = source.text(top, "refund")
    if word not in REFUNDS:
        known = " or ".join(f'"{each}"' for each in REFUNDS)
        problem = f"must be {known}, found {shown(word)}"
        raise source.error("terms-file.refund", top.at("refund"), problem)
    return word


def _deposits(
    source: TomlFile, pools: Sequence[Pool], currency: Currency | None
) -> tuple[int, ...]:
    """Return the ladder of deposits; none for any amount, as an empty one says."""
    written: object = source.values.get("deposits", [])
    if isinstance(written, list):
        written = [
            smallest(source, currency, amount, ("deposits", index))
            for index, amount in enumerate(cast("list[object]", written))
        ]
    ladder = source.table({} if written == [] else {"deposits": written}, ())
    try:
        return read_deposits(ladder, pools, currency)
    except TermsError as error:
        raise source.terms_error(error) from error


def _bids(source: TomlFile, top: Fields, pools: Sequence[Pool]) -> BidsFile | None:
    """Return which clock opens the bids; none where no pool takes any."""
    given = top.has("bids")
    table = _table(source, top, "bids", _BIDS)
    if not any(pool.takes_bids for pool in pools):
        if given:
            problem = "has no meaning where no pool takes bids: remove it"
            raise source.error("terms-file.bids", table.where, problem)
        return None
    clock = source.text(table, "clock") if table.has("clock") else OWN_CLOCK
    if clock not in CLOCKS:
        known = " or ".join(f'"{name}"' for name in CLOCKS)
        problem = f"must be {known}, found {shown(clock)}"
        raise source.error("terms-file.bids", table.at("clock"), problem)
    if table.has("round"):
        return BidsFile(clock, table.uint("round", 1))
    if clock == QUICKNET_CLOCK:
        problem = f'must be given with clock = "{clock}": a round due after the close'
        raise source.error("terms-file.bids", table.at("round"), problem)
    return BidsFile(clock, None)


def _own_clock(source: TomlFile, beacon: Fields) -> bool:
    """Tell whether the draw waits for a round; a rehearsal has no clock but its own."""
    if not beacon.has("drand"):
        return False
    word = source.text(beacon, "drand")
    if word != OWN_CLOCK:
        problem = f'must be "{OWN_CLOCK}", found {shown(word)}'
        raise source.error("terms-file.drand", beacon.at("drand"), problem)
    return True
