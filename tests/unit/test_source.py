"""Files that are read in pieces, while they lie on the disk."""

import itertools
from pathlib import Path

import pytest

from fairlot.audit.auditor import audit, audit_transcript
from fairlot.audit.expected import Expected
from fairlot.board.hints import Hints, HintsFile
from fairlot.board.items import UNREADABLE
from fairlot.board.log_items import WINDOW, LogItems, Span
from fairlot.board.source import InFile, InMemory, Joined
from fairlot.board.transcript import LogName
from fairlot.errors import InputError
from fairlot.logs import LogKind
from fairlot.text import json_view
from fairlot_crypto.statements import Statements
from kit.sales import GROUP
from kit.stage import STATEMENTS


def test_a_file_is_read_as_its_bytes_are(tmp_path: Path) -> None:
    path = tmp_path / "some"
    path.write_bytes(bytes(range(200)))
    with path.open("rb") as file:
        source = InFile(file)
        held = InMemory(path.read_bytes())
        for start, end in ((0, 200), (3, 3), (190, 400), (200, 300), (7, 9)):
            assert source.read(start, end) == held.read(start, end)
        with path.open("ab") as more:
            more.write(b"more")
        assert source.read(190, 400) == held.read(190, 400)
        assert source.length == 200


def test_joined_files_have_their_bytes_one_behind_the_other() -> None:
    joined = Joined([InMemory(b"abc"), InMemory(b""), InMemory(b"defg")])
    assert joined.length == 7
    assert joined.bounds == [(0, 3), (3, 3), (3, 7)]
    assert joined.read(1, 3) == b"bc"
    assert joined.read(3, 5) == b"de"
    assert joined.read(6, 9) == b"g"


def test_leaves_are_their_bytes_in_whatever_order_they_are_asked_for() -> None:
    lengths = [10, WINDOW - 1, WINDOW + 5, 1, 2 * WINDOW]
    data = bytes(range(251)) * 2_000
    parts = InMemory(data[: sum(lengths)]), InMemory(data[sum(lengths) :])
    items = LogItems(LogName(LogKind.SALE, bytes(32)), Joined(parts))
    places = [Span(sum(lengths[:i]), length) for i, length in enumerate(lengths)]
    for place in places:
        items.add_leaf(place, UNREADABLE[0])
    for order in itertools.permutations(range(len(lengths))):
        for index in order:
            begin, length = places[index]
            assert items.encoded(index) == data[begin : begin + length]


def test_a_file_gives_the_report_of_its_bytes(
    tmp_path: Path, concert_transcript: bytes
) -> None:
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(concert_transcript)
    reports = [
        audit_transcript(given, rehearsal=True, curve=GROUP, statements=STATEMENTS)
        for given in (path, concert_transcript)
    ]
    assert json_view(reports[0].to_json()) == json_view(reports[1].to_json())
    assert reports[0].holds


def test_a_file_that_is_cut_while_it_is_read_is_refused(
    tmp_path: Path, concert_transcript: bytes
) -> None:
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(concert_transcript)
    with path.open("rb", buffering=0) as file:

        def cut(_done: int, _total: int) -> None:
            with path.open("r+b") as other:
                other.truncate(500)

        with pytest.raises(InputError) as caught:
            audit(InFile(file), GROUP, Expected(), Statements(), cut)
    assert caught.value.code == "transcript.changed"


def test_hints_that_are_cut_meanwhile_are_none(tmp_path: Path) -> None:
    path = tmp_path / "hints"
    path.write_bytes(b"fairlot-v1/hints" + bytes(488))
    with path.open("rb", buffering=0) as file:
        hints = Hints(HintsFile(file))
        assert hints.of(0) == bytes(480)
        path.write_bytes(b"")
        assert hints.of(0) is None
        assert hints.part(0, 5) == b""
