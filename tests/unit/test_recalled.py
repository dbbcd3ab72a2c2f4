"""What is made when somebody asks for it, and the columns from which it is made."""

from array import array
from collections.abc import Callable
from dataclasses import replace

import pytest

from fairlot.board.kept_state import KeptLog, KeptRegistry, KeptState
from fairlot.board.places import Places
from fairlot.board.source import InMemory
from fairlot.deposit.recalled import PositionColumns
from fairlot_crypto.errors import CallerError, EncodingError
from fairlot_crypto.log.merkle import Tree, leaf_hash
from fairlot_crypto.states import begins_as_state, read_state, write_state

KEY = bytes(range(32))


def tree_of(size: int) -> Tree:
    tree = Tree()
    for number in range(size):
        tree.append(number.to_bytes(4))
    return tree


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 100])
def test_a_tree_of_its_levels_is_the_same_and_grows_on(size: int) -> None:
    grown, again = tree_of(size), Tree.of(tree_of(size).levels)
    for tree in (grown, again):
        tree.append(b"more")
    assert (again.levels, again.root()) == (grown.levels, grown.root())


def test_no_tree_has_levels_of_other_lengths() -> None:
    levels = tree_of(5).levels
    lower = (levels[0], levels[1][:-32], *levels[2:])
    for wrong in ((), levels[:-1], (*levels, b""), (levels[0] + b"\0",), lower):
        with pytest.raises(CallerError, match="levels"):
            Tree.of(wrong)


@pytest.mark.parametrize("size", [0, 1, 31, 32, 200])
def test_recalled_places_are_those_of_all_leaves(size: int) -> None:
    tree = tree_of(size)
    places = Places(tree)
    places.recall()
    new = leaf_hash(b"new")
    places.add(new)
    tree.append(b"new")
    assert all(tree.leaf(index) in places for index in range(size + 1))
    assert leaf_hash(b"another") not in places


def columns(rows: int) -> PositionColumns:
    return PositionColumns(
        nyms=b"".join(bytes([row]) * 48 for row in range(rows)),
        finals=array("Q", [0] * rows),
        holders=bytes(32 * rows),
        kinds=bytes(rows),
        amounts=array("Q", [7] * rows),
        paid=array("Q", [2**64 - 1] * rows),
        refunds=bytes(32 * rows),
        refs=bytes(16),
    )


Change = Callable[[PositionColumns], PositionColumns]
CHANGES: tuple[Change, ...] = (
    lambda c: replace(c, nyms=bytes(2 * 48)),
    lambda c: replace(c, nyms=c.nyms[1:]),
    lambda c: replace(c, finals=c.finals[1:]),
    lambda c: replace(c, holders=c.holders[1:]),
    lambda c: replace(c, kinds=c.kinds[1:]),
    lambda c: replace(c, amounts=c.amounts[1:]),
    lambda c: replace(c, paid=c.paid[1:]),
    lambda c: replace(c, refunds=c.refunds[1:]),
    lambda c: replace(c, refs=c.refs[1:]),
)


@pytest.mark.parametrize("change", CHANGES)
def test_columns_of_positions_fit_each_other(change: Change) -> None:
    assert columns(0).fits
    assert columns(2).fits
    assert not change(columns(2)).fits


def registry(size: int = 2) -> KeptState:
    """Return the state of a log without a leaf of a person."""
    spans = array("Q", range(size)), array("Q", [1] * size)
    heads = array("Q", [size]), array("Q", [1])
    over, times = array("Q", [size]), array("Q", [0] * size)
    tree = tree_of(size).levels
    log = KeptLog(bytes(32), spans, bytes(size), heads, over, times, tree)
    return KeptState(3, bytes(32), KeptRegistry(log, b""), None)


def test_a_state_comes_back_from_its_bytes() -> None:
    state = registry()
    assert KeptState.from_bytes(state.to_bytes()) == state
    assert not state.begins(InMemory(b"other"))
    assert not state.begins(InMemory(b""))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\x61v\x01", b"\x61v\x02"),
        (b"\x64sale\xf6", b"\x64sale\x00"),
        (b"\x64sale\xf6", b"\x64same\xf6"),
        (b"\x6bcommitments\x40", b"\x6bcommitments\x41\x00"),
        (b"\x65kinds\x42\x00\x00", b"\x65kinds\x41\x00"),
        (b"\x65kinds\x42\x00\x00", b"\x65kinds\x42\x00\xff"),
        (b"\x64over\x48" + bytes(7) + b"\x02", b"\x64over\x48" + bytes(7) + b"\x01"),
        (b"\x64over\x48" + bytes(7) + b"\x02", b"\x64over\x47" + bytes(7)),
        (b"\x65times\x50" + bytes(16), b"\x65times\x48" + bytes(8)),
        (b"\x65heads\x82", b"\x65heads\x81"),
    ],
)
def test_a_body_of_another_form_is_refused(old: bytes, new: bytes) -> None:
    body = registry().to_bytes()
    assert body.count(old) == 1
    with pytest.raises(EncodingError):
        KeptState.from_bytes(body.replace(old, new))


def test_only_its_own_code_opens_a_file() -> None:
    file = write_state(KEY, "rules", b"body")
    assert begins_as_state(file)
    assert read_state(KEY, "rules", file) == b"body"
    for key, rules, data, code in (
        (bytes(32), "rules", file, "state.code"),
        (KEY, "other", file, "state.code"),
        (KEY, "rules", file[:-1], "state.code"),
        (KEY, "rules", file + b"\0", "state.code"),
        (KEY, "rules", file[:40], "state.form"),
        (KEY, "rules", b"x" + file, "state.form"),
    ):
        with pytest.raises(EncodingError) as caught:
            read_state(key, rules, data)
        assert caught.value.code == code
    with pytest.raises(CallerError, match="32 bytes"):
        write_state(KEY[1:], "rules", b"body")
