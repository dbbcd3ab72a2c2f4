"""Attesters as plug-ins: a desk knows people, and the rest is the same for all.

specs/uniqueness-tag.md, section 6. A new kind of attester is one class with ``look_up``. It
never sees a key, a blind or a tag.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fairlot.errors import Rejection
from fairlot.identity.attestation import (
    ENROLMENT,
    Attestation,
    Subject,
    check_attributes,
    sign_attestation,
)
from fairlot.identity.identifier import Identifier, Known, Source
from fairlot.identity.registry import Registry
from fairlot.identity.tag_asking import judge_answers, receive_tags, request_tags
from fairlot.identity.tag_issuing import ELEMENTS_MAX
from fairlot.identity.tag_lies import WrongTag
from fairlot.identity.tag_messages import TagAnswer, TagRequest
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CallerError
from fairlot_crypto.keys import SealKey, SigningKey, VerifyKey
from fairlot_crypto.randomness import Randomness


class Desk(Protocol):
    """Where people come: a list, an office, a reader of documents. The plug-in."""

    @property
    def source(self) -> Source:
        """By what the desk tells people apart; it must be the registry's."""
        ...

    def look_up(self, person: str) -> Known:
        """Return who ``person`` is, after it was checked that they are it.

        Args:
            person: a name on a list, or a document as it is typed.

        Raises:
            Rejection: ``attestation.unknown-person`` if the desk cannot say it;
                ``identifier.*`` for what is no name or document.
        """
        ...


class ListDesk:
    """Knows the people on a list that the seller or a city has verified."""

    def __init__(
        self, registry: Registry, people: Mapping[str, tuple[str, ...]]
    ) -> None:
        """Take the list.

        Args:
            registry: for which it attests: it states how names are compared.
            people: the names on the list, each a different person, and what is attested of
                each: one value an attribute of the schema.

        Raises:
            CallerError: ``attester.people`` for a name that has no identifier, for two
                names that have the same, or for values that are not the schema's.
        """
        self.source: Source = registry.uniqueness.source
        self._known: dict[Identifier, Known] = {}
        spelt: dict[Identifier, str] = {}
        for name, attributes in people.items():
            identifier = _listed(registry, name, attributes)
            if identifier in spelt:
                problem = f"{name!r} is the same person as {spelt[identifier]!r}"
                raise CallerError("attester.people", f"{problem}: list them once")
            spelt[identifier] = name
            self._known[identifier] = Known(identifier, attributes)

    def look_up(self, person: str) -> Known:
        """Return who is on the list under this name, however it is spelt."""
        known = self._known.get(self.source.identifier(person))
        if known is None:
            problem = "this person is not on the attester's list"
            raise Rejection("attestation.unknown-person", problem)
        return known


class DocumentDesk:
    """Knows people by a document that somebody examines: the number is the person."""

    def __init__(
        self, registry: Registry, examine: Callable[[str], tuple[str, ...] | None]
    ) -> None:
        """Open the desk.

        Args:
            registry: for which it attests: it states what kind of document, and how numbers
                are compared.
            examine: looks at the document of this canonical state and number, and at whose it
                is, and returns what it attests: one value an attribute of the schema; ``None``
                where the document is not genuine, or not of who shows it.
        """
        self.source: Source = registry.uniqueness.source
        self._examine = examine

    def look_up(self, person: str) -> Known:
        """Return whose document this is, however its number is typed."""
        identifier = self.source.identifier(person)
        attributes = self._examine(self.source.canonical(person))
        if attributes is None:
            problem = "the document is not genuine, or another person's"
            raise Rejection("attestation.unknown-person", problem)
        return Known(identifier, attributes)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who has come to a desk, with keys of their own."""

    person: str
    """As ``Desk.look_up`` takes it."""
    holder_key: VerifyKey
    device_key: SealKey


class ReachIssuer(Protocol):
    """How an attester reaches one issuer."""

    def __call__(self, request: TagRequest, now: int) -> TagAnswer:
        """Send a request and return the answer.

        Raises:
            Rejection: as ``TagIssuer.answer``, or if nobody answers.
        """
        ...


class DeskAttester:
    """An attester: it has a desk, asks the issuers for the tag, and signs."""

    def __init__(
        self,
        curve: Backend,
        registry: Registry,
        key: SigningKey,
        desk: Desk,
        issuers: Sequence[ReachIssuer],
        randomness: Randomness,
    ) -> None:
        """Open.

        Args:
            curve: the back-end.
            registry: the registry to attest for.
            key: signs requests and attestations; the registry names its public part.
            desk: knows the people.
            issuers: how to reach each of them.
            randomness: the attester's own; each request takes a child of it.

        Raises:
            CallerError: ``attester.source`` unless the desk tells people apart as the
                registry does.
        """
        if desk.source != registry.uniqueness.source:
            problem = "the desk must tell people apart by what the registry states"
            raise CallerError("attester.source", problem)
        self._curve = curve
        self._registry = registry
        self._key = key
        self._desk = desk
        self._issuers = tuple(issuers)
        self._randomness = randomness
        self._asked = 0
        self.evidence: tuple[WrongTag, ...] = ()
        """The first lie of each issuer that told this attester one: each is a proof alone."""

    def attest(
        self,
        person: str,
        holder_key: VerifyKey,
        device_key: SealKey,
        time: int,
        subject: Subject = ENROLMENT,
    ) -> Attestation:
        """Attest that ``person`` was checked and has these keys, for one event.

        Raises:
            Rejection: as ``attest_all``.
        """
        arrival = Arrival(person, holder_key, device_key)
        (attestation,) = self.attest_all((arrival,), time, subject)
        return attestation

    def attest_all(
        self, arrivals: Sequence[Arrival], time: int, subject: Subject = ENROLMENT
    ) -> tuple[Attestation, ...]:
        """Attest several people, with few requests for their tags.

        Raises:
            Rejection: ``attestation.unknown-person``, ``attestation.attributes``,
                ``identifier.*``; ``tag.too-few`` if too few issuers answer truly.
        """
        known = [self._desk.look_up(each.person) for each in arrivals]
        for each in known:
            check_attributes(self._registry, each.attributes)
        tags = self._tags([each.identifier for each in known], time)
        return tuple(
            sign_attestation(
                self._registry.registry_id,
                tags[person.identifier],
                arrival.holder_key,
                arrival.device_key,
                person.attributes,
                time,
                self._key,
                subject,
            )
            for arrival, person in zip(arrivals, known, strict=True)
        )

    def _tags(
        self, identifiers: Sequence[Identifier], now: int
    ) -> dict[Identifier, bytes]:
        different = tuple(dict.fromkeys(identifiers))
        tags: dict[Identifier, bytes] = {}
        for start in range(0, len(different), ELEMENTS_MAX):
            batch = different[start : start + ELEMENTS_MAX]
            tags |= zip(batch, self._ask(batch, now), strict=True)
        return tags

    def _ask(self, batch: Sequence[Identifier], now: int) -> tuple[bytes, ...]:
        curve, registry = self._curve, self._registry
        self._asked += 1
        source = self._randomness.derive(f"request/{self._asked}")
        pending = request_tags(curve, registry, self._key, batch, now, source)
        answers: list[TagAnswer] = []
        for reach in self._issuers:
            try:
                answers.append(reach(pending.request, now))
            except Rejection:  # Whoever refuses or is silent is one answer fewer.
                continue
        judged = judge_answers(curve, registry, pending, answers)
        known = {each.issuer for each in self.evidence}
        for lie in judged.evidence:
            if lie.issuer not in known:
                known.add(lie.issuer)
                self.evidence += (lie,)
        return receive_tags(registry, pending, judged)


def _listed(registry: Registry, name: str, attributes: tuple[str, ...]) -> Identifier:
    try:
        check_attributes(registry, attributes)
        return registry.uniqueness.source.identifier(name)
    except Rejection as error:
        raise CallerError("attester.people", f"{name!r}: {error.message}") from error
