"""How the people of a rehearsal claim what they hold, from the unlock on (specs/rehearsal.md).

Whoever has the keys of a leaf can claim: who that is, is for the caller to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fairlot.board.phase import Phase
from fairlot.claim.claim import check_claim
from fairlot.claim.make import MadeClaim, make_claim
from fairlot.entry import EntryType
from fairlot.identity.registry import epoch_at
from fairlot.rehearsal.asking import Applicant, Office, SaleJob
from fairlot.rehearsal.draw import BATCH, Poster, chunks
from fairlot.rehearsal.parts import Parts
from fairlot.workers import Workers
from fairlot_crypto.randomness import Randomness, shuffled
from fairlot_crypto.statements import Statements

CLAIMS_AFTER = 10
"""Seconds after UNLOCK."""


@dataclass(frozen=True, slots=True)
class ClaimJob:
    """People who claim."""

    sale: SaleJob
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
    sale, office, statements = job.sale, job.sale.office(), Statements()
    made: list[MadeClaim] = []
    for person in job.people:
        claim = _claim(office, job, person)
        # So that the board, which learns what was verified here, need not do it again.
        check_claim(
            office.credentials,
            sale.terms,
            sale.roll,
            claim.entry,
            sale.time,
            statements,
        )
        made.append(claim)
    return Claimed(tuple(made), statements.verified)


def _claim(office: Office, job: ClaimJob, person: Applicant) -> MadeClaim:
    sale, epoch, randomness = job.sale, office.epoch, person.holder.randomness
    here = f"{sale.terms.sale_id.hex()}/{epoch}/{job.seq}"
    asking = randomness.derive(f"claim-request/{here}")
    return make_claim(
        office.credentials,
        office.issue(person, asking)[sale.roll],
        sale.terms,
        sale.roll,
        epoch,
        (epoch + 1) * office.credentials.registry.epoch,
        randomness.derive(f"claim/{here}"),
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
        sale = SaleJob.of(state, self.parts, time)
        jobs = [ClaimJob(sale, seq, chunk) for chunk in chunks(people, BATCH)]
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
