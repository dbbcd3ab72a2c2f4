"""Names of one person compare equal, and names that look alike are found."""

import sys
import unicodedata

import pytest

from fairlot.assigned import is_assigned
from fairlot.same_name import compared_name, look_alikes, repeated

ZOE = "Zoë Müller"
SPELLINGS = (
    "Zoë\u00a0Müller",
    "Zoë Müller\u200b",
    "Zoë  Müller",
    "ZOË MÜLLER",
    "zoë müller",
    "Zoë Mül\u00adler",
    "\u200fZoë Müller",
    "Zoë\u205f Müller",
    "\ufeffZoë Müller",
    "Zoe\u0308 Mu\u0308ller",
    "Zoe\u200d\u0308 Müller",
    "Ｚｏë Müller",
    "\u2066Zoë Müller\u2069",
    "Zoë\tMüller\n",
    "Zoë\u2800Müller",
    "Zoë Mu\u034f\u0308ller",
)
EVERY = [chr(code) for code in range(sys.maxunicode + 1)]


@pytest.mark.parametrize("spelling", SPELLINGS, ids=ascii)
def test_spellings_of_one_name_compare_equal(spelling: str) -> None:
    assert compared_name(spelling) == compared_name(ZOE) == "zoë müller"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann Lee", "AnnLee"),
        ("Ann Lee", "Ann-Lee"),
        ("Zoë", "Zoe"),
        ("Müller", "Mueller"),
        ("Zoe", "Zоe"),
        ("Lee, Ann", "Lee Ann"),
        ("Person 1", "Person l"),
        ("İpek", "ıpek"),
    ],
)
def test_other_names_do_not(one: str, other: str) -> None:
    assert compared_name(one) != compared_name(other)


def test_folding_is_that_of_unicode() -> None:
    assert compared_name("Strauß") == compared_name("STRAUSS")
    assert compared_name("Σίσυφος") == compared_name("ΣΊΣΥΦΟΣ")
    assert compared_name("\u0345\u03b1") == compared_name("\u0399\u0391")


def test_nothing_is_seen_of_a_name_of_invisible_characters() -> None:
    for name in ("", " ", "\u200b", "\u2060\u200e", "\u3164", "\u2800", "\x00\x1b"):
        assert compared_name(name) == ""
    assert compared_name("\u0301")


@pytest.mark.slow
def test_the_table_is_that_of_unicode_14() -> None:
    """The categories are compared; the file of the property is not in Python."""
    gone = {c for c in EVERY if is_assigned(c) and not compared_name(c)}
    if unicodedata.unidata_version == "14.0.0":
        spaces = {c for c in EVERY if c.isspace() and c not in "\x1c\x1d\x1e\x1f"}
        hidden = {c for c in EVERY if unicodedata.category(c) in ("Cc", "Cf")}
        assert gone >= spaces | hidden
        left = gone - spaces - hidden
        ignorable = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
        selectors = {*EVERY[0xFE00:0xFE10], *EVERY[0xE0100:0xE01F0]}
        assert left == {*ignorable, "\u2800", *selectors}
    assert all(compared_name(f"a{c}b") in ("ab", "a b") for c in gone)


@pytest.mark.slow
def test_no_character_that_is_seen_folds_to_one_that_is_not() -> None:
    """So what cannot be seen is dropped once, before folding."""
    gone = {c for c in EVERY if not compared_name(c)}
    for character in EVERY:
        if is_assigned(character) and character not in gone:
            folded = compared_name(character)
            assert not gone & set(folded.replace(" ", ""))
            assert compared_name(folded) == folded


def test_each_repetition_names_the_first() -> None:
    names = ["Ann", "Bob", "ann", "Bob", " ANN"]
    assert list(repeated(names)) == [("Ann", "ann"), ("Bob", "Bob"), ("Ann", " ANN")]


def test_letters_of_other_scripts_look_alike() -> None:
    names = ["Zoë Müller", "Ben Ode", "Zoё Мüller", "ВЕN ОDE", "Zοe", "ZOË MÜLLER"]
    assert look_alikes(names) == (
        ("Zoë Müller", "Zoё Мüller"),
        ("Ben Ode", "ВЕN ОDE"),
    )
    assert look_alikes(["Іvan", "Ivan"]) == (("Іvan", "Ivan"),)
    assert look_alikes(["Анна", "Anna", "Ελένη"]) == ()
    assert look_alikes(f"Person {i}" for i in range(100)) == ()
