"""The roles of a rehearsal: keys and registry (specs/rehearsal.md, section 1).

Every role draws from a stream of its own, derived by label, so that nothing depends on the
order in which work happens to finish.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fairlot.identity.desks import DeskAttester
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
from fairlot.inputs.terms_file import TermsFile
from fairlot.inputs.terms_file_times import TimesFile
from fairlot.logs import NOBODY, BoardIdentity
from fairlot.rehearsal.clock import Clock, clock_chain
from fairlot.rehearsal.committee import (
    attesting_keys,
    deal_issuers,
    deal_tags,
    list_attesters,
    misbehaving,
    role_key,
    told_apart,
)
from fairlot.rehearsal.kept import Earlier, Listed
from fairlot.same_name import compared_name
from fairlot.terms.collecting import recovery_time, redrawn_from
from fairlot.terms.named_round import NamedRound
from fairlot.terms.times import Times
from fairlot_crypto.curve import Backend
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import Randomness, shuffled
from fairlot_crypto.voprf.threshold import KeyShare

START = 1_893_456_000
"""2030-01-01T00:00:00Z, when every rehearsal opens."""
SEASON = 2030
FREEZE = 7 * DAY
"""Seconds after which a freeze ends."""
DISPUTED = 14 * DAY
"""Seconds in which a dispute is decided."""
LOCKUP = TimesFile().locked_for
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
BOARD_NAME = "rehearsal.example/board"

_SPARE = ("region", "cohort_a", "cohort_b")
"""Attributes that fill the schema if the list and the terms have fewer."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Everybody's secrets, all of which a rehearsal knows."""

    registry: Registry
    issuers: tuple[IssuerSecrets, ...]
    """Those who answer, with the keys by which they do."""
    everybody: tuple[IssuerSecrets, ...]
    """All of them, as they were dealt their keys: they name leaves together."""
    tag_shares: tuple[KeyShare, ...]
    """The shares of the key of person tags of those who answer, in the same order."""
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
    def leaves(self) -> int:
        """How many leaves the first roll has: whoever is closed is on none."""
        return len(self.people) - self.closed

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
    board, disputes = role_key(randomness, "board"), role_key(randomness, "disputes")
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
    answering = misbehaving(issuers, tag_shares, file, randomness)
    return Parts(
        registry=registry,
        issuers=answering[0],
        everybody=issuers,
        tag_shares=answering[1],
        attesters=list_attesters(
            curve,
            registry,
            *answering,
            listed,
            attester_keys,
            randomness.derive("attesting"),
        ),
        seller=role_key(randomness, "seller"),
        escrow=role_key(randomness, "escrow"),
        board=board,
        disputes=disputes,
        people=listed,
        contributors=tuple(
            role_key(randomness, f"contributor/{i}") for i in range(file.contributors)
        ),
        clock=Clock.generate(curve, START, randomness.derive("clock")),
        times=sale_times(file, earlier),
        attester_keys=attester_keys,
        closed=0 if earlier is None else len(earlier.left()),
    )


def sale_times(file: TermsFile, earlier: Earlier | None = None) -> Times:
    """Return the times of a sale that names no round.

    Args:
        file: the seller's terms, which say for how long items are locked up.
        earlier: the registry that goes on; ``None`` for a new one.
    """
    lockup, ends = file.times.locked_for, TIMES.reveal_end + TIMES.slack
    first = replace(TIMES, unlock=ends + lockup)
    if file.collects:
        collect = ends + recovery_time(file.delay) + file.times.collecting
        known = NamedRound.after(clock_chain(START), redrawn_from(collect, TIMES.slack))
        first = replace(first, collect=collect, unlock=known.due + lockup)
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
        for name, listed in pool.listed:
            values.setdefault(name, set()).update(listed)
        for name in pool.attributes:
            values.setdefault(name, set())
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
