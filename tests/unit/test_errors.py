"""Every error says who is at fault (specs/adr/0004-exemplary-api.md)."""

import errno
import re
from pathlib import Path

import pytest

from fairlot.errors import (
    FairlotError,
    InputError,
    InvariantError,
    Rejection,
    TermsError,
    in_words,
    place,
)
from fairlot_crypto.errors import CallerError, EncodingError, Fault, ProofError


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (CallerError("a.b", "c"), Fault.CALLER),
        (EncodingError("a.b", "c"), Fault.SENDER),
        (ProofError("a.b", "c"), Fault.PROVER),
        (InputError("a.b", "c"), Fault.PERSON),
        (TermsError("a.b", (), "c"), Fault.SELLER),
        (Rejection("a.b", "c"), Fault.SENDER),
        (InvariantError("a.b", "c"), Fault.LIBRARY),
    ],
)
def test_every_error_says_who_is_at_fault(error: FairlotError, fault: Fault) -> None:
    assert error.fault is fault
    assert error.code == "a.b"


def test_every_class_of_errors_has_a_fault() -> None:
    assert all(isinstance(each.fault, Fault) for each in FairlotError.__subclasses__())


def test_a_place_is_named_as_people_count() -> None:
    where = ("pools", 1, "tiers", 0, "price")
    assert place(where) == "pools[1].tiers[0].price"
    assert place(where, 1) == "pools[2].tiers[1].price"
    assert place(()) == ""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EAGAIN, "a turn took too long"), "a turn took too long"),
        (OSError(errno.ESTALE, "written meanwhile"), "written meanwhile"),
        (
            OSError(errno.ENOSPC, "No space left", "/sale/log"),
            "No space left (/sale/log)",
        ),
        (TimeoutError("timed out"), "timed out"),
        (OSError(), "unknown reason"),
        (Rejection("a.b", "c"), "a.b: c"),
        (EncodingError("a.b", "c"), "a.b: c"),
        (KeyError("x"), "KeyError('x')"),
    ],
)
def test_what_went_wrong_is_said_without_numbers(error: Exception, words: str) -> None:
    assert in_words(error) == words


ROOT = Path(__file__).parents[2] / "protocol" / "fairlot"


def test_nobody_shows_an_error_of_the_system_as_it_is() -> None:
    """``str`` of one begins with its number: "[Errno 11]"."""
    found: list[str] = []
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text("utf-8")
        for caught in re.finditer(r"( *)except [^\n]*OSError[^\n]* as error:\n", text):
            body = text[caught.end() :]
            handler = re.match(rf"(?:{caught[1]} +[^\n]*\n|\n)*", body)
            assert handler is not None
            raw = re.search(r"\{error(!r)?\}|str\(error\)|repr\(error\)", handler[0])
            found += [f"{path.name}: {raw[0]}"] if raw else []
    assert found == []


def test_an_error_of_terms_names_its_place() -> None:
    error = TermsError("terms.key", ("terms", "seller"), "must be a key")
    assert str(error) == "terms.key: terms.seller must be a key"
    assert (error.where, error.problem) == (("terms", "seller"), "must be a key")
