"""Vectors of checkpoints judged by policies (specs/log.md, section 6.3); chapter log."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
)
from fairlot_crypto.log.judgement import Judgement, judge_checkpoint
from fairlot_crypto.log.note import KeyKind, SignatureLine
from fairlot_crypto.log.policy import Policy
from generators.case import Case, Raw, accept, reject
from generators.checkpoint import BOARD, NAME, STRANGER, TIME, sample_checkpoint
from generators.policy import ANN, BOB, CLOCK, LOG, NESTED, PRESS, WITNESSES, vkey

_HEAD = sample_checkpoint().checkpoint
_BOARD_LINE, _CLOCK_LINE = sample_checkpoint().lines
_OTHER = "other.example"


def cosigned(head: Checkpoint, name: str, key: SigningKey, time: int) -> SignatureLine:
    """Return the line of a witness of ``NESTED``."""
    return cosign_checkpoint(head, f"{name}.example", key, time)


_ANN = cosigned(_HEAD, "ann", ANN, TIME + 1)
_BOB = cosigned(_HEAD, "bob", BOB, TIME + 2)
_PRESS = cosigned(_HEAD, "press", PRESS, TIME + 3)


def witnessed_checkpoint() -> SignedCheckpoint:
    """Return the board's checkpoint of the sample tree, with enough witnesses."""
    return SignedCheckpoint(_HEAD, (_BOARD_LINE, _CLOCK_LINE, _BOB, _PRESS))


def said(judgement: Judgement) -> dict[str, Raw]:
    """Return what a judgement says."""
    return {
        "logs": [log.key for log in judgement.logs],
        "cosigned": [
            {"name": each.witness.name, "time": each.time}
            for each in judgement.cosigned
        ],
        "unknown": [line.to_text() for line in judgement.unknown],
    }


def cases() -> Sequence[Case]:
    """Return the cases of judgements."""
    return (*_believed(), *_refused())


def _signed(*lines: SignatureLine, head: Checkpoint = _HEAD) -> SignedCheckpoint:
    return SignedCheckpoint(head, lines)


def _believed() -> Iterator[Case]:
    new_key = vkey(NAME, KeyKind.ED25519, STRANGER)
    rows = (
        (
            "quorum",
            "One of two auditors, and the newspaper; nobody knows the board's clock here.",
            NESTED,
            witnessed_checkpoint(),
        ),
        (
            "everybody",
            "Witnesses that the quorum can do without are named, in the policy's order.",
            NESTED,
            _signed(_PRESS, _BOB, _ANN, _BOARD_LINE),
        ),
        (
            "no-witness",
            "A quorum of nobody holds; lines of unknown keys are only listed.",
            f"{LOG}quorum none\n",
            _signed(_BOARD_LINE, _ANN),
        ),
        (
            "own-clock",
            "The board dates its head itself.",
            f"{LOG}{CLOCK}quorum clock\n",
            sample_checkpoint(),
        ),
        (
            "two-keys",
            "A log may have two keys; one has signed.",
            f"log {new_key}\n{LOG}quorum none\n",
            _signed(_BOARD_LINE),
        ),
        (
            "outside-the-quorum",
            "A witness outside the quorum is named.",
            f"{LOG}{WITNESSES['ann']}{WITNESSES['bob']}quorum bob\n",
            _signed(_BOARD_LINE, _ANN, _BOB),
        ),
    )
    for name, comment, policy, signed in rows:
        judgement = _judge(signed.to_text(), policy)
        inputs = _inputs(policy, signed)
        yield accept(f"judge-{name}", comment, inputs, said(judgement))


def _inputs(policy: str, signed: SignedCheckpoint) -> dict[str, Raw]:
    return {"op": "judge", "policy": policy.encode(), "checkpoint": signed.to_text()}


_Rows = Sequence[tuple[str, str, str, str, SignedCheckpoint]]


def _refused() -> Iterator[Case]:
    for name, rule, code, policy, signed in (*_logs(), *_signatures(), *_quorums()):
        inputs, text = _inputs(policy, signed), signed.to_text()
        attempt = partial(_judge, text, policy)
        yield reject(f"judge-{name}", rule, code, inputs, attempt)


def _judge(checkpoint: str, policy: str) -> Judgement:
    signed = SignedCheckpoint.parse(checkpoint)
    return judge_checkpoint(signed, Policy.parse(policy.encode()))


def _logs() -> _Rows:
    code = "policy.log"
    open_ = f"{LOG}quorum none\n"
    other = replace(_HEAD, origin=_OTHER)
    of_other = sign_checkpoint(_HEAD, _OTHER, STRANGER)
    return (
        (
            "no-roots",
            "A policy without logs believes none.",
            code,
            "quorum none\n",
            _signed(_BOARD_LINE),
        ),
        (
            "unsigned",
            "Witnesses do not stand in for the log.",
            code,
            NESTED,
            _signed(_ANN, _BOB, _PRESS),
        ),
        (
            "unknown-log",
            "The log is one of the policy.",
            code,
            open_,
            _signed(sign_checkpoint(_HEAD, NAME, STRANGER)),
        ),
        (
            "other-origin",
            "A log signs under its own name; else its entries would pass for another's.",
            code,
            open_,
            _signed(sign_checkpoint(other, NAME, BOARD), head=other),
        ),
        (
            "signed-by-two-logs",
            "A log of the policy signs under its own name.",
            code,
            f"{LOG}log {vkey(_OTHER, KeyKind.ED25519, STRANGER)}\nquorum none\n",
            _signed(_BOARD_LINE, of_other),
        ),
    )


def _signatures() -> _Rows:
    code = "signature.invalid"
    forged = replace(_BOARD_LINE, signature=bytes(64))
    redated = replace(_BOB, signature=_ANN.signature[:8] + _BOB.signature[8:])
    overflow = replace(_BOB, signature=b"\x80" + _BOB.signature[1:])
    rest = (_BOARD_LINE, _ANN, _PRESS)
    return (
        (
            "log-signature",
            "The log's signature is verified.",
            code,
            NESTED,
            _signed(forged, _ANN, _PRESS),
        ),
        (
            "other-root",
            "The root is signed by log and witnesses.",
            code,
            NESTED,
            _signed(*rest, head=replace(_HEAD, root=bytes(32))),
        ),
        (
            "redated",
            "A wrong cosignature of a known witness is no missing one, needed or not.",
            code,
            NESTED,
            _signed(*rest, redated),
        ),
        (
            "borrowed",
            "A cosignature is its witness's.",
            code,
            NESTED,
            _signed(_BOARD_LINE, _ANN, replace(_PRESS, signature=_ANN.signature)),
        ),
        (
            "time-64-bits",
            "A time is below 2^63.",
            "checkpoint.cosignature",
            NESTED,
            _signed(*rest, overflow),
        ),
        (
            "undated",
            "A cosignature has a time.",
            "checkpoint.cosignature",
            NESTED,
            _signed(*rest, replace(_BOB, signature=_BOB.signature[8:])),
        ),
    )


def _quorums() -> _Rows:
    code = "policy.quorum"
    poser = cosigned(_HEAD, "press", STRANGER, TIME)
    plain = sign_checkpoint(_HEAD, "press.example", PRESS)
    two_of_three = (
        f"{LOG}{''.join(WITNESSES.values())}group g 2 ann bob press\nquorum g\n"
    )
    return (
        (
            "nobody",
            "The quorum has witnessed.",
            code,
            NESTED,
            _signed(_BOARD_LINE, _CLOCK_LINE),
        ),
        (
            "one-group-only",
            "All groups have witnessed; two of one do not stand in for the other.",
            code,
            NESTED,
            _signed(_BOARD_LINE, _ANN, _BOB),
        ),
        (
            "empty-group",
            "All groups have witnessed.",
            code,
            NESTED,
            _signed(_BOARD_LINE, _PRESS),
        ),
        (
            "one-of-three",
            "Two of three have witnessed.",
            code,
            two_of_three,
            _signed(_BOARD_LINE, _BOB),
        ),
        (
            "other-witness",
            "The quorum is one witness and no other.",
            code,
            f"{LOG}{WITNESSES['ann']}{WITNESSES['bob']}quorum ann\n",
            _signed(_BOARD_LINE, _BOB),
        ),
        (
            "stranger-posing",
            "A name is not a key.",
            code,
            NESTED,
            _signed(_BOARD_LINE, _ANN, poser),
        ),
        (
            "signature-as-cosignature",
            "A signature of kind 0x01 is no cosignature.",
            code,
            NESTED,
            _signed(_BOARD_LINE, _ANN, plain),
        ),
    )
