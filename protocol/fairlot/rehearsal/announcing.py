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


def write_terms(file: TermsFile, parts: Parts, setup: Setup) -> Terms:
    """Complete the seller's terms with keys, times and the beacon's set-up (step 2).

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
    # Whoever is closed is on no roll.
    roll = RollTerms(smallest=len(parts.people) - parts.closed, window=(opens, opens))
    terms = terms_of(file, planned, named, parts.registry, roll, setup)
    check_times(terms, parts.registry)
    return terms
