"""Lies about claims: whose, for what, and when."""

from collections.abc import Callable, Mapping

from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.rehearsal.parts import START
from fairlot_crypto.cbor import Value
from kit.claims import claimed, rebound
from kit.lying_board import LyingBoard, play_with
from kit.sales import deposit, stage
from kit.stage import EPOCH, Stage
from lies_file import STRANGER, Make, Row

WHO = 0
"""The member who claims."""


def _claim(on: Stage) -> Entry:
    return claimed(on, on.members[WHO].credential, EPOCH).entry


def _bound(changes: Mapping[str, Value]) -> Callable[[Stage], Entry]:
    """Claim with another binding, honestly presented and signed."""

    def make(on: Stage) -> Entry:
        credential = on.members[WHO].credential
        return rebound(on, credential, claimed(on, credential, EPOCH), changes)

    return make


def _posted(make: Callable[[Stage], Entry], on: Stage | None = None) -> Make:
    """Post a claim between the seals and the end of the reveals."""
    sale = stage() if on is None else on

    def lie(board: LyingBoard, time: int) -> None:
        board.batch(time, make(board.on))

    return lambda: play_with(sale, before={"reveal-end": lie})


def _stolen(on: Stage) -> Entry:
    """Sign the claim of somebody else with one's own key."""
    return sign_entry(EntryType.CLAIM, on.terms.sale_id, _claim(on).body, STRANGER)


def _unproved(on: Stage) -> Entry:
    """Leave the proof as it is and bind something else."""
    made = claimed(on, on.members[WHO].credential, EPOCH)
    ph = {**_as_map(made.entry.body["ph"]), "seq": 9}
    body = {**made.entry.body, "ph": ph}
    return sign_entry(EntryType.CLAIM, on.terms.sale_id, body, made.keys.settle)


def _as_map(value: Value) -> Mapping[str, Value]:
    if not isinstance(value, Mapping):
        raise TypeError("a binding is a map")
    return {str(name): each for name, each in value.items()}


def _tomorrows(on: Stage) -> Entry:
    """Claim with a credential whose epoch has not begun."""
    member = on.members[WHO]
    return claimed(on, member.credential, EPOCH + 1).entry


def _without_a_position() -> bytes:
    """Claim for a nym that never deposited."""
    on = stage()

    def lie(board: LyingBoard, time: int) -> None:
        board.batch(time, _claim(board.on))

    others = [deposit(on, 1)]
    return play_with(on, before={"reveal-end": lie}, deposits=others)


CLAIMS = (
    Row(
        "A34",
        "claim.sale",
        "a claim was made for another sale",
        _posted(_bound({"sale_id": bytes(32)})),
    ),
    Row(
        "A34",
        "claim.board",
        "a claim was made for another board",
        _posted(_bound({"board": STRANGER.public})),
    ),
    Row("A34", "claim.settle-key", "a stranger signs a claim", _posted(_stolen)),
    Row(
        "A34",
        "claim.enc-key",
        "a claim names a key to which anybody can open what is sealed",
        _posted(_bound({"enc_pk": bytes(32)})),
    ),
    Row(
        "A34",
        "claim.not-after",
        "a claim was kept back",
        _posted(_bound({"not_after": START})),
    ),
    Row("A34", "claim.epoch", "a claim of an epoch to come", _posted(_tomorrows)),
    Row(
        "A34", "claim.presentation", "a claim binds something else", _posted(_unproved)
    ),
    Row("A34", "claim.nym", "a claim to a position that is none", _without_a_position),
    Row(
        "A09",
        "phase.wrong",
        "a claim before the draw is fixed",
        lambda: play_with(
            stage(),
            before={"close": lambda board, time: board.batch(time, _claim(board.on))},
        ),
    ),
)
