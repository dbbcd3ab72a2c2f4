"""The terms of a rehearsal, as its seller announces them (specs/rehearsal.md, section 1)."""

from fairlot.board.registration import check_times
from fairlot.inputs.terms_file import TermsFile
from fairlot.logs import NOBODY, BoardIdentity
from fairlot.rehearsal.parts import BOARD_NAME, SEASON, Parts
from fairlot.rehearsal.timing import Schedule
from fairlot.terms.beacon import BeaconTerms
from fairlot.terms.roll import RollTerms
from fairlot.terms.terms import Terms
from fairlot_crypto.delay.parameters import RSA_2048, Setup


def write_terms(file: TermsFile, parts: Parts, setup: Setup) -> Terms:
    """Complete the seller's terms with keys, times and the beacon's set-up (step 2).

    Raises:
        TermsError: if they are not legal.
        Rejection: ``registry.terms``, ``terms.lockup`` if they do not fit the registry.
    """
    opens, planned = parts.times.open, Schedule.of(file, parts.times, parts.clock.chain)
    terms = Terms(
        rehearsal=True,
        title=file.title,
        asset=file.asset,
        season=SEASON,
        pools=file.pools,
        times=planned.times,
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
            drand=planned.drand,
        ),
        refund=file.refund,
        deposits=file.deposits,
        bids=planned.bids,
        currency=file.currency,
        redraw=planned.redraw,
    )
    terms = Terms.from_value(terms.to_value())
    check_times(terms, parts.registry)
    return terms
