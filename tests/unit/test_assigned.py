"""The table of code points: that of Unicode 14.0, whatever this Python knows."""

import sys
import unicodedata
from itertools import accumulate

import pytest

from assigned_runs import runs
from fairlot.assigned import is_assigned

EVERY = [chr(code) for code in range(sys.maxunicode + 1)]
ASSIGNED = 284_278
"""Code points of Unicode 14.0.0 whose category is not Cn."""


@pytest.mark.slow
def test_it_is_the_table_of_unicode_14() -> None:
    ours = {character for character in EVERY if is_assigned(character)}
    theirs = {c for c in EVERY if unicodedata.category(c) != "Cn"}
    assert len(ours) == ASSIGNED
    assert ours <= theirs, "a later version takes nothing back"
    if unicodedata.unidata_version == "14.0.0":
        assert ours == theirs
        *inside, whole = accumulate(runs())
        assert whole == len(EVERY)
        for end in inside[1:]:
            assert is_assigned(EVERY[end]) != is_assigned(EVERY[end - 1])


def test_edges_of_runs() -> None:
    for character in ("\x00", "\u0377", "\u037a", "\ud800", "\U0010fffd", "\U0001fae0"):
        assert is_assigned(character)
    for character in ("\u0378", "\u0379", "\ufffe", "\U0001fae8", "\U0010ffff"):
        assert not is_assigned(character)
