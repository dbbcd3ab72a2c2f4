"""Every error says who is at fault (specs/adr/0004-exemplary-api.md)."""

import pytest

from fairlot.errors import (
    FairlotError,
    InputError,
    InvariantError,
    Rejection,
    TermsError,
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


def test_an_error_of_terms_names_its_place() -> None:
    error = TermsError("terms.key", ("terms", "seller"), "must be a key")
    assert str(error) == "terms.key: terms.seller must be a key"
    assert (error.where, error.problem) == (("terms", "seller"), "must be a key")
