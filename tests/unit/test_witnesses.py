"""Who watches the board, by the terms."""

from dataclasses import replace

import pytest

from fairlot.errors import TermsError
from fairlot.logs import MAX_WITNESSES, NOBODY, Witness, Witnesses
from fairlot.terms.terms import Terms
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import VerifyKey
from fairlot_crypto.log.note import KeyKind
from generators.terms_setting import sample_key, sample_terms
from generators.terms_watch import witness


def watched(number: int, quorum: int) -> Terms:
    """Return the sample with witnesses, as it is."""
    named = tuple(map(witness, range(number)))
    return replace(sample_terms(), witnesses=Witnesses(named, quorum))


def read(terms: Terms, **changes: Value) -> Terms:
    return Terms.from_value({**terms.to_value(), **changes})


def refused(terms: Terms, **changes: Value) -> str:
    with pytest.raises(TermsError) as caught:
        read(terms, **changes)
    return caught.value.code


@pytest.mark.parametrize("number", range(1, 9))
def test_a_quorum_is_more_than_half_and_at_most_all(number: int) -> None:
    """Two quorums have a witness in common."""
    for quorum in range(number + 2):
        terms = watched(number, quorum)
        if 2 * quorum > number >= quorum:
            assert read(terms) == terms
            assert read(terms).watching == terms.witnesses
        else:
            assert refused(terms) == "terms.field"


def test_nobody_has_no_quorum() -> None:
    terms = sample_terms()
    assert terms.witnesses == NOBODY
    assert "quorum" not in terms.to_value()
    for quorum in (0, 1):
        assert refused(terms, quorum=quorum) == "terms.field"


def test_where_nobody_watches_the_board_dates_its_heads() -> None:
    """Under the name of its log, since that is the name of its key."""
    terms = sample_terms()
    only = Witness(terms.origin, terms.board.key)
    assert terms.watching == Witnesses((only,), 1)
    assert terms.origin == f"{terms.board.name}/{terms.sale_id.hex()}"


def test_a_witness_is_named_as_signature_lines_name_it() -> None:
    note_key = witness(3).note_key
    assert (note_key.name, note_key.kind) == (witness(3).name, KeyKind.COSIGNATURE_V1)
    assert note_key.key_id != replace(note_key, kind=KeyKind.ED25519).key_id


def test_there_are_as_many_witnesses_as_a_head_has_room_for() -> None:
    read(watched(MAX_WITNESSES, MAX_WITNESSES))
    terms = watched(MAX_WITNESSES + 1, MAX_WITNESSES + 1)
    assert refused(terms) == "terms.witnesses"


def test_each_witness_has_a_name_and_a_key_of_its_own() -> None:
    one, two = witness(0), witness(1)
    for other in (
        replace(two, name=one.name),
        replace(two, key=one.key),
        one,
    ):
        terms = replace(sample_terms(), witnesses=Witnesses((one, other), 2))
        assert refused(terms) == "terms.witnesses"


def other_keys() -> list[VerifyKey]:
    terms = sample_terms()
    return [terms.board.key, terms.seller, terms.escrow, *terms.beacon.roster]


@pytest.mark.parametrize("key", other_keys(), ids=bytes.hex)
@pytest.mark.parametrize("rehearsal", [True, False])
def test_a_witness_has_no_other_role(key: VerifyKey, rehearsal: bool) -> None:
    """Not in a rehearsal either."""
    named = (witness(0), Witness("witness.example/1", key))
    terms = replace(sample_terms(), rehearsal=rehearsal, witnesses=Witnesses(named, 2))
    assert refused(terms) == "terms.witnesses"


def test_somebody_watches_a_real_sale() -> None:
    assert refused(sample_terms(), rehearsal=False) == "terms.witnesses"
    read(watched(1, 1), rehearsal=False)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "é", "a\n", "x" * 201, 5, None])
def test_a_witness_has_a_name_that_a_note_can_bear(name: Value) -> None:
    one: dict[str, Value] = {"name": name, "key": sample_key("w")}
    code = "terms.board-name" if isinstance(name, str) else "terms.field"
    assert refused(sample_terms(), witnesses=[one], quorum=1) == code


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (bytes(32), "terms.key"),
        (b"\x01" + bytes(31), "terms.key"),
        (bytes(31), "terms.key"),
        (None, "terms.field"),
        ("key", "terms.field"),
    ],
)
def test_a_witness_has_an_ed25519_key(key: Value, code: str) -> None:
    one: dict[str, Value] = {"name": "w", "key": key}
    assert refused(sample_terms(), witnesses=[one], quorum=1) == code


@pytest.mark.parametrize("wrong", [None, {}, "w", [1], [[]], [{}]])
def test_witnesses_are_an_array_of_maps(wrong: Value) -> None:
    assert refused(watched(1, 1), witnesses=wrong) == "terms.field"
