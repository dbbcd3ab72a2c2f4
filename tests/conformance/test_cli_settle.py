"""``fairlot settle``, and ``fairlot audit`` with rounds: who gets what, without the board."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from command import FAIRLOT, SEED, TERMS, Ran, fairlot, run_program, write_inputs
from fairlot.board.phase import VoidReason
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry, EntryType
from kit.board import as_record, dated
from kit.lying_board import LyingBoard, play_with, played
from kit.sales import clocked, stage
from kit.stage import Stage

POOLS = """\
title = "Two pools"
asset = "seat"
[[pool]]
name = "first"
supply = 1
mechanism = "equal-share"
price = 100
cap = 1
[[pool]]
name = "second"
supply = 3
mechanism = "quadratic"
price = 50
cap = 2
[beacon]
contributors = 2
delay = 1
withhold = 1
"""
VOID = TERMS.replace("contributors = 1", "contributors = 2\nabsent = 1")
UNSEALED = TERMS.replace("contributors = 1", "contributors = 2\nunsealed = 1")


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with files that somebody found."""

    folder: Path

    def write(self, name: str, data: bytes | str) -> Path:
        """Write a file."""
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def settle(self, data: bytes, *words: str | Path) -> Ran:
        """Settle a transcript."""
        return fairlot("settle", self.write("transcript.fairlot", data), *words)

    def document(self, data: bytes, *words: str | Path) -> Any:  # noqa: ANN401 (JSON)
        """Settle a transcript, for machines."""
        ran = self.settle(data, *words, "--json")
        found = json.loads(ran.out)
        assert found.pop("format") == "fairlot/settlement"
        assert found.pop("version") == 1
        assert ran.code == (found["result"] == "not-yet" or found["findings"] != [])
        return found


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return an empty folder."""
    return Place(tmp_path)


def rehearsed(place: Place, terms: str) -> Path:
    """Rehearse a sale, and return what it left."""
    inputs = write_inputs(place.folder, terms)
    out = place.folder / "run"
    ran = fairlot("run", inputs.terms, inputs.people, "--out", out, "--seed", SEED)
    assert ran.code == (terms in {VOID, UNSEALED})
    return out


def cut_before(data: bytes, kind: EntryType) -> bytes:
    """Return what lies before the first entry of a type."""
    for item in read_records(data):
        entry = item.item if isinstance(item, Record) else None
        if isinstance(entry, Entry) and entry.type is kind:
            return data[: item.offset]
    raise AssertionError(f"there is no {kind}")


def named_of(on: Stage) -> Any:  # noqa: ANN401 (passed on)
    """Return the one round that the terms name."""
    (named,) = on.terms.named_rounds()
    return named


@pytest.mark.slow
@pytest.mark.parametrize("terms", [TERMS, POOLS, VOID, UNSEALED])
def test_the_tables_are_those_of_the_run_to_the_byte(place: Place, terms: str) -> None:
    run = rehearsed(place, terms)
    data = (run / "transcript.fairlot").read_bytes()
    ran = place.settle(data, "--out", place.folder / "settled")
    assert (ran.code, ran.err) == (0, "")
    found = {p.name: p.read_bytes() for p in (place.folder / "settled").iterdir()}
    private = {"transcript.fairlot", "nyms.csv"}
    left = {p.name: p.read_bytes() for p in run.iterdir() if p.name not in private}
    lines = left["winners.csv"].decode().splitlines()
    nameless = [",".join(row[1:]) for row in csv.reader(lines)]
    left["winners.csv"] = "".join(f"{line}\n" for line in nameless).encode()
    assert found == left
    assert ("pools.csv" in found) == (terms is POOLS)


@pytest.mark.slow
def test_without_result_the_tables_are_the_same(place: Place) -> None:
    run = rehearsed(place, POOLS)
    data = (run / "transcript.fairlot").read_bytes()
    last = cut_before(data, EntryType.RESULT)
    ran = place.settle(last, "--out", place.folder / "settled")
    assert (ran.code, ran.err) == (0, "")
    assert "RESULT is not on the log" in ran.out
    for name in ("allocation.csv", "pools.csv"):
        left = (run / name).read_bytes()
        assert (place.folder / "settled" / name).read_bytes() == left
    assert "RESULT on the log says the same" in place.settle(data).out
    before, after = place.document(last), place.document(data)
    assert before == after
    assert before["result"] == "settled"


@pytest.mark.slow
def test_nothing_is_written_before_it_is_determined(place: Place) -> None:
    data = played(stage(), "sealed").data
    ran = place.settle(data, "--out", place.folder / "settled")
    assert (ran.code, ran.err) == (1, "")
    assert "fairlot beacon recover" in ran.out
    assert not (place.folder / "settled").exists()
    key = stage().parts.contributors[0].public.hex()
    found = place.document(data)
    assert found["result"] == "not-yet"
    assert found["missing"] == [{"missing": "opening", "key": key}]
    assert found["ledger"] is None


def test_tables_that_a_kill_has_left_are_completed(place: Place) -> None:
    data, out = played(stage(), "result").data, place.folder / "settled"
    assert place.settle(data, "--out", out).code == 0
    whole = {each.name: each.read_bytes() for each in out.iterdir()}
    (out / "allocation.csv").unlink()
    (out / ".allocation.csv.7.partial").write_bytes(b"nym,un")
    ran = place.settle(data, "--out", out)
    assert (ran.code, ran.err) == (0, "")
    (out / ".allocation.csv.7.partial").unlink()
    assert {each.name: each.read_bytes() for each in out.iterdir()} == whole
    # Those of another sale are not, though their names are the same.
    (out / "allocation.csv").unlink()
    (out / "winners.csv").write_bytes(b"nym,pool,units,payment,refund\n")
    ran = place.settle(data, "--out", out)
    assert (ran.code, "out-dir.not-empty" in ran.err) == (2, True)
    assert not (out / "allocation.csv").exists()


@pytest.mark.parametrize("until", ["open", "sealed", "result"])
def test_nothing_is_overwritten(place: Place, until: str) -> None:
    kept = place.folder / "settled"
    kept.mkdir()
    (kept / "allocation.csv").write_text("mine")
    ran = place.settle(played(stage(), until).data, "--out", kept)
    assert (ran.code, ran.out) == (2, "")
    assert "out-dir.not-empty" in ran.err
    assert [(p.name, p.read_text()) for p in kept.iterdir()] == [
        ("allocation.csv", "mine")
    ]


def test_a_marker_that_too_few_saw_is_named(place: Place) -> None:
    on = stage().watched()
    board = played(on, "seals")
    time, number = on.terms.times.seal_end, len(on.parts.contributors)
    board.put(time, on.sign(EntryType.SEALED))
    board.raw(as_record(dated(on, board.head(), [(1, time)])))
    board.put(time + 10, *map(on.reveal, range(number)))
    board.raw(as_record(dated(on, board.head(), [])))
    ran = place.settle(board.data)
    assert ran.code == 1
    assert "SEALED: 1 witness saw it" in ran.out
    assert place.document(board.data)["missing"] == [
        {
            "missing": "marker",
            "type": "SEALED",
            "logged": True,
            "until": time + on.terms.times.slack,
            "seen": 1,
            "quorum": 2,
        }
    ]
    head = dated(on, board.head(), [(2, time + 20)]).to_text()
    ran = place.settle(board.data, "--head", place.write("head.txt", head))
    assert (ran.code, ran.err) == (0, "")


def other_log() -> str:
    """Return an honest head of another sale."""
    board = played(clocked(), "open")
    return board.signed(board.head(), 0).to_text()


@pytest.mark.parametrize(
    ("data", "code", "ends"),
    [
        (other_log().encode(), "checkpoint.board-name", 1),
        (b"no head", "head.form", 2),
        (b"\xff", "head.form", 2),
        (None, "head.unreadable", 2),
    ],
)
def test_a_head_of_another_log_is_refused(
    place: Place, data: bytes | None, code: str, ends: int
) -> None:
    path = place.folder / "head.txt"
    if data is not None:
        place.write("head.txt", data)
    ran = place.settle(played(stage(), "result").data, "--head", path)
    assert (ran.code, ran.out) == (ends, "")
    assert code in ran.err


def test_a_round_from_a_relay_settles(place: Place) -> None:
    on = clocked()
    data, named = played(on, "reveal-end").data, named_of(on)
    ran = place.settle(data)
    assert ran.code == 1
    assert f"round {named.round_number} of chain" in ran.out
    chain = named.chain.chain_hash().hex()
    missing = {"missing": "round", "chain": chain, "round": named.round_number}
    assert place.document(data)["missing"] == [{**missing, "due": named.due}]
    known = place.write("round.json", on.relayed(named))
    found = place.document(data, "--round", known)
    assert found == place.document(played(on, "result").data)


@pytest.mark.thorough
@pytest.mark.parametrize("command", ["settle", "audit"])
@pytest.mark.parametrize(
    ("step", "changes", "code", "ends"),
    [
        (1, {}, "round.unnamed", 1),
        (0, {"signature": "00" * 48}, "round.signature", 1),
        (0, {"round": "1"}, "contribution.round", 2),
    ],
)
def test_another_round_is_refused(
    place: Place, command: str, step: int, changes: dict[str, Any], code: str, ends: int
) -> None:
    on = clocked()
    other = place.write("round.json", on.relayed(named_of(on), step, **changes))
    path = place.write("board", played(on, "reveal-end").data)
    ran = fairlot(command, path, "--round", other)
    assert (ran.code, ran.out) == (ends, "")
    assert code in ran.err


@pytest.mark.thorough
def test_a_round_that_is_there_refutes_an_expiry(place: Place) -> None:
    on = stage().expiring()
    board = played(on, "reveal-end")
    reason, expiry = {"reason": VoidReason.EXPIRED.value}, on.terms.times.expiry
    assert expiry is not None
    board.batch(expiry + 1, on.sign(EntryType.VOID, reason))
    path = place.write("board", board.data)
    found = place.document(board.data)
    assert (found["result"], found["reason"]) == ("void", "expired")
    assert "a round that the terms name has not come" in place.settle(board.data).out
    assert fairlot("audit", path, "--rehearsal").code == 0
    known = place.write("round.json", on.relayed(named_of(on)))
    ran = fairlot("audit", path, "--round", known)
    assert ran.code == 1
    assert "A22 void.round-exists at entry" in ran.out
    ran = place.settle(board.data, "--round", known)
    assert (ran.code, ran.err) == (0, "")
    assert "VOID on the log does not hold" in ran.out


def test_a_result_that_lies_is_told_and_settled_all_the_same(place: Place) -> None:
    def lie(board: LyingBoard, time: int) -> None:
        board.batch(time, board.on.result(board.state, outcome=bytes(32)))

    data = play_with(stage(), instead={"result": lie})
    ran = place.settle(data, "--out", place.folder / "settled")
    assert ran.code == 1
    assert "1 rule is broken: fairlot audit" in ran.out
    assert (place.folder / "settled" / "allocation.csv").is_file()
    found, honest = place.document(data), place.document(played(stage(), "result").data)
    assert [finding["code"] for finding in found["findings"]] == ["result.outcome"]
    assert {**found, "findings": []} == honest


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("terms", "reason", "why"),
    [
        (VOID, "commits-missing", "1 of 2 contributors committed and 2 must"),
        (UNSEALED, "sealed-missed", "1 of 2 contributors sealed and 2 must"),
    ],
)
def test_a_void_sale_says_why(place: Place, terms: str, reason: str, why: str) -> None:
    data = (rehearsed(place, terms) / "transcript.fairlot").read_bytes()
    ran = place.settle(data)
    assert (ran.code, ran.err) == (0, "")
    assert f"void ({reason}): {why}; everybody is refunded in full" in ran.out
    found = place.document(data)
    assert (found["result"], found["reason"]) == ("void", reason)
    assert sum(line["refund"] for line in found["ledger"]) == 599
    assert {line["units"] for line in found["ledger"]} == {0}


def test_the_document_has_the_keys_of_the_specification(place: Place) -> None:
    chapter = Path(__file__).parents[2] / "specs" / "command-line.md"
    section = chapter.read_text("utf-8").split("## 10 fairlot settle ")[1]
    on = clocked()
    documents = [
        place.document(played(on, until).data) for until in ("open", "sealed", "result")
    ]
    for found in documents:
        rows: list[dict[str, Any]] = [*found["missing"], *(found["ledger"] or [])]
        for part in (found, *rows):
            assert all(f"`{key}`" in section for key in part)


def test_bytes_that_no_head_covers_are_not_used(place: Place) -> None:
    data = played(stage(), "result").data
    ran = place.settle(data[:-1])
    assert ran.code == 0
    assert "bytes are under no checkpoint: not used" in ran.out


@pytest.mark.parametrize("data", [b"", b"\x89PNG", bytes(100)])
def test_what_is_no_transcript_is_refused(place: Place, data: bytes) -> None:
    ran = place.settle(data, "--out", place.folder / "settled")
    assert (ran.code, ran.out) == (2, "")
    assert "transcript.none" in ran.err
    assert not (place.folder / "settled").exists()


@pytest.mark.slow
def test_a_process_of_its_own_settles_standard_input(place: Place) -> None:
    path = place.write("board", played(stage(), "result").data)
    with path.open("rb") as file:
        ran = run_program(FAIRLOT, "settle", "-", stdin=file)
    assert (ran.code, ran.err) == (0, "")
