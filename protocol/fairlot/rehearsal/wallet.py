"""What a person of a kept registry holds, as a wallet would (specs/rehearsal.md)."""

from dataclasses import dataclass, replace
from difflib import get_close_matches

from fairlot.board.registry_state import RegistryState
from fairlot.claim.claim import Claim
from fairlot.claim.make import draw_keys
from fairlot.errors import InputError
from fairlot.identity.committee import Holder
from fairlot.identity.enrolment import Identity, IssuerSecrets, enrol, receive_identity
from fairlot.identity.naming import joint_handle
from fairlot.identity.registry import RollId
from fairlot.rehearsal.asking import Applicant, Office
from fairlot.rehearsal.committee import (
    attesting_keys,
    deal_issuers,
    deal_tags,
    list_attesters,
)
from fairlot.rehearsal.kept import Earlier, holder_of
from fairlot.same_name import compared_name
from fairlot.text import shown
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CallerError
from fairlot_crypto.keys import OpeningKey
from fairlot_crypto.randomness import Randomness, SeededRandomness


@dataclass(frozen=True, slots=True)
class Wallet:
    """One person's secrets, and the issuers whom the same machine plays."""

    holder: Holder
    identity: Identity
    issuers: tuple[IssuerSecrets, ...]

    def credential(
        self, log: RegistryState, roll: RollId, now: int, randomness: Randomness
    ) -> Credential:
        """Get the credential of the epoch of ``now`` for a roll (step 11).

        Args:
            log: the fold of the registry log.
            roll: one that is on it.
            now: the issuers' clock, Unix seconds.
            randomness: of the request and of the answers.

        Raises:
            Rejection: ``request.*`` where the issuers refuse, ``answer.*``.
            CallerError: ``wallet.roll`` where they give none for this roll.
        """
        # Step 11.
        leaf = log.leaf_at(self.identity.leaf.index, now)
        person = Applicant(self.holder, self.identity, leaf, self.identity.attributes)
        office = Office(log.credentials, self.issuers, [*log.rolls.values()], now)
        issued = office.issue(person, randomness)
        if roll not in issued:
            problem = "the issuers give this leaf no credential for the roll"
            raise CallerError("wallet.roll", problem)
        return issued[roll]


def claim_key(earlier: Earlier, name: str, claim: Claim) -> OpeningKey:
    """Return the key pair of a claim that was made with a person's keys (step 12).

    Args:
        earlier: the registry.
        name: of the person, who has a leaf there.
        claim: on the log of a sale.

    Raises:
        InputError: ``registry-dir.person``, ``registry-dir.claim``.
    """
    # Step 12.
    listed, bound = earlier.kept.people[_leaf_of(earlier, name)], claim.binding
    label = f"claim/{bound.sale_id.hex()}/{claim.epoch}/{bound.seq}"
    randomness = SeededRandomness(earlier.kept.seed)
    for attempt in range(listed.attempt + 1):
        holder = holder_of(randomness, listed.name, attempt)
        keys = draw_keys(holder.randomness.derive(label))
        if keys.enc.public == bound.enc_pk:
            return keys.enc
    problem = "the claim was made with keys that are not in the folder"
    remedy = "name what the run of this sale has kept"
    raise InputError("registry-dir.claim", f"{problem}: {remedy}")


def open_wallet(earlier: Earlier, name: str, curve: Backend) -> Wallet:
    """Return what a person of a kept registry holds (step 10).

    Args:
        earlier: the registry.
        name: of the person, compared as names in a list are.
        curve: the back-end.

    Raises:
        InputError: ``registry-dir.person`` for somebody who has no leaf there.
    """
    # Step 10.
    index = _leaf_of(earlier, name)
    listed = earlier.kept.people[index]
    registry = earlier.state.registry
    randomness = SeededRandomness(earlier.kept.seed)
    members, degree = len(registry.issuers), registry.threshold
    _, issuers = deal_issuers(curve, members, degree, randomness)
    holder = holder_of(randomness, listed.name)
    _, tag_shares = deal_tags(curve, members, degree, randomness)
    attester, *_ = list_attesters(
        curve,
        registry,
        issuers,
        tag_shares,
        [listed],
        attesting_keys(len(registry.attesters), randomness),
        randomness.derive("attesting"),
    )
    keys = holder.signing.public, holder.device.public
    attestation = attester.attest(listed.name, *keys, registry.starts)
    enrolling = holder.randomness.derive("enrolment")
    named = joint_handle(registry, issuers, attestation, index, enrolling)
    made = enrol(curve, registry, issuers, attestation, index, named, enrolling)
    identity = receive_identity(
        curve, registry, made, holder.device, attestation.attributes
    )
    leaf = earlier.state.leaf_at(index, earlier.state.clock)
    current = holder_of(randomness, listed.name, listed.attempt)
    return Wallet(current, replace(identity, leaf=leaf), issuers)


def _leaf_of(earlier: Earlier, name: str) -> int:
    """Return the index of a person's leaf."""
    compared, listed = compared_name(name), earlier.kept.people
    people = [compared_name(each.name) for each in listed]
    if compared not in people:
        problem = f"the registry has no person of the name {shown(name)}"
        remedy = "give a name of the list with which it was kept"
        close = get_close_matches(compared, people, n=1)
        if close:
            remedy = f"did you mean {shown(listed[people.index(close[0])].name)}?"
        raise InputError("registry-dir.person", f"{problem}: {remedy}")
    return people.index(compared)
