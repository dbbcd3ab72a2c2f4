"""A sale for the page: its log, its receipts, and lies about both."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.names import SaleId
from fairlot_crypto.cbor import Value, decode, encode
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.merkle import Tree
from fairlot_crypto.log.proof import LogProof, make_proof
from kit.board import as_record, signed
from kit.lying_board import played
from kit.sales import deposit, source, stage
from kit.stage import Stage

NAMES = ("ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal")
SUPPLY = 3
EARLY = 12
"""Entries of the log when everybody has deposited and nobody has paid."""
STRANGER = SigningKey.generate(source("a stranger to the page"))
DATE = 2_000_000_000


@cache
def cast() -> Stage:
    """Return eight people who want one of three seats; two of three witnesses must sign."""
    return stage(NAMES, SUPPLY).watched()


@cache
def honest() -> tuple[bytes, ...]:
    """Return the entries of a sale that was drawn."""
    return tuple(entries_of(played(cast(), "result").data))


def entries_of(data: bytes) -> Iterator[bytes]:
    """Return the entries of the sale of a transcript."""
    for item in read_records(data):
        entry = item.item if isinstance(item, Record) else None
        if isinstance(entry, Entry) and entry.scope == cast().terms.sale_id:
            yield entry.encoded


def tree_of(leaves: Sequence[bytes]) -> Tree:
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree


def head_of(leaves: Sequence[bytes]) -> SignedCheckpoint:
    """Sign a log as its board, and as all witnesses."""
    tree = tree_of(leaves)
    said = Checkpoint(cast().terms.log.origin, tree.size, tree.root())
    return signed(cast(), said, DATE)


def written(leaves: Sequence[bytes], head: SignedCheckpoint | None = None) -> bytes:
    """Return the transcript of a sale's log alone."""
    return b"".join((*leaves, as_record(head or head_of(leaves))))


def ticket(number: int) -> bytes:
    """Return the entry of a person."""
    return deposit(cast(), number).encoded


def receipt(number: int, leaves: Sequence[bytes] | None = None) -> LogProof:
    """Return the receipt that a person got: of a log that went on."""
    early = honest()[:EARLY] if leaves is None else leaves
    index = early.index(ticket(number))
    return make_proof(tree_of(early), index, head_of(early))


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody hands to the page."""

    transcript: bytes
    receipt: bytes
    entry: bytes | None = None
    told: bytes | None = None

    def to_json(self) -> dict[str, str | None]:
        return {
            "transcript": self.transcript.hex(),
            "receipt": self.receipt.hex(),
            "entry": None if self.entry is None else self.entry.hex(),
            "told": None if self.told is None else self.told.hex(),
        }


def shown(number: int = 0) -> Shown:
    """Return what a person has, of an honest sale."""
    return Shown(written(honest()), receipt(number).to_bytes(), ticket(number))


def changed(entry: bytes, key: SigningKey, **changes: Value) -> bytes:
    """Return an entry with another body, signed again."""
    value = decode(entry)
    assert isinstance(value, dict)
    body = value["body"]
    assert isinstance(body, dict)
    kind = EntryType(str(value["type"]))
    return sign_entry(kind, cast().terms.sale_id, {**body, **changes}, key).encoded


def with_leaf(index: int, leaf: bytes) -> list[bytes]:
    leaves = [*honest()]
    leaves[index] = leaf
    return leaves


def of_type(kind: EntryType) -> int:
    """Return where the first entry of a type stands."""
    types = (decode(leaf) for leaf in honest())
    return next(
        i for i, v in enumerate(types) if isinstance(v, dict) and v["type"] == kind
    )


def flipped(data: bytes, at: int = -1) -> bytes:
    """Return bytes of which one bit is another."""
    copy = bytearray(data)
    copy[at] ^= 1
    return bytes(copy)


def _other_head(**changes: Any) -> bytes:  # noqa: ANN401 (any field)
    """Return the transcript under a head with other lines or another text."""
    head = head_of(honest())
    return written(honest(), replace(head, **changes))


def _lines(*keep: int) -> bytes:
    lines = head_of(honest()).lines
    return _other_head(lines=tuple(lines[i] for i in keep))


def _broken_line(number: int) -> bytes:
    lines = [*head_of(honest()).lines]
    lines[number] = replace(lines[number], signature=flipped(lines[number].signature))
    return _other_head(lines=tuple(lines))


def _unsigned_root() -> bytes:
    head = head_of(honest())
    said = replace(head.checkpoint, root=flipped(head.checkpoint.root))
    return _other_head(checkpoint=said)


def _signed_root() -> bytes:
    head = head_of(honest()).checkpoint
    said = replace(head, root=flipped(head.root))
    return written(honest(), signed(cast(), said, DATE))


def _another_board() -> bytes:
    said = head_of(honest()).checkpoint
    line = sign_checkpoint(said, said.origin, STRANGER)
    lines = head_of(honest()).lines
    return _other_head(lines=(line, *lines[1:]))


def _an_unknown_witness() -> bytes:
    said = head_of(honest()).checkpoint
    line = cosign_checkpoint(said, "witness.example/9", STRANGER, DATE)
    return _other_head(lines=(*head_of(honest()).lines, line))


def _another_name() -> bytes:
    said = head_of(honest()).checkpoint
    other = replace(said, origin=f"elsewhere.example/{said.origin[-64:]}")
    return written(honest(), signed(cast(), other, DATE))


def _result(**changes: Value) -> bytes:
    index = of_type(EntryType.RESULT)
    lie = changed(honest()[index], cast().parts.board, **changes)
    return written(with_leaf(index, lie))


def _outcome() -> bytes:
    return bytes(32)


def _false_opening() -> bytes:
    index = of_type(EntryType.REVEAL)
    key = cast().parts.contributors[0]
    lie = changed(honest()[index], key, alpha=(12345).to_bytes(272, "big"))
    return written(with_leaf(index, lie))


def _false_terms() -> bytes:
    """Return the log of terms that sell one seat less, under the name of the others."""
    body = decode(honest()[0])
    assert isinstance(body, dict)
    terms = body["body"]
    assert isinstance(terms, dict)
    lie = changed(honest()[0], cast().parts.seller, title=f"{terms['title']}!")
    return written(with_leaf(0, lie))


def _of_terms(
    change: Callable[[dict[str, Value]], None], key: SigningKey | None = None
) -> bytes:
    """Return a log that has just begun with other terms, under their own name."""
    entry = decode(honest()[0])
    assert isinstance(entry, dict)
    terms = entry["body"]
    assert isinstance(terms, dict)
    change(terms)
    sale_id = SaleId(tagged_hash("sale", encode(terms)))
    seller = key or cast().parts.seller
    leaf = sign_entry(EntryType.TERMS, sale_id, terms, seller).encoded
    origin = f"{cast().terms.board.name}/{sale_id.hex()}"
    return written(
        [leaf], signed(cast(), Checkpoint(origin, 1, tree_of([leaf]).root()), DATE)
    )


def _witness(terms: dict[str, Value], key: bytes) -> None:
    """Give the first witness another key."""
    (first, *others) = cast().terms.witnesses.named
    rest: list[Value] = [{"name": each.name, "key": each.key} for each in others]
    terms["witnesses"] = [{"name": first.name, "key": key}, *rest]


def _watches_itself(terms: dict[str, Value]) -> None:
    _witness(terms, cast().terms.board.key)


def _weak_witness(terms: dict[str, Value]) -> None:
    _witness(terms, bytes([1, *[0] * 31]))


def _nobody_watches(terms: dict[str, Value]) -> None:
    terms["rehearsal"] = False
    terms["witnesses"] = []
    del terms["quorum"]


def _own_modulus(terms: dict[str, Value]) -> None:
    beacon = terms["beacon"]
    assert isinstance(beacon, dict)
    modulus = beacon["modulus"]
    assert isinstance(modulus, bytes)
    terms["rehearsal"] = False
    terms["beacon"] = {**beacon, "modulus": flipped(modulus, 0)}


def _same(_terms: dict[str, Value]) -> None:
    return


def _paid_by_the_board() -> bytes:
    index = of_type(EntryType.PAID)
    return written(with_leaf(index, changed(honest()[index], cast().parts.board)))


def _broken_payment() -> bytes:
    index = of_type(EntryType.PAID)
    value = decode(honest()[index])
    assert isinstance(value, dict)
    signature = value["sig"]
    assert isinstance(signature, bytes)
    lie = honest()[index].replace(signature, flipped(signature))
    return written(with_leaf(index, lie))


def _late_deposit() -> bytes:
    """Return a log on which a deposit came behind CLOSE."""
    late = deposit(cast(), 0, seq=1, label="late").encoded
    close = of_type(EntryType.CLOSE)
    leaves = [*honest()[: close + 1], late]
    return written(leaves)


def _other_history() -> bytes:
    """Return the receipt of a log in which deposits stand in another order."""
    early = [*honest()[:EARLY]]
    early[-1], early[-2] = early[-2], early[-1]
    return receipt(0, early).to_bytes()


def _receipt(number: int = 0, **changes: Any) -> bytes:  # noqa: ANN401 (any field)
    return replace(receipt(number), **changes).to_bytes()


def _strangers_receipt() -> bytes:
    good = receipt(0)
    said = good.signed.checkpoint
    line = sign_checkpoint(said, said.origin, STRANGER)
    return replace(good, signed=SignedCheckpoint(said, (line,))).to_bytes()


def _broken_receipt() -> bytes:
    good = receipt(0)
    first, *others = good.signed.lines
    lie = replace(first, signature=flipped(first.signature))
    return replace(good, signed=replace(good.signed, lines=(lie, *others))).to_bytes()


def _of_the_log(make: Callable[[], bytes]) -> Callable[[], Shown]:
    return lambda: replace(shown(), transcript=make())


def _of_the_receipt(make: Callable[[], bytes]) -> Callable[[], Shown]:
    return lambda: replace(shown(), receipt=make())


@dataclass(frozen=True, slots=True)
class Lie:
    """What is wrong, where the page finds it, and what it finds it with."""

    sentence: str
    make: Callable[[], Shown]
    step: int
    code: str
    check: tuple[str, str, str]
    """Module, code of the check, and what stands there when the check is taken out."""


_ANY_WITNESS = (
    "check",
    'need(apart && (terms.get("rehearsal")',
    "need(true || (terms.get(0)",
)
_NO_QUORUM = ("check", "need(signed >= signers.quorum", "need(true")
_NO_VERDICT = ("ed25519", 'if (!holds) throw new Refusal("signature.invalid");', "")
_NO_UNKNOWN = (
    "check",
    "need(line.name === origin && sameBytes(line.id, boards), ",
    "if (!(line.name === origin && sameBytes(line.id, boards))) continue;\n      need(true, ",
)
_NO_ROOT = ("tree", "if (!sameBytes(value, root))", "if (false)")

LIES = (
    Lie(
        "the board watches itself",
        _of_the_log(lambda: _of_terms(_watches_itself)),
        4,
        "terms.witnesses",
        _ANY_WITNESS,
    ),
    Lie(
        "a sale has no witness",
        _of_the_log(lambda: _of_terms(_nobody_watches)),
        4,
        "terms.witnesses",
        _ANY_WITNESS,
    ),
    Lie(
        "a witness has a key of small order",
        _of_the_log(lambda: _of_terms(_weak_witness)),
        4,
        "signature.key",
        (
            "ed25519",
            'if (point === null) throw new Refusal("signature.key");',
            "if (point === null) return;",
        ),
    ),
    Lie(
        "a sale has a modulus of its own",
        _of_the_log(lambda: _of_terms(_own_modulus)),
        4,
        "beacon.modulus",
        ("check", "toHex(modulus) === RSA_2048", "true"),
    ),
    Lie(
        "somebody else than the seller signs the terms",
        _of_the_log(lambda: _of_terms(_same, STRANGER)),
        4,
        "terms.seller",
        (
            "check",
            'need(sameBytes(entry.key, terms.get("seller")), "terms.seller");',
            "",
        ),
    ),
    Lie(
        "the root of the head is another",
        _of_the_log(_unsigned_root),
        6,
        "signature.invalid",
        _NO_VERDICT,
    ),
    Lie(
        "the board's signature is broken",
        _of_the_log(lambda: _broken_line(0)),
        6,
        "signature.invalid",
        _NO_VERDICT,
    ),
    Lie(
        "a witness's signature is broken",
        _of_the_log(lambda: _broken_line(2)),
        6,
        "signature.invalid",
        _NO_VERDICT,
    ),
    Lie(
        "one witness is not enough",
        _of_the_log(lambda: _lines(0, 1)),
        6,
        "witness.quorum",
        _NO_QUORUM,
    ),
    Lie(
        "nobody but witnesses has signed",
        _of_the_log(lambda: _lines(1, 2)),
        6,
        "checkpoint.board-lines",
        (
            "check",
            "need(first.name === origin && sameBytes(first.id, boards)",
            "need(true",
        ),
    ),
    Lie(
        "another board has signed",
        _of_the_log(_another_board),
        6,
        "checkpoint.board-lines",
        (
            "check",
            "need(first.name === origin && sameBytes(first.id, boards)",
            "need(true",
        ),
    ),
    Lie(
        "somebody signs whom nobody named",
        _of_the_log(_an_unknown_witness),
        6,
        "checkpoint.unknown-line",
        _NO_UNKNOWN,
    ),
    Lie(
        "the head is that of another name",
        _of_the_log(_another_name),
        6,
        "checkpoint.board-name",
        ("check", "need(head.origin === origin", "need(true"),
    ),
    Lie(
        "the board has signed another tree",
        _of_the_log(_signed_root),
        7,
        "checkpoint.tree",
        ("check", "need(sameBytes(tree.root, log.head.root)", "need(true"),
    ),
    Lie(
        "the terms are not those of the name",
        _of_the_log(_false_terms),
        4,
        "terms.sale-id",
        (
            "check",
            "need(sameBytes(entry.sale, saleId) && sameBytes(log.scope, saleId)",
            "need(true",
        ),
    ),
    Lie(
        "it is another sale than the one told of",
        lambda: replace(shown(), told=bytes(32)),
        5,
        "page.told",
        (
            "check",
            "need(sameBytes(told, begun.saleId)",
            "need(true",
        ),
    ),
    Lie(
        "a payment is not signed",
        _of_the_log(_broken_payment),
        8,
        "entry.signature",
        ("sale", "if (problem !== null) throw problem;", ""),
    ),
    Lie(
        "the board signs a payment",
        _of_the_log(_paid_by_the_board),
        8,
        "entry.key",
        (
            "sale",
            "demand(key === undefined || sameBytes(key, entry.key)",
            "demand(true",
        ),
    ),
    Lie(
        "a deposit comes behind CLOSE",
        _of_the_log(_late_deposit),
        8,
        "phase.wrong",
        ("sale", 'demand(legal, "phase.wrong");', ""),
    ),
    Lie(
        "the receipt is none",
        _of_the_receipt(lambda: b"no receipt\n"),
        9,
        "proof.header",
        (
            "note",
            'if (!text.startsWith(HEADER)) throw new Refusal("proof.header");',
            "",
        ),
    ),
    Lie(
        "the receipt's head is not signed",
        _of_the_receipt(_broken_receipt),
        10,
        "signature.invalid",
        _NO_VERDICT,
    ),
    Lie(
        "a stranger signed the receipt",
        _of_the_receipt(_strangers_receipt),
        10,
        "checkpoint.board-lines",
        ("check", "await judgeHead(proof.read.head, signers);", ""),
    ),
    Lie(
        "the path leads elsewhere",
        _of_the_receipt(lambda: _receipt(hashes=(bytes(32), *receipt(0).hashes[1:]))),
        11,
        "merkle.root",
        _NO_ROOT,
    ),
    Lie(
        "the receipt is of another place",
        _of_the_receipt(lambda: _receipt(index=receipt(1).index)),
        11,
        "merkle.root",
        _NO_ROOT,
    ),
    Lie(
        "the entry is somebody else's",
        lambda: replace(shown(), entry=ticket(1)),
        11,
        "merkle.root",
        _NO_ROOT,
    ),
    Lie(
        "the board has signed two histories",
        _of_the_receipt(_other_history),
        12,
        "head.fork",
        ("check", "need(sameBytes(before, head.root)", "need(true"),
    ),
    Lie(
        "the seed is another",
        _of_the_log(lambda: _result(seed=bytes(32))),
        14,
        "result.draw",
        ("beacon", "if (![star, found, seed].every(", "if (![].every("),
    ),
    Lie(
        "the sum of the openings is another",
        _of_the_log(lambda: _result(omega=bytes(256))),
        14,
        "result.draw",
        ("beacon", "if (![star, found, seed].every(", "if (![].every("),
    ),
    Lie(
        "an opening does not open",
        _of_the_log(_false_opening),
        14,
        "reveal.opening",
        ("beacon", "await checkOpenings(sale, modulus, width);", ""),
    ),
    Lie(
        "the outcome is another",
        _of_the_log(lambda: _result(outcome=_outcome())),
        16,
        "result.outcome",
        (
            "check",
            "rows = ledgerRows(sale.accounts(), outcome.shares, pools);\n      need(",
            "rows = ledgerRows(sale.accounts(), outcome.shares, pools);\n      need(true || ",
        ),
    ),
)
