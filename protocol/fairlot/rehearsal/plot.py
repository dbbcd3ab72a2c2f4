"""What happens when, in a rehearsal with events (specs/rehearsal.md, section 6).

Whether events can happen is decided before anything is written: on the lives that leaves
have by the rules of the registry, without keys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from fairlot.board.phase import BETWEEN, Phase
from fairlot.errors import Rejection
from fairlot.identity.attestation import Purpose
from fairlot.identity.life import LeafLife, Outcome
from fairlot.identity.registry import Disputes, Recovering
from fairlot.inputs.events_file import PHASES, Event, Kind, When
from fairlot.inputs.input_file import InputFile
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.rehearsal.clock import clock_chain
from fairlot.rehearsal.kept import Earlier, Hand
from fairlot.rehearsal.parts import DISPUTED, START, recovering, sale_times
from fairlot.rehearsal.timing import result_due, schedule_of
from fairlot.same_name import compared_name
from fairlot.terms.times import Times
from fairlot.text import shown
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.keys import VerifyKey

_NO_KEY = VerifyKey(bytes(32))
"""Of the arbiter: no key is looked at here."""


class Sequel(StrEnum):
    """What follows from an event by itself."""

    RULE = "rule"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happens to one person at a time."""

    time: int
    person: str
    deed: Kind | Sequel
    phase: Phase = Phase.OPEN
    """It happens no sooner than in this phase."""
    outcome: Outcome | None = None
    """Of a ruling."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When phases and epochs begin, and how long recoveries take."""

    times: Times
    result: int
    """When RESULT is due."""
    epoch: int
    """Seconds."""
    recovery: Recovering
    within: int
    """Seconds in which a dispute is decided."""
    redraw: int | None = None
    """When the second draw's round is due; ``None`` where winners need not collect."""

    @property
    def end(self) -> int:
        """The time from which on nothing happens any more."""
        return self.times.unlock + self.within

    @property
    def last_epoch(self) -> int:
        """How many epochs after that of the opening something can begin to happen."""
        return (self.end - 1) // self.epoch - self.times.open // self.epoch

    def time_of(self, when: When) -> int:
        """Return when something happens: no sooner than the sale is announced."""
        times = self.times
        if isinstance(when, Phase):
            begins = (
                times.open,
                times.open,
                times.close,
                times.commit_end,
                times.seal_end,
                times.reveal_end,
                self.result,
                self.result if times.collect is None else times.collect,
                self.result if self.redraw is None else self.redraw,
                times.unlock,
            )
            return begins[PHASES.index(when)]
        return max(times.open, (times.open // self.epoch + when) * self.epoch)


@dataclass(frozen=True, slots=True)
class Beginning:
    """How somebody comes into the sale."""

    life: LeafLife
    hand: Hand = Hand.PERSON


def calendar_of(file: TermsFile, earlier: Earlier | None) -> Calendar:
    """Return the calendar of a rehearsal.

    Args:
        file: the seller's terms.
        earlier: the registry that goes on; ``None`` for a new one.
    """
    planned = schedule_of(file, sale_times(file, earlier), clock_chain(START))
    times, result, due = planned.times, result_due(planned), planned.due_again
    if earlier is None:
        epoch, rules = file.times.epoch, recovering(file)
        return Calendar(times, result, epoch, rules, DISPUTED, due)
    registry = earlier.state.registry
    within = registry.disputes.within
    return Calendar(times, result, registry.epoch, registry.recovery, within, due)


def beginnings(
    people: Sequence[Person], earlier: Earlier | None
) -> Mapping[str, Beginning]:
    """Return how everybody on a list comes into a sale, by name."""
    known: dict[str, Beginning] = {}
    if earlier is not None:
        lives = earlier.state.lives
        for index, each in enumerate(earlier.kept.people):
            known[compared_name(each.name)] = Beginning(lives[index], each.hand)
    new = Beginning(LeafLife(1, _key(0)))
    return {each.name: known.get(compared_name(each.name), new) for each in people}


def plot(
    events: Sequence[Event],
    calendar: Calendar,
    starts: Mapping[str, Beginning],
    path: Path,
) -> tuple[Act, ...]:
    """Return all that happens, in its order (steps 12 to 16).

    Args:
        events: the rows, in the order of the file.
        calendar: of the sale and its registry.
        starts: how everybody on the list comes into the sale, by name.
        path: of the file, for errors.

    Raises:
        InputError: ``events-file.order``, ``events-file.when``,
            ``events-file.impossible``.
    """
    file, told = InputFile(path, ""), _Tale(calendar, starts)
    last = 0
    for event in events:
        time = calendar.time_of(event.when)
        # Step 12.
        if time < last:
            problem = "happens before what the row above says: order rows by time"
            raise file.error(
                "events-file.order", problem, line=event.line, field="when"
            )
        if time >= calendar.end:
            problem = (
                f"{event.when} is after the end of the rehearsal: the last epoch in it "
                f"is {calendar.last_epoch}"
            )
            raise file.error("events-file.when", problem, line=event.line, field="when")
        last = time
        told.go_on(time)
        try:
            told.happens(event, time)
        except (_Impossible, Rejection) as error:
            why = error.message if isinstance(error, Rejection) else str(error)
            problem = f"{shown(event.person)} cannot {event.kind} then: {why}"
            raise file.error(
                "events-file.impossible", problem, line=event.line, field="event"
            ) from error
    told.go_on(None)
    return tuple(told.acts)


class _Impossible(Exception):  # noqa: N818 (caught where the row is known)
    """Why an event cannot happen."""


@dataclass(slots=True)
class _Person:
    """What is known of a person while the story goes on."""

    life: LeafLife
    hand: Hand


@dataclass(slots=True)
class _Tale:
    """Everybody's story so far."""

    calendar: Calendar
    starts: Mapping[str, Beginning]
    acts: list[Act] = field(default_factory=list[Act])
    people: dict[str, _Person] = field(default_factory=dict[str, _Person])
    sequels: dict[str, Act] = field(default_factory=dict[str, Act])
    """What comes next by itself, at most one thing a person."""

    def go_on(self, time: int | None) -> None:
        """Let happen what follows by itself until ``time``; ``None`` for all of it."""
        while self.sequels:
            act = min(self.sequels.values(), key=lambda each: each.time)
            if time is not None and act.time > time:
                return
            del self.sequels[act.person]
            self.acts.append(act)
            self._follow(self._person(act.person), act)

    def happens(self, event: Event, time: int) -> None:
        """Take in a row.

        Raises:
            _Impossible: where nobody can do that.
            Rejection: ``life.*`` where the registry's rules do not allow it.
        """
        person, kind = self._person(event.person), event.kind
        self._check_collects(event, time)
        if person.life.closed:
            raise _Impossible("this person has left the registry for the season")
        phase = event.when if isinstance(event.when, Phase) else Phase.OPEN
        if kind in (Kind.LOSE, Kind.STEAL, Kind.SELL):
            self._part(person, kind)
        elif kind in (Kind.VERIFY, Kind.LEAVE):
            self._begin(event.person, person, kind, time)
        else:
            # Step 13.
            if person.hand is Hand.NOBODY:
                raise _Impossible("nobody has the device")
            if kind is Kind.CONTEST:
                self._contest(event.person, person, time)
        self.acts.append(Act(time, event.person, kind, phase))

    def _check_collects(self, event: Event, time: int) -> None:
        """Check that what is about collecting happens while people collect (step 13)."""
        ends, of_it = self.calendar.times.collect, event.kind is Kind.STAY
        if ends is None and (of_it or event.when in BETWEEN):
            raise _Impossible("winners need not collect in this sale")
        if of_it and ends is not None and time >= ends:
            raise _Impossible("the time to collect is over")

    def _person(self, name: str) -> _Person:
        if name not in self.people:
            start = self.starts[name]
            self.people[name] = _Person(start.life, start.hand)
        return self.people[name]

    def _part(self, person: _Person, kind: Kind) -> None:
        """Let a person and their device part (step 13)."""
        # Step 13.
        if person.hand is not Hand.PERSON:
            where = {
                Hand.NOBODY: "is lost",
                Hand.THIEF: "was stolen",
                Hand.BUYER: "was sold",
            }[person.hand]
            raise _Impossible(f"the device {where}, and nothing has taken its place")
        if kind is Kind.LOSE:
            person.hand = Hand.NOBODY
        else:
            person.hand = Hand.THIEF if kind is Kind.STEAL else Hand.BUYER

    def _begin(self, name: str, person: _Person, kind: Kind, time: int) -> None:
        """Begin a recovery or a closing (step 14)."""
        # Step 14.
        life, recovers = person.life, kind is Kind.VERIFY
        purpose = Purpose.RECOVER if recovers else Purpose.CLOSE
        holder = _key(life.attempt + 1) if recovers else None
        person.life = life.begin(self.calendar.recovery, purpose, holder, time)
        ripe = time + self.calendar.recovery.cooling
        self.sequels[name] = Act(ripe, name, Sequel.COMPLETE)

    def _contest(self, name: str, person: _Person, time: int) -> None:
        """Contest what is under way; the arbiter decides after an epoch (step 15)."""
        # Step 15.
        rules = Disputes(_NO_KEY, self.calendar.within)
        person.life = person.life.contest(rules, time)
        change = person.life.change
        if change is None:
            return
        decided = time + self.calendar.epoch
        if decided >= change.ripe:
            self.sequels[name] = Act(change.ripe, name, Sequel.COMPLETE)
            return
        wanted = Outcome(change.purpose.value)
        outcome = Outcome.KEEP if person.hand is Hand.PERSON else wanted
        self.sequels[name] = Act(decided, name, Sequel.RULE, outcome=outcome)

    def _follow(self, person: _Person, act: Act) -> None:
        """Take in what follows by itself (steps 15 and 16)."""
        if act.outcome is not None:
            person.life = person.life.rule(act.outcome, act.time)
            if act.outcome is not Outcome.KEEP:
                self.sequels[act.person] = Act(act.time, act.person, Sequel.COMPLETE)
            return
        change = person.life.change
        if change is None:
            return
        # Step 16.
        person.life = person.life.complete(change.purpose, change.holder, act.time)
        recovered = change.purpose is Purpose.RECOVER
        person.hand = Hand.PERSON if recovered else Hand.NOBODY


def _key(attempt: int) -> bytes:
    """Return what stands for the hash of the keys that a recovery brings."""
    return i2osp(attempt, 32)
