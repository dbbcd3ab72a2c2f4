"""The roles of a rehearsal: keys, registry and terms (specs/rehearsal.md, section 1).

Every role draws from a stream of its own, derived by label, so that nothing depends on the
order in which work happens to finish.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fairlot.board.registration import check_times
from fairlot.identity.desks import DeskAttester, ListDesk
from fairlot.identity.enrolment import IssuerSecrets
from fairlot.identity.identifier import Canonicaliser, Source
from fairlot.identity.registry import (
    DAY,
    Attribute,
    Disputes,
    Issuer,
    Recovering,
    Registry,
)
from fairlot.identity.tag_issuing import local_issuers
from fairlot.identity.uniqueness import RATE_MAX, Uniqueness
from fairlot.inputs.people_file import Person
from fairlot.inputs.stand_in import ASSURANCE, LISTED, disclosed
from fairlot.inputs.terms_file import QUICKNET_CLOCK, TermsFile
from fairlot.inputs.terms_file_times import TimesFile
from fairlot.logs import NOBODY, BoardIdentity
from fairlot.rehearsal.clock import Clock
from fairlot.rehearsal.kept import Earlier, Listed
from fairlot.same_name import compared_name
from fairlot.terms.beacon import BeaconTerms
from fairlot.terms.named_round import NamedRound
from fairlot.terms.roll import RollTerms
from fairlot.terms.terms import Terms
from fairlot.terms.times import Times
from fairlot_crypto.committee import prss, threshold
from fairlot_crypto.committee.prss import KEY_LENGTH
from fairlot_crypto.curve import Backend, random_scalar
from fairlot_crypto.delay.parameters import RSA_2048, Setup
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import Randomness, shuffled
from fairlot_crypto.timelock.chain import QUICKNET, first_round_after
from fairlot_crypto.voprf.threshold import KeyShare, PublicShares, deal_tag_key

START = 1_893_456_000
"""2030-01-01T00:00:00Z, when every rehearsal opens."""
SEASON = 2030
FREEZE = 7 * DAY
"""Seconds after which a freeze ends."""
DISPUTED = 14 * DAY
"""Seconds in which a dispute is decided."""
LOCKUP = TimesFile().lockup
"""Seconds that items are locked up unless the terms file says otherwise."""
TIMES = Times(
    open=START,
    close=START + 3_600,
    commit_end=START + 3_660,
    seal_end=START + 3_720,
    reveal_end=START + 3_780,
    unlock=START + 3_780 + 30 + LOCKUP,
    slack=30,
)
"""Of a sale that names no round, under the default lock-up."""
LIST = Source("list", Canonicaliser.NAME)
"""By what a rehearsal tells people apart."""
BOARD_NAME = "rehearsal.example/board"

_SPARE = ("region", "cohort_a", "cohort_b")
"""Attributes that fill the schema if the list and the terms have fewer."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Everybody's secrets, all of which a rehearsal knows."""

    registry: Registry
    issuers: tuple[IssuerSecrets, ...]
    """Those who answer, with the keys by which they do."""
    tag_shares: tuple[KeyShare, ...]
    """The issuers' shares of the key of person tags."""
    attesters: tuple[DeskAttester, ...]
    """As many as a recovery needs; each has the whole list."""
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
    """Of the sale; a round that it names moves the unlock."""
    attester_keys: tuple[SigningKey, ...]
    """With which the attesters sign, freezes too."""
    closed: int = 0
    """How many of the people have left: their leaves are closed."""

    @property
    def attester(self) -> DeskAttester:
        """The first of the attesters, who attests people when they enrol."""
        return self.attesters[0]


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
    attester_keys = attesting_keys(file.attesters, randomness)
    board, disputes = _key(randomness, "board"), _key(randomness, "disputes")
    public, issuers = deal_issuers(curve, file.issuers, file.threshold, randomness)
    tags, tag_shares = deal_tags(curve, file.issuers, file.threshold, randomness)
    if earlier is not None:
        registry = earlier.state.registry
    else:
        registry = Registry(
            rehearsal=True,
            season=SEASON,
            starts=START,
            ends=START + file.times.season,
            attributes=_schema(file, people),
            nym_secrets=1,
            threshold=file.threshold,
            issuers=tuple(
                Issuer(issuer.key.public, w.to_bytes())
                for issuer, w in zip(issuers, public.shares, strict=True)
            ),
            attesters=tuple(key.public for key in attester_keys),
            board=BoardIdentity(BOARD_NAME, board.public),
            witnesses=NOBODY,
            recovery=recovering(file),
            disputes=Disputes(disputes.public, DISPUTED),
            uniqueness=told_apart(tags),
            epoch=file.times.epoch,
            tail=file.times.tail,
        )
    listed = _listed(registry, people, randomness, earlier)
    return Parts(
        registry=registry,
        issuers=misbehaving(issuers, file, randomness),
        tag_shares=tag_shares,
        attesters=list_attesters(
            curve,
            registry,
            issuers,
            tag_shares,
            listed,
            attester_keys,
            randomness.derive("attesting"),
        ),
        seller=_key(randomness, "seller"),
        escrow=_key(randomness, "escrow"),
        board=board,
        disputes=disputes,
        people=listed,
        contributors=tuple(
            _key(randomness, f"contributor/{i}") for i in range(file.contributors)
        ),
        clock=Clock.generate(curve, START, randomness.derive("clock")),
        times=sale_times(file, earlier),
        attester_keys=attester_keys,
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


def misbehaving(
    issuers: Sequence[IssuerSecrets], file: TermsFile, randomness: Randomness
) -> tuple[IssuerSecrets, ...]:
    """Return the issuers who answer, of whom some have other keys than were dealt.

    Args:
        issuers: all of them, as they were dealt their keys.
        file: says how many are silent, and how many lie.
        randomness: the rehearsal's source.
    """
    order = shuffled(issuers, randomness.derive("order/misbehaving"))
    silent = {each.index for each in order[: file.silent]}
    lying = {each.index for each in order[file.silent :][: file.lying]}
    return tuple(
        _liar(each, randomness) if each.index in lying else each
        for each in issuers
        if each.index not in silent
    )


def _liar(issuer: IssuerSecrets, randomness: Randomness) -> IssuerSecrets:
    """Return an issuer who answers with keys of its own invention, under its own name."""
    drawn = randomness.derive(f"lying/{issuer.index}")
    secret = random_scalar(drawn)
    invented = {held: drawn.take(KEY_LENGTH) for held in issuer.season_keys.keys}
    return replace(
        issuer,
        season_keys=replace(issuer.season_keys, keys=invented),
        signing=replace(issuer.signing, secret=secret),
    )


def deal_tags(
    curve: Backend, members: int, degree: int, randomness: Randomness
) -> tuple[PublicShares, tuple[KeyShare, ...]]:
    """Return the shared key of person tags, and what each issuer holds of it.

    Args:
        curve: the back-end.
        members: n.
        degree: t.
        randomness: the rehearsal's source.
    """
    return deal_tag_key(curve, members, degree, randomness.derive("tag-key"))


def attesting_keys(count: int, randomness: Randomness) -> tuple[SigningKey, ...]:
    """Return the keys of the rehearsal's attesters."""
    labels = ("attester", *(f"attester/{number}" for number in range(2, count + 1)))
    return tuple(_key(randomness, label) for label in labels)


def told_apart(shares: PublicShares) -> Uniqueness:
    """Return how a rehearsal tells people apart: by the names on its list."""
    return Uniqueness(LIST, RATE_MAX, tuple(K.to_bytes() for K in shares.shares))


def list_attesters(
    curve: Backend,
    registry: Registry,
    issuers: Sequence[IssuerSecrets],
    tag_shares: Sequence[KeyShare],
    listed: Sequence[Listed],
    keys: Sequence[SigningKey],
    randomness: Randomness,
) -> tuple[DeskAttester, ...]:
    """Return attesters with these keys, who know these people and reach these issuers."""
    attributes = {each.name: each.attributes for each in listed}
    signing = [issuer.key for issuer in issuers]
    attesters: list[DeskAttester] = []
    for number, key in enumerate(keys, start=1):
        own = randomness if number == 1 else randomness.derive(str(number))
        issuing = local_issuers(
            curve, registry, tag_shares, signing, own.derive("issuers")
        )
        desk = ListDesk(registry, attributes)
        attesters.append(DeskAttester(curve, registry, key, desk, issuing, own))
    return tuple(attesters)


def write_terms(file: TermsFile, parts: Parts, setup: Setup) -> Terms:
    """Complete the seller's terms with keys, times and the beacon's set-up (step 2).

    Raises:
        TermsError: if they are not legal.
        Rejection: ``registry.terms``, ``terms.lockup`` if they do not fit the registry.
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
        refund=file.refund,
        deposits=file.deposits,
        bids=_bids(file, parts),
        currency=file.currency,
    )
    dues = [named.due for named in terms.named_rounds()]
    expiry = file.times.expiry
    times = replace(
        parts.times,
        unlock=terms.locked_from + file.times.lockup,
        expiry=max(dues) + expiry if dues and expiry is not None else None,
    )
    terms = Terms.from_value(replace(terms, times=times).to_value())
    check_times(terms, parts.registry)
    return terms


def sale_times(file: TermsFile, earlier: Earlier | None = None) -> Times:
    """Return the times of a sale that names no round.

    Args:
        file: the seller's terms, which say for how long items are locked up.
        earlier: the registry that goes on; ``None`` for a new one.
    """
    lockup = file.times.lockup
    first = replace(TIMES, unlock=TIMES.reveal_end + TIMES.slack + lockup)
    return first if earlier is None else earlier.times(first)


def recovering(file: TermsFile) -> Recovering:
    """Return how people of a new registry take a leaf back."""
    times = file.times
    return Recovering(file.attesters, times.cooling, FREEZE, times.detection)


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
