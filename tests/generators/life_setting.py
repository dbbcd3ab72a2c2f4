"""Leaves whose lives go on: issuers, three attesters and people from fixed seeds.

specs/life.md. Each issuer keeps a book of its own; ``post`` is the registry log.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from fairlot.entry import Entry, check_signature
from fairlot.identity.acts import Act, Contest, Decision, Freeze, Guardian, make_act
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.attestation import (
    ENROLMENT,
    Attestation,
    Purpose,
    Subject,
    sign_attestation,
)
from fairlot.identity.enrolment import Enrolment, Identity, enrol, receive_identity
from fairlot.identity.leaf import Leaf
from fairlot.identity.life import LeafLife
from fairlot.identity.lives import Lives
from fairlot.identity.naming import joint_handle
from fairlot.identity.recovering import (
    begin_change,
    complete_change,
    join,
    resend_share,
)
from fairlot.identity.registry import DAY, Disputes, Recovering, Registry
from fairlot_crypto.keys import OpeningKey, SigningKey
from fairlot_crypto.statements import Statements
from generators.committee_setting import GROUP, stream
from generators.identity_setting import NOW, VALUES, Setting, setting, tag_of
from generators.identity_setting import signing_key as key_of

ARBITER = key_of("arbiter")
ATTESTERS = tuple(key_of(f"attester {i}") for i in range(3))
RECOVERY = Recovering(quorum=2, cooling=3_000, freeze=1_000, detection=DAY)
DISPUTES = Disputes(ARBITER.public, within=5_000)


def attest_all(
    registry: Registry,
    person: str,
    keys: tuple[SigningKey, OpeningKey],
    subject: Subject,
    time: int,
    attesters: Iterable[SigningKey] = ATTESTERS[:2],
) -> list[Attestation]:
    """Let attesters attest a person with new keys, for one event."""
    holder, device = keys
    return [
        sign_attestation(
            registry.registry_id,
            tag_of(person),
            holder.public,
            device.public,
            VALUES,
            time,
            attester,
            subject,
        )
        for attester in attesters
    ]


def keys_of(label: str) -> tuple[SigningKey, OpeningKey]:
    """Return the keys of a holder and of their device."""
    return key_of(f"holder {label}"), OpeningKey(stream.seed(f"device {label}"))


@dataclass
class Town:
    """A registry whose log goes on; the clock is the caller's."""

    base: Setting
    registry: Registry
    books: tuple[AdmissionBook, ...]
    lives: Lives
    clock: int = NOW
    leaves: list[Leaf] = field(default_factory=list[Leaf])
    enrolments: list[Enrolment] = field(default_factory=list[Enrolment])
    statements: Statements = field(default_factory=Statements)

    def enrol(self, person: str) -> Identity:
        """Give a person the next leaf."""
        index, keys = len(self.leaves), keys_of(person)
        attester = ATTESTERS[:1]
        (attestation,) = attest_all(
            self.registry, person, keys, ENROLMENT, self.clock, attester
        )
        for book in self.books:
            book.admit(attestation, index, self.clock)
        return self.take(attestation, keys[1])

    def take(
        self, attestation: Attestation, device: OpeningKey, previous: int | None = None
    ) -> Identity:
        """Make the next leaf, which every issuer has reserved."""
        index = len(self.leaves)
        source = stream(f"enrol {index}")
        issuers, person = self.base.issuers, (attestation, index)
        named = joint_handle(self.registry, issuers, *person, source)
        made = enrol(GROUP, self.registry, issuers, *person, named, source, previous)
        for book in self.books:
            book.registered(index, made.handle)
        self.leaves.append(made.leaf)
        self.enrolments.append(made)
        self.lives.born(made.leaf, self.clock)
        values = self.books[0].attributes(index)
        return receive_identity(GROUP, self.registry, made, device, values)

    def life(self, index: int = 0) -> LeafLife:
        """Return what has become of a leaf."""
        return self.lives[index]

    def post(self, act: Act, key: SigningKey) -> Entry:
        """Put an act on the log."""
        entry = make_act(self.registry.registry_id, act, key)
        self.log(entry)
        return entry

    def log(self, entry: Entry) -> None:
        """Put an entry on the log."""
        check_signature(entry, self.statements)
        self.lives.apply(entry, self.clock, self.statements)

    def decide(
        self,
        person: str,
        label: str,
        purpose: Purpose = Purpose.RECOVER,
        index: int = 0,
        issuers: Sequence[int] | None = None,
    ) -> Decision:
        """Let issuers sign that a recovery or a closing begins."""
        life = self.life(index)
        subject = life.subject(purpose)
        keys = keys_of(label)
        asked = attest_all(self.registry, person, keys, subject, self.clock)
        return join([self.begin(i, asked, purpose, index) for i in self._who(issuers)])

    def begin(
        self,
        issuer: int,
        asked: Sequence[Attestation],
        purpose: Purpose = Purpose.RECOVER,
        index: int = 0,
    ) -> Decision:
        """Let one issuer, from 0, sign that it begins."""
        return begin_change(
            self.registry,
            self.books[issuer],
            self.base.issuers[issuer],
            asked,
            purpose,
            index,
            self.life(index),
            self.clock,
        )

    def recover(self, person: str, label: str, index: int = 0) -> Entry:
        """Begin a recovery to the keys of ``label``."""
        decision = self.decide(person, label, index=index)
        return self.post(decision, self.issuer_key)

    def close(self, person: str, index: int = 0) -> Entry:
        """Begin to close a leaf."""
        decision = self.decide(person, f"{person} at the end", Purpose.CLOSE, index)
        return self.post(decision, self.issuer_key)

    def complete(self, index: int = 0, issuers: Sequence[int] | None = None) -> Entry:
        """Complete what has begun."""
        decision = self.completion(index, issuers)
        return self.post(decision, self.issuer_key)

    def completion(
        self, index: int = 0, issuers: Sequence[int] | None = None
    ) -> Decision:
        """Let issuers sign that it is complete."""
        life = self.life(index)
        return join(
            [
                complete_change(
                    self.registry, self.base.issuers[i], index, life, self.clock
                )
                for i in self._who(issuers)
            ]
        )

    def contest(self, label: str, index: int = 0) -> Entry:
        """Contest with the keys of ``label``."""
        life = self.life(index)
        return self.post(Contest(index, life.version, life.attempt), keys_of(label)[0])

    def freeze(self, label: str, index: int = 0) -> Entry:
        """Freeze with the holder key of ``label``."""
        act = Freeze(index, self.life(index).version, Guardian.HOLDER)
        return self.post(act, keys_of(label)[0])

    def resent(self, label: str, index: int = 0) -> Identity:
        """Let every issuer send the shares again, and open them with ``label``'s device."""
        life = self.life(index)
        boxes = tuple(
            resend_share(
                self.registry,
                book,
                issuer,
                index,
                life,
                stream(f"again {issuer.index}"),
            )
            for book, issuer in zip(self.books, self.base.issuers, strict=True)
        )
        made = replace(self.enrolments[index], sealed=boxes)
        device = keys_of(label)[1]
        values = self.books[0].attributes(index)
        got = receive_identity(GROUP, self.registry, made, device, values)
        return replace(got, leaf=life.seen(got.leaf, self.clock))

    @property
    def issuer_key(self) -> SigningKey:
        """Return the first issuer's key."""
        return self.base.issuers[0].key

    def _who(self, issuers: Sequence[int] | None) -> Sequence[int]:
        return range(len(self.base.issuers)) if issuers is None else issuers


def town(members: int = 1, degree: int = 0, nym_secrets: int = 1) -> Town:
    """Return a registry without a leaf; every secret comes from a labelled seed."""
    base = setting(members, degree, nym_secrets)
    attesters = tuple(a.public for a in ATTESTERS)
    registry = replace(
        base.registry, attesters=attesters, recovery=RECOVERY, disputes=DISPUTES
    )
    books = tuple(AdmissionBook(registry) for _ in range(members))
    return Town(base, registry, books, Lives(registry))


def next_town(before: Town) -> Town:
    """Return the registry of the season after, which carries leaves over."""
    old = before.registry
    registry = replace(
        old,
        season=old.season + 1,
        starts=old.ends,
        ends=2 * old.ends - old.starts,
        previous=old.registry_id,
    )
    books = tuple(AdmissionBook(registry, book) for book in before.books)
    return Town(before.base, registry, books, Lives(registry), registry.starts)
