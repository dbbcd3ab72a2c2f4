"""Codes for the members of a list (specs/attesters.md, section 1)."""

from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import pytest

from fairlot.errors import InputError, Rejection
from fairlot.identity.attestation import ENROLMENT, Purpose, Subject
from fairlot.identity.member_book import (
    CodeState,
    Member,
    MemberBook,
    read_member_book,
)
from fairlot.identity.member_code import ALPHABET, MemberCode, check_sums
from fairlot.identity.registry import RegistryId
from fairlot.identity.requests import AttestRequest
from fairlot.inputs.members_file import read_members
from fairlot_crypto import cbor
from fairlot_crypto.keys import SealKey, VerifyKey
from fairlot_crypto.randomness import SeededRandomness
from generators.identity_setting import setting

REGISTRY = setting(1, 0).registry
NAMES = [each.name for each in REGISTRY.attributes]
NONE = ("",) * len(NAMES)
ANN, BEN = Member("Ann Lee", ("listed", *NONE[1:])), Member("Ben Oh", NONE)
CODE = MemberCode.draw(SeededRandomness(b"a seed of thirty-two bytes, fixed"[:32]))


def request(letter: bytes, subject: Subject = ENROLMENT) -> AttestRequest:
    holder, device = VerifyKey(letter * 32), SealKey(letter * 32)
    return AttestRequest(REGISTRY.registry_id, holder, device, subject)


def given(
    book: MemberBook, *members: Member, again: bool = False, seed: bytes = b"1"
) -> tuple[MemberBook, list[MemberCode]]:
    drawn = SeededRandomness(seed * 32)
    made, codes = book.give(REGISTRY, members, drawn, again=again)
    return made, [code for _, code in codes]


def test_a_code_is_read_as_people_type_it() -> None:
    shown = CODE.shown()
    assert [len(each) for each in shown.split("-")] == [4] * 5
    typed = f"  {shown.lower().replace('-', ' ')}\r\n"
    assert MemberCode.read(typed) == CODE
    # Whatever looks like a digit is one: found among few codes.
    drawn = SeededRandomness(b"2" * 32)
    code = next(
        each
        for each in (MemberCode.draw(drawn) for _ in range(99))
        if {"0", "1"} <= set(each.characters)
    )
    alike = code.shown().replace("0", "O").replace("1", "l")
    assert MemberCode.read(alike) == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "member-code.form"),
        (CODE.shown()[:-1], "member-code.form"),
        (f"{CODE.shown()}0", "member-code.form"),
        (f"U{CODE.characters[1:]}", "member-code.form"),
        (f"É{CODE.characters[1:]}", "member-code.form"),
        (f"{CODE.characters[::-1]}", "member-code.typo"),
    ],
)
def test_what_is_no_code_is_refused(typed: str, code: str) -> None:
    with pytest.raises(InputError) as refused:
        MemberCode.read(typed)
    assert refused.value.code == code


def test_every_one_or_two_wrong_characters_are_noticed() -> None:
    """A linear code: what is added to a code is noticed iff its own sums are not 0."""
    length, others = len(CODE.characters), range(1, len(ALPHABET))
    single = [
        [check_sums([0] * place + [error]) for error in others]
        for place in range(length)
    ]
    assert all((0, 0) not in each for each in single)
    for first, second in combinations(range(length), 2):
        assert not set(single[first]) & set(single[second])


def test_two_exchanged_characters_are_noticed() -> None:
    characters = CODE.characters
    tried = 0
    for first, second in combinations(range(len(characters)), 2):
        swapped = list(characters)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        if "".join(swapped) != characters:
            tried += 1
            with pytest.raises(InputError):
                MemberCode.read("".join(swapped))
    assert tried > 100


def test_a_code_has_ninety_bits_and_shows_none_of_them() -> None:
    drawn = SeededRandomness(b"3" * 32)
    codes = [MemberCode.draw(drawn).characters for _ in range(200)]
    for place, letter in product(range(18), ALPHABET):
        # At every place each letter comes up: (31/32)^200 is below 1 in 500.
        assert sum(code[place] == letter for code in codes) < 40
    for place in range(18):
        assert len({code[place] for code in codes}) > 25
    assert CODE.characters[:4] not in repr(CODE)


def test_the_book_has_no_code_and_comes_back_to_the_byte() -> None:
    book, (code, _) = given(MemberBook(), ANN, BEN)
    data = book.with_row(book.use(code, request(b"1")).attested(86_400, 5)).to_bytes()
    assert read_member_book(data).to_bytes() == data
    assert code.characters.encode() not in data
    assert code.hashed(REGISTRY.registry_id) in data


def test_a_code_is_good_for_one_request() -> None:
    book, (code, other) = given(MemberBook(), ANN, BEN)
    row = book.use(code, request(b"1"))
    assert (row.person, row.attributes) == ("Ann Lee", ANN.attributes)
    bound = book.with_row(row)
    assert bound.use(code, request(b"1")) == row
    recovery = Subject(Purpose.RECOVER, 1, 1)
    for another in (request(b"2"), request(b"1", recovery)):
        with pytest.raises(Rejection) as refused:
            bound.use(code, another)
        assert refused.value.code == "member-code.used"
    assert bound.use(other, request(b"2")).person == "Ben Oh"


def test_another_registry_knows_no_code() -> None:
    book, (code,) = given(MemberBook(), ANN)
    elsewhere = replace(request(b"1"), registry_id=RegistryId(bytes(32)))
    with pytest.raises(Rejection) as refused:
        book.use(code, elsewhere)
    assert refused.value.code == "member-code.unknown"


def test_whoever_has_a_code_gets_another_only_if_it_is_asked_for() -> None:
    first, (code,) = given(MemberBook(), ANN)
    spelt = replace(ANN, person="ann  LEE")
    same, none = given(first, spelt)
    assert (same, none) == (first, [])
    second, (newer,) = given(first, spelt, again=True, seed=b"2")
    with pytest.raises(Rejection) as refused:
        second.use(code, request(b"1"))
    assert refused.value.code == "member-code.ended"
    # A used code stays what it was: the member recovers with the newer one.
    used = first.with_row(first.use(code, request(b"1")))
    third, (newest,) = given(used, spelt, again=True, seed=b"3")
    assert third.use(code, request(b"1")).state is CodeState.USED
    source = REGISTRY.uniqueness.source
    persons = [third.use(newest, request(b"2")).person, "Ann Lee"]
    assert len(set(map(source.identifier, persons))) == 1
    assert newest != newer


def test_an_attestation_keeps_its_time_for_an_epoch() -> None:
    book, (code,) = given(MemberBook(), ANN)
    row = book.use(code, request(b"1")).attested(100, 1000)
    assert row.attested(100, 1099).time == 1000
    assert row.attested(100, 1100).time == 1100
    assert row.attested(100, 999).time == 999


def test_what_is_no_book_is_refused() -> None:
    book, _ = given(MemberBook(), ANN)
    (row,) = book.rows
    twice = MemberBook((row, row)).to_bytes()
    used = MemberBook((replace(row, state=CodeState.USED),)).to_bytes()
    state = cbor.encode(
        {"v": 1, "type": "MEMBER-CODES", "codes": [{**row.to_value(), "state": "new"}]}
    )
    for data in (b"", twice, used, state):
        with pytest.raises(InputError) as refused:
            read_member_book(data)
        assert refused.value.code == "attester.codes"


def test_a_list_says_who_is_a_member(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_text(
        f"{NAMES[0]};person;address\nlisted;Ann Lee;ann@example.org\n;Zoé;\n"
    )
    ann, zoe = read_members(path, REGISTRY)
    assert ann == Member("Ann Lee", ("listed", *NONE[1:]), "ann@example.org")
    assert (zoe.person, zoe.attributes) == ("Zoé", NONE)


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("", None, "members-file.form"),
        ("name,address\nAnn,x\n", 1, "members-file.form"),
        ("person,person\nAnn,Ben\n", 1, "members-file.form"),
        ("person,shoe\nAnn,43\n", 1, "members-file.column"),
        ("person,address\nAnn,x\n,y\n", 3, "members-file.person"),
        ("person\nAnn Lee\nBen\nann  LEE\n", 4, "members-file.twice"),
        (f"person,{NAMES[0]}\nAnn,rich\n", 2, "members-file.value"),
    ],
)
def test_a_list_that_is_wrong_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int | None, code: str
) -> None:
    path = tmp_path / "members.csv"
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        read_members(path, REGISTRY)
    assert (refused.value.code, refused.value.line) == (code, line)
    with pytest.raises(InputError) as missing:
        read_members(tmp_path / "none.csv", REGISTRY)
    assert missing.value.code == "members-file.unreadable"
