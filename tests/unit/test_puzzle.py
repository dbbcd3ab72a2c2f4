"""Puzzles: the key of an answer, and who a solution is good for."""

import hashlib
import unicodedata

import pytest

from fairlot.deposit.puzzle import answer_key, solution_message, solve
from fairlot.errors import InputError
from fairlot.names import Nym, SaleId
from fairlot_crypto.errors import ProofError
from fairlot_crypto.keys import SigningKey, VerifyKey, verify_signature

SALE, NYM, SETTLE = SaleId(bytes([1]) * 32), Nym(bytes([2]) * 48), bytes([3]) * 32


def by_hand(tag: str, *parts: bytes) -> bytes:
    """Return the tagged hash of specs/notation.md, section 3, without the library."""
    prefix = hashlib.sha256(tag.encode()).digest()
    framed = b"".join(len(p).to_bytes(8, "big") + p for p in parts)
    return hashlib.sha256(prefix + prefix + framed).digest()


def test_the_seed_is_the_hash_of_the_answer() -> None:
    assert answer_key("42").seed == by_hand("fairlot-v1/puzzle", b"42")


def test_both_unicode_forms_of_an_answer_are_one_key() -> None:
    composed, split = "café", unicodedata.normalize("NFD", "café")
    assert composed != split
    assert answer_key(composed) == answer_key(split)


@pytest.mark.parametrize("other", ["The owl", "the  owl", "the owl.", "the ow1"])
def test_every_character_of_an_answer_counts(other: str) -> None:
    assert answer_key(other).public != answer_key("the owl").public


@pytest.mark.parametrize(
    "answer", ["", " owl", "owl\n", "o\x00wl", "\ud800", "a" * 201, "é" * 101]
)
def test_what_is_no_text_is_no_answer(answer: str) -> None:
    with pytest.raises(InputError) as caught:
        answer_key(answer)
    assert caught.value.code == "puzzle.answer"


def test_a_solution_signs_who_it_is_for() -> None:
    key = answer_key("owl")
    message = b"fairlot-v1/solution\x00" + SALE + NYM + SETTLE
    assert solution_message(SALE, NYM, VerifyKey(SETTLE)) == message
    solution = solve(key, SALE, NYM, VerifyKey(SETTLE))
    verify_signature(key.public, message, solution)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_solution_is_good_for_nobody_else(part: int) -> None:
    key = answer_key("owl")
    solution = solve(key, SALE, NYM, VerifyKey(SETTLE))
    parts = [SALE, NYM, SETTLE]
    parts[part] = bytes([9]) * len(parts[part])
    message = solution_message(SaleId(parts[0]), Nym(parts[1]), VerifyKey(parts[2]))
    with pytest.raises(ProofError):
        verify_signature(key.public, message, solution)


def test_a_wrong_answer_does_not_solve() -> None:
    solution = solve(answer_key("hawk"), SALE, NYM, VerifyKey(SETTLE))
    message = solution_message(SALE, NYM, VerifyKey(SETTLE))
    with pytest.raises(ProofError):
        verify_signature(answer_key("owl").public, message, solution)


def test_an_answer_is_not_shown_by_its_key() -> None:
    """Whoever prints a key pair does not print the secret."""
    key = answer_key("owl")
    assert isinstance(key, SigningKey)
    assert key.seed.hex() not in repr(key)
