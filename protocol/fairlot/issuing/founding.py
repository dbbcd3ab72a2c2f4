"""The registry that a committee can serve, from what its founders say of it.

specs/command-line.md, section 26.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fairlot.identity.identifier import Source
from fairlot.identity.provider import Provider
from fairlot.identity.registry import (
    EPOCH_SECONDS,
    TAIL_SECONDS,
    Attribute,
    Disputes,
    Recovering,
    Registry,
)
from fairlot.identity.registry_reading import read_registry
from fairlot.identity.uniqueness import Uniqueness
from fairlot.issuing.committee_file import CommitteeFile
from fairlot.logs import BoardIdentity, Witnesses
from fairlot_crypto.keys import VerifyKey


@dataclass(frozen=True, slots=True)
class Founders:
    """Who plays the roles of a registry, beside its issuers."""

    board: BoardIdentity
    witnesses: Witnesses
    attesters: tuple[VerifyKey, ...]
    arbiter: VerifyKey
    """Decides contested recoveries."""


@dataclass(frozen=True, slots=True)
class Founded:
    """What is said of a registry; times in seconds."""

    rehearsal: bool
    starts: int
    ends: int
    attributes: Mapping[str, tuple[str, ...]]
    """The values of each, by name."""
    source: Source
    """By what people are told apart."""
    rate: int
    """How many tags an issuer computes for an attester in an epoch."""
    recovery: Recovering
    ruling: int
    """Seconds in which the arbiter decides."""
    epoch: int = EPOCH_SECONDS
    tail: int = TAIL_SECONDS
    provider: Provider | None = None
    """Whose accounts, where people are told apart by them."""


def found_registry(made: CommitteeFile, who: Founders, said: Founded) -> Registry:
    """Return the registry of a committee.

    Args:
        made: what the issuers have made together.
        who: the other roles.
        said: all else.

    Raises:
        Rejection: ``registry.*`` where it would not be legal.
    """
    attributes = [Attribute(*each) for each in said.attributes.items()]
    registry = Registry(
        rehearsal=said.rehearsal,
        season=made.plan.season,
        starts=said.starts,
        ends=said.ends,
        attributes=tuple(attributes),
        nym_secrets=1,
        threshold=made.plan.threshold,
        issuers=made.issuers,
        attesters=who.attesters,
        board=who.board,
        witnesses=who.witnesses,
        recovery=said.recovery,
        disputes=Disputes(who.arbiter, said.ruling),
        uniqueness=Uniqueness(said.source, said.rate, made.tags, said.provider),
        epoch=said.epoch,
        tail=said.tail,
    )
    return read_registry(registry.to_value())
