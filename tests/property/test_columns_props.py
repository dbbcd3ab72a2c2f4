"""Columns hold what lists and dicts hold, wherever their bytes lie."""

import gc
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlot.identity.leaf import Leaf, LeafShare, LeafStatus
from fairlot.identity.leaves import Leaves
from fairlot_crypto import growing
from fairlot_crypto.growing import Growing, Records, Rows
from fairlot_crypto.keyed import Keys, Table
from fairlot_crypto.keys import Signature


@contextmanager
def holding(most: int) -> Generator[None]:
    """Let columns hold so few bytes that the others go to a file."""
    with patch.object(growing, "HELD", most):
        yield


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.binary(max_size=12), st.just(0)),
        st.tuples(st.just("cut"), st.just(b""), st.integers(0, 100)),
        st.tuples(st.just("write"), st.binary(max_size=12), st.integers(0, 100)),
    ),
    max_size=40,
)


@pytest.mark.thorough
@given(STEPS, st.integers(0, 20), st.data())
def test_bytes_that_grow_are_those_of_a_bytearray(
    steps: list[tuple[str, bytes, int]], most: int, data: st.DataObject
) -> None:
    model, made, wider = bytearray(), Rows(1), Growing()
    with holding(most):
        for what, some, percent in steps:
            at = len(model) * percent // 100
            if what == "append":
                model += some
                made.append(some)
            elif what == "cut":
                del model[at:]
                made.cut(at)
            else:
                inside = some[: len(model) - at]
                model[at : at + len(inside)] = inside
                made.write(at, inside)
            start = data.draw(st.integers(0, len(model)))
            end = data.draw(st.integers(start, len(model)))
            assert len(made) == len(model)
            assert made.read(start, end) == model[start:end]
            assert made[start] == model[start : start + 1]
        wider.append(bytes(model))
    assert b"".join(made.pieces()) == model == wider.read(0, len(wider))


@given(st.lists(st.binary(min_size=3, max_size=3)), st.integers(0, 20), st.data())
def test_rows_are_those_of_a_list(
    values: list[bytes], most: int, data: st.DataObject
) -> None:
    made, joined = Rows(3), Rows(3)
    with holding(most):
        for value in values:
            made.append(value)
        joined.append(b"".join(values))
        if values:
            row = data.draw(st.integers(0, len(values) - 1))
            values[row] = made[row] = joined[row] = b"new"
    for rows in (made, joined):
        assert [*rows] == values == [rows[row] for row in range(len(rows))]
        assert b"".join(rows.pieces()) == b"".join(values)


@given(st.lists(st.binary(max_size=9)), st.integers(0, 20))
def test_records_are_those_of_a_list(values: list[bytes], most: int) -> None:
    made = Records()
    with holding(most):
        for value in values:
            made.append(value)
    assert [made[number] for number in range(len(made))] == values


@given(st.lists(st.integers(0, 300), unique=True), st.integers(0, 64))
def test_keys_are_those_of_a_dict(numbers: list[int], most: int) -> None:
    known = {number.to_bytes(4): place for place, number in enumerate(numbers)}
    made = Keys(4)
    with holding(most):
        assert [made.add(key) for key in known] == [*known.values()]
        again = Keys.of(b"".join(known), 4)
    for keys in (made, again):
        assert [*keys] == [*known]
        assert len(keys) == len(known)
        assert b"".join(keys.pieces()) == b"".join(known)
        for number in range(301):
            key = number.to_bytes(4)
            assert keys.find(key) == known.get(key)
            assert (key in keys) == (key in known)


def test_keys_that_crowd_one_place_are_told_apart() -> None:
    class Crowding(bytes):
        def __hash__(self) -> int:
            return 7

    keys = [Crowding([number]) for number in range(40)]
    table = Table(lambda number: keys[number])
    for number, key in enumerate(keys):
        assert table.find(key) is None
        table.add(key, number)
    assert [table.find(key) for key in keys] == [*range(40)]


def test_the_file_of_a_column_is_closed_with_it() -> None:
    with holding(4), warnings.catch_warnings():
        warnings.simplefilter("error")
        made = Growing()
        made.append(b"longer")
        assert made.read(0, 6) == b"longer"
        del made
        gc.collect()


def test_where_there_is_no_room_nothing_is_lost() -> None:
    made, full = Growing(), OSError("no room")
    with holding(4), patch.object(growing, "TemporaryFile", side_effect=full):
        made.append(b"1234")
        with pytest.raises(OSError, match="no room"):
            made.append(b"5")
    assert made.read(0, len(made)) == b"12345"


NUMBERS = st.integers(0, 2**64 - 1)
SHARES = st.builds(
    LeafShare,
    st.integers(1, 255),
    st.binary(min_size=48, max_size=48),
    st.binary(min_size=64, max_size=64).map(Signature),
)
LEAVES = st.builds(
    Leaf,
    index=st.just(0),
    version=st.integers(1, 2**32 - 1),
    holder=st.binary(min_size=32, max_size=32),
    handle=st.binary(min_size=32, max_size=32),
    status=st.just(LeafStatus.ACTIVE),
    shares=st.lists(SHARES, max_size=5).map(tuple),
    commitment=st.binary(min_size=48, max_size=48),
    previous=st.none() | NUMBERS,
)


@given(st.lists(st.tuples(LEAVES, NUMBERS), max_size=9), st.data())
def test_packed_leaves_are_those_of_a_dict(
    given_: list[tuple[Leaf, int]], data: st.DataObject
) -> None:
    numbered = enumerate(given_)
    known = {index: leaf.changed(index=index) for index, (leaf, _) in numbered}
    times = [time for _, time in given_]
    first = data.draw(st.integers(0, len(known)))
    made = Leaves()
    made.recall(first, lambda index: (times[index], known[index]))
    for index in range(first, len(known)):
        made.add(known[index], times[index])
    assert dict(made) == known
    assert [made.born(index)[0] for index in made] == times
    absent: tuple[object, ...] = ("0", -1, len(known))
    assert not any(index in made for index in absent)
    assert made.get(len(known)) is made.get(-1) is None
