"""Making many frozen values at once, as their constructor would one by one."""

from dataclasses import FrozenInstanceError, dataclass, replace

import pytest

from fairlot.packed import Packed, rows


@dataclass(frozen=True, slots=True)
class _Pair:
    left: int
    right: str = "none"


@dataclass(frozen=True, slots=True)
class _Kept(Packed):
    left: int
    right: str = "none"


@dataclass(frozen=True, slots=True)
class _Checked:
    number: int

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError("negative")


@dataclass(frozen=True)
class _Loose:
    number: int


def test_rows_are_what_the_constructor_makes() -> None:
    made = rows(_Pair, [1, 2], iter(("a", "b")))
    assert made == [_Pair(1, "a"), _Pair(2, "b")]
    assert hash(made[0]) == hash(_Pair(1, "a"))
    assert replace(made[0], right="c") == _Pair(1, "c")
    with pytest.raises(FrozenInstanceError):
        made[0].left = 3  # type: ignore[misc]
    assert rows(_Pair, [], []) == []


@pytest.mark.parametrize("columns", [(), ([1],), ([1], ["a"], [0]), ([1, 2], ["a"])])
def test_columns_that_do_not_fit_are_refused(columns: tuple[list[object], ...]) -> None:
    with pytest.raises(ValueError, match="_Pair"):
        rows(_Pair, *columns)


@pytest.mark.parametrize("kind", [_Checked, _Loose, int])
def test_a_class_that_does_more_than_keep_its_fields_is_refused(
    kind: type[object],
) -> None:
    with pytest.raises(TypeError):
        rows(kind, [-1])


def test_a_changed_value_is_what_replace_gives() -> None:
    one = _Kept(1, "a")
    assert one.changed(right="b") == replace(one, right="b")
    assert one.changed() == one
    assert one == _Kept(1, "a")
    with pytest.raises(TypeError):
        one.changed(middle=3)
