"""Two seasons on real boards: a registry, the one that continues it, and a sale in each.

Every credential is asked for and answered as the protocol says, and all there is to see are
the bytes of the logs.
"""

# pyright: reportPrivateUsage=false
# Liars have what honest members keep to themselves.

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fairlot.board.keeper import Board
from fairlot.board.phase import VoidReason
from fairlot.board.registry_keeper import RegistryBoard, start_registry
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.board.storage import MemoryStorage
from fairlot.deposit.make import MadeDeposit, make_deposit
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry
from fairlot.errors import Rejection
from fairlot.identity.attestation import Purpose
from fairlot.identity.committee import Committee, Holder
from fairlot.identity.desks import DeskAttester
from fairlot.identity.identifier import Source
from fairlot.identity.leaf import make_leaf_entry, sign_share
from fairlot.identity.registry import DAY, Credentials, Registry, epoch_at
from fairlot.rehearsal.committee import deal_tags, list_attesters, told_apart
from fairlot.rehearsal.parts import START, Parts
from fairlot.terms.roll import RollTerms
from fairlot_crypto.committee import shamir
from fairlot_crypto.voprf.threshold import KeyShare, PublicShares
from kit.sales import PRICE, source, stage, steps
from kit.stage import STATEMENTS, Stage
from kit.world import Device

ENDS = START + 365 * DAY
"""The end of the first season; a tail of 60 days follows."""
CARRIED = ENDS - 10 * DAY
"""When leaves are carried over, unless a test waits."""


class Season:
    """The registry of one season, on a board of its own."""

    def __init__(
        self,
        parts: Parts,
        time: int,
        before: "Season | None" = None,
        *,
        looks: bool = True,
        books: bool = True,
    ) -> None:
        """Start the log of the registry that ``parts`` has.

        Args:
            parts: whose keys sign.
            time: of its first batch.
            before: the season that it continues.
            looks: whether its board looks at the log of that season.
            books: whether its issuers know who had a leaf.
        """
        self.parts, self.clock = parts, time
        self.registry: Registry = parts.registry
        self.credentials = Credentials(stage().curve, parts.registry)
        known = before.committee if before is not None and books else None
        self.committee: Committee = Committee(self.credentials, parts.issuers, known)
        self.storage = MemoryStorage()
        self.board: RegistryBoard = start_registry(
            self.storage,
            self.credentials,
            parts.board,
            parts.issuers[0].key,
            time,
            STATEMENTS,
            before.state if before is not None and looks else None,
        )

    @property
    def state(self) -> RegistryState:
        """The fold of its log."""
        return self.board.state

    @property
    def data(self) -> bytes:
        """The bytes of its log."""
        return self.storage.data

    def log(self, *entries: Entry) -> None:
        """Post entries.

        Raises:
            Rejection: the first refusal.
        """
        for receipt in self.board.append(entries, self.clock):
            if receipt.refusal is not None:
                raise receipt.refusal

    def enrol(self, name: str, label: str) -> Device:
        """Register a person."""
        holder = Holder.generate(source(f"season/{label}"))
        made = self.committee.register(self.parts.attester, name, holder, self.clock)
        self.log(self.committee.leaf_entry(made))
        return Device(holder, made)

    def recover(self, name: str, index: int, label: str) -> Device:
        """Verify a person again with other keys, and wait until they hold the leaf."""
        holder, attester = (
            Holder.generate(source(f"again/{label}")),
            self.parts.attester,
        )
        keys = holder.signing.public, holder.device.public
        life = self.state.lives[index]
        subject = life.subject(Purpose.RECOVER)
        asked = attester.attest(name, *keys, self.clock, subject)
        self.log(
            self.committee.begin([asked], Purpose.RECOVER, index, life, self.clock)
        )
        self.clock += self.registry.recovery.cooling
        life = self.state.lives[index]
        self.log(self.committee.complete(index, life, self.clock))
        leaf = self.state.leaf_at(index, self.clock)
        life, drawn = self.state.lives[index], source("resent")
        return Device(holder, self.committee.resend(leaf, life, holder, drawn))

    def carry_over(self, before: "Season", device: Device) -> Device:
        """Give the holder of a leaf of the season before one of this season, and post it."""
        index = device.identity.leaf.index
        life = before.state.lives[index]
        made = self.committee.carry_over(index, life, device.holder, self.clock)
        self.log(self.committee.leaf_entry(made))
        return Device(device.holder, made)

    def forged(self, name: str, previous: int, holder: bytes) -> Entry:
        """Return the LEAF entry of a person whom all issuers call a carried-over one.

        Args:
            name: whom they enrol in truth.
            previous: the leaf that they say it continues.
            holder: the hash of the key that they give it to.
        """
        by = self.committee, self.parts
        return forged_leaf(*by, self.clock, name, previous, holder)

    def post_roll(self) -> None:
        """Post a roll that serves to the end of the tail."""
        due = self.board.roll_due(self.clock, self.registry.closes)
        self.board.append_roll(self.committee.sign_roll(due), self.clock)

    def deposit(self, on: Stage, device: Device, seq: int = 0) -> MadeDeposit:
        """Deposit in a sale with a fresh credential for the newest roll."""
        leaf = self.state.leaf_at(device.identity.leaf.index, self.clock)
        identity = replace(device.identity, leaf=leaf)
        rolls = tuple(self.state.rolls.values())
        issued = self.committee.issue(identity, device.holder, leaf, rolls, self.clock)
        label = f"{on.terms.title}/{device.holder.signing.public.hex()}/{seq}"
        return make_deposit(
            self.credentials,
            issued[on.roll_id],
            on.terms,
            on.roll_id,
            Wish(seq, 1, PRICE),
            epoch_at(self.registry, self.clock),
            source(f"deposit/{label}/{self.clock}"),
        )


def forged_leaf(
    committee: Committee,
    parts: Parts,
    time: int,
    name: str,
    previous: int,
    holder: bytes,
) -> Entry:
    """Return a LEAF entry that continues whatever issuers say that it does."""
    registry = committee.credentials.registry
    own = Holder.generate(source(f"forged/{name}/{previous}"))
    made = committee.register(parts.attester, name, own, time)
    leaf = replace(made.leaf, previous=previous, holder=holder)
    shares = tuple(
        sign_share(registry, leaf, share.issuer, share.commitment, issuer.key)
        for share, issuer in zip(leaf.shares, parts.issuers, strict=True)
    )
    leaf = replace(leaf, shares=shares)
    return make_leaf_entry(registry.registry_id, leaf, parts.issuers[0].key)


@dataclass(frozen=True, slots=True)
class Sold:
    """A whole sale."""

    on: Stage
    deposits: tuple[MadeDeposit, ...]
    data: bytes
    """The bytes of its log alone."""


def first_season(committee: tuple[int, int] = (1, 0)) -> Season:
    """Start a registry without a leaf."""
    return Season(stage(committee=committee).parts, START)


def next_season(
    before: Season,
    committee: tuple[int, int] = (1, 0),
    *,
    named: bool = True,
    looks: bool = True,
    same_tags: bool = True,
    source_of_tags: Source | None = None,
) -> Season:
    """Start the registry that continues another one, of these issuers.

    Args:
        before: the season before.
        committee: n and t; other issuers have other keys.
        named: whether the registry names the one before.
        looks: whether its board looks at the log of that one.
        same_tags: whether the key of tags is the one before, shared anew; where it is another,
            its issuers know nobody.
        source_of_tags: by what people are told apart; ``None`` for the same as before.
    """
    parts, old = stage(committee=committee).parts, before.registry
    time = max(CARRIED, before.clock)
    shares, held = reshared(before.parts, committee)
    if not same_tags:
        shares, held = deal_tags(stage().curve, *committee, source("other tags"))
    told = told_apart(shares)
    if source_of_tags is not None:
        told = replace(told, source=source_of_tags)
    registry = replace(
        parts.registry,
        season=old.season + 1,
        starts=time,
        ends=time + 365 * DAY,
        previous=old.registry_id if named else None,
        uniqueness=told,
    )
    own = replace(parts, registry=registry, tag_shares=held)
    own = replace(own, attesters=(attester_of(own),))
    return Season(own, time, before, looks=looks, books=same_tags)


def reshared(
    parts: Parts, committee: tuple[int, int]
) -> tuple[PublicShares, tuple[KeyShare, ...]]:
    """Share the key of tags among n issuers anew: with another, everybody could come again."""
    key = shamir.interpolate({s.index: s.secret for s in parts.tag_shares})
    shares = shamir.split(key, *committee, source("tags"))
    points = tuple(stage().curve.g1_generator() * k for k in shares.values())
    held = tuple(KeyShare(i, k) for i, k in shares.items())
    return PublicShares(committee[1], points), held


def attester_of(parts: Parts) -> DeskAttester:
    """Return the attester who attests the same people for another registry."""
    issuing = parts.registry, parts.issuers, parts.tag_shares
    key = parts.attester._key
    attester, *_ = list_attesters(
        stage().curve, *issuing, parts.people, [key], source("attester")
    )
    return attester


def sell(season: Season, people: Sequence[Device], title: str = "Concert") -> Sold:
    """Post a roll, and play a sale that opens with it, in which these people deposit."""
    season.post_roll()
    on = staged_sale(season, title)
    opens = season.clock
    season.clock = opens + 60
    made = tuple(season.deposit(on, each) for each in people)
    paid = (on.payment(each.nym, PRICE) for each in made)
    board, storage = _sale_board(season, on)
    whole = steps(on, [*(each.entry for each in made), *paid])
    names = [step.name for step in whole]
    for step in whole[names.index("terms") :]:
        time = season.clock if step.name == "deposits" else max(step.time, opens)
        for receipt in board.append(step.make(board.state), time):
            if receipt.refusal is not None:
                raise receipt.refusal
    return Sold(on, made, storage.data)


def called_off(season: Season) -> bytes:
    """Return the log of a sale that is void because it never opened."""
    on = staged_sale(season, "Off")
    board, storage = _sale_board(season, on)
    board.append([on.terms_entry()], season.clock)
    late = on.terms.times.open + on.terms.times.slack + 1
    board.append_void(VoidReason.OPEN_MISSED, late)
    return storage.data


def staged_sale(season: Season, title: str) -> Stage:
    """Return a sale that opens at once, with the newest roll if there is one."""
    cast = stage(supply=1, committee=(len(season.parts.issuers), 0))
    newest = next(reversed(season.state.rolls.values()), None)
    if newest is None:
        named = RollTerms(1, window=(season.clock, season.clock))
    else:
        named = RollTerms(1, newest.roll_id)
    terms = replace(
        cast.terms,
        title=title,
        registry=season.registry.registry_id,
        season=season.registry.season,
        times=cast.terms.times.later(season.clock - START),
        roll=named,
    )
    return replace(
        cast,
        parts=season.parts,
        terms=terms,
        credentials=season.credentials,
        first_roll=None if newest is None else newest.roll,
    )


def _sale_board(season: Season, on: Stage) -> tuple[Board, MemoryStorage]:
    storage, name = MemoryStorage(), on.terms.board.name
    state = SaleState(season.state)
    return Board(storage, name, season.parts.board, state), storage


def refused(season: Season, entry: Entry) -> str:
    """Return the code with which a board refuses an entry; empty if it takes it."""
    try:
        season.log(entry)
    except Rejection as error:
        return error.code
    return ""
