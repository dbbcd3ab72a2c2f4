"""Vectors of what a wallet holds (specs/wallet.md, section 3)."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from fairlot.bids import Step
from fairlot.claim.collect import make_collect
from fairlot.deposit.destination import Account
from fairlot.deposit.wish import Wish
from fairlot.entry import EntryType
from fairlot.identity.attestation import Purpose, Subject, sign_attestation
from fairlot.identity.registry import RegistryId
from fairlot.identity.requests import EnrolRequest, RecoverRequest
from fairlot.names import Nym
from fairlot.terms.times import MAX_TIME
from fairlot.wallet.content import (
    Content,
    HeldCredential,
    Membership,
    Sent,
    Standing,
    Taking,
)
from fairlot.wallet.entering import Ordered
from fairlot.wallet.read_content import read_content
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import scalar_to_bytes
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.proof import LogProof
from generators.case import Case, Raw, accept, reject
from generators.committee_setting import stream
from generators.credential_setting import Issued, issued
from generators.deposit_setting import Made, made
from generators.edits import edited

SEED = bytes(range(32))
ORDER = bytes([7]) * 32


def contents() -> Sequence[Case]:
    """Return the cases of ``read-content`` and ``order``."""
    return (*_accepted(), *_refused(), *_orders(), *_recovering())


@cache
def full() -> Content:
    """Return what somebody holds who was enrolled and has entered a sale."""
    each, deposit = issued(), made("wallet")
    cancel = made("wallet cancel", EntryType.CANCEL, Wish(seq=1, wants=0, amount=0))
    registry_id = each.case.registry.registry_id
    held = Membership(
        registry_id,
        EnrolRequest(each.case.attestation, each.case.identity.leaf.index),
        each.case.identity,
        each.pending,
        (_credential(each, 0), _credential(each, 1)),
    )
    taking = Taking(
        deposit.terms.sale_id,
        registry_id,
        deposit.terms.title,
        4_500,
        (_sent(deposit), _sent(cancel)),
        (LogProof(0, (), head("a.example/log")).to_bytes(),),
    )
    heads = head("a.example/log"), head("b.example/log")
    return Content(SEED, Standing.ACTIVE, 5, (held,), (taking,), heads)


@cache
def collected() -> Content:
    """Return what somebody holds whose sale must be collected, and who has done so."""
    deposit, (taking,) = made("wallet"), full().takings
    entry = make_collect(taking.sale_id, deposit.deposit.nym, deposit.keys.settle)
    sent = (*taking.sent, Sent(entry, ORDER, deposit.keys.settle, None))
    later = replace(taking, sent=sent, collect=1_900_000_000)
    return replace(full(), takings=(later,))


@cache
def recovering() -> Content:
    """Return what somebody holds who asks to get a leaf back."""
    case = issued().case
    registry = case.registry
    key = SigningKey.from_seed(stream.seed("attester of the lost"))
    holder = Content(SEED).holder(registry.registry_id)
    keys = holder.signing.public, holder.device.public
    subject = Subject(Purpose.RECOVER, 1, 1)
    said = registry.registry_id, bytes([5]) * 32, *keys, case.identity.attributes
    attestation = sign_attestation(*said, 1_800_000_000, key, subject)
    asked = RecoverRequest(registry.registry_id, 3, (attestation,))
    held = Membership(registry.registry_id, recovering=asked)
    return Content(SEED, Standing.ACTIVE, 2, (held,))


def head(origin: str) -> SignedCheckpoint:
    """Return the head of a log with one leaf."""
    said = Checkpoint(origin, 1, bytes(32))
    key = SigningKey.from_seed(stream.seed(origin))
    return SignedCheckpoint(said, (sign_checkpoint(said, origin, key),))


def _credential(each: Issued, later: int) -> HeldCredential:
    own = each.credential
    epoch, roll = each.request.epoch + later, each.case.roll_id
    blind = scalar_to_bytes(own.blind)
    return HeldCredential(epoch, roll, own.signature.to_bytes(), blind)


def _sent(start: Made) -> Sent:
    return Sent(start.entry, ORDER, start.keys.settle, start.keys.enc)


def _accepted() -> Sequence[Case]:
    moved = Content(bytes(32), Standing.MOVED, 9)
    rows = (
        ("new", "A wallet that was just made.", Content(SEED)),
        ("full", "Somebody who was enrolled and has entered a sale.", full()),
        ("collected", "A sale whose winners must collect, and a COLLECT.", collected()),
        ("moved", "What a wallet that was moved still says.", moved),
    )
    return [_accept(*row) for row in rows]


def _accept(name: str, comment: str, content: Content) -> Case:
    registry_id = issued().case.registry.registry_id
    holder = content.holder(registry_id)
    inputs: dict[str, Raw] = {"op": "read-content", "content": content.to_bytes()}
    outputs: dict[str, Raw] = {
        "holder": holder.signing.public,
        "device": holder.device.public,
    }
    inputs["registry"] = registry_id
    return accept(f"read-content-{name}", comment, inputs, outputs)


def _refused() -> Sequence[Case]:
    other = made("wallet", title="Another concert")
    alone = _value(replace(full(), takings=()))
    rows: tuple[tuple[str, str, Value], ...] = (
        ("version", "The form has one version.", _changed("v", 2)),
        ("unknown", "No other key is there.", {**_value(full()), "more": 0}),
        ("seed", "A seed has 32 bytes.", _changed("seed", bytes(31))),
        ("standing", "There are three.", _changed("standing", "sold")),
        ("written", "It counts upward from 0.", _changed("written", -1)),
        ("head", "A head parses.", _changed("heads", ["no head"])),
        ("heads", "One head a log.", _twice("heads")),
        ("registries", "A registry is there once.", _twice("registries")),
        ("sales", "A sale is there once.", _twice("sales")),
        (
            "registry",
            "A request is for its registry.",
            edited(alone, "registries/0/registry", bytes(32)),
        ),
        (
            "reply",
            "Answers must open.",
            _changed("registries/0/asked/reply", bytes([1]) * 32),
        ),
        (
            "blind",
            "A scalar is below r.",
            _changed("registries/0/asked/blind", b"\xff" * 32),
        ),
        (
            "rho",
            "So is the blind.",
            _changed("registries/0/identity/rho", b"\xff" * 32),
        ),
        ("nyms", "A nym needs secrets.", _changed("registries/0/identity/nyms", [])),
        (
            "leaf",
            "Version 0 is none.",
            _changed("registries/0/identity/leaf/version", 0),
        ),
        (
            "signature",
            "A BBS signature has 80 bytes.",
            _changed("registries/0/credentials/0/signature", bytes(79)),
        ),
        (
            "credentials",
            "One credential an epoch and roll.",
            _changed("registries/0/credentials/1/epoch", issued().request.epoch),
        ),
        (
            "other-sale",
            "An entry to another sale.",
            _changed("sales/0/sent/0/entry", other.entry.encoded),
        ),
        (
            "settle",
            "Another key than has signed.",
            _changed("sales/0/sent/0/settle", bytes(32)),
        ),
        (
            "enc",
            "A key that opens nothing of the entry.",
            _changed("sales/0/sent/0/enc", bytes([1]) * 32),
        ),
        ("order", "A hash.", _changed("sales/0/sent/0/order", b"")),
        ("receipt", "A receipt parses.", _changed("sales/0/receipts", [b"none"])),
        ("limit", "A price is no text.", _changed("sales/0/limit", "45")),
        ("list", "It is a map.", []),
    )
    cases = [_reject(name, rule, cbor.encode(value)) for name, rule, value in rows]
    cut = _reject("cut", "It is whole.", full().to_bytes()[:-1])
    return (*cases, *_not_collected(), cut)


def _recovering() -> Sequence[Case]:
    """Return who asks for a lost leaf, and requests that are none of this registry."""
    (held,) = recovering().memberships
    asked = held.recovering
    if asked is None:
        raise TypeError("a request")
    elsewhere = RegistryId(bytes(32))
    (attestation,) = asked.attestations
    strange = replace(attestation, registry_id=elsewhere)
    enrolling = EnrolRequest(issued().case.attestation, 0)
    rows: tuple[tuple[str, str, bytes], ...] = (
        (
            "registry",
            "A request to recover is for its registry.",
            replace(asked, registry_id=elsewhere).to_bytes(),
        ),
        (
            "attestation",
            "What it shows is for its registry too.",
            replace(asked, attestations=(strange,)).to_bytes(),
        ),
        ("none", "Somebody attests it.", replace(asked, attestations=()).to_bytes()),
        ("kind", "A request to enrol recovers nothing.", enrolling.to_bytes()),
    )
    path = "registries/0/recovering"
    refused = [
        _reject(
            f"recovering-{name}", rule, cbor.encode(_edited(recovering(), path, data))
        )
        for name, rule, data in rows
    ]
    asks = "A new wallet that asks for a lost leaf."
    return (_accept("recovering", asks, recovering()), *refused)


def _not_collected() -> Sequence[Case]:
    """Return contents whose COLLECT is not what a wallet has made."""
    (taking,) = collected().takings
    *before, last = taking.sent
    deposit = made("wallet")
    stranger = SigningKey.from_seed(stream.seed("stranger"))
    strange = make_collect(taking.sale_id, deposit.deposit.nym, stranger)
    opening = deposit.keys.enc.secret
    rows: tuple[tuple[str, str, Value], ...] = (
        ("twice", "One COLLECT is enough.", _holding((*before, last, last))),
        ("first", "Its key is of an entry before it.", _holding((last, *before))),
        (
            "key",
            "No other key collects.",
            _holding((*before, Sent(strange, ORDER, stranger, None))),
        ),
        (
            "settle",
            "The seed is of the key that has signed.",
            _holding((*before, replace(last, settle=stranger))),
        ),
        (
            "enc",
            "A COLLECT names no key that opens anything.",
            _edited(collected(), "sales/0/sent/2/enc", opening),
        ),
        (
            "no-enc",
            "A DEPOSIT names one.",
            _holding((replace(before[0], enc=None), *before[1:])),
        ),
        ("time", "A time.", _edited(collected(), "sales/0/collect", MAX_TIME + 1)),
        ("no-time", "What is absent has no key.", _changed("sales/0/collect", None)),
    )
    return [
        _reject(f"collect-{name}", rule, cbor.encode(value))
        for name, rule, value in rows
    ]


def _holding(sent: tuple[Sent, ...]) -> Value:
    (taking,) = collected().takings
    return _value(replace(collected(), takings=(replace(taking, sent=sent),)))


def _reject(name: str, rule: str, data: bytes) -> Case:
    inputs: dict[str, Raw] = {"op": "read-content", "content": data}
    inputs["registry"] = bytes(32)
    return reject(
        f"read-content-{name}", rule, "wallet.state", inputs, lambda: read_content(data)
    )


def _value(content: Content) -> dict[str, Value]:
    value = cbor.decode(content.to_bytes())
    if not isinstance(value, dict):
        raise TypeError("a content is a map")
    return value


def _changed(path: str, new: Value) -> Value:
    return _edited(full(), path, new)


def _edited(content: Content, path: str, new: Value) -> Value:
    return edited(_value(content), path, new)


def _twice(name: str) -> Value:
    value = _value(full())
    listed = value[name]
    if not isinstance(listed, list):
        raise TypeError("a list")
    return {**value, name: [listed[0], listed[0]]}


def _orders() -> Sequence[Case]:
    members = tuple(Nym(bytes([place]) * 48) for place in (2, 1))
    steps = (Step(5, 600), Step(3, 200))
    deposit, full_wish = EntryType.DEPOSIT, Wish(0, 2, 9_000, members, "gold", 700)
    rows = (
        ("deposit", "Two units.", deposit, Wish(0, 2, 9_000)),
        ("again", "The number of an entry is not ordered.", deposit, Wish(7, 2, 9_000)),
        ("full", "Members in any order, a tier, a bid.", deposit, full_wish),
        ("steps", "A bid of steps.", deposit, Wish(0, 8, 9_000, bid=steps)),
        (
            "lists",
            "Answers and choices in their order.",
            deposit,
            Wish(0, 1, 5, answers=("b", "a"), choices=("left", "right")),
        ),
        ("cancel", "Nothing.", EntryType.CANCEL, Wish(0, 0, 0)),
    )
    account = Account("AT611904300234573201", "Zoé Lee")
    named = "With the account of refunds: another order than order-deposit."
    return (
        *(_order(*row) for row in rows),
        _order("account", named, deposit, Wish(0, 2, 9_000), account),
    )


def _order(
    name: str,
    comment: str,
    kind: EntryType,
    wish: Wish,
    account: Account | None = None,
) -> Case:
    bid = wish.bid
    inputs: dict[str, Raw] = {
        "op": "order",
        "type": kind.value,
        "seq": wish.seq,
        "wants": wish.wants,
        "amount": wish.amount,
        "members": list(wish.members),
        "tier": wish.tier,
        "bid": [[s.quantity, s.price] for s in bid] if isinstance(bid, tuple) else bid,
        "answers": list(wish.answers),
        "choices": list(wish.choices),
    }
    if account is not None:
        inputs["refund"] = {"account": account.number, "name": account.name}
    order = Ordered(kind, wish, account).hash
    return accept(f"order-{name}", comment, inputs, {"order": order})
