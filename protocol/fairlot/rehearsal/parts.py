"""Who plays in a rehearsal: keys, registry and terms (specs/rehearsal.md, section 1).

Every role draws from a stream of its own, derived by label, so that nothing depends on the
order in which work happens to finish.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from fairlot.identity.attestation import ListAttester
from fairlot.identity.enrolment import IssuerSecrets
from fairlot.identity.registry import Attribute, Issuer, Registry
from fairlot.terms import REFUND_AT_ONCE, BeaconTerms, BoardIdentity, Terms, Times
from fairlot.terms_file import TermsFile
from fairlot_crypto.committee import prss, threshold
from fairlot_crypto.delay.parameters import RSA_2048, Setup
from fairlot_crypto.groups import Backend
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import Randomness

START = 1_893_456_000
"""2030-01-01T00:00:00Z."""
SEASON = 2030
SEASON_SECONDS = 365 * 86_400
TIMES = Times(
    open=START,
    close=START + 3_600,
    commit_end=START + 3_660,
    reveal_end=START + 3_720,
    unlock=START + 3_780,
    slack=30,
)
BOARD_NAME = "rehearsal.example/board"
LISTED = ("listed", "", "", "")
"""What the attester says of everybody: on the list, nothing else."""

_ATTRIBUTES = (
    Attribute("assurance", ("listed",)),
    Attribute("region", ()),
    Attribute("cohort_a", ()),
    Attribute("cohort_b", ()),
)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everybody's secrets: a rehearsal knows them all."""

    registry: Registry
    issuers: tuple[IssuerSecrets, ...]
    attester: ListAttester
    seller: SigningKey
    escrow: SigningKey
    board: SigningKey
    contributors: tuple[SigningKey, ...]


def cast_parts(
    group: Backend, file: TermsFile, names: Iterable[str], randomness: Randomness
) -> Parts:
    """Draw the keys of all roles (step 1).

    Args:
        group: the back-end.
        file: the seller's terms: how many issuers and contributors.
        names: the attester's list.
        randomness: each role takes from a child of its own.
    """
    attester_key = _key(randomness, "attester")
    issuing = randomness.derive("issuers")
    public, shares = threshold.deal_key(group, file.issuers, file.threshold, issuing)
    season_keys = prss.deal(file.issuers, file.threshold, randomness.derive("season"))
    issuers = tuple(
        IssuerSecrets(
            share.index,
            _key(randomness, f"issuer/{share.index}"),
            season_keys[share.index - 1],
            share,
        )
        for share in shares
    )
    registry = Registry(
        rehearsal=True,
        season=SEASON,
        starts=START,
        ends=START + SEASON_SECONDS,
        attributes=_ATTRIBUTES,
        nym_secrets=1,
        threshold=file.threshold,
        issuers=tuple(
            Issuer(issuer.key.public, w.to_bytes())
            for issuer, w in zip(issuers, public.shares, strict=True)
        ),
        attesters=(attester_key.public,),
    )
    tag_key = randomness.derive("person-tags").take(32)
    return Parts(
        registry=registry,
        issuers=issuers,
        attester=ListAttester(registry, attester_key, tag_key, names, LISTED),
        seller=_key(randomness, "seller"),
        escrow=_key(randomness, "escrow"),
        board=_key(randomness, "board"),
        contributors=tuple(
            _key(randomness, f"contributor/{i}") for i in range(file.contributors)
        ),
    )


def write_terms(file: TermsFile, parts: Parts, setup: Setup) -> Terms:
    """Complete the seller's terms with keys, times and the beacon's set-up (step 2).

    Raises:
        TermsError: where they are not legal.
    """
    terms = Terms(
        rehearsal=True,
        title=file.title,
        asset=file.asset,
        season=SEASON,
        pools=file.pools,
        times=TIMES,
        registry=parts.registry.registry_id,
        board=BoardIdentity(BOARD_NAME, parts.board.public),
        witnesses=(),
        seller=parts.seller.public,
        escrow=parts.escrow.public,
        beacon=BeaconTerms(
            modulus=RSA_2048.to_bytes(),
            delay=file.delay,
            h=RSA_2048.encode(setup.h),
            proof=RSA_2048.encode(setup.proof),
            roster=tuple(key.public for key in parts.contributors),
            min_commits=file.min_commits,
        ),
        refund=REFUND_AT_ONCE,
    )
    return Terms.from_value(terms.to_value())


def _key(randomness: Randomness, label: str) -> SigningKey:
    return SigningKey.generate(randomness.derive(label))
