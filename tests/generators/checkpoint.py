"""Vectors of checkpoints (specs/log.md, sections 3 to 5); a part of chapter log."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot_crypto.keys import SigningKey, VerifyKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
    verify_cosignature,
)
from fairlot_crypto.log.merkle import EMPTY_ROOT
from fairlot_crypto.log.note import KeyKind, NoteKey, SignatureLine
from generators.case import Case, Raw, accept, reject
from generators.merkle import sample_tree

BOARD = SigningKey.from_seed(bytes(range(32)))
STRANGER = SigningKey.from_seed(bytes(range(32, 64)))
NAME = "board.example/sale"
TIME = 1893456000


def cases() -> Sequence[Case]:
    """Return the cases of signed checkpoints."""
    return (
        *_checkpoints(),
        *_origins(),
        *_refused_texts(),
        *_refused_signatures(),
    )


def sample_checkpoint() -> SignedCheckpoint:
    """Return the board's checkpoint of the sample tree."""
    tree = sample_tree()
    return _signed(Checkpoint(NAME, tree.size, tree.root()), TIME)


def _signed(checkpoint: Checkpoint, time: int) -> SignedCheckpoint:
    lines = (
        sign_checkpoint(checkpoint, NAME, BOARD),
        cosign_checkpoint(checkpoint, NAME, BOARD, time),
    )
    return SignedCheckpoint(checkpoint, lines)


def _checkpoints() -> Sequence[Case]:
    rows = (
        ("head", "A head of thirteen entries.", sample_checkpoint()),
        (
            "empty",
            "A board without entries at the time 0.",
            _signed(Checkpoint(NAME, 0, EMPTY_ROOT), 0),
        ),
    )
    return [_checkpoint(*row) for row in rows]


def _checkpoint(name: str, comment: str, signed: SignedCheckpoint) -> Case:
    head = signed.checkpoint
    time = verify_cosignature(signed, NAME, BOARD.public)
    keys = {
        kind.name.lower(): NoteKey(NAME, kind, BOARD.public).to_text()
        for kind in KeyKind
    }
    return accept(
        f"checkpoint-{name}",
        comment,
        {
            "op": "sign",
            "origin": head.origin,
            "size": head.size,
            "root": head.root,
            "name": NAME,
            "seed": BOARD.seed,
            "time": time,
        },
        {"text": signed.to_text()},
        {
            "key": BOARD.public,
            "vkeys": keys,
            "body": head.body(),
            "cosigned_message": f"cosignature/v1\ntime {time}\n{head.body()}",
            "signatures": [line.signature for line in signed.lines],
        },
    )


def _origins() -> Sequence[Case]:
    characters = ("\x7f", "\x80", "\x85", "\u2028", "\u2029", "\u0378")
    return [_origin(f"{NAME}{character}1") for character in characters]


def _origin(origin: str) -> Case:
    tree = sample_tree()
    signed = _signed(Checkpoint(origin, tree.size, tree.root()), TIME)
    text, read = signed.to_text(), signed.checkpoint
    return accept(
        f"checkpoint-origin-{ord(origin[-2]):04x}",
        "An origin may hold any character from U+0020 on; a line ends at U+000A only.",
        _verify_inputs(text),
        {
            "origin": read.origin,
            "size": read.size,
            "root": read.root,
            "time": _verify(text, BOARD.public),
        },
    )


def _refused_texts() -> Sequence[Case]:
    text = sample_checkpoint().to_text()
    log_line, clock_line = text.splitlines(keepends=True)[-2:]
    root_line = text.splitlines(keepends=True)[2]
    edits: tuple[tuple[str, str, str, str, str], ...] = (
        (
            "size-leading-zero",
            "Sizes have one form.",
            "checkpoint.size",
            "\n13",
            "\n013",
        ),
        ("size-sign", "Sizes have one form.", "checkpoint.size", "\n13", "\n+13"),
        (
            "size-64-bits",
            "A size is below 2^63.",
            "checkpoint.size",
            "\n13",
            "\n9223372036854775808",
        ),
        ("no-origin", "The log is named.", "checkpoint.origin", f"{NAME}\n13", "\n13"),
        ("origin-tab", "No tab.", "note.characters", f"{NAME}\n13", f"{NAME}\t\n13"),
        (
            "origin-1f",
            "No U+001F.",
            "note.characters",
            f"{NAME}\n13",
            f"{NAME}\x1f\n13",
        ),
        (
            "extension",
            "There are three lines; a fourth would be signed and mean nothing.",
            "checkpoint.lines",
            root_line,
            root_line + "extension\n",
        ),
        ("no-root", "There are three lines.", "checkpoint.lines", root_line, ""),
        (
            "root-of-30-bytes",
            "A root has 32 bytes.",
            "checkpoint.root",
            root_line,
            "A" * 40 + "\n",
        ),
        (
            "base64-trailing-bits",
            "Unused bits are zero; the text would not be one encoding.",
            "note.base64",
            root_line,
            with_trailing_bit(root_line),
        ),
        ("base64-padding", "Padding is there.", "note.base64", "=\n", "\n"),
        ("line-end", "Lines end with U+000A.", "note.characters", "\n13\n", "\r\n13\n"),
        (
            "no-final-newline",
            "Every line ends.",
            "note.layout",
            clock_line,
            clock_line[:-1],
        ),
        ("no-blank-line", "A blank line ends the text.", "note.layout", "\n\n", "\n"),
        ("no-signature", "A note is signed.", "note.layout", log_line + clock_line, ""),
        ("hyphen", "A line begins with U+2014.", "note.signature-line", "\u2014", "-"),
        ("two-spaces", "One space separates.", "note.base64", NAME + " ", NAME + "  "),
        (
            "key-name-plus",
            "Key names hold no plus; vkeys would be ambiguous.",
            "note.key-name",
            f"{NAME} ",
            "board+sale ",
        ),
        (
            "line-twice",
            "A key has one line; otherwise it would be open which of them counts.",
            "note.duplicate-key",
            clock_line,
            clock_line * 2,
        ),
    )
    return [
        _refused(name, rule, code, text.replace(old, new))
        for name, rule, code, old, new in edits
    ]


def with_trailing_bit(line: str) -> str:
    """Return a line of base64 with one "=", whose unused bits are not zero."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = line[-3]
    return f"{line[:-3]}{alphabet[alphabet.index(last) + 1]}=\n"


def _refused_signatures() -> Sequence[Case]:
    signed = sample_checkpoint()
    head, (log, clock) = signed.checkpoint, signed.lines
    later = replace(
        clock, signature=(TIME + 1).to_bytes(8, "big") + clock.signature[8:]
    )
    swapped = replace(log, signature=clock.signature[8:])
    short = replace(clock, signature=clock.signature[8:])
    overflow = replace(clock, signature=b"\x80" + clock.signature[1:])
    foreign = sign_checkpoint(head, NAME, STRANGER)
    posing = replace(foreign, key_id=log.key_id)
    rows: tuple[tuple[str, str, str, Checkpoint, tuple[SignatureLine, ...]], ...] = (
        (
            "other-size",
            "The size is signed.",
            "signature.invalid",
            replace(head, size=head.size + 1),
            (log, clock),
        ),
        (
            "other-root",
            "The root is signed; any history could be shown.",
            "signature.invalid",
            replace(head, root=EMPTY_ROOT),
            (log, clock),
        ),
        (
            "other-origin",
            "The origin is signed; a head would serve another sale.",
            "signature.invalid",
            replace(head, origin="board.example/other"),
            (log, clock),
        ),
        ("unsigned", "The log signs its heads.", "note.unsigned", head, (clock,)),
        ("undated", "A head has a time.", "note.unsigned", head, (log,)),
        (
            "redated",
            "The time is signed; an entry could be moved into another phase.",
            "signature.invalid",
            head,
            (log, later),
        ),
        (
            "cosignature-as-signature",
            "The two kinds sign different messages.",
            "signature.invalid",
            head,
            (swapped, clock),
        ),
        (
            "cosignature-without-time",
            "A cosignature is 8 bytes of time and 64 of signature.",
            "checkpoint.cosignature",
            head,
            (log, short),
        ),
        (
            "time-64-bits",
            "A time is below 2^63.",
            "checkpoint.cosignature",
            head,
            (log, overflow),
        ),
        ("stranger", "A name is not a key.", "note.unsigned", head, (foreign, clock)),
        (
            "stranger-posing",
            "A key id is not a signature.",
            "signature.invalid",
            head,
            (posing, clock),
        ),
    )
    return [
        _refused(name, rule, code, SignedCheckpoint(claimed, lines).to_text())
        for name, rule, code, claimed, lines in rows
    ]


def _refused(name: str, rule: str, code: str, text: str) -> Case:
    return reject(
        f"checkpoint-{name}",
        rule,
        code,
        _verify_inputs(text),
        lambda: _verify(text, BOARD.public),
    )


def _verify_inputs(text: str) -> dict[str, Raw]:
    return {"op": "verify", "text": text, "name": NAME, "key": BOARD.public}


def _verify(text: str, key: VerifyKey) -> int:
    signed = SignedCheckpoint.parse(text)
    verify_checkpoint(signed, NAME, key)
    return verify_cosignature(signed, NAME, key)
