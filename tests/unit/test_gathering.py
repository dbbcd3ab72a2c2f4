"""Signatures of several issuers from their parts (specs/issuer.md, steps 49 and 57)."""

from fairlot.identity.part import Part
from fairlot.identity.quorum import IssuerSignature
from fairlot.issuing.gathering import awaited, gathered
from fairlot_crypto.cbor import Value
from generators.identity_setting import setting

FOUR = setting(4, 1)
MESSAGE = b"what all of them sign"
REQUEST = bytes(32)


def part(issuer: int, **body: Value) -> Part:
    return Part(REQUEST, "provider", issuer, body)


def signed(issuer: int, message: bytes = MESSAGE) -> IssuerSignature:
    return IssuerSignature(issuer, FOUR.issuers[issuer - 1].key.sign(message))


def given(*parts: Part) -> dict[int, IssuerSignature]:
    return gathered(FOUR.registry, signed(2), parts, MESSAGE)


def test_signatures_that_verify_are_gathered_by_issuer() -> None:
    found = given(part(1, sig=signed(1).sig), part(4, sig=signed(4).sig))
    assert found == {1: signed(1), 2: signed(2), 4: signed(4)}
    assert awaited(FOUR.registry, found, ()) == (3,)
    assert awaited(FOUR.registry, found, (3,)) == ()


def test_what_nobody_signed_is_passed_over_and_waited_for() -> None:
    forged = part(1, sig=bytes(64))
    of_another = part(3, sig=signed(4).sig)
    of_something_else = part(4, sig=signed(4, b"another list").sig)
    assert given(forged, of_another, of_something_else) == {2: signed(2)}
    # A forged part holds up no true one.
    assert given(forged, part(1, sig=signed(1).sig)) == {1: signed(1), 2: signed(2)}


def test_parts_of_another_form_and_of_strangers_are_passed_over() -> None:
    true = signed(1).sig
    others = part(1), part(1, sig=true[:63]), part(1, sig=true, more=1)
    assert given(*others, part(5, sig=true)) == {2: signed(2)}


def test_nobody_takes_the_place_of_the_issuers_own_signature() -> None:
    assert given(part(2, sig=bytes(64)))[2] == signed(2)
