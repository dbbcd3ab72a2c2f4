"""The line of every value of a TOML file: certain, or none."""

import tomllib

import pytest

from fairlot.errors import Where
from fairlot.inputs.toml_lines import line_of

TEXT = '''# title = "in a comment"
title = """
asset = "in a text"
[[pool]]
""" # behind it
asset = \'\'\'
price = 1\'\'\'\'
"quoted key" = 1
'literal.key'.inner = 2
a . "b" . c = 3
deposits = [
  50, # a comment with ] in it
  [1, 2],

  500,
]
inline = {x = 1, y = {z = "}"}, w = [{v = 4}, {v = 5}]}
escaped = "a \\" = b"
date = 1979-05-27 07:32:00

[beacon]
delay = 1

[[pool]]
name = "first"
[pool.requires]
region = ["FR"]
[[pool.tiers]]
name = "gold"
[[pool.tiers]]
name = "silver"

[[pool]]
tiers = [
  {name = "a"},
  {name = "b"},
]
[pool . "requires"]
"two words" = []
'''


@pytest.mark.parametrize(
    ("where", "line"),
    [
        (("title",), 2),
        (("asset",), 6),
        (("quoted key",), 8),
        (("literal.key",), 9),
        (("literal.key", "inner"), 9),
        (("a",), 10),
        (("a", "b", "c"), 10),
        (("deposits",), 11),
        (("deposits", 0), 12),
        (("deposits", 1), 13),
        (("deposits", 1, 1), 13),
        (("deposits", 2), 15),
        (("inline", "x"), 17),
        (("inline", "y", "z"), 17),
        (("inline", "w", 1, "v"), 17),
        (("escaped",), 18),
        (("date",), 19),
        (("beacon",), 21),
        (("beacon", "delay"), 22),
        (("pool",), 24),
        (("pool", 0), 24),
        (("pool", 0, "name"), 25),
        (("pool", 0, "requires"), 26),
        (("pool", 0, "requires", "region"), 27),
        (("pool", 0, "tiers", 0), 28),
        (("pool", 0, "tiers", 0, "name"), 29),
        (("pool", 0, "tiers", 1), 30),
        (("pool", 0, "tiers", 1, "name"), 31),
        (("pool", 1), 33),
        (("pool", 1, "tiers"), 34),
        (("pool", 1, "tiers", 0, "name"), 35),
        (("pool", 1, "tiers", 1, "name"), 36),
        (("pool", 1, "requires"), 38),
        (("pool", 1, "requires", "two words"), 39),
    ],
)
def test_every_way_to_write_a_key_has_its_line(where: Where, line: int) -> None:
    assert line_of(TEXT, tomllib.loads(TEXT), where) == line


@pytest.mark.parametrize(
    ("where", "line"),
    [
        (("beacon", "absent"), 21),
        (("pool", 1, "price"), 33),
        (("pool", 1, "tiers", 1, "price"), 36),
        (("price",), None),
        ((), None),
    ],
)
def test_what_is_not_there_has_the_line_of_what_is_around(
    where: Where, line: int | None
) -> None:
    assert line_of(TEXT, tomllib.loads(TEXT), where) == line


@pytest.mark.parametrize(
    "text", ["a = 1\nb = 2\n", "a = [1]\n", "b = 1\n", "a\n", '"\n', "[a\n"]
)
def test_no_line_is_named_where_text_and_values_differ(text: str) -> None:
    assert line_of(text, {"a": 1}, ("a",)) is None


def test_brackets_too_deep_have_no_line() -> None:
    text = "a = " + "[" * 5000 + "]" * 5000
    assert line_of(text, {"a": []}, ("a",)) is None
