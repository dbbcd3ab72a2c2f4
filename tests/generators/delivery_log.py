"""Vectors of ITEMS and DELIVERY on the log; a part of chapter delivery."""

from collections.abc import Mapping, Sequence

from fairlot.delivery.deliveries import Deliveries
from fairlot.delivery.entries import Recipient, make_delivery, make_items
from fairlot.delivery.items import ItemBook, units_of
from fairlot.entry import Entry, EntryHash, EntryType, read_entry, sign_entry
from fairlot.names import Nym, SaleId
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.keys import OpeningKey, SigningKey
from generators.case import Case, Raw, accept, reject
from generators.committee_setting import stream
from generators.edits import edited, without
from kit.won import Won, outcome_of

SALE = SaleId(tagged_hash("sale", b"a sale with items"))
ANN, BOB, CAT = (Nym(bytes([number]) * 48) for number in (1, 2, 3))
WON: Won = (("main", ((ANN, 2), (BOB, 1), (CAT, 0))),)
"""Units 0 and 1 are Ann's, 2 is Bob's."""
CODES = tuple(f"CODE-{number:04}".encode() for number in range(3))
SELLER = SigningKey(stream.seed("seller of items"))


def _claim(name: str) -> EntryHash:
    return EntryHash(tagged_hash("entry-hash", name.encode()))


RELEASED: Mapping[Nym, EntryHash] = {ANN: _claim("ann"), BOB: _claim("bob")}
"""To whom it is released; ``WAITING`` where Bob still waits."""
WAITING: Mapping[Nym, EntryHash] = {ANN: _claim("ann")}


def _book(items: Sequence[bytes] = CODES, label: str = "salts on the log") -> ItemBook:
    return ItemBook.fill(SALE, units_of(outcome_of(WON)), items, stream(label))


def _promise(book: ItemBook | None = None) -> Entry:
    return make_items(book or _book(), SELLER)


def _send(unit: int, nym: Nym, claim: EntryHash, label: str = "box") -> Entry:
    key = OpeningKey(stream.seed(f"claim {nym[0]}"))
    to, drawn = Recipient(nym, claim, key.public), stream(f"{label} {unit}")
    return make_delivery(_book(), _promise().hash, unit, to, SELLER, drawn)


def _to_ann(unit: int = 0, label: str = "box") -> Entry:
    return _send(unit, ANN, RELEASED[ANN], label)


def _to_bob() -> Entry:
    return _send(2, BOB, RELEASED[BOB])


def log_cases() -> Sequence[Case]:
    """Return the cases."""
    return (*_taken(), *_refused(), *_malformed())


def _inputs(
    entries: Sequence[Entry], released: Mapping[Nym, EntryHash]
) -> dict[str, Raw]:
    return {
        "op": "log",
        "won": [
            {
                "pool": name,
                "units": [{"nym": who, "units": units} for who, units in people],
            }
            for name, people in WON
        ],
        "released": [{"nym": nym, "claim": claim} for nym, claim in released.items()],
        "entries": [entry.encoded for entry in entries],
    }


def _fold(entries: Sequence[Entry], released: Mapping[Nym, EntryHash]) -> Deliveries:
    deliveries, units = Deliveries(), units_of(outcome_of(WON))
    for entry in entries:
        known = read_entry(cbor.decode(entry.encoded), entry.encoded)
        if known.type is EntryType.ITEMS:
            deliveries.take_items(known, units)
        else:
            deliveries.take_delivery(known, released.get)
    return deliveries


def _taken() -> Sequence[Case]:
    every = [_promise(), _to_ann(), _to_ann(1), _to_bob()]
    rows: tuple[tuple[str, str, Sequence[Entry], Mapping[Nym, EntryHash]], ...] = (
        ("items", "A promise of three items.", every[:1], {}),
        ("one", "One unit of two.", every[:2], RELEASED),
        ("all", "Every unit.", every, RELEASED),
        ("any-order", "In any order.", [every[0], *every[:0:-1]], RELEASED),
        ("waiting", "Ann need not wait for Bob.", every[:3], WAITING),
    )
    cases: list[Case] = []
    for name, comment, entries, released in rows:
        found = _fold(entries, released)
        output: dict[str, Raw] = {
            "promised": found.promised,
            "delivered": sorted(found.by_unit),
        }
        inputs = _inputs(entries, released)
        cases.append(accept(f"log-{name}", comment, inputs, output))
    return cases


def _refused() -> Sequence[Case]:
    promised, swapped = _promise(), _book(CODES[::-1])
    fewer = ItemBook.fill(SALE, units_of(outcome_of(WON))[:2], CODES, stream("few"))
    other = _changed(_to_ann(), "items", _promise(swapped).hash)
    stolen = _send(0, ANN, _claim("thief"))
    rows: tuple[tuple[str, str, str, Sequence[Entry]], ...] = (
        (
            "again",
            "Nobody may choose again who gets what.",
            "items.again",
            [promised, _promise(swapped)],
        ),
        ("fewer", "Somebody would get none.", "items.count", [_promise(fewer)]),
        ("no-items", "Nothing was promised.", "delivery.items", [_to_ann()]),
        (
            "other-items",
            "It was not accepted: evidence would rest on it.",
            "delivery.items",
            [promised, other],
        ),
        (
            "behind",
            "Three units were won.",
            "delivery.unit",
            [promised, _changed(_to_ann(), "unit", 3)],
        ),
        (
            "other-nym",
            "Unit 0 is Ann's.",
            "delivery.unit",
            [promised, _send(0, BOB, RELEASED[BOB])],
        ),
        (
            "no-winner",
            "Cat has won nothing.",
            "delivery.unit",
            [promised, _send(0, CAT, _claim("cat"))],
        ),
        (
            "twice",
            "A unit is delivered once.",
            "delivery.twice",
            [promised, _to_ann(), _to_ann(0, "another box")],
        ),
        (
            "thief",
            "It is released to Ann's own claim.",
            "delivery.claim",
            [promised, stolen],
        ),
        (
            "crossed",
            "Bob's claim is not Ann's.",
            "delivery.claim",
            [promised, _send(0, ANN, RELEASED[BOB])],
        ),
    )
    cases = [_refuse(*row) for row in rows]
    early = [promised, _to_bob()]
    why = "Another claim of the epoch may still come."
    return [*cases, _refuse("waits", why, "delivery.waits", early, WAITING)]


def _malformed() -> Sequence[Case]:
    form = "An entry has one form: unsaid things could be read in two ways."
    promised, sent = _promise(), _to_ann()
    edits: tuple[tuple[str, Entry, str, Value], ...] = (
        ("items-note", promised, "note", 1),
        ("items-count", promised, "count", -1),
        ("items-root", promised, "root", bytes(31)),
        ("note", sent, "note", 1),
        ("nym", sent, "nym", bytes(47)),
        ("unit", sent, "unit", True),
        ("claim", sent, "claim", bytes(33)),
        ("items", sent, "items", bytes(31)),
        ("box", sent, "box", "box"),
    )
    rows = [
        (name, _changed(entry, path, value), entry)
        for name, entry, path, value in edits
    ]
    rows += [
        (f"without-{key}", _signed(entry, without(_plain(entry), key)), entry)
        for entry in (promised, sent)
        for key in entry.body
    ]
    return [
        _refuse(
            f"form-{name}",
            form,
            "entry.field",
            [bad] if entry is promised else [promised, bad],
        )
        for name, bad, entry in rows
    ]


def _plain(entry: Entry) -> Value:
    return dict(entry.body)


def _changed(entry: Entry, path: str, value: Value) -> Entry:
    return _signed(entry, edited(_plain(entry), path, value))


def _signed(entry: Entry, body: Value) -> Entry:
    named = body if isinstance(body, Mapping) else dict[str, Value]()
    fields = {str(name): each for name, each in named.items()}
    return sign_entry(entry.type, SALE, fields, SELLER)


def _refuse(
    name: str,
    rule: str,
    code: str,
    entries: Sequence[Entry],
    released: Mapping[Nym, EntryHash] = RELEASED,
) -> Case:
    inputs = _inputs(entries, released)
    return reject(f"log-{name}", rule, code, inputs, lambda: _fold(entries, released))
