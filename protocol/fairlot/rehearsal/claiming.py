"""How the people of a rehearsal claim what they hold, from the unlock on (specs/rehearsal.md).

Whoever has the keys of a leaf can claim: who that is, is for the caller to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fairlot.board.phase import Phase
from fairlot.claim.claim import check_claim
from fairlot.claim.make import MadeClaim, make_claim
from fairlot.entry import EntryType
from fairlot.identity.registry import Credentials, RollId, epoch_at
from fairlot.identity.roll import PostedRoll
from fairlot.rehearsal.draw import BATCH, Poster, chunks
from fairlot.rehearsal.parts import Parts
from fairlot.rehearsal.work import Applicant, Workers, obtain_credential
from fairlot.terms.terms import Terms
from fairlot_crypto.curve import backend
from fairlot_crypto.randomness import Randomness, shuffled
from fairlot_crypto.statements import Statements

CLAIMS_AFTER = 10
"""Seconds after UNLOCK."""


@dataclass(frozen=True, slots=True)
class ClaimJob:
    """People who claim."""

    backend: str
    parts: Parts
    terms: Terms
    rolls: tuple[PostedRoll, ...]
    """All that are on the registry log."""
    roll: RollId
    """The one with which the sale has opened."""
    time: int
    seq: int
    """Counts a person's claims in one epoch."""
    people: tuple[Applicant, ...]


@dataclass(frozen=True, slots=True)
class Claimed:
    """The people's claims, in the order of the job."""

    claims: tuple[MadeClaim, ...]
    verified: frozenset[bytes]


def claim_people(job: ClaimJob) -> Claimed:
    """Play issuers and holders from the request to the claim."""
    statements, registry = Statements(), job.parts.registry
    credentials = Credentials(backend(job.backend), registry)
    made: list[MadeClaim] = []
    for person in job.people:
        claim = _claim(credentials, job, person)
        # So that the board, which learns what was verified here, need not do it again.
        terms, entry, roll = job.terms, claim.entry, job.roll
        check_claim(credentials, terms, roll, entry, job.time, statements)
        made.append(claim)
    return Claimed(tuple(made), statements.verified)


def _claim(credentials: Credentials, job: ClaimJob, person: Applicant) -> MadeClaim:
    registry = credentials.registry
    epoch, sale = epoch_at(registry, job.time), job.terms.sale_id.hex()
    credential = obtain_credential(
        credentials,
        job.parts.issuers,
        person,
        job.rolls,
        job.roll,
        job.time,
        f"claim-request/{sale}/{epoch}/{job.seq}",
    )
    return make_claim(
        credentials,
        credential,
        job.terms,
        job.roll,
        epoch,
        (epoch + 1) * registry.epoch,
        person.holder.randomness.derive(f"claim/{sale}/{epoch}/{job.seq}"),
        job.seq,
    )


@dataclass(frozen=True, slots=True)
class Claiming:
    """Unlocks a sale, and takes claims."""

    poster: Poster
    parts: Parts
    workers: Workers
    randomness: Randomness
    """Of the sale, for the order of the claims."""

    def unlock(self) -> int:
        """Post UNLOCK unless it is there, and return the time at which wallets claim."""
        state = self.poster.board.state
        if state.phase is Phase.LOCKED:
            due = max(state.terms.times.unlock, state.clock)
            self.poster.mark(EntryType.UNLOCK, due)
        return state.clock + CLAIMS_AFTER

    def claim(
        self, people: Sequence[Applicant], time: int, seq: int = 0
    ) -> tuple[MadeClaim, ...]:
        """Post a claim of everybody, in a random order; a claim is of the epoch of its time.

        Args:
            people: who claim, each with the keys and the leaf as they are then.
            time: Unix seconds, not before the last time of either log.
            seq: a person's own count in one epoch.

        Returns:
            The claims in the order of ``people``.

        Raises:
            Rejection: ``request.*`` where issuers refuse somebody; ``claim.*``,
                ``phase.wrong`` where the board does.
        """
        state = self.poster.board.state
        rolls = tuple(state.registry.rolls.values())
        jobs = [
            ClaimJob(
                state.curve.name,
                self.parts,
                state.terms,
                rolls,
                state.roll.roll_id,
                time,
                seq,
                chunk,
            )
            for chunk in chunks(people, BATCH)
        ]
        made: list[MadeClaim] = []
        for done in self.workers.map(claim_people, jobs):
            state.statements.learn(done.verified)
            made += done.claims
            self.poster.watcher.progress("claiming", len(made), len(people))
        epoch = epoch_at(self.parts.registry, time)
        order = self.randomness.derive(f"order/claims/{epoch}/{seq}")
        entries = [each.entry for each in shuffled(made, order)]
        self.poster.post_chunks(entries, time)
        return tuple(made)
