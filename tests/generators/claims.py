"""Vectors of claims (specs/claims.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from fairlot.claim.binding import ClaimBinding
from fairlot.claim.claim import Claim, check_claim, read_claim
from fairlot.claim.control import Epochs, refunded, released
from fairlot.claim.make import MadeClaim, make_claim
from fairlot.entry import EntryHash, EntryType, check_signature, read_entry, sign_entry
from fairlot.names import Nym, SaleId
from fairlot.terms.terms import REFUND_AT_ONCE, REFUND_WITH_POSITION, Terms
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import SealKey, SigningKey, VerifyKey
from fairlot_crypto.statements import Statements
from generators.case import Case, Chapter, Raw, accept, reject
from generators.committee_setting import stream
from generators.credential import credential_inputs
from generators.credential_setting import EPOCH, Issued, issued
from generators.deposit_setting import sale
from generators.edits import edited, without
from generators.identity_setting import NOW, registry_octets, signing_key
from kit.claims import reclaimed

MIDNIGHT = (EPOCH + 1) * 86_400
"""The end of the running epoch."""
HOUR = 3_600
UNLOCK = NOW
"""An unlock in the middle of the running epoch."""


@dataclass(frozen=True, slots=True)
class One:
    """A claim, and who made it."""

    each: Issued
    terms: Terms
    made: MadeClaim
    label: str


@cache
def made(
    label: str,
    seq: int = 0,
    each: Issued | None = None,
    title: str = "Club concert",
    not_after: int = MIDNIGHT + HOUR,
) -> One:
    """Make a claim; ``label`` names its seed."""
    whose = each or issued()
    terms = sale(whose, title)
    claim = make_claim(
        whose.case.credentials,
        whose.credential,
        terms,
        whose.case.roll_id,
        whose.request.epoch,
        not_after,
        stream(label),
        seq,
    )
    return One(whose, terms, claim, label)


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "claims",
        "`op` names what is done. `make`: steps 1 to 3, from the seed of the source. "
        "`check`: read the entry, check its signature, then steps 4 to 7 at `time`; a claim "
        "has nym and `order`, by which the greatest controls. `release`: steps 10 and 11 "
        "over `claims` of one nym, with `epoch` and `grace` in seconds; the output is the "
        "entry hash of the claim that takes what was won, or null while it waits. "
        "`refund`: step 12 with the terms' rule, and `first`, the destination that the nym's "
        "first entry names; the output is where its refunds go, or null while they are held.",
        (*_made(), *_checked(), *_refused(), *_released(), *_refunded()),
    )


def _made() -> Sequence[Case]:
    rows = (
        ("claim", "With new keys; nothing is disclosed.", made("claim")),
        ("again", "A greater seq.", made("claim again", 1)),
        ("renewed", "The next epoch.", made("renewed", each=issued(epoch=EPOCH + 1))),
        ("committee", "Four issuers.", made("four", each=issued(4, 1, 2))),
    )
    return [
        accept(
            f"make-{name}",
            comment,
            {
                "op": "make",
                "registry": registry_octets(one.each.case.registry),
                "terms": cbor.encode(one.terms.to_value()),
                "roll": one.each.case.roll_id,
                "credential": credential_inputs(one.each.credential),
                "epoch": one.each.request.epoch,
                "seq": read_claim(one.made.entry).binding.seq,
                "not_after": MIDNIGHT + HOUR,
                "seed": stream.seed(one.label),
            },
            {"entry": one.made.entry.encoded, "nym": one.made.nym},
            {"ph": read_claim(one.made.entry).binding.ph},
        )
        for name, comment, one in rows
    ]


def _checked() -> Sequence[Case]:
    tomorrow = made("renewed", each=issued(epoch=EPOCH + 1))
    rows = (
        ("claim", "In the running epoch.", made("claim"), NOW),
        ("grace", "In the hour after it.", made("claim"), MIDNIGHT + HOUR - 1),
        ("next-epoch", "From its first second.", tomorrow, MIDNIGHT),
        ("committee", "Four issuers.", made("four", each=issued(4, 1, 2)), NOW),
    )
    cases: list[Case] = []
    for name, comment, one, time in rows:
        claim = _check(one, one.made.entry.encoded, time)
        output: dict[str, Raw] = {"nym": claim.nym, "order": [*claim.precedence]}
        inputs = _inputs(one, one.made.entry.encoded, time)
        cases.append(accept(f"check-{name}", comment, inputs, output))
    return cases


def _inputs(one: One, encoded: bytes, time: int) -> dict[str, Raw]:
    return {
        "op": "check",
        "registry": registry_octets(one.each.case.registry),
        "terms": cbor.encode(one.terms.to_value()),
        "roll": one.each.case.roll_id,
        "entry": encoded,
        "time": time,
    }


def _check(one: One, encoded: bytes, time: int) -> Claim:
    entry, statements = read_entry(cbor.decode(encoded), encoded), Statements()
    check_signature(entry, statements)
    case = one.each.case
    return check_claim(
        case.credentials, one.terms, case.roll_id, entry, time, statements
    )


def _refused() -> Sequence[Case]:
    start = made("claim")
    rows = (*_malformed(start), *_unfit(start), *_untimely(start), *_unproved(start))
    return [
        reject(
            f"check-{name}",
            rule,
            code,
            _inputs(start, encoded, time),
            lambda encoded=encoded, time=time: _check(start, encoded, time),  # type: ignore[misc]
        )
        for name, rule, code, encoded, time in rows
    ]


Row = tuple[str, str, str, bytes, int]


def _signed(one: One, body: Value, key: SigningKey | None = None) -> bytes:
    mapping = body if isinstance(body, Mapping) else dict[str, Value]()
    named = {str(name): each for name, each in mapping.items()}
    signer = key or one.made.keys.settle
    return sign_entry(EntryType.CLAIM, one.terms.sale_id, named, signer).encoded


def _malformed(start: One) -> Sequence[Row]:
    form = "An entry has one form: unsaid things could be read in two ways."
    body: Value = start.made.entry.body
    edits: tuple[tuple[str, str, Value], ...] = (
        ("note", "note", 1),
        ("disclosed", "disclosed", {}),
        ("ph-note", "ph/note", 1),
        ("ph-wants", "ph/wants", 1),
        ("type-text", "ph/type", "DEPOSIT"),
        ("seq-negative", "ph/seq", -1),
        ("seq-boolean", "ph/seq", True),
        ("salt-short", "ph/salt", bytes(31)),
        ("refund-to-long", "ph/refund_to", bytes(33)),
        ("enc-short", "ph/enc_pk", bytes(31)),
        ("nym-short", "nym", bytes(47)),
        ("epoch-negative", "epoch", -1),
        ("proof-text", "proof", ""),
    )
    changed = [
        (name, form, "entry.field", _signed(start, edited(body, path, new)), NOW)
        for name, path, new in edits
    ]
    for name in ("ph", "nym", "proof", "epoch"):
        kept = _signed(start, without(body, name))
        changed.append((f"without-{name}", form, "entry.field", kept, NOW))
    return changed


def _rebound(start: One, **changes: Value) -> bytes:
    case = start.each.case
    by = case.credentials, start.each.credential, start.terms, case.roll_id
    key = start.made.keys.settle
    return reclaimed(by, start.made, changes, key, stream("rebound")).encoded


def _unfit(start: One) -> Sequence[Row]:
    other = made("other sale", title="Another concert")
    stranger = signing_key("stranger")
    replayed = _signed(start, other.made.entry.body, other.made.keys.settle)
    stolen = _signed(start, start.made.entry.body, stranger)
    low = bytes([1, *bytes(31)])
    board = _rebound(start, board=stranger.public)
    named = _rebound(start, settle_pk=stranger.public)
    anybody = "Anybody could open what is sealed to a key of small order."
    return (
        ("sale", "It was made for another sale.", "claim.sale", replayed, NOW),
        ("board", "A copy on another board.", "claim.board", board, NOW),
        ("settle-key", "settle_pk signs.", "claim.settle-key", named, NOW),
        (
            "stolen",
            "A proof seen on its way would move control to a thief.",
            "claim.settle-key",
            stolen,
            NOW,
        ),
        ("enc-zero", anybody, "claim.enc-key", _rebound(start, enc_pk=bytes(32)), NOW),
        ("enc-one", anybody, "claim.enc-key", _rebound(start, enc_pk=low), NOW),
    )


def _untimely(start: One) -> Sequence[Row]:
    now = start.made.entry.encoded
    tomorrow = made("renewed", each=issued(epoch=EPOCH + 1)).made.entry.encoded
    kept = made("kept", not_after=NOW).made.entry.encoded
    stale = "An old credential: after a recovery the thief's would still act."
    return (
        ("late", "The board kept it back.", "claim.not-after", kept, NOW + 1),
        ("epoch-over", stale, "claim.epoch", now, MIDNIGHT + HOUR),
        ("epoch-ahead", "It has not begun.", "claim.epoch", tomorrow, MIDNIGHT - 1),
    )


def _unproved(start: One) -> Sequence[Row]:
    code, body = "claim.presentation", start.made.entry.body
    key = start.made.keys.settle
    unbound = edited(body, "ph/seq", 9)
    renewed = edited(body, "epoch", EPOCH - 1)
    other = made("other", each=issued(4, 1, 2)).made
    nym = edited(body, "nym", other.nym)
    stray = made("elsewhere", each=issued(4, 1, 2)).made.entry.body["proof"]
    return (
        ("unbound", "Every field is bound.", code, _signed(start, unbound, key), NOW),
        (
            "other-epoch",
            "The header has the epoch.",
            code,
            _signed(start, renewed, key),
            EPOCH * 86_400 + HOUR - 1,
        ),
        ("other-nym", "The nym is proved.", code, _signed(start, nym, key), NOW),
        (
            "other-proof",
            "A proof is for one registry and nym.",
            code,
            _signed(start, edited(body, "proof", stray), key),
            NOW,
        ),
    )


def _released() -> Sequence[Case]:
    complete = MIDNIGHT + HOUR
    after = complete + 86_400
    old, own, thief = (EPOCH - 1, 0, "ann"), (EPOCH, 0, "ann"), (EPOCH, 9, "eve")
    alone, again = (EPOCH + 1, 0, "ann"), (EPOCH, 1, "ann")
    rows: tuple[tuple[str, str, list[Made], int, Made | None], ...] = (
        ("one", "After the hour of its epoch.", [own], complete, own),
        ("waits", "Another claim of it may still come.", [own], complete - 1, None),
        ("none", "Nobody claimed.", [], after, None),
        ("old", "Before the unlock: a thief's could be.", [old], after, None),
        ("old-and-new", "The old one does not count.", [old, own], complete, own),
        ("same-key", "The greatest of one holder's.", [own, again], complete, again),
        ("two-keys", "Holder and thief: wait.", [own, thief], complete, None),
        ("next", "Then one of them is alone.", [own, thief, alone], after, alone),
        ("next-waits", "Its hour is not over.", [own, thief, alone], after - 1, None),
        ("final", "Later claims change nothing.", [own, alone], after, own),
    )  # fmt: skip
    return [_release(*row) for row in rows]


Made = tuple[int, int, str]
"""Epoch, seq, and whose key."""


def _release(
    name: str, comment: str, rows: Sequence[Made], time: int, due: Made | None
) -> Case:
    claims = [_ideal(*row) for row in rows]
    epochs = Epochs(86_400, HOUR)
    found = released(claims, UNLOCK, time, epochs)
    expected = None if due is None else _ideal(*due)
    if found != expected:
        raise AssertionError(f"{name}: another claim is released")
    listed: list[Raw] = [_listed(each) for each in claims]
    return accept(
        f"release-{name}",
        comment,
        {
            "op": "release",
            "claims": listed,
            "epoch": 86_400,
            "grace": HOUR,
            "unlock": UNLOCK,
            "time": time,
        },
        {"claim": None if found is None else found.entry_hash},
    )


def _refunded() -> Sequence[Case]:
    complete = MIDNIGHT + HOUR
    after = complete + 86_400
    old, own, thief = (EPOCH - 1, 9, "eve"), (EPOCH, 0, "ann"), (EPOCH, 9, "eve")
    alone = (EPOCH + 1, 0, "ann")
    late = REFUND_WITH_POSITION
    first: Made | str = "first"
    rows: tuple[tuple[str, str, str, list[Made], int, Made | str | None], ...] = (
        ("at-once", "Whoever claims.", REFUND_AT_ONCE, [own], complete, first),
        ("at-once-early", "Before all claims.", REFUND_AT_ONCE, [], 0, first),
        ("claimed", "After the hour of its epoch.", late, [own], complete, own),
        ("held", "Another claim of it may still come.", late, [own], complete - 1, None),
        ("nobody", "Who does not claim waits.", late, [], after, None),
        ("thief", "A claim before the unlock takes nothing.", late, [old], after, None),
        ("thief-and-owner", "A later epoch.", late, [old, own], complete, own),
        ("two-keys", "Holder and thief: held.", late, [own, thief], complete, None),
        ("next", "One alone.", late, [own, thief, alone], after, alone),
        ("final", "It stays.", late, [own, alone], after, own),
    )  # fmt: skip
    return [_refund(*row) for row in rows]


def _refund(
    name: str,
    comment: str,
    rule: str,
    rows: Sequence[Made],
    time: int,
    due: Made | str | None,
) -> Case:
    claims, named = [_ideal(*row) for row in rows], stream.seed("refund first")
    claim = released(claims, UNLOCK, time, Epochs(86_400, HOUR))
    found = refunded(rule, named, claim)
    if isinstance(due, tuple):
        expected: bytes | None = _ideal(*due).binding.refund_to
    else:
        expected = None if due is None else named
    if found != expected:
        raise AssertionError(f"{name}: the refund goes elsewhere")
    listed = [{**_listed(each), "refund_to": each.binding.refund_to} for each in claims]
    return accept(
        f"refund-{name}",
        comment,
        {
            "op": "refund",
            "refund": rule,
            "first": named,
            "claims": [*listed],
            "epoch": 86_400,
            "grace": HOUR,
            "unlock": UNLOCK,
            "time": time,
        },
        {"refund_to": found},
    )


def _listed(claim: Claim) -> dict[str, Raw]:
    return {
        "epoch": claim.epoch,
        "seq": claim.binding.seq,
        "settle_pk": claim.binding.settle_pk,
        "entry_hash": claim.entry_hash,
    }


def _ideal(epoch: int, seq: int, whose: str) -> Claim:
    """Return a claim of which only what decides is there."""
    key = signing_key(f"settle {whose}").public
    nothing = VerifyKey(b"")
    to = stream.seed(f"refund {epoch} {seq} {whose}")
    binding = ClaimBinding(SaleId(b""), seq, key, SealKey(b""), to, b"", nothing, 0)
    mark = EntryHash(stream.seed(f"claim {epoch} {seq} {whose}"))
    return Claim(binding, Nym(b""), b"", epoch, mark)
