"""What a witness over HTTP co-signs (specs/service.md, section 10)."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from fairlot.errors import InputError
from fairlot.logs import BoardIdentity
from fairlot.service.posting import Address
from fairlot.service.rates import Buckets, Rate
from fairlot.service.watching import WitnessDesk, witness_app
from fairlot.service.witnessing import (
    CONTRADICTION,
    ConflictError,
    Watched,
    Witnessing,
    lines_of,
)
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.log.checkpoint import SignedCheckpoint, verify_cosignature
from fairlot_crypto.log.note import KeyKind, NoteKey
from fairlot_crypto.log.submission import Submission
from json_formats import check_wire
from kit.asgi import Answer, ask
from kit.heads import NAME, NOW, ORIGIN, WITNESS, Log, key_of, witnessing
from kit.sales import source
from refusal import refusal


def date(head: SignedCheckpoint, line: object) -> int:
    both = SignedCheckpoint(head.checkpoint, (head.lines[0], line))  # type: ignore[arg-type]
    return verify_cosignature(both, WITNESS.name, WITNESS.key)


def test_a_log_is_co_signed_as_it_grows(tmp_path: Path) -> None:
    now = [NOW]
    witness = witnessing(tmp_path, lambda: now[0])
    for old, size in ((0, 5), (5, 13), (13, 13), (13, 300)):
        now[0] += 1
        log = Log.of(size)
        assert date(log.head(), log.to(witness, old)) == now[0]
        assert witness.size_of(ORIGIN) == size
    (state,) = tmp_path.iterdir()
    kept = SignedCheckpoint.parse(state.read_text(encoding="utf-8"))
    assert kept.checkpoint == Log.of(300).head().checkpoint
    assert [line.name for line in kept.lines] == [ORIGIN, WITNESS.name]


def test_what_was_co_signed_outlasts_the_process(tmp_path: Path) -> None:
    Log.of(13).to(witnessing(tmp_path), 0)
    again = witnessing(tmp_path)
    assert again.size_of(ORIGIN) == 13
    with pytest.raises(ConflictError) as caught:
        Log.of(20).to(again, 0)
    assert caught.value.size == 13
    Log.of(20).to(again, 13)


def test_the_same_head_in_the_same_second_has_the_same_line(tmp_path: Path) -> None:
    witness, log = witnessing(tmp_path), Log.of(7)
    first = log.to(witness, 0)
    (path,) = tmp_path.iterdir()
    before = path.stat().st_mtime_ns, path.stat().st_ino
    assert log.to(witness, 7) == first
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_each_log_has_a_memory_of_its_own(tmp_path: Path) -> None:
    witness = witnessing(tmp_path)
    other = Log.of(9, origin=f"{NAME}/{'cd' * 32}")
    Log.of(5).to(witness, 0)
    other.to(witness, 0)
    assert (witness.size_of(ORIGIN), witness.size_of(other.origin)) == (5, 9)


def test_a_log_of_other_software_is_watched_by_its_key(tmp_path: Path) -> None:
    log = Log.of(4, origin="other.example/log")
    vkey = NoteKey(log.origin, KeyKind.ED25519, log.key.public)
    only = Watched((), (vkey,))
    key = key_of("witness")
    witness = Witnessing(WITNESS, key, tmp_path, only, lambda: NOW)
    log.to(witness, 0)
    assert refusal(lambda: Log.of(4).to(witness, 0)) == "witness.origin"


@pytest.mark.parametrize(
    "origin",
    [
        "other.example/" + "ab" * 32,
        f"{NAME}/" + "AB" * 32,
        f"{NAME}/" + "ab" * 31,
        f"{NAME}/x/" + "ab" * 32,
        NAME,
    ],
)
def test_another_origin_is_not_watched(origin: str, tmp_path: Path) -> None:
    witness, log = witnessing(tmp_path), Log.of(4, origin=origin)
    assert refusal(lambda: log.to(witness, 0)) == "witness.origin"


def test_a_board_cannot_begin_logs_without_end(tmp_path: Path) -> None:
    boards = (BoardIdentity(NAME, key_of("board").public),)
    two = Watched(boards, most=2)
    key = key_of("witness")
    witness = Witnessing(WITNESS, key, tmp_path, two, lambda: NOW)
    logs = [Log.of(1, origin=f"{NAME}/{n:064x}") for n in range(3)]
    for log in logs[:2]:
        log.to(witness, 0)
    assert refusal(logs[2].to, witness, 0) == "witness.full"
    Log.of(2, origin=logs[0].origin).to(witness, 1)


def test_a_folder_that_this_witness_did_not_write_is_refused(tmp_path: Path) -> None:
    Log.of(13).to(witnessing(tmp_path), 0)
    (path,) = tmp_path.iterdir()
    good = path.read_text(encoding="utf-8")
    wrong = (
        good.replace("\n13\n", "\n12\n"),
        good[:-20],
        "",
        Log.of(13).head().to_text(),
    )
    for text in wrong:
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            witnessing(tmp_path)
        assert caught.value.code == "witness.state"
    path.unlink()
    path.with_name(f"{'0' * 64}.head").write_text(good, encoding="utf-8")
    with pytest.raises(InputError):
        witnessing(tmp_path)


SIZE = "text/x.tlog.size"
TEXT = "text/plain; charset=utf-8"


def posted(
    witness: Witnessing, *bodies: bytes, rate: Rate | None = None
) -> list[Answer]:
    buckets = Buckets(rate or Rate(), lambda: 0.0, source("buckets"))
    desk = WitnessDesk(witness, buckets)

    async def each() -> list[Answer]:
        app = witness_app(desk)
        async with desk.running():
            asked = [ask(app, "POST", "/add-checkpoint", [body]) for body in bodies]
            return await asyncio.gather(*asked)

    return asyncio.run(each())


def test_the_answers_are_those_of_the_text(tmp_path: Path) -> None:
    witness, log = witnessing(tmp_path), Log.of(13)
    (taken,) = posted(witness, log.since(0).to_bytes())
    assert (taken.status, taken.headers["content-type"]) == (200, TEXT)
    assert taken.content.startswith("— witness.example/0 ".encode())
    assert taken.content.endswith(b"\n")
    assert list(lines_of(taken.content, log.head(), (WITNESS,))) == [WITNESS]
    (other,) = posted(witness, Log.of(20).since(0).to_bytes())
    assert (other.status, other.headers["content-type"]) == (409, SIZE)
    assert other.content == b"13\n"


def unsigned() -> bytes:
    return replace(Log.of(13), key=key_of("thief")).since(0).to_bytes()


def with_proof(given: Submission, *proof: bytes) -> bytes:
    return replace(given, proof=proof).to_bytes()


GOOD = Log.of(20).since(13)
REFUSED = {
    "nothing": (b"", 400, "witness.request"),
    "no UTF-8": (b"old 0\n\n\xff", 400, "witness.request"),
    "no note": (b"old 13\n\n", 400, "note.layout"),
    "no old size": (GOOD.to_bytes()[7:], 400, "witness.request"),
    "leading zero": (b"old 0" + GOOD.to_bytes()[4:], 400, "witness.request"),
    "a long line": (with_proof(GOOD, bytes(33)), 400, "witness.request"),
    "too many": (with_proof(GOOD, *64 * [bytes(32)]), 400, "witness.request"),
    "base64": (GOOD.to_bytes().replace(b"=\n", b"\n", 1), 400, "note.base64"),
    "too long": (bytes(16_385), 413, "witness.size"),
    "another origin": (
        Log.of(3, origin="x.example/y").since(0).to_bytes(),
        404,
        "witness.origin",
    ),
    "not signed": (unsigned(), 403, "witness.unsigned"),
    "an old size above": (Log.of(20).since(21).to_bytes(), 400, "witness.old"),
    "no proof": (with_proof(GOOD), 422, "witness.proof"),
    "another proof": (
        with_proof(GOOD, *Log.of(20, "x").since(13).proof),
        422,
        "witness.proof",
    ),
    "a proof of nothing": (
        with_proof(Log.of(13).since(13), bytes(32)),
        422,
        "witness.proof",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_changes_nothing(name: str, tmp_path: Path) -> None:
    body, status, code = REFUSED[name]
    witness = witnessing(tmp_path)
    Log.of(13).to(witness, 0)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    (answer,) = posted(witness, body)
    assert (answer.status, answer.code) == (status, code)
    check_wire("problem", answer.json())
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert witness.size_of(ORIGIN) == 13
    assert not list(tmp_path.glob(f"*{CONTRADICTION}"))


def test_a_flood_from_one_address_is_told_to_wait(tmp_path: Path) -> None:
    body, witness = Log.of(13).since(0).to_bytes(), witnessing(tmp_path)
    answers = posted(witness, body, body, body, rate=Rate(burst=1))
    assert sorted(each.status for each in answers) == [200, 429, 429]


def test_of_heads_that_come_at_once_one_is_co_signed(tmp_path: Path) -> None:
    """Both are from nothing: the second hears the size of the first."""
    witness = witnessing(tmp_path)
    bodies = [log.since(0).to_bytes() for log in (Log.of(20), Log.of(30, "x"))]
    answers = posted(witness, *bodies)
    assert sorted(each.status for each in answers) == [200, 409]


def test_the_form_of_a_request_is_read_as_it_is_written() -> None:
    given = Log.of(300).since(13)
    assert Submission.parse(given.to_bytes()) == given
    with pytest.raises(EncodingError):
        Submission.parse(given.to_bytes().replace(b"old ", b"new "))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "w.example",
        "ftp://w.example",
        "http://",
        "http://a:b",
        "http://w/?q",
        "http://me@w",
    ],
)
def test_what_is_no_address_of_a_witness_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        Address.parse(text)
    assert caught.value.code == "witness.address"


def test_an_address_is_a_prefix() -> None:
    found = Address.parse("https://w.example:8443/below/")
    assert found[1:] == (True, "w.example", 8443, "/below")


def test_a_board_is_watched_under_its_own_key(tmp_path: Path) -> None:
    watched = Watched((BoardIdentity(NAME, key_of("another").public),))
    witness = Witnessing(WITNESS, key_of("witness"), tmp_path, watched, lambda: NOW)
    assert refusal(lambda: Log.of(3).to(witness, 0)) == "witness.unsigned"
