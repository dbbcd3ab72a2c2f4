"""How the winners of a rehearsal collect, and seats are drawn again.

specs/rehearsal.md, section 8. Who stays away is said by events; everybody else comes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from fairlot.beacon.rounds import make_round
from fairlot.board.phase import Phase
from fairlot.claim.collect import make_collect
from fairlot.entry import Entry, EntryType
from fairlot.names import Nym
from fairlot.rehearsal.draw import Course
from fairlot.rehearsal.kept import Hand
from fairlot.rehearsal.showing import Showing
from fairlot.rehearsal.standing import Standing
from fairlot.terms.named_round import NamedRound
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import shuffled

COLLECTS_BEFORE = 3_600
"""Seconds before t_collect."""


@dataclass(frozen=True, slots=True)
class Collecting:
    """Plays what lies between RESULT and REDRAWN."""

    showing: Showing
    course: Course
    """What happens to people meanwhile."""

    def run(self, standings: Iterable[Standing]) -> None:
        """Let winners collect, and draw again the seats of those who do not (24 to 26)."""
        state = self.showing.state
        named, ends = state.terms.redraw, state.terms.times.collect
        if state.phase is not Phase.COLLECTING or named is None or ends is None:
            return
        # Step 24.
        self.course.until(max(ends - COLLECTS_BEFORE, state.clock))
        time = max(ends - COLLECTS_BEFORE, state.clock, state.registry.clock)
        self.showing.poster.post_chunks(self._entries(standings, time), time)
        # Step 25.
        self._mark(EntryType.COLLECT_END, ends)
        # Step 26.
        self.course.until(named.due)
        due = max(named.due, state.clock)
        self.showing.poster.post([self._round(named)], due)
        self._mark(EntryType.REDRAWN, due)

    def _mark(self, kind: EntryType, due: int) -> None:
        """Post a marker, and let happen what its phase brings."""
        self.course.until(due)
        self.showing.poster.mark(kind, max(due, self.showing.state.clock))
        self.course.reached()

    def _round(self, named: NamedRound) -> Entry:
        """Return the ROUND of the second draw, as whoever asks a relay posts it."""
        state, claiming = self.showing.state, self.showing.claiming
        beacon = self.showing.parts.clock.sign(state.curve, named.round_number)
        relay = SigningKey.generate(claiming.randomness.derive("second-relay"))
        return make_round(state.sale_id, named.chain, beacon, relay)

    def _entries(self, standings: Iterable[Standing], time: int) -> list[Entry]:
        """Return the COLLECT of everybody who has won and comes, in a random order."""
        state, winners = self.showing.state, self._winners()
        made: list[Entry] = []
        for standing in standings:
            if standing.nym in winners and not standing.away:
                key = self._key(standing, time)
                if key is not None:
                    made.append(make_collect(state.sale_id, standing.nym, key))
        order = self.showing.claiming.randomness.derive("order/collects")
        return shuffled(made, order)

    def _winners(self) -> frozenset[Nym]:
        """Return who has a seat that must be collected."""
        state = self.showing.state
        return frozenset(
            award.nym
            for result in state.drawn_outcome.pools
            if result.pool.collect
            for award in result.awards
            if award.units
        )

    def _key(self, standing: Standing, time: int) -> SigningKey | None:
        """Return a key with which somebody can collect; ``None`` where they have none.

        Whoever has the device has the key of the deposit. After a recovery its person has
        new keys, and claims with them.
        """
        if standing.hand is Hand.NOBODY:
            return None
        if not standing.former:
            return self.showing.deposits[standing.name].keys.settle
        if self._claimed(standing) is None:
            self.showing.use(standing, time)
        return self._claimed(standing)

    def _claimed(self, standing: Standing) -> SigningKey | None:
        """Return the key of the last claim of whoever has the keys."""
        showing, who = self.showing, standing.hand.of(standing.name)
        keys = [
            claim.keys.settle
            for named, claim in showing.claims.items()
            if claim.nym == standing.nym and showing.makers[named] == who
        ]
        return keys[-1] if keys else None
