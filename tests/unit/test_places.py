"""The leaves that were accepted, by places in a table."""

from hypothesis import given
from hypothesis import strategies as st

from fairlot.board.places import Places
from fairlot_crypto.log.merkle import Tree, leaf_hash


def data(number: int) -> bytes:
    return number.to_bytes(4)


@given(st.lists(st.tuples(st.integers(0, 90), st.booleans()), max_size=300))
def test_it_knows_what_a_set_of_hashes_knows(leaves: list[tuple[int, bool]]) -> None:
    tree, known = Tree(), set[bytes]()
    places = Places(tree)
    for number, accepted in leaves:
        leaf = leaf_hash(data(number))
        assert (leaf in places) == (leaf in known)
        if accepted and leaf not in known:
            places.add(leaf)
            known.add(leaf)
        tree.append(data(number))
    for number in range(95):
        leaf = leaf_hash(data(number))
        assert (leaf in places) == (leaf in known)


def test_what_was_taken_back_from_the_tree_is_forgotten() -> None:
    tree = Tree()
    places = Places(tree)
    for number in range(200):
        places.add(leaf_hash(data(number)))
        tree.append(data(number))
        if number % 3 == 0:
            tree.cut(tree.size - 1)
            places.forget()
            assert leaf_hash(data(number)) not in places
    kept = [number for number in range(200) if number % 3]
    assert all(leaf_hash(data(number)) in places for number in kept)
    assert tree.size == len(kept)


def test_what_is_accepted_counts_before_it_is_in_the_tree() -> None:
    tree = Tree()
    places = Places(tree)
    leaves = [leaf_hash(data(number)) for number in range(3)]
    places.add(leaves[0])
    places.add(leaves[1])
    assert [leaf in places for leaf in leaves] == [True, True, False]


def test_leaves_that_crowd_one_place_are_told_apart() -> None:
    class Crowding(bytes):
        def __hash__(self) -> int:
            return 7

    tree = Tree()
    places = Places(tree)
    # The tree gives plain bytes, which never stand where these do: they are compared there.
    first, second = (Crowding(leaf_hash(data(number))) for number in range(2))
    places.add(first)
    tree.append(data(0))
    assert first in places
    assert second not in places
    places.add(second)
    tree.append(data(1))
    assert first in places
    assert second in places
