"""Whether two names are those of one person (specs/identity.md, section 2.1).

For comparing only: a name is kept, hashed and printed as it was typed. Whoever attests people
looks for ``repeated`` names first, so that nobody has a second chance by a capital letter.
"""

import unicodedata
from collections.abc import Iterable, Iterator

_BLANK = (
    *(range(0x09, 0x0E), (0x20, 0x85, 0xA0, 0x1680), range(0x2000, 0x200B)),
    (0x2028, 0x2029, 0x202F, 0x205F, 0x2800, 0x3000),
)
"""White_Space, and the Braille pattern without dots, which looks like it."""
_INVISIBLE = (
    *(range(0x09), range(0x0E, 0x20), range(0x7F, 0x85), range(0x86, 0xA0)),
    *((0xAD, 0x34F, 0x61C, 0x6DD, 0x70F, 0x8E2, 0x3164, 0xFEFF, 0xFFA0),),
    *(range(0x600, 0x606), range(0x890, 0x892), range(0x115F, 0x1161)),
    *(range(0x17B4, 0x17B6), range(0x180B, 0x1810), range(0x200B, 0x2010)),
    *(range(0x202A, 0x202F), range(0x2060, 0x2070), range(0xFE00, 0xFE10)),
    *(range(0xFFF0, 0xFFFC), (0x110BD, 0x110CD), range(0x13430, 0x13439)),
    *(range(0x1BCA0, 0x1BCA4), range(0x1D173, 0x1D17B), range(0xE0000, 0xE1000)),
)
"""Default_Ignorable_Code_Point and the categories Cc and Cf of Unicode 14.0.0."""
_DROPPED: dict[int, str | None] = {
    **{code: None for codes in _INVISIBLE for code in codes},
    **{code: " " for codes in _BLANK for code in codes},
}


_LATIN = str.maketrans(
    "ЅІЈАВЕКМНОРСТУХЬагеорсухѕіјѡѴѵҮүһҽӀӏԁԌԛԜԝꙇͿΑΒΕΖΗΙΚΜΝΟΡΤΥΧαγινορσυϜϳϺᴦ",
    "SIJABEKMHOPCTYXbareopcyxsijwVvYyheIidGqWwiJABEZHIKMNOPTYXayivopouFjMr",
)
"""Letters of Cyrillic and Greek that look like one letter A to Z or a to z.

The facts are those of ``confusables.txt`` of Unicode Technical Standard 39 (Unicode 13.0.0,
https://www.unicode.org/Public/security/): its mappings from one letter without decomposition
to one letter of ASCII. Of the capitals that look like I it says "l", as of I itself.
"""


def compared_name(name: str) -> str:
    """Return what is compared of a name: equal for two names of one person.

    Compatible characters, upper and lower case, runs of blanks, and what cannot be seen make
    no difference. Empty if nothing of the name can be seen.
    """
    if name.isascii() and name.isprintable():
        return " ".join(name.lower().split())
    # Step 1.
    seen = name.translate(_DROPPED)
    # Step 2.
    folded = unicodedata.normalize("NFD", seen).casefold()
    folded = unicodedata.normalize("NFKD", folded).casefold()
    folded = unicodedata.normalize("NFKC", folded)
    # Step 3.
    return " ".join(folded.split())


def repeated(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each name that compares equal to an earlier one, as (earlier, name).

    No list of people may have any: two rows of one person are two chances. The earlier name
    is always the first of those that compare equal.
    """
    first: dict[str, str] = {}
    for name in names:
        compared = compared_name(name)
        if compared in first:
            yield first[compared], name
        else:
            first[compared] = name


def look_alikes(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return pairs of names that look alike in letters of different scripts.

    For warnings: a Cyrillic "а" in a Latin name is a second row of one person or a person
    whose name is written so. Each pair is the first name of its look and a later one, in the
    order of ``names``. Names that compare equal are no pair.
    """
    listed = tuple(names)
    looks = {_look(n) for n in listed if not n.isascii()}
    first: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    for name in listed:
        look = _look(name)
        if look in looks:
            earlier = first.setdefault(look, name)
            if compared_name(earlier) != compared_name(name):
                pairs.append((earlier, name))
    return tuple(pairs)


def _look(name: str) -> str:
    """Return what is compared of a name whose letters are Latin where they look so."""
    if name.isascii():
        return compared_name(name)
    compatible = unicodedata.normalize("NFKD", name.translate(_DROPPED))
    return compared_name(compatible.translate(_LATIN))
