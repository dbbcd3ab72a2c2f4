"""What a registry is, what it refuses, and which epochs it accepts."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from fairlot.errors import Rejection
from fairlot.identity.registry import (
    EPOCH_SECONDS,
    Attribute,
    Credentials,
    Issuer,
    Registry,
    RollId,
    credential_header,
    epoch_at,
    epochs_accepted,
)
from fairlot.identity.registry_reading import read_registry
from fairlot.logs import Witness, Witnesses
from fairlot.rehearsal.parts import START
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import tagged_hash
from kit.sales import GROUP, stage
from kit.stage import EPOCH, Stage
from lies_file import STRANGER
from lies_people import IDENTITY_G2, as_map, changed

ROLL = RollId(bytes(range(32)))
WITNESS = Witness("witness.example", STRANGER.public)


@pytest.fixture
def registry(concert: Stage) -> Registry:
    return concert.registry


def test_it_reads_back_what_it_writes(registry: Registry) -> None:
    assert read_registry(registry.to_value()) == registry
    decoded = cbor.decode(cbor.encode(registry.to_value()))
    assert read_registry(decoded) == registry


def test_its_id_commits_to_every_field(registry: Registry) -> None:
    encoded = cbor.encode(registry.to_value())
    assert registry.registry_id == tagged_hash("registry", encoded)
    others = [
        replace(registry, rehearsal=False),
        replace(registry, season=registry.season + 1),
        replace(registry, starts=registry.starts + 1),
        replace(registry, ends=registry.ends + 1),
        replace(registry, attributes=registry.attributes[1:]),
        replace(registry, nym_secrets=2),
        replace(registry, threshold=1),
        replace(registry, issuers=registry.issuers * 2),
        replace(registry, attesters=()),
        replace(registry, board=replace(registry.board, name="other")),
        replace(registry, witnesses=Witnesses((WITNESS,), 1)),
        replace(registry, recovery=replace(registry.recovery, cooling=1)),
        replace(registry, disputes=replace(registry.disputes, within=1)),
        replace(registry, uniqueness=replace(registry.uniqueness, rate=1)),
        replace(registry, epoch=1_440),
        replace(registry, tail=1),
        replace(registry, previous=registry.registry_id),
    ]
    ids = {registry.registry_id, *(other.registry_id for other in others)}
    told_apart = registry.uniqueness.to_value()
    assert set(told_apart) == {"source", "canonicaliser", "rate", "shares"}
    assert len(others) == len(registry.to_value()) - len({"v"}) + len({"previous"})
    assert len(ids) == 1 + len(others)


REFUSED: Mapping[str, tuple[str, Value, str]] = {
    "a version to come": ("v", 2, "registry.field"),
    "a season that is no number": ("season", None, "registry.field"),
    "a season beyond 32 bits": ("season", 2**32, "registry.field"),
    "no nym secret": ("nym_secrets", 0, "registry.field"),
    "a flag that is a number": ("rehearsal", 1, "registry.field"),
    "an unknown field": ("memo", "hello", "registry.field"),
    "an unknown field of an issuer": ("issuers.0.memo", 1, "registry.field"),
    "an unknown field of an attribute": ("attributes.0.memo", 1, "registry.field"),
    "a share of 95 bytes": ("issuers.0.share", bytes(95), "registry.field"),
    "a value that is a number": ("attributes.0.values", [1], "registry.field"),
    "a name with a capital": ("attributes.0.name", "Region", "registry.attributes"),
    "a name with an equals sign": ("attributes.0.name", "a=b", "registry.attributes"),
    "a name that is too long": ("attributes.0.name", "a" * 33, "registry.attributes"),
    "a name twice": ("attributes.0.name", "region", "registry.attributes"),
    "an empty value": ("attributes.0.values", [""], "registry.attributes"),
    "a value twice": ("attributes.0.values", ["a", "a"], "registry.attributes"),
    "no issuer": ("issuers", [], "registry.issuers"),
    "too high a threshold": ("threshold", 1, "registry.issuers"),
    "a season without a second": ("ends", START, "registry.season"),
    "a small-order key": ("issuers.0.key", bytes(32), "registry.key"),
    "an attester's key of 31 bytes": ("attesters.0", bytes(31), "registry.field"),
    "an attester that is a text": ("attesters.0", "me", "registry.field"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_refuses(registry: Registry, what: str) -> None:
    path, new, code = REFUSED[what]
    with pytest.raises(Rejection) as caught:
        read_registry(changed(registry.to_value(), path, new))
    assert caught.value.code == code


def test_every_field_must_be_there(registry: Registry) -> None:
    value = registry.to_value()
    for name in value:
        left = {k: v for k, v in value.items() if k != name}
        with pytest.raises(Rejection) as caught:
            read_registry(left)
        assert caught.value.code == "registry.field"
        assert name in caught.value.message


def test_issuers_have_distinct_keys() -> None:
    registry = stage(committee=(4, 1)).registry
    twice = replace(registry, issuers=(*registry.issuers[:3], registry.issuers[0]))
    with pytest.raises(Rejection) as caught:
        read_registry(twice.to_value())
    assert caught.value.code == "registry.issuers"


def test_64_attributes_are_enough(registry: Registry) -> None:
    many = tuple(Attribute(f"a{i}", ()) for i in range(65))
    read_registry(replace(registry, attributes=many[:64]).to_value())
    with pytest.raises(Rejection) as caught:
        read_registry(replace(registry, attributes=many).to_value())
    assert caught.value.code == "registry.attributes"


@pytest.mark.parametrize(
    "share", [IDENTITY_G2, bytes(96), b"\xff" * 96], ids=["identity", "zero", "ones"]
)
def test_a_share_that_is_no_point_is_no_key(registry: Registry, share: bytes) -> None:
    issuers = (Issuer(registry.issuers[0].key, share),)
    with pytest.raises(Rejection) as caught:
        Credentials(GROUP, replace(registry, issuers=issuers))
    assert caught.value.code == "registry.key"


def test_shares_off_the_polynomial_are_no_key() -> None:
    registry = stage(committee=(4, 1)).registry
    Credentials(GROUP, registry)
    first, second, *rest = registry.issuers
    crossed = (Issuer(first.key, second.share), second, *rest)
    with pytest.raises(Rejection) as caught:
        Credentials(GROUP, replace(registry, issuers=crossed))
    assert caught.value.code == "registry.key"


def test_a_committee_has_the_key_of_its_polynomial() -> None:
    registry = stage(committee=(4, 1)).registry
    key = registry.sharing(GROUP).public_key()
    assert key == Credentials(GROUP, registry).public_key
    assert key.to_bytes() not in {issuer.share for issuer in registry.issuers}


def test_the_header_names_registry_schema_season_epoch_and_roll(
    registry: Registry,
) -> None:
    header = as_map(cbor.decode(credential_header(registry, 7, ROLL)))
    assert header == {
        "protocol": "fairlot-v1",
        "registry": registry.registry_id,
        "schema": registry.schema_id,
        "season": registry.season,
        "epoch": 7,
        "roll": ROLL,
    }


def test_epochs_and_rolls_have_contexts_of_their_own(concert: Stage) -> None:
    credentials = concert.credentials
    context = credentials.context(EPOCH, ROLL)
    assert context is credentials.context(EPOCH, ROLL)
    assert context.domain != credentials.context(EPOCH + 1, ROLL).domain
    other = RollId(bytes(32))
    assert context.domain != credentials.context(EPOCH, other).domain


def test_an_epoch_is_a_day(registry: Registry) -> None:
    assert [epoch_at(registry, t) for t in (0, EPOCH_SECONDS - 1, EPOCH_SECONDS)] == [
        0,
        0,
        1,
    ]
    assert START == EPOCH * EPOCH_SECONDS


@pytest.mark.parametrize(
    ("second", "accepted"),
    [
        (0, (5, 4)),
        (EPOCH_SECONDS // 24 - 1, (5, 4)),
        (EPOCH_SECONDS // 24, (5,)),
        (EPOCH_SECONDS - 1, (5,)),
    ],
)
def test_the_last_epoch_is_accepted_for_an_hour(
    registry: Registry, second: int, accepted: tuple[int, ...]
) -> None:
    assert epochs_accepted(registry, 5 * EPOCH_SECONDS + second) == accepted


def test_nothing_comes_before_the_first_epoch(registry: Registry) -> None:
    assert epochs_accepted(registry, 0) == (0,)
