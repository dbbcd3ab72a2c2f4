"""Whom a gate lets in, offline (specs/door.md, section 3)."""

from collections.abc import Mapping
from dataclasses import dataclass

from fairlot.door.answer import Answer, check_registry, check_sale
from fairlot.door.challenge import Challenge
from fairlot.errors import Rejection
from fairlot.identity.registry import Credentials, RollId, epochs_accepted
from fairlot.identity.showing import check_shown, showing_of
from fairlot.names import Nym
from fairlot.terms.terms import Terms
from fairlot_crypto.bbs.profile import Presentation
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.statements import Statements

FRESH_SECONDS = 300
"""For how long a question may be answered."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Everything that a gate takes with it from an audited sale."""

    credentials: Credentials
    terms: Terms
    roll: RollId
    """That the sale's OPEN names."""
    units: Mapping[Nym, int]
    """The units of each winner, at least one."""

    def check(self, asked: Challenge, given: Answer, now: int) -> int:
        """Check an answer to the gate's own question, and return the winner's units.

        The steps are 6 to 9; the used-list comes last (``UsedList.admit``).

        Args:
            asked: the question that this gate has asked.
            given: as it came.
            now: the gate's clock, Unix seconds.

        Raises:
            Rejection: ``door.sale``, ``door.gate``, ``door.challenge``, ``door.early``,
                ``door.stale``, ``door.epoch``, ``door.loser``, ``door.presentation``.
            CallerError: ``door.registry`` where the terms name another registry.
        """
        # Step 6.
        check_registry(self.credentials, self.terms)
        check_sale(self.terms, asked)
        _check_asked(asked, given.asked)
        # Step 7.
        self._check_time(asked, given, now)
        # Step 8.
        units = self.units.get(given.nym, 0)
        if not units:
            raise Rejection("door.loser", "this nym has won nothing in the sale")
        # Step 9.
        self._check_presentation(asked, given)
        return units

    def _check_time(self, asked: Challenge, given: Answer, now: int) -> None:
        if asked.time < self.terms.times.unlock:
            raise Rejection("door.early", "nothing is handed out before the unlock")
        if not asked.time <= now <= asked.time + FRESH_SECONDS:
            problem = f"the question is more than {FRESH_SECONDS} s old: ask again"
            raise Rejection("door.stale", problem)
        epochs = epochs_accepted(self.credentials.registry, asked.time)
        if given.epoch not in epochs:
            accepted = " or ".join(map(str, sorted(epochs)))
            problem = f"the credential is of epoch {given.epoch}, not of {accepted}"
            raise Rejection("door.epoch", problem)

    def _check_presentation(self, asked: Challenge, given: Answer) -> None:
        showing = showing_of(
            self.credentials,
            self.roll,
            given.epoch,
            self.terms.sale_id,
            asked.ph,
            Presentation(given.nym, given.proof),
            {},
        )
        try:
            check_shown(showing, Statements())
        except CryptoError as error:
            raise Rejection("door.presentation", str(error)) from error


def _check_asked(asked: Challenge, answered: Challenge) -> None:
    """Check that an answer is to this question (step 6)."""
    if answered.sale_id != asked.sale_id:
        raise Rejection("door.sale", "this is about another sale")
    if answered.gate != asked.gate:
        raise Rejection("door.gate", "the answer was given to another gate")
    if answered != asked:
        raise Rejection("door.challenge", "the answer is to another question")
