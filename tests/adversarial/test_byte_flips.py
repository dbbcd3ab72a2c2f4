"""No byte of a transcript can change, and no part go missing, without being named."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from command import fairlot
from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.audit.report import Report
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry
from fairlot_crypto.hashing import os2ip
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from kit.gala import attended
from kit.sales import GROUP, source
from kit.stage import STATEMENTS

STRIDE = 89
"""The default run flips every 89th or 267th byte; the slow one all, in 16 parts, or four."""
PARTS = 16


def verdict(data: bytes) -> Report:
    return audit(data, GROUP, Expected(rehearsal=True), STATEMENTS)


def check_named(data: bytes, what: str) -> None:
    report = verdict(data)
    assert not report.holds, what
    places = [f for f in report.findings if f.offset is not None or f.entry is not None]
    assert places, what


def log_of(record: Record) -> bytes:
    """Return the scope of the log that a good record names."""
    if isinstance(record.item, Entry):
        return record.item.scope
    assert isinstance(record.item, SignedCheckpoint)
    return bytes.fromhex(record.item.checkpoint.origin.rpartition("/")[2])


def flipped(data: bytes, position: int) -> bytes:
    changed = bytearray(data)
    changed[position] ^= 1 << position % 8
    return bytes(changed)


def check_flips(data: bytes, positions: Sequence[int]) -> None:
    assert verdict(data).holds
    for position in positions:
        check_named(flipped(data, position), f"byte {position}")


@pytest.mark.slow
def test_a_sample_of_bytes_is_flipped(concert_transcript: bytes) -> None:
    check_flips(concert_transcript, range(0, len(concert_transcript), STRIDE))


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_every_byte_is_flipped(concert_transcript: bytes, part: int) -> None:
    check_flips(concert_transcript, range(part, len(concert_transcript), PARTS))


@pytest.mark.slow
def test_a_sample_of_bytes_of_a_sale_of_several_pools_is_flipped() -> None:
    """Bids, a group, solutions, what is disclosed, and the round that opens bids."""
    check_flips(attended(), range(0, len(attended()), 3 * STRIDE))


@pytest.mark.long
@pytest.mark.parametrize("part", range(0, PARTS, 4))
def test_a_quarter_of_a_sale_of_several_pools_is_flipped(part: int) -> None:
    check_flips(attended(), range(part, len(attended()), PARTS))


def some_positions(length: int, count: int, label: str) -> list[int]:
    stream = source(label)
    return [os2ip(stream.take(8)) % length for _ in range(count)]


def check_command(data: bytes, path: Path) -> None:
    path.write_bytes(data)
    ran = fairlot("audit", path, "--rehearsal")
    assert ran.code in {1, 2}
    assert ran.out + ran.err


@pytest.mark.thorough
@pytest.mark.parametrize("number", range(5))
def test_the_command_reports_a_flipped_byte(
    concert_transcript: bytes, tmp_path: Path, number: int
) -> None:
    position = some_positions(len(concert_transcript), 5, "command")[number]
    check_command(flipped(concert_transcript, position), tmp_path / "flipped.fairlot")


@pytest.mark.slow
def test_the_command_reports_a_hundred_flipped_bytes(
    concert_transcript: bytes, tmp_path: Path
) -> None:
    for position in some_positions(len(concert_transcript), 100, "commands"):
        check_command(flipped(concert_transcript, position), tmp_path / "flipped")


def test_the_command_believes_the_untouched_file(
    concert_transcript: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "good.fairlot"
    path.write_bytes(concert_transcript)
    ran = fairlot("audit", path, "--rehearsal")
    assert ran.code == 0, ran.err


def records(data: bytes) -> list[Record]:
    return [record for record in read_records(data) if isinstance(record, Record)]


def joined(parts: Sequence[Record]) -> bytes:
    return b"".join(record.encoded for record in parts)


@pytest.mark.thorough
def test_a_dropped_entry_is_named(concert_transcript: bytes) -> None:
    whole = records(concert_transcript)
    for number, record in enumerate(whole):
        if isinstance(record.item, Entry):
            rest = whole[:number] + whole[number + 1 :]
            check_named(joined(rest), f"without {record.item.type}")


@pytest.mark.slow
def test_a_duplicated_entry_is_named_and_a_head_makes_no_difference(
    concert_transcript: bytes,
) -> None:
    """Witnesses may see a head again, as long as no entry lies before its repetition."""
    whole = records(concert_transcript)
    honest = verdict(concert_transcript)
    for number, record in enumerate(whole):
        doubled = joined([*whole[:number], record, *whole[number:]])
        if isinstance(record.item, Entry):
            check_named(doubled, f"{number} twice")
        else:
            assert verdict(doubled) == honest, f"{number} twice"


@pytest.mark.slow
def test_a_head_of_another_place_is_named_or_makes_no_difference(
    concert_transcript: bytes,
) -> None:
    """An earlier head may come again behind a later one, and nowhere else."""
    whole = records(concert_transcript)
    honest = verdict(concert_transcript)
    heads = [n for n, record in enumerate(whole) if not isinstance(record.item, Entry)]
    for number in heads[::3]:
        own = [
            n
            for n, record in enumerate(whole)
            if log_of(record) == log_of(whole[number])
        ]
        for place in range(len(whole) + 1):
            moved = joined([*whole[:place], whole[number], *whole[place:]])
            last = max((n for n in own if n < place), default=-1)
            again = place > number and last in heads
            beside = next((n for n in own if n >= place), None) == number
            if again or beside:
                assert verdict(moved) == honest, f"{number} at {place}"
            else:
                check_named(moved, f"{number} at {place}")


@pytest.mark.thorough
def test_a_record_moved_to_the_end_is_named(concert_transcript: bytes) -> None:
    whole = records(concert_transcript)
    for number, record in enumerate(whole[:-1]):
        if isinstance(record.item, Entry):
            moved = [*whole[:number], *whole[number + 1 :], record]
            check_named(joined(moved), f"{number} at the end")


@pytest.mark.slow
def test_swapped_neighbours_are_named(concert_transcript: bytes) -> None:
    whole = records(concert_transcript)
    for number, (first, second) in enumerate(pairwise(whole)):
        swapped = [*whole[:number], second, first, *whole[number + 2 :]]
        if log_of(first) == log_of(second):
            check_named(joined(swapped), f"{number} after {number + 1}")
        else:
            assert verdict(joined(swapped)) == verdict(concert_transcript)


@pytest.mark.thorough
def test_a_dropped_checkpoint_is_named_or_makes_no_difference(
    concert_transcript: bytes,
) -> None:
    """A checkpoint fewer may only hide a head, never change what the entries gave."""
    facts = verdict(concert_transcript).facts
    whole = records(concert_transcript)
    for number, record in enumerate(whole[:-1]):
        if not isinstance(record.item, Entry):
            report = verdict(joined(whole[:number] + whole[number + 1 :]))
            assert not report.holds or report.facts == facts


def cuts(data: bytes) -> Iterator[int]:
    yield from (record.offset for record in records(data))
    yield from some_positions(len(data), 40, "cuts")


@pytest.mark.slow
def test_a_truncated_file_is_an_incomplete_sale(concert_transcript: bytes) -> None:
    """Nothing else is found, and the finding says where and in which phase it stops."""
    for cut in cuts(concert_transcript):
        report = verdict(concert_transcript[:cut])
        check_named(concert_transcript[:cut], f"cut at {cut}")
        assert [f.code for f in report.findings] == ["sale.incomplete"], cut
        finding = report.findings[0]
        assert finding.offset is not None
        assert finding.offset <= cut
        assert f"in phase {report.phase}" in finding.message


@pytest.mark.thorough
def test_the_acknowledged_part_of_a_truncated_file_holds(
    concert_transcript: bytes,
) -> None:
    for cut in cuts(concert_transcript):
        report = verdict(concert_transcript[:cut])
        assert all(not r.findings for r in report.results if r.check.id != "A23")
