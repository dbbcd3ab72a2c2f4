"""Vectors of items, boxes and lists (specs/delivery.md)."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from fairlot.delivery.box import open_item, seal_item
from fairlot.delivery.desk import book_of
from fairlot.delivery.items import ItemBook, Items, commit_item, units_of
from fairlot.delivery.vouchers import voucher_codes
from fairlot.inputs.item_list import read_item_list
from fairlot.names import Nym, SaleId
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.keys import OpeningKey, SigningKey, seal
from generators.case import Case, Chapter, Raw, accept, reject
from generators.committee_setting import stream
from generators.delivery_log import log_cases
from kit.won import Won, outcome_of

SALE = SaleId(tagged_hash("sale", b"a sale of the vectors"))
CODES = tuple(f"CODE-{number:04}".encode() for number in range(7))


def nym(number: int) -> Nym:
    """Return the nym of a person; only its bytes count here."""
    return Nym(bytes([number]) * 48)


WON: Won = (
    ("stalls", ((nym(1), 2), (nym(2), 0), (nym(3), 1))),
    ("balcony", ((nym(1), 1), (nym(2), 2))),
)


def book() -> ItemBook:
    """Return the seller's book."""
    return ItemBook.fill(SALE, units_of(outcome_of(WON)), CODES, stream("salts"))


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "delivery",
        "`op` names a procedure of specs/delivery.md: units is step 1, items steps 2 and "
        "3, seal step 4, open steps 5 to 7, list steps 8 to 10, log "
        "steps 12 and 14 to 17 over `entries` in their order, where `released` has the claim "
        "to which what a nym has won is released; signatures are not checked. `won` has for "
        "each pool, in the order of the terms, the units of each nym that entered. `secret` "
        "is an X25519 key. `seed` starts a seeded source (notation.md, section 6): 32 "
        "bytes for each salt, or the ephemeral key of a box. `file` is the text of a list, "
        "`bytes` what is not UTF-8. desk is step 18, codes step 22; `seller` is the seed of "
        "the seller's key.",
        (
            *_units(),
            *_items(),
            *_seals(),
            *_opens(),
            *_lists(),
            *log_cases(),
            *_desk(),
        ),
    )


def _won(rows: Won) -> list[Raw]:
    return [
        {
            "pool": name,
            "units": [{"nym": who, "units": units} for who, units in people],
        }
        for name, people in rows
    ]


def _desk() -> Sequence[Case]:
    seller = SigningKey.from_seed(bytes([6]) * 32)
    given: Mapping[str, Raw] = {"sale_id": SALE, "seller": seller.seed}
    made = book_of(SALE, units_of(outcome_of(WON)), CODES, seller)
    return (
        accept(
            "desk-book",
            "The list and the key make one book; the seventh item is in its name too.",
            {
                **given,
                "op": "desk",
                "won": _won(WON),
                "items": list(CODES),
            },
            {"count": made.public.count, "root": made.public.root},
            {"salts": list(made.salts)},
        ),
        accept(
            "codes-three",
            "Codes of vouchers.",
            {**given, "op": "codes", "count": 3},
            {"codes": list(voucher_codes(SALE, 3, seller))},
        ),
    )


def _units() -> Sequence[Case]:
    rows = (
        ("two-pools", "By pool, then by nym, then by unit.", WON),
        ("none", "Nobody has won anything.", (("main", ((nym(1), 0),)),)),
        ("one", "One unit.", (("main", ((nym(1), 1),)),)),
    )

    def made(name: str, comment: str, won: Won) -> Case:
        units: list[Raw] = [
            {"pool": unit.pool, "nym": unit.nym} for unit in units_of(outcome_of(won))
        ]
        inputs: dict[str, Raw] = {"op": "units", "won": _won(won)}
        return accept(f"units-{name}", comment, inputs, {"units": units})

    return [made(*row) for row in rows]


def _items_inputs(items: Sequence[bytes]) -> dict[str, Raw]:
    return {
        "op": "items",
        "sale_id": SALE,
        "won": _won(WON),
        "items": list(items),
        "seed": stream.seed("salts"),
    }


def _items() -> Sequence[Case]:
    own = book()
    leaves: list[Raw] = [
        commit_item(SALE, unit, salt, item)
        for unit, (salt, item) in enumerate(zip(own.salts, own.items, strict=True))
    ]
    rows = (
        ("too-few", "Somebody would get nothing.", "items.too-few", CODES[:5]),
        ("twice", "Two would get one.", "items.twice", (*CODES[:6], CODES[0])),
        ("empty", "It is nothing.", "items.size", (b"", *CODES)),
        ("long", "1,025 bytes.", "items.size", (b"a" * 1_025, *CODES)),
    )

    def refused(name: str, rule: str, code: str, items: Sequence[bytes]) -> Case:
        units = units_of(outcome_of(WON))
        fill = partial(ItemBook.fill, SALE, units, items, stream("salts"))
        return reject(f"items-{name}", rule, code, _items_inputs(items), fill)

    made = accept(
        "items",
        "Six units; the seventh item stays unsold.",
        _items_inputs(CODES),
        {"count": own.public.count, "root": own.public.root},
        {"salts": list(own.salts), "commitments": leaves},
    )
    return (made, *(refused(*row) for row in rows))


def _key() -> OpeningKey:
    return OpeningKey(stream.seed("claim"))


def _box(unit: int = 3) -> bytes:
    return seal_item(book(), unit, _key().public, stream(f"box {unit}"))


def _seals() -> Sequence[Case]:
    def made(unit: int) -> Case:
        box = _box(unit)
        inputs = {**_items_inputs(CODES), "op": "seal", "unit": unit}
        extra: dict[str, Raw] = {
            "enc_pk": _key().public,
            "box_seed": stream.seed(f"box {unit}"),
        }
        plain = _key().open(box)
        name, comment = f"seal-{unit}", "For the claim of this unit."
        return accept(
            name, comment, {**inputs, **extra}, {"box": box}, {"plain": plain}
        )

    return [made(unit) for unit in (0, 3, 5)]


def _open_inputs(
    unit: int, box: bytes, items: Items, key: OpeningKey, sale_id: SaleId = SALE
) -> dict[str, Raw]:
    return {
        "op": "open",
        "sale_id": sale_id,
        "count": items.count,
        "root": items.root,
        "unit": unit,
        "box": box,
        "secret": key.secret,
    }


def _opens() -> Sequence[Case]:
    items, key = book().public, _key()
    taken = [
        accept(
            f"open-{unit}",
            "The item that was promised.",
            _open_inputs(unit, _box(unit), items, key),
            {"item": open_item(SALE, items, unit, _box(unit), key)},
        )
        for unit in (0, 3, 5)
    ]
    other = OpeningKey(stream.seed("another claim"))
    elsewhere = SaleId(tagged_hash("sale", b"another sale of the vectors"))
    fewer = Items(items.count - 1, items.root)
    changed = Items(items.count, bytes(32))
    box, boxed = _box(), _sealed
    plain = _plain()
    wrong, form, item = "delivery.box", "delivery.malformed", "delivery.item"
    proof = plain["proof"] if isinstance(plain["proof"], list) else []
    malformed: tuple[tuple[str, str, Value], ...] = (
        ("text", "It is a map.", "CODE-0003"),
        ("missing", "Every key is there.", {"item": plain["item"]}),
        ("unknown", "No other key is.", {**plain, "note": 1}),
        ("salt", "A salt has 32 bytes.", {**plain, "salt": bytes(31)}),
        ("item-empty", "It is nothing.", {**plain, "item": b""}),
        ("item-long", "1,025 bytes.", {**plain, "item": b"a" * 1_025}),
        ("hash", "A hash has 32 bytes.", {**plain, "proof": [b""]}),
    )
    unpromised: tuple[tuple[str, str, Value], ...] = (
        ("item", "Another code.", {**plain, "item": CODES[6]}),
        (
            "item-other",
            "The code of another unit.",
            {**plain, "item": CODES[0]},
        ),
        (
            "salt-other",
            "The commitment is to both.",
            {**plain, "salt": bytes(32)},
        ),
        (
            "proof-short",
            "It ends below the root.",
            {**plain, "proof": proof[:-1]},
        ),
        (
            "proof-long",
            "It goes on.",
            {**plain, "proof": [*proof, bytes(32)]},
        ),
    )
    rows: tuple[tuple[str, str, str, int, bytes, Items, OpeningKey, SaleId], ...] = (
        ("other-key", "Sealed to another claim.", wrong, 3, box, items, other, SALE),
        ("cut", "The box is whole.", wrong, 3, box[:-1], items, key, SALE),
        ("flipped", "The box is whole.", wrong, 3, _flipped(box), items, key, SALE),
        ("empty", "There is a box.", wrong, 3, b"", items, key, SALE),
        *(
            (name, rule, form, 3, boxed(value), items, key, SALE)
            for name, rule, value in malformed
        ),
        *(
            (name, rule, item, 3, boxed(value), items, key, SALE)
            for name, rule, value in unpromised
        ),
        ("unit", "It is the item of unit 3.", item, 2, box, items, key, SALE),
        ("moved", "It is the item of unit 0.", item, 3, _box(0), items, key, SALE),
        ("beyond", "No such unit was sold.", item, 6, box, items, key, SALE),
        ("sale", "It is of one sale.", item, 3, box, items, key, elsewhere),
        ("count", "The tree has another size.", item, 5, _box(5), fewer, key, SALE),
        ("root", "It was not promised.", item, 3, box, changed, key, SALE),
    )
    return (*taken, *(_no(*row) for row in rows))


def _plain() -> Mapping[str, Value]:
    value = cbor.decode(_key().open(_box()))
    return value if isinstance(value, Mapping) else {}


def _sealed(value: Value) -> bytes:
    return seal(cbor.encode(value), _key().public, stream("box"))


def _flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def _no(
    name: str,
    rule: str,
    code: str,
    unit: int,
    box: bytes,
    items: Items,
    key: OpeningKey,
    sale_id: SaleId,
) -> Case:
    return reject(
        f"open-{name}",
        rule,
        code,
        _open_inputs(unit, box, items, key, sale_id),
        lambda: open_item(sale_id, items, unit, box, key),
    )


def _lists() -> Sequence[Case]:
    accepted = (
        ("two", "One a line.", "CODE-1\nCODE-2\n"),
        ("no-end", "The last line needs no end.", "CODE-1\nCODE-2"),
        ("crlf", "As Windows ends lines.", "CODE-1\r\nCODE-2\r\n"),
        ("mark", "A byte order mark is left out.", "\ufeffCODE-1\nCODE-2\n"),
        ("ends", "Line ends at the end count as none.", "CODE-1\nCODE-2\n\n\n"),
        ("text", "Any text.", "Reihe 7, Platz 12\nRang – links\n"),
    )
    text, twice = "items-file.text", "items-file.twice"
    rows: tuple[tuple[str, str, str, str | bytes], ...] = (
        ("empty", "There is an item.", "items-file.empty", ""),
        ("ends-only", "There is an item.", "items-file.empty", "\n\n"),
        ("utf8", "It is UTF-8.", "items-file.utf8", b"CODE-1\nCODE-\xfc\n"),
        ("gap", "An empty line is no item.", text, "CODE-1\n\nCODE-2\n"),
        ("blank", "A blank that nobody sees.", text, "CODE-1 \nCODE-2\n"),
        ("tab", "It cannot be typed.", text, "CODE-1\nCODE\t2\n"),
        ("old-mac", "A carriage return ends no line.", text, "CODE-1\rCODE-2\r"),
        ("long", "201 bytes.", text, "a" * 201 + "\n"),
        ("twice", "Two would get one.", twice, "CODE-1\nCODE-2\nCODE-1\n"),
    )

    def taken(name: str, comment: str, file: str) -> Case:
        items = list(read_list(file.encode()))
        inputs: dict[str, Raw] = {"op": "list", "file": file}
        return accept(f"list-{name}", comment, inputs, {"items": items})

    def refused(name: str, rule: str, code: str, file: str | bytes) -> Case:
        data = file if isinstance(file, bytes) else file.encode()
        kind = "bytes" if isinstance(file, bytes) else "file"
        inputs: dict[str, Raw] = {"op": "list", kind: file}
        read = partial(read_list, data)
        return reject(f"list-{name}", rule, code, inputs, read, placed=True)

    return [*(taken(*row) for row in accepted), *(refused(*row) for row in rows)]


def read_list(data: bytes) -> tuple[bytes, ...]:
    """Read a list that a seller has written."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "items.txt"
        path.write_bytes(data)
        return read_item_list(path)
