"""A crowd's part in a sale, as pieces of work for several processes.

specs/command-line.md, section 22. Whoever plays every role has every key, and need not ask
itself: leaves and credentials are made at once, and the bytes are those of a rehearsal.
"""

from dataclasses import dataclass, field, replace

from fairlot.board.ahead_rules import Rules
from fairlot.board.foresight import Seen
from fairlot.deposit.make import make_deposit
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry
from fairlot.identity.answering import attribute_octets
from fairlot.identity.enrolment import IssuerSecrets, draft_leaf, identity_share
from fairlot.identity.leaf import Leaf, handle, make_leaf_entry, sign_share
from fairlot.identity.naming import NONCE_LENGTH
from fairlot.identity.registry import Credentials, Registry, RollId, epoch_at
from fairlot.names import Nym
from fairlot.rehearsal.crowd import crowd_person
from fairlot.rehearsal.kept import holder_of
from fairlot.terms.terms import Terms
from fairlot_crypto.bbs.ciphersuite import SecretKey
from fairlot_crypto.bbs.hints import make_hints
from fairlot_crypto.bbs.profile import Credential, commitment, signature_base
from fairlot_crypto.bbs.signature import sign_point
from fairlot_crypto.committee.threshold import signature_exponent
from fairlot_crypto.curve import G1, Scalar, backend, random_scalar
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.statements import Statements


@dataclass(frozen=True, slots=True)
class Crowd:
    """What a piece of work knows of a crowd and its only issuer."""

    backend: str
    """The name of the curve's back-end."""
    registry: Registry
    issuer: IssuerSecrets
    """n = 1 and t = 0: its shares are the keys themselves."""
    attributes: tuple[str, ...]
    """What is attested of everybody alike."""
    randomness: Randomness = field(repr=False)
    """Of the rehearsal."""


@dataclass(frozen=True, slots=True)
class CrowdSale:
    """What a piece of work knows of the sale, once it is open."""

    terms: Terms
    roll: RollId
    """The one with which it has opened."""


@dataclass(frozen=True, slots=True)
class LeavesJob:
    """People who are to have leaves."""

    crowd: Crowd
    first: int
    """The index of the first of their leaves."""
    people: tuple[int, ...]
    """Their numbers, in the order of their leaves."""


@dataclass(frozen=True, slots=True)
class DepositsJob:
    """People who make deposits."""

    crowd: Crowd
    sale: CrowdSale
    time: int
    """When the entries are logged."""
    people: tuple[tuple[int, int], ...]
    """The number of each, and the index of their leaf."""
    hinted: bool
    """Whether hints are made too."""


@dataclass(frozen=True, slots=True)
class Deposits:
    """What a piece of work made of deposits, in the order of the job."""

    entries: tuple[Entry, ...]
    seen: tuple[Seen, ...]
    """What the fold would find in each."""
    nyms: tuple[Nym, ...] = field(repr=False)
    hints: tuple[bytes, ...]
    """Of each presentation; none where they are not asked for."""


def make_leaves(job: LeavesJob) -> tuple[tuple[Entry, Leaf], ...]:
    """Make leaves as their issuer does (specs/identity.md, sections 4 and 5)."""
    crowd = job.crowd
    registry_id, key = crowd.registry.registry_id, crowd.issuer.key
    leaves = [_leaf(crowd, *who) for who in enumerate(job.people, job.first)]
    return tuple((make_leaf_entry(registry_id, leaf, key), leaf) for leaf in leaves)


def make_deposits(job: DepositsJob) -> Deposits:
    """Issue credentials, and make deposits as holders do (specs/deposit.md, section 2)."""
    crowd, sale = job.crowd, job.sale
    terms, issuing = sale.terms, _Issuing.of(crowd, sale)
    rules = Rules(issuing.credentials, terms, terms.sale_id, sale.roll)
    made = [issuing.deposit(*who) for who in job.people]
    # What the fold would find in entries that were made as they should be.
    known, time = Statements(remembers=False), job.time
    found = [rules.try_entry(entry, time, known) for entry, _ in made]
    shown = (showing for _, showing in found if job.hinted and showing is not None)
    return Deposits(
        tuple(entry for entry, _ in made),
        tuple(Seen(time, said) for said, _ in found),
        tuple(nym for _, nym in made),
        tuple(map(make_hints, shown)),
    )


@dataclass(frozen=True, slots=True)
class _Issuing:
    """Credentials of one epoch and roll, and what is made of them."""

    crowd: Crowd
    sale: CrowdSale
    credentials: Credentials
    epoch: int
    octets: tuple[bytes, ...]
    base: G1
    """What is signed for everybody alike: all of B but the commitment."""

    @classmethod
    def of(cls, crowd: Crowd, sale: CrowdSale) -> "_Issuing":
        """Prepare what is the same for everybody."""
        curve = backend(crowd.backend)
        credentials = Credentials(curve, crowd.registry)
        epoch = epoch_at(crowd.registry, sale.terms.times.open)
        octets = attribute_octets(crowd.registry, crowd.attributes)
        context = credentials.context(epoch, sale.roll)
        base = signature_base(context, octets, curve.g1_identity())
        return cls(crowd, sale, credentials, epoch, octets, base)

    def deposit(self, number: int, index: int) -> tuple[Entry, Nym]:
        """Let one person have their credential and make their deposit."""
        sale_id, person = self.sale.terms.sale_id, crowd_person(number)
        own = self.crowd.randomness.derive(f"person/{person.name}")
        asking = own.derive(f"request/{sale_id.hex()}")
        made = make_deposit(
            self.credentials,
            self._credential(own, index, random_scalar(asking)),
            self.sale.terms,
            self.sale.roll,
            Wish(0, person.wants, person.amount),
            self.epoch,
            own.derive(f"deposit/{sale_id.hex()}"),
        )
        return made.entry, made.nym

    def _credential(self, own: Randomness, index: int, b: Scalar) -> Credential:
        """Return what a request with the blind b gives (specs/credential.md)."""
        crowd, issuer = self.crowd, self.crowd.issuer
        curve, registry = self.credentials.curve, crowd.registry
        given = identity_share(
            registry, issuer.season_keys, index, _handle(registry, index, own)
        )
        rho, secrets = given
        blind = Scalar((b + rho) % GROUP_ORDER)
        B = self.base + commitment(curve, registry.schema, blind, secrets)
        domain = self.credentials.context(self.epoch, self.sale.roll).domain
        e = signature_exponent(issuer.signing.exponent_key, B, domain)
        signature = sign_point(SecretKey(issuer.signing.secret), B, e)
        return Credential(self.octets, signature, blind, secrets)


def _leaf(crowd: Crowd, index: int, number: int) -> Leaf:
    """Return the leaf of a person."""
    registry, issuer = crowd.registry, crowd.issuer
    holder = holder_of(crowd.randomness, crowd_person(number).name)
    named = _handle(registry, index, holder.randomness)
    draft = draft_leaf(holder.signing.public, index, named, None)
    given = identity_share(registry, issuer.season_keys, index, named)
    point = commitment(backend(crowd.backend), registry.schema, *given).to_bytes()
    share = sign_share(registry, draft, issuer.index, point, issuer.key)
    return replace(draft, shares=(share,), commitment=point)


def _handle(registry: Registry, index: int, own: Randomness) -> bytes:
    """Return the handle of a leaf, of which the only issuer's part is all."""
    nonce = own.derive("enrolment").derive("nonce/1").take(NONCE_LENGTH)
    return handle(registry.registry_id, index, (nonce,))
