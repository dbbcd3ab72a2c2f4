"""Several attesters for one registry: what makes them one source of persons."""

from dataclasses import dataclass, replace

import pytest

from fairlot.errors import Rejection
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.attestation import Attestation, ListAttester
from fairlot.identity.committee import Holder
from fairlot.identity.registry import Registry
from fairlot.rehearsal.parts import START
from fairlot_crypto.keys import SigningKey
from kit.sales import source
from kit.stage import Stage

SHARED, OWN = bytes(32), bytes([1]) * 32
"""Keys of person tags."""


@dataclass(frozen=True, slots=True)
class Offices:
    """A registry that believes two attesters."""

    registry: Registry
    keys: tuple[SigningKey, SigningKey]

    def attest(self, number: int, tag_key: bytes, name: str) -> Attestation:
        """Let one of them attest somebody, who comes with new keys."""
        people = {name: ("",) * len(self.registry.attributes)}
        office = ListAttester(self.registry, self.keys[number], tag_key, people)
        holder = Holder.generate(source(f"{name} at office {number}"))
        return office.attest(name, holder.signing.public, holder.device.public, START)


@pytest.fixture
def offices(concert: Stage) -> Offices:
    keys = tuple(SigningKey.generate(source(f"office {i}")) for i in range(2))
    registry = replace(concert.registry, attesters=tuple(k.public for k in keys))
    return Offices(registry, (keys[0], keys[1]))


def test_attesters_who_share_the_tag_know_the_same_person(offices: Offices) -> None:
    """With a passport here and an account there, one person gets one leaf."""
    book = AdmissionBook(offices.registry)
    book.admit(offices.attest(0, SHARED, "ann"), 0, START)
    book.registered(0, bytes(32))
    with pytest.raises(Rejection) as caught:
        book.admit(offices.attest(1, SHARED, "ann"), 1, START)
    assert caught.value.code == "enrolment.known-person"
    book.admit(offices.attest(1, SHARED, "bob"), 1, START)


def test_attesters_with_tags_of_their_own_are_two_sources(offices: Offices) -> None:
    """A limit: nothing but the shared tag keeps the second leaf away."""
    book = AdmissionBook(offices.registry)
    book.admit(offices.attest(0, SHARED, "ann"), 0, START)
    book.admit(offices.attest(1, OWN, "ann"), 1, START)
