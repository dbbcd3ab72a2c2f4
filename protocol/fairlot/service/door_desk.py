"""What decides at the door for several telephones (specs/door.md, section 5)."""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from fairlot.door.answer import Answer, read_answer
from fairlot.door.challenge import Challenge, make_challenge
from fairlot.door.gate import FRESH_SECONDS, Gate
from fairlot.door.used_list import UsedList
from fairlot.errors import InputError, Rejection
from fairlot.names import Nym
from fairlot.service.problems import UnavailableError
from fairlot_crypto.randomness import Randomness

MOST_ASKED = 10_000
"""Questions that may be open."""
PATIENCE = 2.0
"""Seconds for which another gate's writing is waited for."""
_LOOK = 0.02

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of one answer."""

    nym: Nym | None
    """Who may come in; ``None`` where nobody may."""
    left: int | None
    """How often they may still come in after this."""
    refused: Rejection | None = None
    """Why nobody may."""


class DoorDesk:
    """One gate, and its used-list, for any number of threads."""

    def __init__(
        self,
        gate: Gate,
        name: str,
        used: UsedList,
        clock: Callable[[], int],
        randomness: Randomness,
    ) -> None:
        """Begin with no question open.

        Args:
            gate: what the sale has given it.
            name: what people read at the gate.
            used: who was let in.
            clock: the gate's, Unix seconds.
            randomness: of questions.
        """
        self.gate, self.name, self.used = gate, name, used
        self._clock, self._randomness = clock, randomness
        self._asking, self._writing = threading.Lock(), threading.Lock()
        self._asked: dict[bytes, Challenge] = {}
        self._said: dict[bytes, tuple[int, Verdict]] = {}

    def now(self) -> int:
        """Return the gate's clock."""
        return self._clock()

    def ask(self) -> Challenge:
        """Make a question for somebody who stands at the gate (step 19).

        Raises:
            UnavailableError: ``service.busy``.
        """
        # Step 19.
        with self._asking:
            now = self._clock()
            while self._asked and _over(next(iter(self._asked.values())).time, now):
                self._asked.pop(next(iter(self._asked)))
            if len(self._asked) >= MOST_ASKED:
                raise UnavailableError("service.busy", "too many questions are open")
            sale_id = self.gate.terms.sale_id
            asked = make_challenge(sale_id, self.name, now, self._randomness)
            self._asked[asked.nonce] = asked
        return asked

    def admit(self, data: bytes, attempt: bytes) -> Verdict:
        """Check an answer, and write down whom it lets in (steps 20 to 22).

        Args:
            data: what a wallet has shown, as a file or as a text.
            attempt: drawn by whoever asks; the same one asks again.

        Raises:
            InputError: ``door.busy``, ``door.used-list``.
            OSError: as the system says; then nobody may come in.
        """
        key = hashlib.sha256(attempt + data).digest()
        said = self._said.get(key)
        if said is not None:
            return said[1]
        try:
            # Steps 20 and 21.
            given = read_answer(data)
            asked = self._question_of(given)
            units = self.gate.check(asked, given, self._clock())
            return self._let_in(key, asked, given.nym, units)
        except Rejection as error:
            return Verdict(None, None, error)

    def entered(self) -> Mapping[Nym, int]:
        """Return how often each nym was let in, by whatever gate shares the list.

        Raises:
            InputError: ``door.busy``, ``door.used-list``.
            OSError: as the system says.
        """
        with self._writing:
            return _patient(self.used.entered)

    def _question_of(self, given: Answer) -> Challenge:
        asked = self._asked.get(given.asked.nonce)
        if asked is None:
            problem = "no such question was asked here, or it was long ago: ask again"
            raise Rejection("door.challenge", problem)
        return asked

    def _let_in(self, key: bytes, asked: Challenge, nym: Nym, units: int) -> Verdict:
        with self._writing:
            # Step 22.
            said = self._said.get(key)
            if said is not None:
                return said[1]
            left = _patient(lambda: self.used.admit(asked.nonce, nym, units))
            now = self._clock()
            while self._said and _over(next(iter(self._said.values()))[0], now):
                self._said.pop(next(iter(self._said)))
            verdict = Verdict(nym, left)
            self._said[key] = now, verdict
        return verdict


def _over(since: int, now: int) -> bool:
    return now > since + FRESH_SECONDS


def _patient(does: Callable[[], T]) -> T:
    """Do something with the list, for a while again where another gate has it."""
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            return does()
        except InputError as error:
            if error.code != "door.busy" or time.monotonic() > ends:
                raise
        time.sleep(_LOOK)
