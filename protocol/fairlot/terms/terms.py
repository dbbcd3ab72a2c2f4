"""The terms of a sale and the hash that names it (specs/terms.md)."""

from dataclasses import asdict, dataclass
from functools import cached_property

from fairlot.errors import TermsError, Where
from fairlot.fields import Fields
from fairlot.logs import (
    BoardIdentity,
    LogIdentity,
    LogKind,
    LogRule,
    Witnesses,
    check_separate,
    read_board,
    read_witnesses,
)
from fairlot.money import Currency
from fairlot.names import HASH_LENGTH, SaleId
from fairlot.terms.beacon import BeaconTerms, read_beacon_terms
from fairlot.terms.bidding import (
    check_bids_time,
    check_same_round,
    read_bids,
    read_deposits,
)
from fairlot.terms.collecting import (
    check_collect_times,
    read_redraw,
    recovery_time,
)
from fairlot.terms.currency import read_currency
from fairlot.terms.named_round import NamedRound
from fairlot.terms.pool import Mechanism, Pool
from fairlot.terms.read_fields import field_error, read_key, read_text
from fairlot.terms.read_pools import read_pools
from fairlot.terms.roll import RollTerms, read_roll_terms
from fairlot.terms.times import ROUND_MARGIN, Times, check_expiry, read_times
from fairlot.text import shown
from fairlot_crypto.cbor import Value, encode
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.keys import VerifyKey

TERMS_VERSION = 1
MAX_SEASON = 2**32 - 1

REFUND_AT_ONCE = "at-once"
REFUND_WITH_POSITION = "with-position"
REFUNDS = (REFUND_AT_ONCE, REFUND_WITH_POSITION)


@dataclass(frozen=True)
class Terms:
    """The complete description of one sale.

    ``from_value`` returns only legal terms. To check terms built field by field, call
    ``Terms.from_value(terms.to_value())``.
    """

    rehearsal: bool
    """Whether all roles are played on one machine and nothing is really sold."""
    title: str
    asset: str
    """What a unit is called."""
    season: int
    """The season of the registry, whose nym secrets make the nyms."""
    pools: tuple[Pool, ...]
    times: Times
    registry: bytes
    """The registry_id of the registry whose people may enter, 32 bytes."""
    roll: RollTerms
    """Which roll of that registry OPEN may fix."""
    board: BoardIdentity
    witnesses: Witnesses
    """Who watches the board; in a rehearsal perhaps nobody."""
    seller: VerifyKey
    escrow: VerifyKey
    """The key that signs PAID entries."""
    beacon: BeaconTerms
    refund: str
    """``at-once``: refunds go to the destination in the nym's first entry;
    ``with-position``: to that of the claim to which the position is released."""
    deposits: tuple[int, ...] = ()
    """The ladder: amounts that a deposit may have, ascending; empty for any amount."""
    bids: NamedRound | None = None
    """The round that opens sealed bids; ``None`` iff no pool takes bids."""
    currency: Currency | None = None
    """How people write the money; ``None`` for integers of the smallest unit."""
    redraw: NamedRound | None = None
    """The round of the second draw; ``None`` iff no pool's winners must collect."""

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map; an absent value has no key."""
        value: dict[str, Value] = {
            "v": TERMS_VERSION,
            "rehearsal": self.rehearsal,
            "title": self.title,
            "asset": self.asset,
            "season": self.season,
            "pools": [pool.to_value() for pool in self.pools],
            "times": self.times.to_value(),
            "registry": self.registry,
            "roll": self.roll.to_value(),
            "board": self.board.to_value(),
            **self.witnesses.to_value(),
            "seller": self.seller,
            "escrow": self.escrow,
            "beacon": self.beacon.to_value(),
            "refund": self.refund,
        }
        if self.deposits:
            value["deposits"] = list(self.deposits)
        if self.bids is not None:
            value["bids"] = self.bids.to_value()
        if self.currency is not None:
            value["currency"] = asdict(self.currency)
        if self.redraw is not None:
            value["redraw"] = self.redraw.to_value()
        return value

    def pool(self, name: str) -> Pool | None:
        """Return the pool of that name; ``None`` if there is none."""
        return next((pool for pool in self.pools if pool.name == name), None)

    @property
    def takes_bids(self) -> bool:
        """Tell whether every deposit holds a sealed bid."""
        return any(pool.takes_bids for pool in self.pools)

    @cached_property
    def bid_steps(self) -> int:
        """The greatest number of steps of a bid; 0 where a bid is for one unit."""
        pools = (pool for pool in self.pools if pool.takes_quantities)
        return next((pool.bid_steps for pool in pools), 0)

    @cached_property
    def tiered(self) -> Pool | None:
        """The pool with tiers; ``None`` if there is none."""
        pools = (p for p in self.pools if p.mechanism is Mechanism.TIERS)
        return next(pools, None)

    @cached_property
    def choosing(self) -> Pool | None:
        """The pool of choices; ``None`` if there is none."""
        pools = (p for p in self.pools if p.mechanism is Mechanism.CHOICES)
        return next(pools, None)

    @cached_property
    def group_max(self) -> int:
        """The greatest size of a group that a deposit may name; 1 for no groups."""
        return max(pool.group_max for pool in self.pools)

    @cached_property
    def attributes_required(self) -> tuple[str, ...]:
        """Names of the attributes that everybody discloses, ascending."""
        return tuple(sorted({name for pool in self.pools for name in pool.attributes}))

    @property
    def log(self) -> LogIdentity:
        """The sale's log: its scope, its board and who watches it."""
        return LogIdentity(
            LogKind.SALE, self.sale_id, self.board, self.witnesses, self.rehearsal
        )

    @property
    def origin(self) -> str:
        """The name of the sale's log; one board may keep many."""
        return self.log.origin

    @property
    def watching(self) -> Witnesses:
        """Who dates the heads: the witnesses, or where none is named the board itself."""
        return self.log.watching

    def keys(self) -> tuple[VerifyKey, ...]:
        """Return the keys that the terms name, but for those of the witnesses."""
        return (self.board.key, self.seller, self.escrow, *self.beacon.roster)

    @property
    def collecting(self) -> frozenset[str]:
        """The names of the pools whose winners must collect; empty for none."""
        return frozenset(pool.name for pool in self.pools if pool.collect)

    def draw_rounds(self) -> tuple[NamedRound, ...]:
        """Return the rounds of drand that the draw waits for."""
        named = (self.beacon.drand, self.bids)
        return tuple(dict.fromkeys(each for each in named if each is not None))

    def named_rounds(self) -> tuple[NamedRound, ...]:
        """Return all rounds of drand that the terms name: also that of a second draw."""
        later = () if self.redraw is None else (self.redraw,)
        return (*self.draw_rounds(), *later)

    @property
    def locked_from(self) -> int:
        """The time from which the lock-up counts: by then who gets what can be computed."""
        return self.times.locked_from(named.due for named in self.named_rounds())

    @property
    def collected_from(self) -> int:
        """The time by which the first draw is known, recovered or not."""
        drawn = self.times.locked_from(named.due for named in self.draw_rounds())
        return drawn + recovery_time(self.beacon.delay)

    @property
    def redrawn_by(self) -> int:
        """The last second for the round of a second draw: then freed seats stay unsold."""
        expiry = self.times.expiry
        return self.times.unlock if expiry is None else expiry

    @cached_property
    def sale_id(self) -> SaleId:
        """H("fairlot-v1/sale", CBOR(terms)) (specs/terms.md, section 5)."""
        return SaleId(tagged_hash("sale", encode(self.to_value())))

    @classmethod
    def from_value(cls, value: Value) -> "Terms":
        """Return the terms that a CBOR value holds, checked completely.

        Raises:
            TermsError: ``terms.field`` where a field is missing, unknown, of another
                type or out of range; ``terms.version``, ``terms.text``, ``terms.key``,
                ``terms.pools``, ``terms.pool-name``, ``terms.mechanism``,
                ``terms.group``, ``terms.certain``, ``terms.tiers``, ``terms.options``,
                ``terms.requires``, ``terms.excludes``, ``terms.unsold``, ``terms.deposits``,
                ``terms.bids``, ``terms.currency``, ``terms.round``, ``terms.times``,
                ``terms.slack``, ``terms.roll``, ``terms.board-name``,
                ``terms.witnesses``, ``terms.expiry``,
                ``terms.modulus``, ``terms.element``, ``terms.roster``,
                ``terms.min-commits``, ``terms.round-time``, ``terms.refund``,
                ``terms.collect``. The
                message names the path.
        """
        fields = Fields(value, ("terms",), field_error)
        _check_version(fields)
        pools = read_pools(fields.maps("pools"), fields.at("pools"))
        terms = cls(
            rehearsal=fields.flag("rehearsal"),
            title=read_text(fields, "title"),
            asset=read_text(fields, "asset"),
            season=fields.uint("season", 0, MAX_SEASON),
            pools=pools,
            times=read_times(fields.map("times")),
            registry=fields.bytes("registry", HASH_LENGTH),
            roll=read_roll_terms(fields.map("roll")),
            board=read_board(fields.map("board"), _log_error),
            witnesses=read_witnesses(fields, _log_error),
            seller=read_key(fields, "seller"),
            escrow=read_key(fields, "escrow"),
            beacon=read_beacon_terms(fields.map("beacon")),
            refund=_refund(fields),
            deposits=read_deposits(fields, pools),
            bids=read_bids(fields, pools),
            currency=read_currency(fields),
            redraw=read_redraw(fields, pools),
        )
        fields.done()
        if terms.bids is not None:
            times = terms.times
            check_bids_time(terms.bids, times.drawn_from, times.unlock)
            check_same_round(terms.bids, terms.beacon.drand)
        _check_round_time(terms)
        drawn = [named.due for named in terms.draw_rounds()]
        check_collect_times(terms.times, terms.redraw, drawn)
        dues = [named.due for named in terms.named_rounds()]
        check_expiry(terms.times, max(dues, default=None))
        check_separate(terms.log, terms.keys(), fields.at("witnesses"), _log_error)
        return terms


def _check_version(fields: Fields) -> None:
    version = fields.uint("v")
    if version != TERMS_VERSION:
        rule = f"must be {TERMS_VERSION}, the version known here, found {version}"
        raise TermsError("terms.version", fields.at("v"), rule)


def _refund(fields: Fields) -> str:
    """Return the rule for refunds."""
    word = fields.text("refund")
    if word not in REFUNDS:
        known = " or ".join(map(repr, REFUNDS))
        rule = f"must be {known}, found {shown(word)}"
        raise TermsError("terms.refund", fields.at("refund"), rule)
    return word


def _log_error(rule: LogRule, where: Where, text: str) -> TermsError:
    """Return the error for a board or for witnesses that break a rule."""
    match rule:
        case LogRule.NAME:
            return TermsError("terms.board-name", where, text)
        case LogRule.KEY:
            return TermsError("terms.key", where, text)
        case LogRule.WITNESSES:
            return TermsError("terms.witnesses", where, text)


def _check_round_time(terms: Terms) -> None:
    """Check that the round is unknown while commitments are open, and due in time."""
    named, times = terms.beacon.drand, terms.times
    if named is None:
        return
    earliest = times.drawn_from
    if not earliest < named.due < times.unlock:
        rule = f"after {earliest} (seal_end + slack + {ROUND_MARGIN}), before unlock"
        problem = f"is due at {named.due}, but must be due {rule}"
        raise TermsError("terms.round-time", ("terms", "beacon", "drand"), problem)
