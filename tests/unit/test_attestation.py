"""Attestations: who may say that somebody is a person, of what, and for how long."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from fairlot.errors import Rejection
from fairlot.identity.attestation import (
    Attestation,
    check_attestation,
    check_attributes,
    sign_attestation,
)
from fairlot.identity.registry import RegistryId
from fairlot.rehearsal.parts import START
from fairlot_crypto.keys import SealKey
from kit.stage import Stage
from lies_file import STRANGER


def attest(on: Stage, name: str = "ann", number: int = 0) -> Attestation:
    holder = on.members[number].holder
    keys = holder.signing.public, holder.device.public
    return on.parts.attester.attest(name, *keys, START)


def refusal(on: Stage, attestation: Attestation, now: int = START) -> str:
    with pytest.raises(Rejection) as caught:
        check_attestation(on.registry, attestation, now)
    return caught.value.code


def test_a_listed_person_is_attested(concert: Stage) -> None:
    check_attestation(concert.registry, attest(concert), START)


def test_somebody_who_is_not_on_the_list_is_not(concert: Stage) -> None:
    with pytest.raises(Rejection) as caught:
        attest(concert, "eve")
    assert caught.value.code == "attestation.unknown-person"


CHANGES: dict[str, tuple[Callable[[Attestation], Attestation], str]] = {
    "registry": (
        lambda a: replace(a, registry_id=RegistryId(bytes(32))),
        "attestation.registry",
    ),
    "attester": (
        lambda a: replace(a, attester=STRANGER.public),
        "attestation.attester",
    ),
    "person": (lambda a: replace(a, person_tag=bytes(32)), "attestation.signature"),
    "holder": (
        lambda a: replace(a, holder_key=STRANGER.public),
        "attestation.signature",
    ),
    "device": (
        lambda a: replace(a, device_key=SealKey(bytes(32))),
        "attestation.signature",
    ),
    "attributes": (
        lambda a: replace(a, attributes=("", "", "", "")),
        "attestation.signature",
    ),
    "time": (lambda a: replace(a, time=a.time - 1), "attestation.signature"),
}


@pytest.mark.parametrize("field", CHANGES)
def test_every_field_is_bound(concert: Stage, field: str) -> None:
    change, code = CHANGES[field]
    assert refusal(concert, change(attest(concert))) == code


def test_an_attestation_lasts_a_day(concert: Stage) -> None:
    made = attest(concert)
    check_attestation(concert.registry, made, START + concert.registry.epoch - 1)
    late = START + concert.registry.epoch
    assert refusal(concert, made, late) == "attestation.time"
    assert refusal(concert, made, START - 1) == "attestation.time"


def test_a_person_has_one_tag_under_all_keys(concert: Stage) -> None:
    first, again = attest(concert), attest(concert, number=1)
    assert first.holder_key != again.holder_key
    assert first.person_tag == again.person_tag
    assert attest(concert, "bob").person_tag != first.person_tag


def test_attributes_come_from_the_enumeration(concert: Stage) -> None:
    registry = concert.registry
    check_attributes(registry, ("listed", "", "", ""))
    check_attributes(registry, ("", "", "", ""))
    refused: list[tuple[str, ...]] = [
        ("vip", "", "", ""),
        ("listed", "north", "", ""),
        ("listed",),
        (),
    ]
    for values in refused:
        with pytest.raises(Rejection) as caught:
            check_attributes(registry, values)
        assert caught.value.code == "attestation.attributes"


def test_an_attester_cannot_tag_anybody_by_a_value(concert: Stage) -> None:
    """Also where its signature is good."""
    registry = concert.registry
    assert STRANGER.public not in registry.attesters
    trusting = replace(registry, attesters=(STRANGER.public,))
    holder = concert.members[0].holder
    keys = holder.signing.public, holder.device.public
    values = ("tagged", "", "", "")
    made = sign_attestation(
        trusting.registry_id, bytes(32), *keys, values, START, STRANGER
    )
    with pytest.raises(Rejection) as caught:
        check_attestation(trusting, made, START)
    assert caught.value.code == "attestation.attributes"
