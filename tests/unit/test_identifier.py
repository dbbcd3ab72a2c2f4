"""Two spellings of one name or document give one identifier."""

import pytest

from fairlot.errors import Rejection
from fairlot.identity.identifier import Canonicaliser, Known, Source, canonical

DOCUMENT = "deu/c01x00t47"
SPELLINGS = (
    "DEU C01X00T47",
    "deu c01x00t47",
    "D<<C01X00T47",
    "D C01X 00T 47",
    "DEU/C01X-00T-47",
    "DEU: C01X.00T.47",
    "  DEU C01X00T47<<<  ",
    "DEU\u00a0C01X\u200900T47",
    "DEU\u2013C01X\u201100T47",
    "DEU C01X\u00ad00T47",
    "\uff24\uff25\uff35\u3000\uff23\uff10\uff11\uff38\uff10\uff10\uff34\uff14\uff17",
    "DEU C01X\u221200T47",
)
NO_DOCUMENTS = (
    "C01X00T47",
    "DEU",
    "DEU ",
    "---",
    "DE C01X00T47",
    "GERMANY C01X00T47",
    "D3U C01X00T47",
    "DEU CXXXTTT",
    "DEU C01X00T47!",
    "DEU C01X,00T47",
    "DEU \u0421\u041e1X00T47",  # Cyrillic.
    "DEU C\u0660\u0661X00T47",  # Digits of another script.
    "DEU 1" + "0" * 32,
    "DEU C01X00T47é",
)


@pytest.mark.parametrize("spelt", SPELLINGS, ids=ascii)
def test_spellings_of_one_document_are_one(spelt: str) -> None:
    assert canonical(Canonicaliser.DOCUMENT, spelt) == DOCUMENT


@pytest.mark.parametrize(
    "spelt",
    [
        "DEU CO1X00T47",
        "DEU C0IX00T47",
        "DEU C01X00T470",
        "DEU 0C01X00T47",
        "AUT C01X00T47",
    ],
)
def test_other_documents_are_others(spelt: str) -> None:
    assert canonical(Canonicaliser.DOCUMENT, spelt) != DOCUMENT


@pytest.mark.parametrize("spelt", NO_DOCUMENTS, ids=ascii)
def test_what_is_no_document_is_refused(spelt: str) -> None:
    with pytest.raises(Rejection, match=r"identifier\.document"):
        canonical(Canonicaliser.DOCUMENT, spelt)


@pytest.mark.parametrize("rule", [Canonicaliser.NAME, Canonicaliser.DOCUMENT])
@pytest.mark.parametrize(
    ("spelt", "code"),
    [
        ("", "identifier.empty"),
        (" \u200b", "identifier.empty"),
        ("\u2fff" + "DEU 1", "identifier.text"),
        ("DEU 1\ud800", "identifier.text"),
        ("DEU 1" + " " * 256, "identifier.text"),
    ],
    ids=ascii,
)
def test_a_text_is_short_seen_and_of_unicode_14(
    rule: Canonicaliser, spelt: str, code: str
) -> None:
    with pytest.raises(Rejection) as caught:
        canonical(rule, spelt)
    assert caught.value.code == code


@pytest.mark.parametrize("rule", Canonicaliser)
def test_what_is_canonical_stays_as_it_is(rule: Canonicaliser) -> None:
    for spelt in ("DEU C01X 00T47", "FRA 12-AB"):
        once = canonical(rule, spelt)
        assert canonical(rule, once) == once


def test_source_and_rule_are_part_of_an_identifier() -> None:
    found = {
        Source(name, rule).identifier("DEU 1")
        for name in ("passport", "card")
        for rule in Canonicaliser
    }
    assert len(found) == 2 * len(Canonicaliser)


def test_an_identifier_is_not_shown() -> None:
    source = Source("list", Canonicaliser.NAME)
    assert "ann" not in repr(Known(source.identifier("ann"), ()))
