"""An issuer's record of who has a leaf: one person, one leaf, ever.

specs/identity.md, section 4; specs/life.md, sections 5 to 7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fairlot.errors import Rejection
from fairlot.identity.attestation import (
    Attestation,
    Purpose,
    Subject,
    check_attestation,
    check_attributes,
)
from fairlot.identity.leaf import LeafStatus, holder_hash
from fairlot.identity.life import LeafLife
from fairlot.identity.registry import Registry


@dataclass(frozen=True, slots=True)
class Admission:
    """What an issuer knows about one leaf and shows to nobody."""

    index: int
    attestation: Attestation
    """Gives the keys of the current holder: nobody can name others later."""
    attributes: tuple[str, ...]
    """As they were attested to enrol; a recovery moves keys and changes nobody."""
    handle: bytes | None = field(repr=False)
    """The leaf's handle, once the leaf is on the board: the PRF's input for ever."""
    asked: Mapping[bytes, Attestation] = field(default_factory=dict[bytes, Attestation])
    """With what recoveries were asked for since, by the hash of the new holder's key."""


class AdmissionBook:
    """An issuer's record of who has a leaf: one person, one leaf, ever."""

    def __init__(
        self,
        registry: Registry,
        before: "AdmissionBook | None" = None,
        admissions: Sequence[Admission] = (),
    ) -> None:
        """Start with what was admitted before.

        Args:
            registry: whose leaves these are.
            before: the issuer's book of the registry that this one continues: of the last
                season, or under another suite or issuer key.
            admissions: what the issuer has kept, in the order of the leaves.
        """
        self._registry = registry
        self._before = before
        self._by_tag: dict[bytes, int] = {
            each.attestation.person_tag: each.index for each in admissions
        }
        self._admissions: list[Admission] = [*admissions]

    def admit(self, attestation: Attestation, index: int, now: int) -> None:
        """Reserve leaf ``index`` for the attested person (steps 1 and 2).

        An enrolment that broke off before its leaf was on the board may be repeated, with
        the same keys and index.

        Raises:
            Rejection: ``attestation.*``; ``enrolment.season`` outside the season;
                ``enrolment.known-person`` if the person has a leaf: that is a recovery,
                never a second leaf; ``enrolment.index`` if the index is not the next one.
        """
        # Step 1.
        check_attestation(self._registry, attestation, now)
        # Step 2.
        self._reserve(attestation, attestation.attributes, index, now)

    def carry_over(
        self, previous: int, life: LeafLife, index: int, now: int
    ) -> Attestation:
        """Reserve leaf ``index`` for whoever holds a leaf of the registry before.

        specs/life.md, section 7.

        Args:
            previous: the index of that leaf.
            life: what has become of it, by the log of that registry.
            index: of the new leaf.
            now: the issuer's clock, Unix seconds.

        Returns:
            The keys of the current holder, of which the new leaf is made.

        Raises:
            Rejection: ``carry.unknown`` for a leaf that the book before does not have;
                ``carry.status`` unless it is ACTIVE; ``recovery.keys`` where the book does
                not know the keys of its holder; ``attestation.attributes`` for values that
                the new schema does not have; ``enrolment.*``.
        """
        # Step 18.
        before = self._before
        if before is None or not 0 <= previous < len(before._admissions):  # noqa: SLF001
            problem = "the registry before has no leaf of this index"
            raise Rejection("carry.unknown", problem)
        if life.status(now) is not LeafStatus.ACTIVE:
            problem = "only a leaf that is active there is carried over: enrol anew"
            raise Rejection("carry.status", problem)
        # Step 19.
        known = before.current(previous, life)
        check_attributes(self._registry, known.attributes)
        self._reserve(known.attestation, known.attributes, index, now)
        return known.attestation

    def registered(self, index: int, leaf_handle: bytes) -> None:
        """Record that leaf ``index`` is on the board (step 6)."""
        self._admissions[index] = replace(self._admissions[index], handle=leaf_handle)

    def attributes(self, index: int) -> tuple[str, ...]:
        """Return what was attested about the person of leaf ``index``."""
        return self._admissions[index].attributes

    def ask(
        self,
        attestations: Sequence[Attestation],
        purpose: Purpose,
        index: int,
        life: LeafLife,
        now: int,
    ) -> Attestation:
        """Check that a quorum of attesters asks to recover or to close a leaf.

        specs/life.md, section 5.

        Args:
            attestations: of distinct attesters, all about the same keys.
            purpose: to recover or to close.
            index: of the leaf.
            life: what has become of it so far, by the log.
            now: the issuer's clock, Unix seconds; or the time of the RECOVERY entry, for
                an issuer who learns of it afterwards.

        Returns:
            The first of the attestations, which names the new keys.

        Raises:
            Rejection: ``attestation.*``, ``recovery.quorum``, ``recovery.agree``,
                ``recovery.person``.
        """
        # Steps 10 and 11.
        first = check_quorum(self._registry, attestations, life.subject(purpose), now)
        # Step 12.
        own = self._by_tag.get(first.person_tag)
        if own != index:
            problem = "the attested person is not the one who has this leaf"
            which = "they have none" if own is None else f"theirs is leaf {own}"
            raise Rejection("recovery.person", f"{problem}: {which}")
        if purpose is Purpose.RECOVER:
            self._remember(index, first)
        return first

    def current(self, index: int, life: LeafLife) -> Admission:
        """Return the record of leaf ``index``, with the keys of whoever holds it now.

        specs/life.md, section 6.

        Raises:
            Rejection: ``recovery.keys`` where the record has no attestation of these keys.
        """
        # Step 16.
        known = self._admissions[index]
        asked = known.asked.get(life.holder)
        if asked is not None:
            known = replace(known, attestation=asked, asked={})
            self._admissions[index] = known
        if holder_hash(known.attestation.holder_key) != life.holder:
            problem = "no attestation is recorded of the keys that hold this leaf"
            raise Rejection("recovery.keys", problem)
        return known

    def _remember(self, index: int, asked: Attestation) -> None:
        known = self._admissions[index]
        by_holder = {**known.asked, holder_hash(asked.holder_key): asked}
        self._admissions[index] = replace(known, asked=by_holder)

    def _reserve(
        self,
        attestation: Attestation,
        attributes: tuple[str, ...],
        index: int,
        now: int,
    ) -> None:
        if not self._registry.starts <= now < self._registry.ends:
            raise Rejection(
                "enrolment.season", "the registry admits people in its season only"
            )
        known = self._by_tag.get(attestation.person_tag)
        if known is not None:
            _check_repeated(self._admissions[known], attestation, index)
            return
        if index != len(self._admissions):
            raise Rejection(
                "enrolment.index",
                f"the next leaf must have index {len(self._admissions)}",
            )
        self._by_tag[attestation.person_tag] = index
        self._admissions.append(Admission(index, attestation, attributes, None))


def check_quorum(
    registry: Registry,
    attestations: Sequence[Attestation],
    subject: Subject,
    now: int,
) -> Attestation:
    """Check that a quorum of attesters attests one person's keys for one event.

    specs/life.md, section 5. Whose leaf it is, only an issuer's book says.

    Args:
        registry: whose attesters they are.
        attestations: at least one.
        subject: the event.
        now: the clock of whoever checks, Unix seconds.

    Returns:
        The first of the attestations, which names the new keys.

    Raises:
        Rejection: ``attestation.*``, ``recovery.quorum``, ``recovery.agree``.
    """
    # Step 10.
    for each in attestations:
        check_attestation(registry, each, now, subject)
    # Step 11.
    quorum = registry.recovery.quorum
    if len({each.attester for each in attestations}) < quorum:
        problem = f"{quorum} attesters must attest this, each of them another"
        raise Rejection("recovery.quorum", problem)
    first = attestations[0]
    if any(_named(each) != _named(first) for each in attestations):
        problem = "all attesters must attest the same person with the same keys"
        raise Rejection("recovery.agree", problem)
    return first


def _check_repeated(admission: Admission, attestation: Attestation, index: int) -> None:
    before = admission.attestation
    keys = before.holder_key, before.device_key, admission.index
    same = keys == (attestation.holder_key, attestation.device_key, index)
    if admission.handle is not None or not same:
        raise Rejection(
            "enrolment.known-person",
            "this person has a leaf already: nobody gets a second one",
        )


def _named(attestation: Attestation) -> tuple[bytes, bytes, bytes]:
    return attestation.person_tag, attestation.holder_key, attestation.device_key
