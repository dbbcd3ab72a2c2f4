"""Vectors of what boards send to witnesses, and what these answer (specs/service.md)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from fairlot.service.witnessing import ConflictError
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.submission import Submission
from generators.case import Case, Chapter, Raw, accept, reject
from generators.service_mail import mail
from kit.heads import BOARD, NAME, NOW, WITNESS, Log, key_of, witnessing

_SEEN = 13


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "service",
        "`op` names the operation. write: make the body of a request to a witness from the "
        "old size, the hashes of the proof and the signed checkpoint, a text. read: read one. "
        "witness: a witness of the board `board` (name and key), with the given name and "
        "seed, gets `request` at `clock`. `last` is the head that it co-signed last, as its "
        "state file holds it, null for none. `answer` is the body of status 200, and `state` "
        "what the file holds then; `conflict` is the size in the answer with status 409, "
        "after which the state is as before. mail-id: the hash of an invitation's code, and "
        "the name of a request in a mailbox. kind: what a request asks for. pack, unpack: "
        "write and read a parcel.",
        (*_requests(), *_taken(), *_conflicts(), *_misread(), *_refused(), *mail()),
    )


def _fields(given: Submission) -> dict[str, Raw]:
    return {
        "old": given.old,
        "proof": list(given.proof),
        "checkpoint": given.signed.to_text(),
    }


def _requests() -> Iterator[Case]:
    rows = (
        ("first", "From nothing there is no proof.", Log.of(5).since(0)),
        ("grown", "Five hashes lead from 13 entries to 300.", Log.of(300).since(13)),
        ("same", "The same head again: nothing is to prove.", Log.of(13).since(13)),
    )
    for name, comment, given in rows:
        text = given.to_bytes().decode()
        yield accept(
            f"write-{name}",
            comment,
            {"op": "write", **_fields(given)},
            {"request": text},
        )
        yield accept(
            f"read-{name}", "And back.", {"op": "read", "request": text}, _fields(given)
        )


def _witness(last: int, request: bytes, clock: int) -> dict[str, Raw]:
    """Let a witness that has seen ``last`` entries judge a request."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        _before(place, last)
        try:
            line = witnessing(place, lambda: clock).add(request)
        except ConflictError as conflict:
            return {"conflict": conflict.size}
        return {"answer": f"{line.to_text()}\n", "state": _state(place)}


def _before(place: Path, last: int) -> str | None:
    if last:
        Log.of(last).to(witnessing(place), 0)
    return _state(place)


def _state(place: Path) -> str | None:
    for path in place.glob("*.head"):
        return path.read_text(encoding="utf-8")
    return None


def _given(last: int, request: bytes, clock: int) -> dict[str, Raw]:
    with TemporaryDirectory() as folder:
        state = _before(Path(folder), last)
    return {
        "op": "witness",
        "board": {"name": NAME, "key": BOARD.public},
        "name": WITNESS.name,
        "seed": key_of("witness").seed,
        "last": state,
        "clock": clock,
        "request": request.decode(),
    }


def _taken() -> Iterator[Case]:
    rows = (
        (
            "first",
            "The first head of a log is taken as it is.",
            0,
            Log.of(5).since(0),
            9,
        ),
        ("empty", "A log of no entries is co-signed too.", 0, Log.of(0).since(0), 9),
        (
            "grown",
            "A head that extends the last one.",
            _SEEN,
            Log.of(20).since(_SEEN),
            9,
        ),
        (
            "again",
            "The same head later has a later date.",
            _SEEN,
            Log.of(_SEEN).since(_SEEN),
            9,
        ),
        (
            "same-second",
            "The same head in the same second has the line that is there.",
            _SEEN,
            Log.of(_SEEN).since(_SEEN),
            0,
        ),
        (
            "more-lines",
            "Lines of keys that the witness does not know are ignored.",
            _SEEN,
            _with_stranger(Log.of(20).since(_SEEN)),
            9,
        ),
    )
    for name, comment, last, given, later in rows:
        request, clock = given.to_bytes(), NOW + later
        yield accept(
            f"witness-{name}",
            comment,
            _given(last, request, clock),
            _witness(last, request, clock),
        )


def _with_stranger(given: Submission) -> Submission:
    other = Log.of(20, origin="stranger.example/log").head().lines
    lines = (*given.signed.lines, *other)
    return replace(given, signed=replace(given.signed, lines=lines))


def _conflicts() -> Iterator[Case]:
    fork = Log.of(_SEEN, "forked")
    rows: tuple[tuple[str, str, Submission], ...] = (
        (
            "forgotten",
            "The board does not know what was co-signed last: it hears the size.",
            Log.of(20).since(0),
        ),
        ("earlier", "An earlier head of the same log.", Log.of(5).since(0)),
        ("other-size", "The witness has seen another size.", Log.of(20).since(12)),
        (
            "fork",
            (
                "Another tree of the size that was co-signed: were it co-signed too, "
                "two histories would stand."
            ),
            fork.since(_SEEN),
        ),
        ("fork-from-nothing", "The same, as if nothing had been.", fork.since(0)),
    )
    for name, comment, given in rows:
        request = given.to_bytes()
        yield accept(
            f"conflict-{name}",
            comment,
            _given(_SEEN, request, NOW + 9),
            _witness(_SEEN, request, NOW + 9),
        )


def _misread() -> Iterator[Case]:
    good = Log.of(20).since(_SEEN)
    text, note = good.to_bytes().decode(), good.signed.to_text()
    body = note.partition("\n\n")[0]
    many = replace(good, proof=64 * (bytes(32),)).to_bytes().decode()
    form = "witness.request"
    rows = (
        ("empty", "A request has an old size.", form, ""),
        ("no-old", "The first line names the old size.", form, text[7:]),
        ("word", "The line begins with old.", form, f"new 13\n\n{note}"),
        ("upper", "In small letters.", form, f"Old 13\n\n{note}"),
        ("zeros", "No leading zeros.", form, f"old 013\n\n{note}"),
        ("sign", "No sign.", form, f"old +13\n\n{note}"),
        ("blank", "One blank.", form, f"old  13\n\n{note}"),
        ("large", "Below 2^63.", form, f"old {2**63}\n\n{note}"),
        ("return", "Lines end with a newline alone.", form, f"old 13\r\n\n{note}"),
        ("no-blank", "An empty line follows the proof.", form, f"old 13\n{body}\n"),
        ("short-hash", "A hash has 32 bytes.", form, f"old 13\nAAAA\n\n{note}"),
        ("proof", "At most 63 hashes.", form, many),
        ("base64", "With padding.", "note.base64", text.replace("=\n", "\n", 1)),
        ("no-note", "A checkpoint follows.", "note.layout", "old 13\n\n"),
        (
            "unsigned",
            "With a signature line at least.",
            "note.layout",
            f"old 13\n\n{body}\n",
        ),
        (
            "extension",
            "Checkpoints of fairlot's logs have three lines.",
            "checkpoint.lines",
            "old 0\n\n" + note.replace("\n\n", "\nmore\n\n", 1),
        ),
    )
    for name, rule, code, request in rows:
        yield reject(
            f"read-{name}",
            rule,
            code,
            {"op": "read", "request": request},
            partial(Submission.parse, request.encode()),
        )


def _refused() -> Iterator[Case]:
    good, fork = Log.of(20).since(_SEEN), Log.of(20, "forked").since(_SEEN)
    moved = SignedCheckpoint(
        good.signed.checkpoint, Log.of(20, origin=f"{NAME}/{'cd' * 32}").head().lines
    )
    rows: tuple[tuple[str, str, str, Submission], ...] = (
        (
            "origin",
            "A log that is not watched: anybody could fill the witness's memory.",
            "witness.origin",
            Log.of(20, origin=f"other.example/{'ab' * 32}").since(0),
        ),
        (
            "scope",
            "The origin of a board's log ends with 64 lower-case digits.",
            "witness.origin",
            Log.of(20, origin=f"{NAME}/{'AB' * 32}").since(0),
        ),
        (
            "thief",
            "Signed by another key: anybody could lead the witness astray.",
            "witness.unsigned",
            replace(Log.of(20), key=key_of("thief")).since(_SEEN),
        ),
        (
            "moved",
            "The line of another log of the same board.",
            "witness.unsigned",
            replace(good, signed=moved),
        ),
        ("back", "A log does not shrink.", "witness.old", Log.of(5).since(_SEEN)),
        ("no-proof", "Growth is proved.", "witness.proof", replace(good, proof=())),
        (
            "short-proof",
            "To the end.",
            "witness.proof",
            replace(good, proof=good.proof[:-1]),
        ),
        (
            "long-proof",
            "And no further.",
            "witness.proof",
            replace(good, proof=(*good.proof, bytes(32))),
        ),
        (
            "fork",
            (
                "A log that has forked before the size that was co-signed: two histories "
                "would stand."
            ),
            "witness.proof",
            fork,
        ),
        (
            "fork-honest-proof",
            "With the proof of the honest one.",
            "witness.proof",
            replace(fork, proof=good.proof),
        ),
        (
            "proof-of-same",
            "The same size has nothing to prove.",
            "witness.proof",
            replace(Log.of(_SEEN).since(_SEEN), proof=(bytes(32),)),
        ),
    )
    for name, rule, code, given in rows:
        request = given.to_bytes()
        yield _refusal(f"witness-{name}", rule, code, _SEEN, request, NOW + 9)
    from_nothing = replace(Log.of(5).since(0), proof=(bytes(32),)).to_bytes()
    rule = "From nothing there is nothing to prove."
    yield _refusal("witness-proof-of-all", rule, "witness.proof", 0, from_nothing, NOW)
    rule = "A date that lies before the last one: later heads would seem earlier."
    yield _refusal(
        "witness-late", rule, "witness.late", _SEEN, good.to_bytes(), NOW - 1
    )


def _refusal(
    name: str, rule: str, code: str, last: int, request: bytes, clock: int
) -> Case:
    inputs: Mapping[str, Raw] = _given(last, request, clock)
    return reject(name, rule, code, inputs, partial(_witness, last, request, clock))
