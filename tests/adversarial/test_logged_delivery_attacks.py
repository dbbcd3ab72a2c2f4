"""What a seller may try on the log with the items of a sale, and buyers with evidence."""

from dataclasses import replace

import pytest

from fairlot.audit.evidence import (
    WrongDelivery,
    encode_evidence,
    read_evidence,
)
from fairlot.board.sale import SaleState
from fairlot.delivery.box import open_item
from fairlot.delivery.entries import make_items, read_delivery, read_items
from fairlot.delivery.items import ItemBook, Unit
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot_crypto.keys import OpeningKey
from kit.delivered import (
    book,
    codes,
    delivery,
    played_on,
    promise,
    released_at,
    sold,
    units_sold,
    unlock_claim,
    winners,
)
from kit.sales import source
from kit.stage import Stage
from kit.world import World, code
from lies_file import STRANGER


@pytest.fixture(scope="module")
def on() -> Stage:
    return sold()


def at(on: Stage, until: str) -> SaleState:
    return played_on(on, until)


def refusal(state: SaleState, entry: Entry, time: int) -> str:
    before = state.deliveries.delivered, state.deliveries.promise
    found = code(lambda: state.append(entry, time))
    assert found == "" or (
        before == (state.deliveries.delivered, state.deliveries.promise)
    )
    return found


def swapped(on: Stage) -> ItemBook:
    """The seller's book with the items of both units exchanged."""
    return book(on, codes(2)[::-1])


# On the log.


def test_each_winner_opens_what_was_promised(on: Stage) -> None:
    state = at(on, "deliveries")
    assert (state.deliveries.promised, state.deliveries.delivered) == (2, 2)
    given = state.deliveries.promise
    assert given is not None
    for unit, each in state.deliveries.by_unit.items():
        key = unlock_claim(on, winners(on)[unit]).keys.enc
        item = open_item(on.terms.sale_id, given.items, unit, each.box, key)
        assert item == codes(2)[unit]


def test_items_are_promised_after_the_result_and_before_the_unlock(on: Stage) -> None:
    time = released_at(on)
    assert refusal(at(on, "reveal-end"), promise(on), time) == "phase.wrong"
    assert refusal(at(on, "result"), promise(on), time) == ""
    assert refusal(at(on, "unlock"), promise(on), time) == "entry.duplicate"
    late = promise(on, swapped(on))
    assert refusal(at(on, "unlock"), late, time) == "phase.wrong"


def test_a_seller_cannot_promise_anew_after_the_unlock_when_claims_are_seen(
    on: Stage,
) -> None:
    late = promise(on, swapped(on))
    assert refusal(at(on, "claims"), late, released_at(on)) == "phase.wrong"


def test_a_seller_cannot_promise_twice(on: Stage) -> None:
    again = promise(on, swapped(on))
    assert refusal(at(on, "items"), again, released_at(on)) == "items.again"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_seller_cannot_promise_fewer_or_more_items_than_units(
    on: Stage, count: int
) -> None:
    (unit, _) = units_sold(on)
    sale_id = on.terms.sale_id
    own = ItemBook.fill(sale_id, [unit] * count, codes(3), source("salts"))
    wrong = make_items(own, on.parts.seller)
    assert refusal(at(on, "result"), wrong, released_at(on)) == "items.count"


@pytest.mark.parametrize("kind", [EntryType.ITEMS, EntryType.DELIVERY])
def test_nobody_else_speaks_for_the_seller(on: Stage, kind: EntryType) -> None:
    entry, until = (
        (promise(on), "result") if kind is EntryType.ITEMS else (delivery(on), "claims")
    )
    for key in (STRANGER, on.parts.board, on.parts.escrow):
        by_other = on.sign(kind, entry.body, key)
        assert refusal(at(on, until), by_other, released_at(on)) == "entry.key"


def test_a_seller_cannot_deliver_before_the_unlock(on: Stage) -> None:
    for until in ("result", "items"):
        state = at(on, until)
        assert refusal(state, delivery(on), released_at(on)) == "phase.wrong"


def test_a_seller_cannot_deliver_without_a_promise(on: Stage) -> None:
    state = at(on, "result")
    state.append(on.sign(EntryType.UNLOCK), on.terms.times.unlock)
    state.append(unlock_claim(on, 0).entry, on.terms.times.unlock)
    assert refusal(state, delivery(on), released_at(on)) == "delivery.items"


def test_a_seller_cannot_deliver_before_the_release(on: Stage) -> None:
    """A claim of the running epoch may still meet another: of the holder, or a thief."""
    early, due = released_at(on) - 1, released_at(on)
    assert refusal(at(on, "claims"), delivery(on), early) == "delivery.waits"
    assert refusal(at(on, "unlock"), delivery(on), due) == "delivery.waits"
    assert refusal(at(on, "claims"), delivery(on), due) == ""


def test_a_unit_is_delivered_once(on: Stage) -> None:
    state, time = at(on, "deliveries"), released_at(on)
    again = delivery(on, label="another box")
    assert refusal(state, again, time) == "delivery.twice"
    assert refusal(state, delivery(on), time) == "entry.duplicate"


def test_a_unit_is_not_delivered_to_another_winner(on: Stage) -> None:
    """Neither by naming the other's nym, nor by the other's claim."""
    other, own = (unlock_claim(on, winners(on)[unit]) for unit in (1, 0))
    state, time = at(on, "claims"), released_at(on)
    assert refusal(state, delivery(on, 0, other), time) == "delivery.unit"
    crossed = delivery(on, 0, other, nym=own.nym)
    assert refusal(state, crossed, time) == "delivery.claim"


def test_there_is_no_unit_behind_the_last(on: Stage) -> None:
    far = delivery(on, 1)
    body = {**far.body, "unit": 2}
    entry = on.sign(EntryType.DELIVERY, body, on.parts.seller)
    assert refusal(at(on, "claims"), entry, released_at(on)) == "delivery.unit"


def test_a_delivery_names_the_promise_that_stands(on: Stage) -> None:
    """Else evidence could rest on a promise that the log has refused."""
    other = promise(on, swapped(on)).hash
    entry = delivery(on, items=other)
    assert refusal(at(on, "claims"), entry, released_at(on)) == "delivery.items"


def test_a_seller_cannot_deliver_to_the_claim_of_a_thief() -> None:
    """The thief claimed before the recovery; what Ann wins goes to her new claim alone."""
    world = World()
    stolen = world.devices["ann"]
    nyms = [world.deposit(world.devices[who]).nym for who in ("ann", "bob")]
    for nym in nyms:
        world.pay(nym)
    world.draw()
    taken = world.claim(stolen, "thief")
    again = world.recovered("ann", "ann 2")
    units = sorted(nyms)
    sale = world.on.terms.sale_id
    (pool,) = world.on.terms.pools
    rows = [Unit(pool.name, nym) for nym in units]
    own = ItemBook.fill(sale, rows, codes(2), source("salts"))
    items = make_items(own, world.on.parts.seller)
    world.state.append(items, world.clock)
    world.unlock()
    claim = world.claim(again, "ann 2")
    world.wait(2 * world.on.registry.epoch)
    unit = units.index(taken.nym)
    to_thief, to_ann = (
        delivery(world.on, unit, to, own, items.hash) for to in (taken, claim)
    )
    assert refusal(world.state, to_thief, world.clock) == "delivery.claim"
    assert refusal(world.state, to_ann, world.clock) == ""


def test_while_holder_and_thief_both_claim_nothing_is_delivered(on: Stage) -> None:
    state, time = at(on, "claims"), released_at(on)
    second = unlock_claim(on, winners(on)[0], "thief")
    state.append(second.entry, on.terms.times.unlock)
    assert refusal(state, delivery(on), time) == "delivery.waits"
    assert refusal(state, delivery(on, 0, second), time) == "delivery.waits"


# Evidence.


def evidence(
    on: Stage, sent: Entry, by: Entry | None = None, key: OpeningKey | None = None
) -> WrongDelivery:
    """What the winner of unit 0 can show."""
    claim = unlock_claim(on, winners(on)[0])
    secret = (key or claim.keys.enc).secret
    return WrongDelivery(on.terms_entry(), by or promise(on), claim.entry, sent, secret)


def proves(shown: WrongDelivery) -> str:
    read = read_evidence(encode_evidence(shown))
    assert read == shown
    return code(read.verify)


def test_a_seller_who_delivers_another_item_is_convicted(on: Stage) -> None:
    """The log takes the box, which only the winner can open; and the evidence stands alone."""
    invented = book(on, (b"worthless", codes(2)[1]))
    for wrong in (swapped(on), invented, book(on, label="other salts")):
        sent = delivery(on, of=wrong)
        assert refusal(at(on, "claims"), sent, released_at(on)) == ""
        shown = evidence(on, sent)
        assert proves(shown) == ""
        assert on.parts.seller.public.hex() in shown.title
        assert "unit 0" in shown.title


def test_a_seller_who_delivers_the_item_of_another_unit_is_convicted(
    on: Stage,
) -> None:
    """The right item of unit 1 with its proof, sent as unit 0."""
    other = delivery(on, 1, unlock_claim(on, winners(on)[0]))
    own = unlock_claim(on, winners(on)[0])
    body = {**delivery(on).body, "box": other.body["box"]}
    sent = on.sign(EntryType.DELIVERY, body, on.parts.seller)
    assert read_delivery(sent).nym == own.nym
    assert proves(evidence(on, sent)) == ""


@pytest.mark.parametrize("box", [b"", b"no box", bytes(200)])
def test_a_seller_who_delivers_nothing_in_a_box_is_convicted(
    on: Stage, box: bytes
) -> None:
    body = {**delivery(on).body, "box": box}
    sent = on.sign(EntryType.DELIVERY, body, on.parts.seller)
    assert refusal(at(on, "claims"), sent, released_at(on)) == ""
    assert proves(evidence(on, sent)) == ""


def test_a_seller_who_seals_to_another_key_than_the_claims_is_convicted(
    on: Stage,
) -> None:
    """Sealed to a friend under the winner's claim: the winner's key does not open it."""
    friend = unlock_claim(on, winners(on)[1])
    body = {**delivery(on).body, "box": delivery(on, 0, friend).body["box"]}
    sent = on.sign(EntryType.DELIVERY, body, on.parts.seller)
    assert proves(evidence(on, sent)) == ""


def test_a_buyer_cannot_accuse_a_seller_who_delivered_what_was_promised(
    on: Stage,
) -> None:
    assert proves(evidence(on, delivery(on))) == "evidence.consistent"


def test_a_buyer_cannot_show_another_key_that_opens_nothing(on: Stage) -> None:
    other = OpeningKey.generate(source("another key"))
    assert proves(evidence(on, delivery(on), key=other)) == "evidence.delivery"


def test_a_buyer_cannot_show_another_promise(on: Stage) -> None:
    """Neither one of their own making, nor one that the seller signed and the log refused."""
    by_seller = promise(on, swapped(on))
    assert proves(evidence(on, delivery(on), by_seller)) == "evidence.delivery"
    by_buyer = make_items(swapped(on), STRANGER)
    assert proves(evidence(on, delivery(on), by_buyer)) == "evidence.delivery"


def test_a_buyer_cannot_change_what_the_seller_signed(on: Stage) -> None:
    good = delivery(on)
    forged = on.sign(EntryType.DELIVERY, {**good.body, "box": b""}, STRANGER)
    assert proves(evidence(on, forged)) == "evidence.delivery"
    in_name = replace(forged, key=good.key, sig=good.sig)
    encoded = forged.encoded.replace(forged.key, good.key)
    encoded = encoded.replace(forged.sig, good.sig)
    in_name = replace(in_name, encoded=encoded)
    assert proves(evidence(on, in_name)) == "evidence.signature"


def test_a_buyer_cannot_be_the_seller_of_terms_that_name_another(on: Stage) -> None:
    """Everything signed by the buyer, as if they were the seller of this sale."""
    promised = make_items(book(on), STRANGER)
    body = {**delivery(on).body, "items": promised.hash, "box": b""}
    sent = on.sign(EntryType.DELIVERY, body, STRANGER)
    terms = on.terms
    as_seller = on.sign(EntryType.TERMS, terms.to_value(), STRANGER)
    shown = replace(evidence(on, sent, promised), terms=as_seller)
    assert proves(shown) == "terms.seller"


def test_a_buyer_cannot_show_the_claim_of_somebody_else(on: Stage) -> None:
    other = unlock_claim(on, winners(on)[1])
    shown = evidence(on, delivery(on), key=other.keys.enc)
    assert proves(replace(shown, claim=other.entry)) == "evidence.delivery"


def test_a_buyer_cannot_show_a_delivery_of_another_sale(on: Stage) -> None:
    elsewhere = on.with_terms(replace(on.terms, title="Another concert"))
    sent = delivery(elsewhere)
    assert proves(evidence(on, sent)) == "evidence.delivery"


def test_what_is_shown_opens_boxes_of_one_claim_only(on: Stage) -> None:
    """Whoever publishes the evidence keeps what other claims of theirs get."""
    shown = evidence(on, delivery(on, of=swapped(on)))
    other = read_delivery(delivery(on, 1))
    with pytest.raises(Rejection) as caught:
        open_item(
            on.terms.sale_id,
            read_items(promise(on)),
            1,
            other.box,
            OpeningKey(shown.secret),
        )
    assert caught.value.code == "delivery.box"
