"""What a lying board posts, one rule broken at a time; a part of chapter audit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from fairlot.audit.expected import Expected
from fairlot.audit.kept import NOTHING, Kept
from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.identity.registry import RollId
from fairlot.rehearsal.parts import START, TIMES
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.note import SignatureLine
from generators import plays
from generators.audit_evidence_deliveries import wrong_delivery
from generators.identity_setting import signing_key
from generators.plays import Scene, lie
from generators.sale_deposits import bound
from generators.sale_registration import tampered
from generators.stage import FIRST, GROUP, draw_alpha, publish, signed_head, stage
from kit import board, lives
from kit.board import Batch, tree_of
from kit.claims import claimed
from kit.stage import EPOCH, Stage, unrolled

ACCEPTED = Expected(rehearsal=True)
"""No roots, and a rehearsal will do."""


@dataclass(frozen=True, slots=True)
class Lie:
    """A transcript and the one finding that an audit has about it."""

    name: str
    """Begins with the id of the check that fails."""
    rule: str
    code: str
    transcript: bytes
    expected: Expected = ACCEPTED
    kept: Kept = NOTHING


def lies() -> Sequence[Lie]:
    """Return one lie at least for each check."""
    return (
        *_files(),
        *_heads(),
        *_roots(),
        *_terms(),
        *_registered(),
        *_rolled(),
        *_lived(),
        *_deposited(),
        *_mixed(),
        _minted(),
        *_drawn(),
        *_ends(),
    )


def _void_scene(time: int, reason: str) -> tuple[int, Scene]:
    return time, lambda on, _: (on.sign(EntryType.VOID, {"reason": reason}),)


def _short(
    registered: Iterable[Entry] = (), opened: Iterable[Entry] = ()
) -> tuple[Batch, ...]:
    """Return a sale that is void soon, with entries that may be lies."""
    before, after = tuple(registered), tuple(opened)
    scenes: list[tuple[int, Scene]] = [plays.BEGIN]
    if before:
        scenes.append((START, lambda _on, _state: before))
    scenes.append((START, lambda on, _: (on.open_entry(),)))
    if after:
        scenes.append((plays.DEPOSITED, lambda _on, _state: after))
    scenes.append(_void_scene(TIMES.close + TIMES.slack + 1, "close-missed"))
    return lie(scenes)


def _files() -> Sequence[Lie]:
    data = publish(_short())
    tail = stage().sign(EntryType.OPEN).encoded
    return (
        Lie(
            "A01-tail",
            "Nothing comes after the last checkpoint of a sale that has ended.",
            "file.tail",
            data + tail,
        ),
        Lie(
            "A01-number",
            "Every item is an entry or a checkpoint.",
            "record.type",
            b"\x00" + data,
        ),
    )


def _heads() -> Sequence[Lie]:
    batches = _short()
    whole, cut = tree_of(batches), tree_of(batches[:-1])
    time = batches[-1].time
    last = _text(signed_head(whole, time))
    standing = publish(batches)[: -len(last)]
    head = signed_head(whole, time)
    stranger = SignatureLine("stranger.example", bytes(4), bytes(64))
    signed = SignedCheckpoint(head.checkpoint, (*head.lines, stranger))
    return (
        Lie(
            "A02-tree",
            "A checkpoint states the tree of all entries before it.",
            "checkpoint.tree",
            standing + _text(signed_head(cut, time)) + last,
        ),
        Lie(
            "A02-missing",
            "A checkpoint lies behind each marker; it could be moved.",
            "checkpoint.missing",
            publish(_joined()),
        ),
        Lie(
            "A03-stranger",
            "Nobody signs a checkpoint whom the terms do not name.",
            "checkpoint.unknown-line",
            standing + _text(signed),
        ),
        Lie(
            "A04-clock",
            "The log's clock goes on.",
            "time.back",
            _publish_short(registered=(stage().time_entry(START - 1),)),
        ),
    )


def _joined() -> Sequence[Batch]:
    """Put OPEN under one checkpoint with what follows."""
    dated = stage().time_entry(plays.DEPOSITED)
    registered, first, opened, after, last = _short(opened=(dated,))
    joined = Batch(opened.time, (*opened.entries, *after.entries))
    return (registered, first, joined, last)


def _text(head: SignedCheckpoint) -> bytes:
    return cbor.encode(head.to_text())


def _roots() -> Sequence[Lie]:
    data = publish(_short())
    return (
        Lie(
            "A06-sale",
            "The file is of the sale that the auditor means.",
            "roots.sale-id",
            data,
            Expected(sale_id=bytes(32), rehearsal=True),
        ),
        Lie(
            "A06-board",
            "The file is of the board that the auditor means.",
            "roots.board-key",
            data,
            Expected(board_key=stage().parts.seller.public, rehearsal=True),
        ),
    )


def _terms() -> Sequence[Lie]:
    on = stage()
    beacon = replace(on.terms.beacon, h=i2osp(4, 256))
    unproved = on.with_terms(replace(on.terms, beacon=beacon))
    other = replace(on.terms, title="Another").to_value()
    return (
        Lie(
            "A05-again",
            "A log is of one sale.",
            "terms.again",
            _publish_short((on.sign(EntryType.TERMS, other, on.parts.seller),)),
        ),
        Lie(
            "A17-setup",
            "h is proved; nothing behind such terms is judged.",
            "beacon.setup",
            board.publish(unproved, (Batch(START, plays.begun(unproved)),)),
        ),
    )


def _publish_short(
    registered: Iterable[Entry] = (), opened: Iterable[Entry] = ()
) -> bytes:
    return publish(_short(registered, opened))


def _registered() -> Sequence[Lie]:
    on = stage()
    registry, key = on.parts.registry, on.parts.issuers[0].key
    again = on.sign_registry(EntryType.REGISTRY, registry.to_value(), on.parts.seller)
    leaf, point = on.member("ann").identity.leaf, GROUP.g1_generator().to_bytes()
    bare = {**leaf.to_value(), "index": 2, "commitment": point, "shares": []}
    rows = (
        (
            "A08-twice",
            "An entry stands once.",
            "entry.duplicate",
            on.registry_entry(),
        ),
        ("A10-again", "A log is of one registry.", "registry.again", again),
        (
            "A11-shares",
            "At least n - t issuers make a leaf.",
            "leaf.shares",
            on.sign_registry(EntryType.LEAF, bare, key),
        ),
        (
            "A09-phase",
            "Deposits begin with OPEN.",
            "phase.wrong",
            on.deposit("ann", FIRST),
        ),
    )
    return [
        Lie(name, rule, code, _publish_short((entry,)))
        for name, rule, code, entry in rows
    ]


def _lived() -> Sequence[Lie]:
    """Return a registry in which a leaf changes hands too early."""
    parts, new = stage().parts, signing_key("new holder")
    begun, done = lives.recovery(parts, 0, new), lives.switch(parts, 0, new)
    return (
        Lie(
            "A33-early",
            "A recovery can be contested for a while; a thief would be through at once.",
            "life.early",
            _publish_short((begun, done)),
        ),
        Lie(
            "A33-key",
            "The holder contests, and nobody else: anybody could stop a recovery.",
            "life.key",
            _publish_short((begun, lives.contest(parts, 0, new))),
        ),
    )


def _rolled() -> Sequence[Lie]:
    """Return registries and sales with rolls that do not hold."""
    on = stage()
    second = replace(on.roll.roll, number=1)
    absent = on.with_terms(replace(on.terms, registry=bytes(32)))
    other = on.open_entry(RollId(bytes(32)))
    return (
        Lie(
            "A10-absent",
            "The registry's log is given too; nobody could say who may enter.",
            "registry.absent",
            board.publish(absent, (Batch(START, (absent.terms_entry(),)),)),
        ),
        Lie(
            "A30-tree",
            "A roll states the registry as it is; a leaf would be left out.",
            "roll.tree",
            _publish_short((on.roll_entry(second),)),
        ),
        Lie(
            "A31-roll",
            "OPEN names a roll of the registry.",
            "open.roll",
            _publish_short((other,)),
        ),
    )


def _mixed() -> Sequence[Lie]:
    """Return files in which something lies that is of no log of this sale."""
    on = stage()
    first, *others = _short()
    paid = on.payment(plays.nym_of(on.deposit("ann", FIRST)), 1, "lie")
    elsewhere = sign_entry(EntryType.PAID, bytes(32), paid.body, on.parts.escrow)
    begin, whole = publish((first,)), publish((first, *others))
    return (
        Lie(
            "A32-foreign",
            "A file holds a sale and its registry; nothing judges what else lies in it.",
            "log.foreign",
            begin + elsewhere.encoded + whole[len(begin) :],
        ),
    )


def _minted() -> Lie:
    """Return a sale in which somebody deposits who is on no roll."""
    on = unrolled(stage(), 0)
    scenes: tuple[tuple[int, Scene], ...] = (
        plays.BEGIN,
        (START, lambda on, _: (on.open_entry(),)),
        (plays.DEPOSITED, lambda on, _: (on.deposit("ann", FIRST),)),
        _void_scene(TIMES.close + TIMES.slack + 1, "close-missed"),
    )
    return Lie(
        "A14-minted",
        "No more people deposit than are on the roll; the issuer made one up.",
        "people.more-than-leaves",
        board.publish(on, lie(scenes, on)),
    )


def _deposited() -> Sequence[Lie]:
    on = stage()
    deposit = on.deposit("ann", FIRST)
    nym, other = plays.nym_of(deposit), plays.nym_of(on.deposit("bob", FIRST))
    paid = on.payment(nym, 1, "lie")
    stolen = on.sign(EntryType.DEPOSIT, deposit.body, on.parts.seller)
    rows = (
        ("A07-signature", "Entries are signed.", "entry.signature", tampered(paid)),
        (
            "A07-key",
            "The escrow says what was paid.",
            "entry.key",
            on.sign(EntryType.PAID, paid.body, on.parts.seller),
        ),
        ("A12-stolen", "settle_pk signs.", "deposit.settle-key", stolen),
        (
            "A13-forged",
            "A presentation is made from a credential.",
            "deposit.presentation",
            bound(deposit, nym=other),
        ),
        ("A15-nobody", "A payment names a deposit.", "paid.unknown-nym", paid),
        (
            "A22-reason",
            "A sale is void for a reason that holds.",
            "void.reason",
            on.sign(EntryType.VOID, {"reason": "close-missed"}),
        ),
        (
            "A40-board",
            "The seller cancels, and no board in their name.",
            "cancelled.key",
            on.sign(EntryType.VOID, {"reason": "cancelled"}),
        ),
        (
            "A40-reason",
            "A seller cancels, and announces nothing else.",
            "cancelled.reason",
            on.cancelling("close-missed"),
        ),
        (
            "A07-cancelled",
            "The seller's key cancels.",
            "entry.key",
            on.cancelling(key=on.parts.board),
        ),
    )
    return [
        Lie(name, rule, code, _publish_short(opened=(entry,)))
        for name, rule, code, entry in rows
    ]


def _with(position: int, scene: Scene) -> bytes:
    """Return a sale without people, with one more scene before ``position``."""
    scenes = list(plays.NOBODY)
    scenes.insert(position, (scenes[position][0], scene))
    return publish(lie(scenes))


def _drawn() -> Sequence[Lie]:
    outsider = stage().parts.seller
    body: dict[str, Value] = {"size": 2, "root": bytes(32)}
    rows: tuple[tuple[str, str, str, int, Scene], ...] = (
        (
            "A16-close",
            "CLOSE freezes the board as it is.",
            "close.tree",
            2,
            lambda on, _: (on.sign(EntryType.CLOSE, body),),
        ),
        (
            "A40-late",
            "After CLOSE no seller cancels; they would wait for a draw that they like.",
            "cancelled.late",
            3,
            lambda on, _: (on.cancelling(),),
        ),
        (
            "A40-drawn",
            "Nor once everybody can compute the draw.",
            "cancelled.late",
            9,
            lambda on, _: (on.cancelling(),),
        ),
        (
            "A18-twice",
            "A contributor has one commitment.",
            "commit.twice",
            4,
            lambda on, state: (
                on.commit(state.contributions.frozen, alpha=draw_alpha("another")),
            ),
        ),
        (
            "A27-twice",
            "A contributor seals once.",
            "seal.twice",
            6,
            lambda on, state: (_other_seal(on, state),),
        ),
        (
            "A20-recovery",
            "What is revealed needs no recovery.",
            "recover.not-needed",
            9,
            lambda on, state: (on.recovery(state.contributions),),
        ),
        (
            "A19-opening",
            "An opening opens its commitment.",
            "reveal.opening",
            7,
            lambda on, _: (on.reveal(alpha=draw_alpha("another")),),
        ),
        (
            "A34-nym",
            "Who has deposited can claim; a claim of nobody's position is none.",
            "claim.nym",
            7,
            lambda on, _: (claimed(on, on.member("ann").credential, EPOCH).entry,),
        ),
        (
            "A34-stolen",
            "settle_pk signs a claim: a proof that was seen would serve a thief.",
            "claim.settle-key",
            7,
            lambda on, _: (_stolen_claim(on),),
        ),
        (
            "A19-outsider",
            "Whoever opens has committed.",
            "reveal.commitment",
            7,
            lambda on, _: (on.reveal(key=outsider),),
        ),
    )
    return [
        Lie(name, rule, code, _with(at, scene)) for name, rule, code, at, scene in rows
    ]


def _stolen_claim(on: Stage) -> Entry:
    claim = claimed(on, on.member("ann").credential, EPOCH).entry
    return on.sign(EntryType.CLAIM, claim.body, on.parts.seller)


def _promise_of_one(on: Stage) -> Entry:
    body: dict[str, Value] = {"count": 1, "root": bytes(32)}
    return on.sign(EntryType.ITEMS, body, on.parts.seller)


def _other_seal(on: Stage, state: SaleState) -> Entry:
    body = {**on.seal(state).body, "b_star": bytes(32)}
    return on.sign(EntryType.SEAL, body, on.parts.contributors[0])


def _ends() -> Sequence[Lie]:
    *before, (time, _) = plays.NOBODY
    rows: tuple[tuple[str, str, str, Sequence[tuple[int, Scene]]], ...] = (
        (
            "A09-late",
            "Markers lie at their time; the sale is void, as it must be.",
            "phase.late",
            (
                plays.BEGIN,
                (TIMES.open + 31, lambda on, _: (on.open_entry(),)),
                _void_scene(TIMES.open + 31, "open-missed"),
            ),
        ),
        (
            "A27-missing",
            "As many seal as must commit; the sale is void, as it must be.",
            "seal.missing",
            (
                *before[:5],
                (TIMES.seal_end, lambda on, _: (on.sign(EntryType.SEALED),)),
                _void_scene(TIMES.seal_end + 31, "sealed-missed"),
            ),
        ),
        (
            "A20-seed",
            "The seed is what the beacon gives.",
            "result.draw",
            (*before, (time, lambda on, state: (_result(on, state, "seed"),))),
        ),
        (
            "A21-outcome",
            "The outcome is what the draw gives.",
            "result.outcome",
            (*before, (time, lambda on, state: (_result(on, state, "outcome"),))),
        ),
        (
            "A35-count",
            "As many items are promised as units were won: here none.",
            "items.count",
            (*plays.NOBODY, (time + 10, lambda on, _: (_promise_of_one(on),))),
        ),
        (
            "A36-items",
            "What is delivered was promised before the unlock.",
            "delivery.items",
            (
                *plays.NOBODY,
                (TIMES.unlock, lambda on, _: (on.sign(EntryType.UNLOCK),)),
                (TIMES.unlock + 10, lambda _on, _: (wrong_delivery().delivery,)),
            ),
        ),
        (
            "A23-incomplete",
            "A sale ends with RESULT or VOID.",
            "sale.incomplete",
            before,
        ),
    )
    return [
        Lie(name, rule, code, publish(lie(scenes))) for name, rule, code, scenes in rows
    ]


def _result(on: Stage, state: SaleState, field_name: str) -> Entry:
    return on.result(state, **{field_name: bytes(32)})
