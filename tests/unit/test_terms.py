"""The canonical terms: round trip, sale_id, and one refusal for each rule."""

import hashlib
from dataclasses import fields, replace
from typing import Any

import pytest

from fairlot.errors import TermsError
from fairlot.logs import Witnesses
from fairlot.money import Currency
from fairlot.terms.terms import Terms
from fairlot.terms.times import MAX_TIME, Times
from fairlot.text import check_text
from fairlot_crypto.cbor import Value, decode, encode
from generators import terms as vectors
from generators.terms_setting import sample_key, sample_terms
from generators.terms_watch import witness


def test_terms_survive_encoding() -> None:
    terms = sample_terms()
    assert Terms.from_value(decode(encode(terms.to_value()))) == terms


def test_the_map_has_the_fields_of_the_specification() -> None:
    value = decode(encode(sample_terms().to_value()))
    assert value == sample_terms().to_value()
    names = (
        "v rehearsal title asset season pools times registry roll board witnesses seller "
        "escrow beacon refund"
    )
    assert " ".join(sample_terms().to_value()) == names


def test_sale_id_is_the_tagged_hash_of_the_encoding() -> None:
    data = encode(sample_terms().to_value())
    tag = hashlib.sha256(b"fairlot-v1/sale").digest()
    expected = hashlib.sha256(tag + tag + len(data).to_bytes(8, "big") + data)
    assert sample_terms().sale_id == expected.digest()


def watched(number: int) -> Terms:
    """Return the sample with witnesses, all of whom must agree."""
    named = tuple(map(witness, range(number)))
    return replace(sample_terms(), witnesses=Witnesses(named, number))


def test_every_field_moves_the_sale_id() -> None:
    terms = watched(1)
    (pool,) = terms.pools
    others: dict[str, Any] = {
        "rehearsal": False,
        "title": "Other",
        "asset": "other",
        "season": 2031,
        "pools": (replace(pool, supply=121),),
        "times": replace(terms.times, slack=29),
        "registry": bytes(32),
        "roll": replace(terms.roll, smallest=1),
        "board": replace(terms.board, name="other"),
        "witnesses": watched(2).witnesses,
        "seller": sample_key("other"),
        "escrow": sample_key("other"),
        "beacon": replace(terms.beacon, delay=1),
        "currency": Currency("EUR", 2),
    }
    fixed = {"refund", "deposits", "bids", "redraw"}
    assert {field.name for field in fields(Terms)} == set(others) | fixed
    changed = [replace(terms, **{name: other}) for name, other in others.items()]
    ids = {Terms.from_value(new.to_value()).sale_id for new in changed}
    assert len(ids | {terms.sale_id}) == len(others) + 1


@pytest.mark.thorough
def test_vectors_hold_more_refusals_than_acceptances() -> None:
    cases = vectors.chapter().cases
    refused = [case for case in cases if case.code]
    assert len(refused) > len(cases) - len(refused)


@pytest.mark.parametrize("name", sample_terms().to_value())
def test_each_missing_field_is_named(name: str) -> None:
    value = sample_terms().to_value()
    del value[name]
    with pytest.raises(TermsError, match=rf"terms\.field: terms\.{name} must be given"):
        Terms.from_value(value)


@pytest.mark.parametrize("place", ["pools", "times", "board", "beacon"])
def test_each_missing_inner_field_is_named(place: str) -> None:
    whole: Any = sample_terms().to_value()[place]
    for name in whole[0] if place == "pools" else whole:
        value = sample_terms().to_value()
        inner: Any = value[place]
        del (inner[0] if place == "pools" else inner)[name]
        with pytest.raises(TermsError, match=rf"\.{name} must be given") as caught:
            Terms.from_value(value)
        assert caught.value.code == "terms.field"


@pytest.mark.parametrize("wrong", [None, -1, "", b"", [[]], {}, {"v": 1}])
def test_no_value_is_met_with_anything_but_a_terms_error(wrong: Value) -> None:
    with pytest.raises(TermsError):
        Terms.from_value(wrong)
    for name in sample_terms().to_value():
        with pytest.raises(TermsError):
            Terms.from_value({**sample_terms().to_value(), name: wrong})


def test_a_phase_may_be_as_long_as_the_slack_and_no_shorter() -> None:
    terms = sample_terms()
    exact = replace(terms, times=Times(0, 30, 60, 90, 120, 150, 30))
    assert Terms.from_value(exact.to_value()) == exact
    for moved in (
        Times(1, 30, 60, 90, 120, 150, 30),
        Times(0, 30, 59, 90, 120, 150, 30),
        Times(0, 30, 60, 89, 119, 150, 30),
        Times(0, 30, 60, 90, 119, 150, 30),
        Times(0, 30, 60, 90, 120, 149, 30),
    ):
        short = replace(terms, times=moved)
        with pytest.raises(TermsError, match=r"terms\.slack"):
            Terms.from_value(short.to_value())


def test_the_last_second_of_the_year_9999_is_legal() -> None:
    terms = sample_terms()
    last = replace(terms, times=replace(terms.times, unlock=MAX_TIME))
    assert Terms.from_value(last.to_value()) == last


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "x" * 200,
        "é" * 100,
        "a b",
        "می\u200cخواهم",
        "👩\u200d🚀",
        '",;"',
        "\ue000",
        "🫠",
    ],
)
def test_texts_that_people_write_are_legal(text: str) -> None:
    check_text(text, ValueError)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        " a",
        "a ",
        "\u3000a",
        "a\u00a0",
        "a\tb",
        "a\nb",
        "a\x00",
        "\x7f",
        "\x85",
        "\u2028",
        "a\u2029b",
        "\u0378",
        "a\ufffe",
        "\U0001fae8",
        "\U0010ffff",
        "e\u0301",
        "\ud800",
        "x" * 201,
        "é" * 101,
    ],
)
def test_texts_that_would_confuse_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|holds|begins or ends) "):
        check_text(text, ValueError)


def with_beacon(**changes: Value) -> Terms:
    """Return the sample with some fields of its beacon changed, read strictly."""
    value = sample_terms().to_value()
    beacon: Any = value["beacon"]
    return Terms.from_value({**value, "beacon": {**beacon, **changes}})


def test_an_absent_minimum_is_the_whole_roster_and_has_no_key() -> None:
    beacon = sample_terms().beacon
    assert beacon.needed == len(beacon.roster) == 3
    assert "min_commits" not in beacon.to_value()


def test_a_minimum_of_commitments_is_kept() -> None:
    terms = with_beacon(min_commits=2)
    assert terms.beacon.needed == 2
    assert Terms.from_value(terms.to_value()) == terms
    assert terms.sale_id != sample_terms().sale_id


@pytest.mark.parametrize("contributors", range(2, 9))
def test_a_minimum_is_above_half_of_the_roster(contributors: int) -> None:
    """Two sets of commitments that are both sealed have a contributor in common."""
    roster = [sample_key(f"contributor {i}") for i in range(contributors)]
    for needed in range(1, contributors):
        if 2 * needed > contributors:
            terms = with_beacon(roster=[*roster], min_commits=needed)
            assert terms.beacon.needed == needed
            continue
        with pytest.raises(TermsError) as caught:
            with_beacon(roster=[*roster], min_commits=needed)
        assert caught.value.code == "terms.min-commits"


@pytest.mark.parametrize("needed", [0, 3, 4, -1, True, None, "1", 2**64])
def test_a_minimum_lies_between_one_and_less_than_the_roster(needed: Value) -> None:
    with pytest.raises(TermsError) as caught:
        with_beacon(min_commits=needed)
    assert caught.value.code == "terms.field"


def sized(n: int) -> Terms:
    """Return the sample with a modulus of any size, minimally encoded."""
    width = (n.bit_length() + 7) // 8
    four = (4).to_bytes(width, "big")
    return with_beacon(modulus=n.to_bytes(width, "big"), h=four, proof=four)


@pytest.mark.parametrize("bits", [1024, 1025, 2048, 3072, 4096])
def test_a_modulus_has_1024_to_4096_bits(bits: int) -> None:
    assert len(sized(2 ** (bits - 1) + 1).beacon.h) == (bits + 7) // 8


@pytest.mark.parametrize("bits", [1, 8, 1023, 4097])
def test_a_modulus_of_another_size_is_refused(bits: int) -> None:
    with pytest.raises(TermsError) as caught:
        sized(2 ** (bits - 1) + 1)
    assert caught.value.code == "terms.modulus"


def test_a_modulus_has_one_encoding() -> None:
    beacon = sample_terms().beacon
    for modulus in (b"\x00" + beacon.modulus, b"", bytes(256)):
        with pytest.raises(TermsError) as caught:
            with_beacon(modulus=modulus)
        assert caught.value.code == "terms.modulus"


def test_the_sale_id_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = sample_terms()
    changed = replace(terms, title="Another")
    name = terms.sale_id
    assert changed.sale_id != name
    assert replace(changed, title=terms.title) == terms
    assert replace(changed, title=terms.title).sale_id == name
    monkeypatch.setattr(Terms, "to_value", None)
    assert terms.sale_id == name
