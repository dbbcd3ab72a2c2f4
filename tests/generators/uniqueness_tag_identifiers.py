"""Spellings and their one value (specs/uniqueness-tag.md, section 4)."""

from collections.abc import Sequence

from fairlot.identity.identifier import Canonicaliser, Source, canonical
from generators.case import Case, accept, reject

_NAME, _DOCUMENT = Canonicaliser.NAME, Canonicaliser.DOCUMENT


def cases() -> Sequence[Case]:
    """Return the cases."""
    return (*_spelt(), *_identifiers(), *_refused())


def _spelt() -> Sequence[Case]:
    rows = (
        ("name", _NAME, "Zoë  MÜLLER", "A name is folded, and blanks are one."),
        ("name-decomposed", _NAME, "zoe\u0308 mu\u0308ller", "The same name."),
        ("name-hyphen", _NAME, "Ann-Lee", "A hyphen stays in a name."),
        ("document", _DOCUMENT, "DEU C01X00T47", "A state and a number."),
        ("lower", _DOCUMENT, "deu c01x00t47", "The same document."),
        ("groups", _DOCUMENT, "DEU C01X-00T 47", "The same document, in groups."),
        ("zone", _DOCUMENT, "D<<C01X00T47<<", "The same document, by its zone."),
        ("dash", _DOCUMENT, "DEU\u2013C01X\u201100T47", "The same, with dashes."),
        ("wide", _DOCUMENT, "\uff24\uff25\uff35 C01X00T47", "The same, wide letters."),
        ("soft", _DOCUMENT, "DEU C01X\u00ad00T47", "The same, with a soft hyphen."),
        ("letter-o", _DOCUMENT, "DEU CO1X00T47", "O is no 0: another document."),
        ("state", _DOCUMENT, "AUT C01X00T47", "Another state: another document."),
    )
    return [_canonical(*row) for row in rows]


def _canonical(name: str, rule: Canonicaliser, typed: str, comment: str) -> Case:
    return accept(
        f"canonical-{name}",
        comment,
        {"op": "canonical", "canonicaliser": rule.value, "typed": typed},
        {"value": canonical(rule, typed)},
    )


def _identifiers() -> Sequence[Case]:
    rows = (
        ("list", _NAME, "Ann", "What is hashed is CBOR of source, rule and value."),
        ("passport", _DOCUMENT, "DEU C01X00T47", "A document."),
        ("passport", _NAME, "DEU C01X00T47", "Another rule: another identifier."),
        ("card", _DOCUMENT, "DEU C01X00T47", "Another source: another identifier."),
    )
    return [
        accept(
            f"identifier-{source}-{rule.name.lower()}",
            comment,
            {
                "op": "identifier",
                "source": source,
                "canonicaliser": rule.value,
                "typed": typed,
            },
            {"id": Source(source, rule).identifier(typed)},
            {"value": canonical(rule, typed)},
        )
        for source, rule, typed, comment in rows
    ]


def _refused() -> Sequence[Case]:
    text, empty, form = (
        "identifier.text",
        "identifier.empty",
        "identifier.document",
    )
    newer = "A later Unicode could fold it in another way: two values of one name."
    look = "It looks like another letter: one document would have two tags."
    rows = (
        ("newer", _NAME, "Ann\u2fff", text, newer),
        ("document-newer", _DOCUMENT, "DEU C01X00T47\u2fff", text, newer),
        ("long", _NAME, "a" * 257, text, "There is an end to what is folded."),
        ("nothing", _NAME, "", empty, "Nobody is called nothing."),
        ("invisible", _NAME, "\u200b\u00ad", empty, "Nothing of it can be seen."),
        ("document-invisible", _DOCUMENT, " ", empty, "Nothing of it can be seen."),
        ("no-state", _DOCUMENT, "C01X00T47", form, "States number for themselves."),
        ("no-number", _DOCUMENT, "DEU", form, "A state is no document."),
        ("separators", _DOCUMENT, "<<<", form, "There is no document."),
        ("two-letters", _DOCUMENT, "DE C01X00T47", form, "A state has one code."),
        ("no-digit", _DOCUMENT, "DEU MUSTER", form, "That is no number."),
        ("comma", _DOCUMENT, "DEU C01X,00T47", form, "That is no separator."),
        ("cyrillic", _DOCUMENT, "DEU \u042101X00T47", form, look),
        ("digits", _DOCUMENT, "DEU C\u0660\u0661X00T47", form, look),
        ("accent", _DOCUMENT, "DEU C01X00T47\u00e9", form, look),
        ("number-long", _DOCUMENT, "DEU 1" + "0" * 32, form, "No number is so long."),
    )
    return [_refusal(*row) for row in rows]


def _refusal(name: str, rule: Canonicaliser, typed: str, code: str, why: str) -> Case:
    return reject(
        f"canonical-{name}",
        why,
        code,
        {"op": "canonical", "canonicaliser": rule.value, "typed": typed},
        lambda: canonical(rule, typed),
    )
