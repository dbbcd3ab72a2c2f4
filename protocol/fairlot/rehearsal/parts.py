"""The roles of a rehearsal: keys, registry and terms (specs/rehearsal.md, section 1).

Every role draws from a stream of its own, derived by label, so that nothing depends on the
order in which work happens to finish.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fairlot.identity.attestation import ListAttester
from fairlot.identity.enrolment import IssuerSecrets
from fairlot.identity.registry import (
    DAY,
    Attribute,
    Disputes,
    Issuer,
    Recovering,
    Registry,
)
from fairlot.inputs.people_file import Person
from fairlot.inputs.stand_in import ASSURANCE, LISTED, disclosed
from fairlot.inputs.terms_file import QUICKNET_CLOCK, TermsFile
from fairlot.logs import NOBODY, BoardIdentity
from fairlot.rehearsal.kept import Earlier, Listed
from fairlot.same_name import compared_name
from fairlot.terms.beacon import BeaconTerms
from fairlot.terms.named_round import NamedRound
from fairlot.terms.roll import RollTerms
from fairlot.terms.terms import REFUND_AT_ONCE, Terms
from fairlot.terms.times import Times
from fairlot_crypto.committee import prss, threshold
from fairlot_crypto.curve import Backend, Scalar, random_scalar
from fairlot_crypto.delay.parameters import RSA_2048, Setup
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import Randomness, shuffled
from fairlot_crypto.timelock.chain import (
    QUICKNET,
    SEED_LENGTH,
    ChainInfo,
    first_round_after,
)
from fairlot_crypto.timelock.clock import clock_key, sign_round
from fairlot_crypto.timelock.drand import Beacon
from fairlot_crypto.timelock.scheme import UNCHAINED_G1

START = 1_893_456_000
"""2030-01-01T00:00:00Z, when every rehearsal opens."""
SEASON = 2030
SEASON_SECONDS = 365 * DAY
RECOVERY = Recovering(quorum=1, cooling=3 * DAY, freeze=7 * DAY, detection=7 * DAY)
DISPUTED = 14 * DAY
"""Seconds in which a dispute is decided."""
LEAST_LOCKUP = RECOVERY.detection + RECOVERY.cooling + 2 * DAY
LOCKUP = LEAST_LOCKUP + DAY
"""Seconds that items are locked up, from the last marker that the draw needs."""
TIMES = Times(
    open=START,
    close=START + 3_600,
    commit_end=START + 3_660,
    seal_end=START + 3_720,
    reveal_end=START + 3_780,
    unlock=START + 3_780 + 30 + LOCKUP,
    slack=30,
)
BOARD_NAME = "rehearsal.example/board"
CLOCK_PERIOD = 3
"""Seconds from one round of the rehearsal's own clock to the next."""
CLOCK_NAME = "rehearsal"

_SPARE = ("region", "cohort_a", "cohort_b")
"""Attributes that fill the schema if the list and the terms have fewer."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A chain whose key the rehearsal itself holds."""

    chain: ChainInfo
    secret: Scalar = field(repr=False)
    """k, the key that signs the rounds."""

    @classmethod
    def generate(cls, curve: Backend, randomness: Randomness) -> "Clock":
        """Draw a clock that begins with the sale."""
        secret, scheme = random_scalar(randomness), UNCHAINED_G1
        chain = ChainInfo(
            scheme=scheme,
            public_key=clock_key(curve, scheme, secret),
            period=CLOCK_PERIOD,
            genesis_time=START,
            genesis_seed=randomness.take(SEED_LENGTH),
            beacon_id=CLOCK_NAME,
        )
        return cls(chain, secret)

    def round_after(self, time: int) -> NamedRound:
        """Return the earliest round that is due later than ``time``."""
        return NamedRound(self.chain, first_round_after(self.chain, time))

    def sign(self, curve: Backend, round_number: int) -> Beacon:
        """Return a round; whoever holds the clock can make it early."""
        return sign_round(curve, self.chain, self.secret, round_number)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everybody's secrets, all of which a rehearsal knows."""

    registry: Registry
    issuers: tuple[IssuerSecrets, ...]
    attester: ListAttester
    seller: SigningKey
    escrow: SigningKey
    board: SigningKey
    """Keeps the registry's log and that of the sale."""
    disputes: SigningKey
    """Decides contested recoveries."""
    people: tuple[Listed, ...] = field(repr=False)
    """The attester's list, in the order of leaves: those of earlier sales included."""
    contributors: tuple[SigningKey, ...]
    clock: Clock
    """A clock like drand's, whose rounds the terms may name."""
    times: Times
    """Of the sale."""
    attester_key: SigningKey
    """With which the attester signs, freezes too."""
    closed: int = 0
    """How many of the people have left: their leaves are closed."""


def cast_parts(
    curve: Backend,
    file: TermsFile,
    people: Sequence[Person],
    randomness: Randomness,
    earlier: Earlier | None = None,
) -> Parts:
    """Draw the keys of all roles (step 1).

    Args:
        curve: the back-end.
        file: the seller's terms, which say how many issuers and contributors there are.
        people: the attester's list, with everybody's attributes.
        randomness: the source of which each role takes a child of its own.
        earlier: the registry that goes on; ``None`` for a new one.
    """
    attester_key, board = attesting_key(randomness), _key(randomness, "board")
    disputes = _key(randomness, "disputes")
    public, issuers = deal_issuers(curve, file.issuers, file.threshold, randomness)
    if earlier is not None:
        registry = earlier.state.registry
    else:
        registry = Registry(
            rehearsal=True,
            season=SEASON,
            starts=START,
            ends=START + SEASON_SECONDS,
            attributes=_schema(file, people),
            nym_secrets=1,
            threshold=file.threshold,
            issuers=tuple(
                Issuer(issuer.key.public, w.to_bytes())
                for issuer, w in zip(issuers, public.shares, strict=True)
            ),
            attesters=(attester_key.public,),
            board=BoardIdentity(BOARD_NAME, board.public),
            witnesses=NOBODY,
            recovery=RECOVERY,
            disputes=Disputes(disputes.public, DISPUTED),
        )
    listed = _listed(registry, people, randomness, earlier)
    return Parts(
        registry=registry,
        issuers=issuers,
        attester=list_attester(registry, listed, attester_key, randomness),
        seller=_key(randomness, "seller"),
        escrow=_key(randomness, "escrow"),
        board=board,
        disputes=disputes,
        people=listed,
        contributors=tuple(
            _key(randomness, f"contributor/{i}") for i in range(file.contributors)
        ),
        clock=Clock.generate(curve, randomness.derive("clock")),
        times=TIMES if earlier is None else earlier.times(TIMES),
        attester_key=attester_key,
        closed=0 if earlier is None else len(earlier.left()),
    )


def deal_issuers(
    curve: Backend, members: int, degree: int, randomness: Randomness
) -> tuple[threshold.PublicSharing, tuple[IssuerSecrets, ...]]:
    """Return the public sharing of the issuers' key, and what each of them holds.

    Args:
        curve: the back-end.
        members: n.
        degree: t.
        randomness: the rehearsal's source.
    """
    issuing = randomness.derive("issuers")
    public, shares = threshold.deal_key(curve, members, degree, issuing)
    season_keys = prss.deal(members, degree, randomness.derive("season"))
    return public, tuple(
        IssuerSecrets(
            share.index,
            _key(randomness, f"issuer/{share.index}"),
            season_keys[share.index - 1],
            share,
        )
        for share in shares
    )


def attesting_key(randomness: Randomness) -> SigningKey:
    """Return the key of the rehearsal's attester."""
    return _key(randomness, "attester")


def list_attester(
    registry: Registry,
    listed: Sequence[Listed],
    key: SigningKey,
    randomness: Randomness,
) -> ListAttester:
    """Return the attester, who has this key and knows these people."""
    attributes = {each.name: each.attributes for each in listed}
    tag_key = randomness.derive("person-tags").take(32)
    return ListAttester(registry, key, tag_key, attributes)


def write_terms(file: TermsFile, parts: Parts, setup: Setup) -> Terms:
    """Complete the seller's terms with keys, times and the beacon's set-up (step 2).

    Raises:
        TermsError: if they are not legal.
    """
    opens = parts.times.open
    terms = Terms(
        rehearsal=True,
        title=file.title,
        asset=file.asset,
        season=SEASON,
        pools=file.pools,
        times=parts.times,
        registry=parts.registry.registry_id,
        roll=RollTerms(
            smallest=len(parts.people) - parts.closed, window=(opens, opens)
        ),
        board=BoardIdentity(BOARD_NAME, parts.board.public),
        witnesses=NOBODY,
        seller=parts.seller.public,
        escrow=parts.escrow.public,
        beacon=BeaconTerms(
            modulus=RSA_2048.to_bytes(),
            delay=file.delay,
            h=RSA_2048.encode(setup.h),
            proof=RSA_2048.encode(setup.proof),
            roster=tuple(key.public for key in parts.contributors),
            min_commits=file.min_commits,
            drand=parts.clock.round_after(parts.times.drawn_from)
            if file.own_clock
            else None,
        ),
        refund=REFUND_AT_ONCE,
        deposits=file.deposits,
        bids=_bids(file, parts),
        currency=file.currency,
    )
    return Terms.from_value(terms.to_value())


def _schema(file: TermsFile, people: Sequence[Person]) -> tuple[Attribute, ...]:
    """Return the schema: attributes of the list and the pools, filled up to four."""
    values: dict[str, set[str]] = {ASSURANCE: {LISTED}}
    for person in people:
        for name, value in person.attributes:
            values.setdefault(name, set()).add(value)
    for pool in file.pools:
        for rule in pool.rules:
            values.setdefault(rule.attribute, set()).update(rule.values)
    used = sorted(values.keys() - {ASSURANCE})
    spare = [name for name in _SPARE if name not in used]
    names = (ASSURANCE, *used, *spare[: max(0, len(_SPARE) - len(used))])
    return tuple(Attribute(n, tuple(sorted(values.get(n, ())))) for n in names)


def _listed(
    registry: Registry,
    people: Sequence[Person],
    randomness: Randomness,
    earlier: Earlier | None,
) -> tuple[Listed, ...]:
    """Return who has a leaf, in their order, and then new people in a random one."""
    before = () if earlier is None else earlier.kept.people
    known = {} if earlier is None else earlier.registered()
    new = [p for p in people if compared_name(p.name) not in known]
    order = shuffled(new, randomness.derive("order/leaves"))
    return (*before, *(Listed(p.name, attested(registry, p)) for p in order))


def attested(registry: Registry, person: Person) -> tuple[str, ...]:
    """Return what is attested of a person: one value an attribute of the schema."""
    has = dict(disclosed(person))
    return tuple(has.get(attribute.name, "") for attribute in registry.attributes)


def _bids(file: TermsFile, parts: Parts) -> NamedRound | None:
    """Return the round that opens the bids, by default the first that may."""
    if file.bids is None:
        return None
    chain = QUICKNET if file.bids.clock == QUICKNET_CLOCK else parts.clock.chain
    if file.bids.round is not None:
        return NamedRound(chain, file.bids.round)
    return NamedRound(chain, first_round_after(chain, parts.times.drawn_from))


def _key(randomness: Randomness, label: str) -> SigningKey:
    return SigningKey.generate(randomness.derive(label))
