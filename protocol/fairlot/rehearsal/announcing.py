"""The terms of a rehearsal, as its seller announces them (specs/rehearsal.md, section 1)."""

from fairlot.board.registration import check_times
from fairlot.inputs.final_terms import Named, terms_of
from fairlot.inputs.terms_file import TermsFile
from fairlot.logs import NOBODY, BoardIdentity
from fairlot.rehearsal.parts import BOARD_NAME, Parts
from fairlot.rehearsal.timing import schedule_of
from fairlot.terms.roll import RollTerms
from fairlot.terms.terms import Terms
from fairlot_crypto.delay.parameters import Setup


def write_terms(
    file: TermsFile, parts: Parts, setup: Setup, leaves: int | None = None
) -> Terms:
    """Complete the seller's terms with keys, times and the beacon's set-up (step 2).

    Args:
        file: the seller's terms.
        parts: keys and times.
        setup: of the beacon.
        leaves: how many the first roll has; ``None`` for those of the parts' people.

    Raises:
        TermsError: if they are not legal.
        Rejection: ``registry.terms``, ``terms.lockup`` if they do not fit the registry.
    """
    opens, planned = parts.times.open, schedule_of(file, parts.times, parts.clock.chain)
    named = Named(
        board=BoardIdentity(BOARD_NAME, parts.board.public),
        seller=parts.seller.public,
        escrow=parts.escrow.public,
        roster=tuple(key.public for key in parts.contributors),
        witnesses=NOBODY,
    )
    smallest = parts.leaves if leaves is None else leaves
    roll = RollTerms(smallest, window=(opens, opens))
    terms = terms_of(file, planned, named, parts.registry, roll, setup)
    check_times(terms, parts.registry)
    return terms
