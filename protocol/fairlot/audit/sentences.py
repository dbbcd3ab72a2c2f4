"""One sentence for each kind of entry, in the words of whoever made it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from fairlot.board.second_draw import SaidOfIt
from fairlot.claim.claim import read_claim
from fairlot.claim.collect import read_collect
from fairlot.delivery.entries import read_delivery, read_items
from fairlot.deposit.deposit import read_deposit
from fairlot.deposit.payment import read_payment
from fairlot.entry import Entry, EntryType, Role, body_fields
from fairlot.identity.acts import Contest, Freeze, Ruling, read_act
from fairlot.identity.leaf import read_leaf
from fairlot.identity.pinning import read_pinned
from fairlot.identity.registry_reading import read_registry
from fairlot.identity.roll import read_roll
from fairlot.money import Money
from fairlot.terms.pool import Mechanism, Pool, Pricing
from fairlot.terms.terms import Terms
from fairlot.terms.times import MAX_TIME
from fairlot.text import counted, shown


def utc(time: int) -> str:
    """Return Unix seconds as a date; seconds outside the calendar as a number."""
    if time > MAX_TIME:
        return f"second {time}"
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def sentence(entry: Entry, money: Money) -> str:
    """Return the sentence of an accepted entry.

    Args:
        entry: its form is known to be right.
        money: writes amounts.
    """
    return _SENTENCES[entry.type](entry, money)


def units(count: int) -> str:
    """Return ``1 unit`` or ``2 units``."""
    return counted(count, "unit", "units")


def _terms(entry: Entry, money: Money) -> str:
    terms = Terms.from_value(entry.body)
    offers = "; ".join(_offer(pool, terms.asset, money) for pool in terms.pools)
    opens, closes = utc(terms.times.open), utc(terms.times.close)
    return (
        f"The seller announces the sale “{terms.title}”: {offers}. Deposits from {opens} "
        f"until {closes}; {len(terms.beacon.roster)} take part in the draw{_waits(terms)}."
    )


def _waits(terms: Terms) -> str:
    named = terms.beacon.drand
    if named is None:
        return ""
    return f", which waits for {_round_of(*named.name)} due {utc(named.due)}"


def _round_of(chain_hash: bytes, number: int) -> str:
    return f"round {number} of drand's chain {chain_hash.hex()}"


def _offer(pool: Pool, asset: str, money: Money) -> str:
    return f"{pool.supply} × {asset} {_OFFERS[pool.mechanism](pool, money)}"


def _tiers(pool: Pool, money: Money) -> str:
    named = (f"{t.name} ({t.supply} at {money(t.price)})" for t in pool.tiers)
    return f"to sponsors: {', '.join(named)}"


def _options(pool: Pool, money: Money) -> str:
    named = ", ".join(
        f"{o.name} ({o.supply} at {money(o.price)})" for o in pool.options
    )
    groups = f", groups of up to {pool.group_max}" if pool.group_max > 1 else ""
    return f"to choose from, in an order drawn by lot: {named}{groups}"


def _lottery(pool: Pool, money: Money) -> str:
    groups = f", groups of up to {pool.group_max}" if pool.group_max > 1 else ""
    certain = f", {pool.certain} of them to the highest bids" if pool.certain else ""
    points = f", chances in proportion to {pool.points}" if pool.points else ""
    collect = ", drawn again unless collected" if pool.collect else ""
    price = _price(pool, money)
    return f"at {price}, one a person by lot{groups}{certain}{points}{collect}"


def _price(pool: Pool, money: Money) -> str:
    if pool.fares is None:
        return money(pool.price)
    return pool.fares.text(money)


def _auction(pool: Pool, money: Money) -> str:
    cap = f", at most {units(pool.cap)} a person" if pool.takes_quantities else ""
    vickrey = pool.pricing is Pricing.VICKREY
    prices = ", each paying what the others lose by them" if vickrey else ""
    return f"to the highest bids, from {money(pool.price)} on{cap}{prices}"


_OFFERS: Mapping[Mechanism, Callable[[Pool, Money], str]] = {
    Mechanism.EQUAL_SHARE: lambda p, m: (
        f"at {_price(p, m)} each, at most {units(p.cap)} a person (equal-share)"
    ),
    Mechanism.QUADRATIC: lambda p, m: (
        f"at {m(p.price)} times the square of their number, at most {units(p.cap)} a person"
    ),
    Mechanism.LOTTERY: _lottery,
    Mechanism.AUCTION: _auction,
    Mechanism.TIERS: _tiers,
    Mechanism.CHOICES: _options,
}


def _registry(entry: Entry, _money: Money) -> str:
    registry = read_registry(entry.body)
    issuers = counted(len(registry.issuers), "issuer", "issuers")
    committee = f"{issuers}, t = {registry.threshold}"
    return f"The registry of season {registry.season}, with {committee}."


def _leaf(entry: Entry, _money: Money) -> str:
    leaf = read_leaf(body_fields(entry))
    commitment = leaf.commitment.hex()
    return f"Leaf {leaf.index}: one person, by the identity commitment {commitment}."


def _roll(entry: Entry, _money: Money) -> str:
    roll, _ = read_roll(body_fields(entry))
    leaves = counted(roll.leaves, "leaf", "leaves")
    return f"Roll {roll.number} of the registry: {leaves}, until {utc(roll.expires)}."


def _provider(entry: Entry, _money: Money) -> str:
    pinned, _ = read_pinned(body_fields(entry))
    kids = ", ".join(shown(each.kid) for each in pinned.listed)
    return f"From here on the provider's keys are: {kids or 'none'}."


def _life(entry: Entry, _money: Money) -> str:
    act = read_act(entry)
    if isinstance(act, Freeze):
        return f"Leaf {act.index} is frozen for a while, by its {act.by}."
    if isinstance(act, Contest):
        return f"The holder of leaf {act.index} contests what has begun."
    if isinstance(act, Ruling):
        return f"The dispute about leaf {act.index} is decided: {act.outcome}."
    return _DECISIONS[act.type].format(act.index)


_DECISIONS: Mapping[EntryType, str] = {
    EntryType.RECOVERY: "A new key will hold leaf {}, unless the old one contests.",
    EntryType.CLOSURE: "Leaf {} will be closed, unless its holder contests.",
    EntryType.SWITCH: "A new key holds leaf {}.",
    EntryType.CLOSED: "Leaf {} is closed for the season.",
}


def _open(entry: Entry, _money: Money) -> str:
    roll = body_fields(entry).bytes("roll").hex()
    return f"Deposits are open to whoever is on roll {roll}."


def _deposit(entry: Entry, money: Money) -> str:
    deposit = read_deposit(entry)
    binding = deposit.binding
    asks = f"asks for up to {units(binding.wants)} and promises {money(binding.amount)}"
    return f"Nym {deposit.nym.hex()} {asks}."


def _paid(entry: Entry, money: Money) -> str:
    nym, amount, _ = read_payment(entry)
    return f"The escrow has received {money(amount)} for nym {nym.hex()}."


def _close(entry: Entry, _money: Money) -> str:
    fields = body_fields(entry)
    frozen = f"{fields.uint('size')} entries with root {fields.bytes('root').hex()}"
    return f"Deposits are closed: {frozen}."


def _round(entry: Entry, _money: Money) -> str:
    fields = body_fields(entry)
    named = _round_of(fields.bytes("chain"), fields.uint("round"))
    return f"Key {entry.key.hex()} posts {named}."


def _result(entry: Entry, _money: Money) -> str:
    fields = body_fields(entry)
    seed, outcome = fields.bytes("seed").hex(), fields.bytes("outcome").hex()
    return f"The draw gives the seed {seed} and the outcome {outcome}."


def _redrawn(entry: Entry, _money: Money) -> str:
    said = SaidOfIt.read(body_fields(entry))
    outcome = f"the outcome {said.outcome.hex()}"
    if said.seed is None:
        return f"No seat is drawn again: {outcome}."
    return f"The second draw gives the seed {said.seed.hex()} and {outcome}."


def _items(entry: Entry, _money: Money) -> str:
    promised = counted(read_items(entry).count, "item", "items")
    return f"The seller promises {promised}, one for each unit that was won."


def _delivery(entry: Entry, _money: Money) -> str:
    sent = read_delivery(entry)
    whose = f"the claim {sent.claim.hex()} of nym {sent.nym.hex()}"
    return f"The seller delivers unit {sent.unit} to {whose}."


def _void(entry: Entry, _money: Money) -> str:
    reason = body_fields(entry).text("reason")
    if entry.role is Role.SELLER:
        return "The seller cancels the sale: everybody gets everything back."
    return f"The sale is void ({reason}): everybody gets everything back."


_SENTENCES: Mapping[EntryType, Callable[[Entry, Money], str]] = {
    EntryType.TERMS: _terms,
    EntryType.TIME: lambda e, _: f"It is {utc(body_fields(e).uint('time'))}.",
    EntryType.REGISTRY: _registry,
    EntryType.LEAF: _leaf,
    EntryType.FREEZE: _life,
    EntryType.RECOVERY: _life,
    EntryType.CLOSURE: _life,
    EntryType.CONTEST: _life,
    EntryType.RULING: _life,
    EntryType.SWITCH: _life,
    EntryType.CLOSED: _life,
    EntryType.ROLL: _roll,
    EntryType.PROVIDER: _provider,
    EntryType.OPEN: _open,
    EntryType.DEPOSIT: _deposit,
    EntryType.CANCEL: lambda e, _: (
        f"Nym {read_deposit(e).nym.hex()} takes its deposit back."
    ),
    EntryType.CLAIM: lambda e, _: (
        f"Nym {read_claim(e).nym.hex()} claims with new keys."
    ),
    EntryType.PAID: _paid,
    EntryType.CLOSE: _close,
    EntryType.COMMIT: lambda e, _: f"Contributor {e.key.hex()} commits to its share.",
    EntryType.COMMIT_END: lambda _e, _: "The time for commitments is over.",
    EntryType.SEAL: lambda e, _: f"Contributor {e.key.hex()} seals the commitments.",
    EntryType.SEALED: lambda _e, _: "The commitments are sealed: the draw is fixed.",
    EntryType.REVEAL: lambda e, _: f"Contributor {e.key.hex()} reveals its share.",
    EntryType.REVEAL_END: lambda _e, _: "The time for reveals is over.",
    EntryType.RECOVER: lambda e, _: (
        f"Key {e.key.hex()} proves what the missing reveals come to."
    ),
    EntryType.ROUND: _round,
    EntryType.RESULT: _result,
    EntryType.COLLECT: lambda e, _: f"Nym {read_collect(e).hex()} comes for its seats.",
    EntryType.COLLECT_END: lambda _e, _: "The time to collect is over.",
    EntryType.REDRAWN: _redrawn,
    EntryType.ITEMS: _items,
    EntryType.UNLOCK: lambda _e, _: "Items may be handed over from now on.",
    EntryType.DELIVERY: _delivery,
    EntryType.VOID: _void,
}
"""By the type of the entry."""
