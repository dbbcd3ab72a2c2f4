"""Lies about people and money."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from fairlot.board.phase import VoidReason
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.names import Nym
from fairlot.rehearsal.parts import START
from fairlot_crypto.cbor import Value, encode
from fairlot_crypto.curve import G2_LENGTH
from fairlot_crypto.hashing import tagged_hash
from kit.lying_board import LyingBoard, play_with
from kit.sales import PRICE, Draft, deposit, draft, nym_of, renewed, stage
from kit.stage import EPOCH, Stage, unrolled
from lies_file import STRANGER, Make, Row, slipped

IDENTITY_G2 = b"\xc0" + bytes(G2_LENGTH - 1)


def changed(value: Value, path: str, new: Value) -> Value:
    """Return a value with the field at a dotted path replaced."""
    name, _, rest = path.partition(".")
    if isinstance(value, list):
        items = list(value)
        items[int(name)] = changed(items[int(name)], rest, new) if rest else new
        return items
    if not isinstance(value, Mapping):
        raise TypeError(path)
    return {**value, name: changed(value[name], rest, new) if rest else new}


def as_map(value: Value) -> Mapping[str, Value]:
    """Return a value that is a map."""
    if not isinstance(value, Mapping):
        raise TypeError(value)
    return value


def posted_terms(value: Value, on: Stage | None = None) -> Make:
    """Post any map as the terms of the sale that its hash names.

    Args:
        value: the map.
        on: whose registry it names; by default that of the small sale.
    """

    def lie(board: LyingBoard, time: int) -> None:
        scope = tagged_hash("sale", encode(value))
        entry = sign_entry(EntryType.TERMS, scope, as_map(value), board.on.parts.seller)
        board.batch(time, entry)

    sale = on or stage()
    return lambda: play_with(sale, instead={"terms": lie}, until="terms")


def void_entry(on: Stage, reason: VoidReason) -> Entry:
    """Return a VOID entry."""
    return on.sign(EntryType.VOID, {"reason": reason.value})


def _leaf(**changes: Value) -> Make:
    """Post a third leaf, made of the first person's."""

    def make(board: LyingBoard) -> Sequence[Entry]:
        identity = board.on.members[0].identity
        return [board.on.leaf_entry(identity, {"index": 2, **changes})]

    return slipped("open", make)


def _third_point(number: int) -> bytes:
    """Return a commitment that nobody has."""
    point = stage().credentials.curve.g1_generator() * (number + 2)
    return point.to_bytes()


def _other_commitment() -> bytes:
    """Post the second leaf with its shares, but with an IC that they do not make."""
    on = unrolled(stage(), 1)
    changes = {"commitment": _third_point(3)}
    second = on.leaf_entry(on.members[1].identity, changes)
    paid = on.payment(nym_of(deposit(on, 0)), PRICE)
    return play_with(
        on,
        before={"terms": lambda board, time: board.batch(time, second)},
        deposits=[deposit(on, 0), paid],
    )


LEAVES = (
    Row(
        "A11",
        "leaf.index",
        "a leaf out of turn",
        _leaf(index=7, commitment=_third_point(0)),
    ),
    Row("A11", "leaf.repeated", "a person is registered twice", _leaf()),
    Row(
        "A11",
        "leaf.shares",
        "a leaf that no issuer made",
        _leaf(shares=[], commitment=_third_point(1)),
    ),
    Row(
        "A11",
        "leaf.signature",
        "an issuer's word for another leaf",
        _leaf(commitment=_third_point(2)),
    ),
    Row(
        "A11",
        "leaf.commitment",
        "a commitment that the issuers did not make",
        _other_commitment,
    ),
    Row(
        "A11",
        "leaf.status",
        "a leaf is born frozen",
        _leaf(status="frozen", commitment=_third_point(4)),
    ),
    Row(
        "A11",
        "leaf.version",
        "a leaf is born recovered",
        _leaf(version=2, commitment=_third_point(5)),
    ),
)


def _draft(change: Callable[[Draft], Draft]) -> Make:
    return slipped("close", lambda b: [change(draft(b.on)).entry()])


def bound(made: Draft, **changes: object) -> Draft:
    """Return a draft that binds something else."""
    return replace(made, binding=replace(made.binding, **changes))  # type: ignore[arg-type]


def copied(on: Stage, victim: Entry) -> Entry:
    """Return the victim's nym and proof in an entry under keys of one's own."""
    made = draft(on, label="copy")
    body = {**victim.body, "ph": made.binding.to_value()}
    return made.sign(body)


def _off_the_ladder() -> bytes:
    """Post an amount between two steps."""
    on = stage()
    sale = on.with_terms(replace(on.terms, deposits=(PRICE, 2 * PRICE)))
    odd = bound(draft(sale), amount=PRICE + 1)
    return play_with(
        sale, before={"close": lambda board, time: board.batch(time, odd.entry())}
    )


DEPOSITS = (
    Row(
        "A12",
        "deposit.sale",
        "a deposit of another sale",
        _draft(lambda d: bound(d, sale_id=bytes(32))),
    ),
    Row(
        "A12",
        "deposit.asset",
        "a deposit for something else",
        _draft(lambda d: bound(d, asset="a yacht")),
    ),
    Row(
        "A12",
        "deposit.board",
        "a deposit for another board",
        _draft(lambda d: bound(d, board=STRANGER.public)),
    ),
    Row(
        "A12",
        "deposit.settle-key",
        "a deposit for another's keys",
        _draft(lambda d: bound(d, settle_pk=STRANGER.public)),
    ),
    Row(
        "A12",
        "deposit.not-after",
        "a deposit kept back",
        _draft(lambda d: bound(d, not_after=START)),
    ),
    Row(
        "A12",
        "deposit.cancel",
        "a cancellation that wants something",
        _draft(lambda d: bound(d, type=EntryType.CANCEL)),
    ),
    Row(
        "A12",
        "deposit.epoch",
        "a credential of tomorrow",
        _draft(
            lambda d: replace(
                d, epoch=EPOCH + 1, credential=renewed(d.on, 0, EPOCH + 1)
            )
        ),
    ),
    Row(
        "A12",
        "deposit.group",
        "an id of a group that nobody is named in",
        _draft(lambda d: bound(d, group=bytes(32))),
    ),
    Row(
        "A12",
        "deposit.choices",
        "somebody chooses where nothing is to be chosen",
        _draft(lambda d: bound(d, choices=(0,))),
    ),
    Row(
        "A12",
        "deposit.tier",
        "a sponsor of a concert without sponsors",
        _draft(lambda d: bound(d, tier="gold")),
    ),
    Row(
        "A12",
        "deposit.bid",
        "a bid where nothing is auctioned",
        _draft(lambda d: bound(d, bid=bytes(153))),
    ),
    Row(
        "A12",
        "deposit.solution",
        "a solution where there is no puzzle",
        _draft(lambda d: bound(d, solutions={"main": bytes(64)})),
    ),
    Row(
        "A12",
        "deposit.disclosed",
        "somebody shows more than everybody",
        _draft(lambda d: replace(d, shows=("region",))),
    ),
    Row("A12", "deposit.ladder", "an amount that nobody else has", _off_the_ladder),
    Row(
        "A13",
        "deposit.presentation",
        "somebody's proof under another's keys",
        slipped("close", lambda b: [copied(b.on, deposit(b.on, 1))]),
    ),
    Row(
        "A14",
        "people.more-than-leaves",
        "the issuer made a credential for nobody's leaf",
        lambda: play_with(unrolled(stage(), 1)),
    ),
)


def _paid(make: Callable[[Stage, Nym], Entry]) -> Make:
    return slipped("close", lambda b: [make(b.on, nym_of(deposit(b.on, 0)))])


def _same_reference(on: Stage, nym: Nym) -> Entry:
    """Return a payment for the other person with a reference that was booked."""
    return on.payment(nym_of(deposit(on, 1)), PRICE, label=nym.hex())


PAYMENTS = (
    Row(
        "A15",
        "paid.unknown-nym",
        "money from nobody",
        _paid(lambda on, _: on.payment(Nym(bytes(48)), PRICE)),
    ),
    Row("A15", "paid.ref", "one payment booked for two people", _paid(_same_reference)),
    Row(
        "A15",
        "paid.total",
        "more money than 64 bits count",
        _paid(lambda on, nym: on.payment(nym, 2**64 - 1, "all the money")),
    ),
)

PEOPLE = (*LEAVES, *DEPOSITS, *PAYMENTS)
