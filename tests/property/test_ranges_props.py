"""Files that were cut, mixed and changed: pieces and ranges find what one reader finds."""

from collections.abc import Sequence
from itertools import chain

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.board import ahead, items
from fairlot.board.ahead import Ahead
from fairlot.board.files import read_files
from fairlot.board.hints import NO_HINTS
from fairlot.board.transcript import Record, Stop, read_records, take_apart
from fairlot.text import json_view
from fairlot.workers import InProcess
from fairlot_crypto import cbor
from fairlot_crypto.randomness import SystemRandomness
from fairlot_crypto.statements import Statements
from kit.lying_board import play_with
from kit.sales import GROUP, cancel, default_deposits, deposit, draft
from kit.stage import Stage

EDITS = ("flip", "cut", "double", "swap", "drop", "insert", "end", "nameless")
JUNK = (
    b"\xf6",
    b"\xff",
    cbor.encode("x"),
    cbor.encode({"sale": bytes(32)}),
    b"\x5b" + bytes(8),
)

edits = st.lists(
    st.tuples(st.sampled_from(EDITS), st.integers(0, 10**6), st.integers(0, 10**6)),
    max_size=3,
)


@pytest.fixture(scope="module")
def honest(concert: Stage) -> bytes:
    first, *others = default_deposits(concert)
    made = draft(concert)
    stolen = made.sign(
        {**made.entry().body, "proof": deposit(concert, 1).body["proof"]}
    )
    return play_with(concert, deposits=[first, stolen, *others, cancel(concert, 1)])


@pytest.fixture(scope="module")
def known(honest: bytes) -> frozenset[bytes]:
    statements = Statements()
    audit(honest, GROUP, Expected(rehearsal=True), statements)
    return statements.verified


def edited(data: bytes, changes: Sequence[tuple[str, int, int]]) -> bytes:
    for kind, one, other in changes:
        found = [r.encoded for r in read_records(data) if isinstance(r, Record)]
        if found:
            i = one % len(found)
            found[i : i + 1] = changed(kind, found, i, other)
            data = b"".join(found if kind != "end" else found[:i])
    return data


def changed(kind: str, found: list[bytes], i: int, other: int) -> list[bytes]:
    """Return what stands in place of an item."""
    own, j = found[i], other % len(found)
    if kind == "swap":
        own, found[j] = found[j], own
    place = other % len(own)
    instead = {
        "double": [own, found[j]],
        "drop": [],
        "insert": [JUNK[other % len(JUNK)], own],
        "nameless": [cbor.encode({"v": j}), own],
        "flip": [own[:place] + bytes([own[place] ^ 1 << j % 8]) + own[place + 1 :]],
        "cut": [own[:place]],
    }
    return instead.get(kind, [own])


def report(data: bytes, known: frozenset[bytes], ahead: Ahead | None) -> object:
    found = audit(data, GROUP, Expected(rehearsal=True), Statements(known), ahead=ahead)
    return json_view(found.to_json())


class Lazy(InProcess):
    """Not the default: so that ranges are sent as to other processes."""


def check(
    data: bytes, known: frozenset[bytes], piece: int, size: int, jobs: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        alone = report(data, known, None)
        patch.setattr(items, "PIECE", piece)
        patch.setattr(ahead, "RANGE", size)
        found = Ahead(SystemRandomness(), NO_HINTS, Lazy(), jobs)
        assert report(data, known, found) == alone


@pytest.mark.slow
@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    edits, st.sampled_from([1, 300, 2000, 10**6]), st.integers(1, 40), st.integers(1, 3)
)
def test_ranges_and_pieces_change_no_finding(
    honest: bytes,
    known: frozenset[bytes],
    changes: Sequence[tuple[str, int, int]],
    piece: int,
    size: int,
    jobs: int,
) -> None:
    check(edited(honest, changes), known, piece, size, jobs)


@pytest.mark.slow
@settings(deadline=None, max_examples=400)
@given(
    edits, st.sampled_from([1, 300, 2000, 10**6]), st.integers(1, 40), st.integers(1, 3)
)
def test_ranges_and_pieces_change_no_finding_at_length(
    honest: bytes,
    known: frozenset[bytes],
    changes: Sequence[tuple[str, int, int]],
    piece: int,
    size: int,
    jobs: int,
) -> None:
    check(edited(honest, changes), known, piece, size, jobs)


@pytest.mark.thorough
@settings(deadline=None, max_examples=100)
@given(edits, st.integers(1, 3000))
def test_pieces_are_taken_apart_as_a_whole_file_is(
    honest: bytes, changes: Sequence[tuple[str, int, int]], piece: int
) -> None:
    data = edited(honest, changes)
    whole = take_apart(read_records(data))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(items, "PIECE", piece)
        given_ = read_files([data])
    logs = [
        *given_.registries,
        *([given_.sale] if given_.sale else []),
        *given_.foreign,
    ]
    assert {log.name for log in logs} == {log.name for log in whole.logs}
    for log in logs:
        (same,) = (each for each in whole.logs if each.name == log.name)
        mine = [log.leaf(index).encoded for index in range(len(log.leaves))]
        heads = [log.head(number) for number in range(len(log.heads))]
        assert heads == [
            r for r in same.records if r.offset in {h.offset for h in heads}
        ]
        assert mine == [r.encoded for r in same.records if r not in heads]
        places = [h.offset for h in heads]
        order = [r.offset for r in same.records]
        before = [order.index(place) - n for n, place in enumerate(places)]
        assert list(log.over) == before
    loose = list(chain.from_iterable(given_.loose))
    assert sorted(map(place_of, loose)) == sorted(map(place_of, whole.loose))


def place_of(item: Record | Stop) -> int:
    return item.offset
