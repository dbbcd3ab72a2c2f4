"""Vectors of entries and transcripts (specs/board.md)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from fairlot.board.keeper import Board
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.board.storage import MemoryStorage
from fairlot.board.transcript import Stop, read_records
from fairlot.entry import (
    MAX_ENTRY_BYTES,
    Entry,
    EntryType,
    Role,
    check_signature,
    read_entry,
    sign_entry,
)
from fairlot.errors import InvariantError
from fairlot.rehearsal.parts import START
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import i2osp, tag
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.merkle import leaf_hash
from fairlot_crypto.statements import Statements
from generators import board_transcripts, plays
from generators.case import Case, Chapter, Raw, accept, reject
from generators.sale_refusal import REGISTERED, entry_at
from generators.stage import GROUP, publish, stage
from kit import board
from kit.board import Batch
from kit.stage import STATEMENTS

_SEED = bytes(range(32))
_SCOPE = bytes(range(32, 64))


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "board",
        "`op` names the operation. entry: make the entry of `type`, `scope` and `body` (CBOR) "
        "with the Ed25519 seed `seed`, and with `role` where there is one. read: decode "
        "`entry`, read it (section 2, step 4) and check its signature (step 5). records: "
        "split `transcript` into its items; output the offset, length and kind of each, "
        "and the acknowledged length. "
        "replay: continue the board of `name` and `key` that wrote `transcript` (section "
        "5, resume); the first finding of a refused one has that code, or its terms name "
        "another board.",
        (
            *_entries(),
            *_transcripts(),
            *_refused_entries(),
            *_refused_signatures(),
            *_refused_transcripts(),
        ),
    )


def _entries() -> Sequence[Case]:
    texts: Value = {"b": "text", "a": [1, b"\x00", None, True]}
    rows: tuple[tuple[str, str, EntryType, Value], ...] = (
        ("marker", "A marker has an empty body.", EntryType.OPEN, {}),
        (
            "close",
            "An entry with a body.",
            EntryType.CLOSE,
            {"size": 9, "root": _SCOPE},
        ),
        ("leaf", "An entry of the registry.", EntryType.LEAF, {"index": 0}),
        ("map-order", "Keys are sorted by their encoding.", EntryType.VOID, texts),
    )
    cancelled = _entry(
        "void-by-seller",
        "A seller who cancels signs a VOID in their own role; without `role` it is the "
        "type's first.",
        EntryType.VOID,
        {"reason": "cancelled"},
        Role.SELLER,
    )
    return [*(_entry(*row) for row in rows), cancelled]


def _entry(
    name: str, comment: str, kind: EntryType, body: Value, role: Role | None = None
) -> Case:
    key = SigningKey.from_seed(_SEED)
    fields: Mapping[str, Value] = body if isinstance(body, dict) else {}
    entry = sign_entry(kind, _SCOPE, fields, key, role=role)
    said: dict[str, Raw] = {} if role is None else {"role": role.value}
    read = read_entry(cbor.decode(entry.encoded), entry.encoded)
    check_signature(read, Statements())
    return accept(
        f"entry-{name}",
        comment,
        {
            "op": "entry",
            "seed": _SEED,
            "type": kind.value,
            "scope": _SCOPE,
            "body": cbor.encode(fields),
            **said,
        },
        {"entry": entry.encoded, "entry_hash": entry.hash},
        {
            "key": key.public,
            "role": entry.role.value,
            "prefix": tag("entry").encode() + b"\x00" + entry.role.encode() + b"\x00",
            "unsigned": cbor.encode(_without_signature(entry)),
            "sig": entry.sig,
            "leaf_hash": leaf_hash(entry.encoded),
        },
    )


def _without_signature(entry: Entry) -> dict[str, Value]:
    value = _value(entry)
    del value["sig"]
    return value


def _value(entry: Entry) -> dict[str, Value]:
    value = cbor.decode(entry.encoded)
    if not isinstance(value, dict):
        raise InvariantError("vectors.not-a-map", "an entry is a map")
    return dict(value)


def _transcripts() -> Sequence[Case]:
    first, second, *_ = plays.drawn()
    whole = publish((first, second))
    torn = whole + entry_at(REGISTERED).encoded[:100]
    rows = (
        ("begin", "Two batches.", whole),
        ("torn", "A crash left a part of an entry after the last checkpoint.", torn),
        ("one-batch", "The least that a board can hold.", publish((first,))),
        ("empty", "A board before its first entry.", b""),
    )
    return [_records(*row) for row in rows]


def _records(name: str, comment: str, data: bytes) -> Case:
    items: list[Raw] = []
    for record in read_records(data):
        if isinstance(record, Stop):
            items.append({"offset": record.offset, "refused": record.code})
            continue
        kind = "entry" if isinstance(record.item, Entry) else "checkpoint"
        length = len(record.encoded)
        items.append({"offset": record.offset, "length": length, "kind": kind})
    state = SaleState(RegistryState(GROUP, STATEMENTS))
    storage = _resume(data, state)
    return accept(
        f"records-{name}",
        comment,
        {"op": "records", "transcript": data},
        {"items": items, "acknowledged": len(storage.data)},
        {"size": state.tree.size, "root": state.tree.root()},
    )


def _refused_entries() -> Sequence[Case]:
    whole = _value(entry_at(REGISTERED))
    rows: tuple[tuple[str, str, dict[str, Value]], ...] = (
        ("version", "The version is 1.", {"v": 2}),
        (
            "version-true",
            "The version is an integer; true is not an integer.",
            {"v": True},
        ),
        ("type", "The type is of the table.", {"type": "OPENED"}),
        (
            "role",
            "The role is that of the type; a seller would mark.",
            {"role": "seller"},
        ),
        ("unknown-key", "No other keys; they would be signed and ignored.", {"x": 0}),
        ("two-scopes", "One scope.", {"registry": bytes(32)}),
        ("scope-length", "A scope has 32 bytes.", {"sale": bytes(31)}),
        ("scope-text", "A scope is a byte string.", {"sale": "0" * 32}),
        ("body-list", "A body is a map.", {"body": []}),
        ("key-length", "A key has 32 bytes.", {"key": bytes(33)}),
        ("sig-length", "A signature has 64 bytes.", {"sig": bytes(63)}),
        (
            "wrong-scope",
            "LEAF belongs to a registry.",
            {"type": "LEAF", "role": "issuer"},
        ),
        (
            "void-by-escrow",
            "VOID has the role of the board or of the seller.",
            {"type": "VOID", "role": "escrow"},
        ),
    )
    changed = [
        (name, rule, _signed_again({**whole, **change}, change))
        for name, rule, change in rows
    ]
    unsigned = {key: value for key, value in whole.items() if key != "sig"}
    changed.append(("no-signature", "Every key is there.", unsigned))
    body: dict[str, Value] = {"body": {"x": bytes(MAX_ENTRY_BYTES)}}
    long = _signed_again({**whole, **body}, body)
    too_long = "An entry has at most 65,535 bytes; logs count them in 16 bits."
    return [
        *(_refused_read(name, rule, value) for name, rule, value in changed),
        _refused_read("too-long", too_long, long, "entry.size"),
    ]


def _signed_again(
    value: dict[str, Value], change: Mapping[str, Value]
) -> dict[str, Value]:
    """Sign what was changed, so that it breaks no other rule; not a changed signature."""
    if "sig" in change:
        return value
    unsigned = {key: item for key, item in value.items() if key != "sig"}
    digest = hashlib.sha256(cbor.encode(unsigned)).digest()
    role = str(value["role"]).encode()
    message = tag("entry").encode() + b"\x00" + role + b"\x00" + digest
    return {**value, "sig": stage().parts.board.sign(message)}


def _refused_read(
    name: str, rule: str, value: dict[str, Value], code: str = "entry.field"
) -> Case:
    encoded = cbor.encode(value)
    return reject(
        f"read-{name}",
        rule,
        code,
        {"op": "read", "entry": encoded},
        lambda: read_entry(cbor.decode(encoded), encoded),
    )


def _refused_signatures() -> Sequence[Case]:
    entry = entry_at(REGISTERED)
    seed_key, other = stage().parts.board, stage().parts.seller
    message = b"another message"
    rows: tuple[tuple[str, str, dict[str, Value]], ...] = (
        (
            "other-message",
            "The signature is over the entry.",
            {"sig": other.sign(message)},
        ),
        ("other-body", "The body is signed.", {"body": {"x": 0}}),
        ("other-scope", "The scope is signed.", {"sale": bytes(32)}),
        ("other-type", "The type is signed.", {"type": EntryType.REVEAL_END.value}),
        ("other-key", "The signature is the key's.", {"key": other.public}),
        (
            "bare",
            "What is signed begins with tag and role; it would fit other protocols.",
            {"sig": seed_key.sign(cbor.encode(_without_signature(entry)))},
        ),
        (
            "neutral-key",
            "A key of small order signs nothing; everything would verify under it.",
            {"key": i2osp(1, 1) + bytes(31), "sig": i2osp(1, 1) + bytes(63)},
        ),
    )
    return [
        _refused_signature(name, rule, {**_value(entry), **change})
        for name, rule, change in rows
    ]


def _refused_signature(name: str, rule: str, value: dict[str, Value]) -> Case:
    encoded = cbor.encode(value)
    entry = read_entry(value, encoded)
    return reject(
        f"signature-{name}",
        rule,
        "entry.signature",
        {"op": "read", "entry": encoded},
        lambda: check_signature(entry, Statements()),
    )


def _refused_transcripts() -> Sequence[Case]:
    whole = publish(plays.drawn()[:2])
    terms = stage().terms
    named = replace(terms.board, name="rehearsal.example/other")
    other = stage().with_terms(replace(terms, board=named))
    mine = Batch(START, plays.begun(stage()))
    foreign = publish((mine,), other.terms.origin)
    rows = (
        *board_transcripts.broken(whole),
        (
            "other-board",
            "The terms name this board; another one would go on with it.",
            "entry.key",
            board.publish(other, (Batch(START, plays.begun(other)),)),
        ),
        (
            "other-origin",
            "Checkpoints carry the name of the log; another sale's would do.",
            "checkpoint.board-name",
            foreign,
        ),
    )
    return [_refused_transcript(*row) for row in rows]


def _refused_transcript(name: str, rule: str, code: str, data: bytes) -> Case:
    inputs: dict[str, Raw] = {
        "op": "replay",
        "name": stage().terms.board.name,
        "key": stage().parts.board.public,
        "transcript": data,
    }
    state = SaleState(RegistryState(GROUP, STATEMENTS))
    return reject(f"replay-{name}", rule, code, inputs, lambda: _resume(data, state))


def _resume(data: bytes, state: SaleState) -> MemoryStorage:
    """Return the storage of a board that was resumed, its torn end cut."""
    storage = MemoryStorage(data)
    name, key = stage().terms.board.name, stage().parts.board
    Board.resume(storage, key, state, name)
    return storage
