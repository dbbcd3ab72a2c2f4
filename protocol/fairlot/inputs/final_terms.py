"""The terms of a sale, completed from what its seller wrote.

Code of specs/command-line.md, section 25.

A rehearsal chooses keys and times by itself; here the seller names them.
"""

from dataclasses import dataclass, replace

from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.errors import InputError
from fairlot.identity.registry import Registry
from fairlot.inputs.durations import show_duration
from fairlot.inputs.moments import Moment
from fairlot.inputs.schedule import Schedule
from fairlot.inputs.terms_file import QUICKNET_CLOCK, TermsFile
from fairlot.logs import BoardIdentity, Witnesses
from fairlot.terms.beacon import BeaconTerms
from fairlot.terms.named_round import NamedRound
from fairlot.terms.roll import RollTerms
from fairlot.terms.terms import Terms
from fairlot.terms.times import MAX_TIME, Times
from fairlot.text import counted
from fairlot_crypto.delay.parameters import RSA_2048, Setup
from fairlot_crypto.keys import SigningKey, VerifyKey
from fairlot_crypto.timelock.chain import QUICKNET

ROLL_WINDOW = 7 * 86_400
"""Seconds before the opening in which the time of the roll may lie, unless it is said."""


@dataclass(frozen=True, slots=True)
class Planned:
    """When a sale takes place, as its seller says it."""

    open: Moment
    close: Moment | int
    """A point in time, or so many seconds after the opening."""
    commit: int
    """Seconds in which contributors commit."""
    seal: int
    """Seconds in which they seal."""
    reveal: int
    """Seconds in which they reveal."""
    slack: int
    """How many seconds late a marker may come."""


@dataclass(frozen=True, slots=True)
class Named:
    """Who plays which role."""

    board: BoardIdentity
    seller: VerifyKey
    escrow: VerifyKey
    roster: tuple[VerifyKey, ...]
    """The contributors."""
    witnesses: Witnesses


@dataclass(frozen=True, slots=True)
class Asked:
    """What the seller asks of the roll and of the draw; ``None`` for what is recommended."""

    waits: bool = True
    """Whether the draw waits for a round of drand."""
    least: int | None = None
    """How many leaves the roll must have."""
    window: int = ROLL_WINDOW
    """Seconds before the opening in which the roll's time may lie."""


def complete_terms(
    file: TermsFile,
    planned: Planned,
    named: Named,
    asked: Asked,
    registry: RegistryState,
    setup: Setup,
    now: int,
) -> Terms:
    """Return the terms of a sale (steps 3 to 7).

    Args:
        file: what the seller wrote.
        planned: when the sale takes place.
        named: who plays which role.
        asked: of the roll and the draw.
        registry: its log so far.
        setup: for the delay of the file.
        now: the clock, Unix seconds.

    Raises:
        InputError: ``seller.times``, ``seller.contributors``.
        TermsError: ``terms.*`` if they are not legal.
    """
    # Step 1, the last sentence.
    file = _under(file, registry.registry)
    # Step 3.
    if len(named.roster) != file.contributors:
        asks = counted(file.contributors, "contributor", "contributors")
        problem = f"TERMS.toml asks for {asks}, and --contributor names"
        remedy = "name each, or write contributors = … under [beacon]"
        found = f"{problem} {len(named.roster)}: {remedy}"
        raise InputError("seller.contributors", found)
    # Step 4.
    times = planned_times(planned, now)
    # Step 5.
    first = NamedRound.after(QUICKNET, times.drawn_from)
    drand = first if asked.waits or file.own_clock else None
    # Step 6.
    planning = Schedule.of(file, times, drand, _bids(file, first), QUICKNET)
    # Step 7.
    leaves = registry.open_leaves if asked.least is None else asked.least
    window = (max(times.open - asked.window, 0), times.open)
    roll = RollTerms(leaves, window=window)
    return terms_of(file, planning, named, registry.registry, roll, setup)


def terms_of(
    file: TermsFile,
    planned: Schedule,
    named: Named,
    registry: Registry,
    roll: RollTerms,
    setup: Setup,
) -> Terms:
    """Return terms of what the seller wrote and all that completes it.

    Args:
        file: what the seller wrote.
        planned: when the sale takes place, and for which rounds it waits.
        named: who plays which role.
        registry: whose people may enter.
        roll: which of its rolls.
        setup: for the delay of the file.

    Raises:
        TermsError: ``terms.*`` if they are not legal.
    """
    terms = Terms(
        rehearsal=registry.rehearsal,
        title=file.title,
        asset=file.asset,
        season=registry.season,
        pools=file.pools,
        times=planned.times,
        registry=registry.registry_id,
        roll=roll,
        board=named.board,
        witnesses=named.witnesses,
        seller=named.seller,
        escrow=named.escrow,
        beacon=BeaconTerms(
            modulus=RSA_2048.to_bytes(),
            delay=file.delay,
            h=RSA_2048.encode(setup.h),
            proof=RSA_2048.encode(setup.proof),
            roster=named.roster,
            min_commits=file.min_commits,
            drand=planned.drand,
        ),
        refund=file.refund,
        deposits=file.deposits,
        bids=planned.bids,
        currency=file.currency,
        redraw=planned.redraw,
    )
    return Terms.from_value(terms.to_value())


def announce(
    terms: Terms, registry: RegistryState, seller: SigningKey, now: int
) -> Entry:
    """Return the TERMS entry, if the log of the sale can begin with it (step 8).

    Raises:
        Rejection: as the fold refuses it: ``beacon.*``, ``registry.*``, ``round.chain``,
            ``terms.lockup``.
    """
    # Step 8.
    entry = sign_entry(EntryType.TERMS, terms.sale_id, terms.to_value(), seller)
    SaleState(registry).apply(entry, now)
    return entry


def planned_times(planned: Planned, now: int) -> Times:
    """Return the times of a sale, but for its unlock, which the rounds move (step 4).

    Args:
        planned: when the sale takes place.
        now: the clock, Unix seconds.

    Raises:
        InputError: ``seller.times``.
    """
    opens = planned.open.seconds(now)
    ends = planned.close
    closes = opens + ends if isinstance(ends, int) else ends.seconds(now)
    for problem in (
        "--open is in the past: name a later time" if opens <= now else "",
        "--close must be later than --open" if closes <= opens else "",
        _longer(planned, closes - opens),
    ):
        if problem:
            raise InputError("seller.times", problem)
    commit_end = closes + planned.commit
    seal_end = commit_end + planned.seal
    reveal_end = seal_end + planned.reveal
    if reveal_end + planned.slack > MAX_TIME:
        raise InputError("seller.times", "the sale must end before the year 10000")
    return Times(
        open=opens,
        close=closes,
        commit_end=commit_end,
        seal_end=seal_end,
        reveal_end=reveal_end,
        unlock=reveal_end,
        slack=planned.slack,
    )


def _longer(planned: Planned, deposits: int) -> str:
    """Say that the slack is longer than a phase, if it is."""
    phases = (
        ("commit", planned.commit),
        ("seal", planned.seal),
        ("reveal", planned.reveal),
    )
    for name, length in (("close", deposits), *phases):
        if length < planned.slack:
            slack, phase = show_duration(planned.slack), show_duration(length)
            problem = f"--slack is {slack}, and the phase of --{name} has {phase}"
            return f"{problem}: say a slack that is no longer than any phase"
    return ""


def _under(file: TermsFile, registry: Registry) -> TermsFile:
    """Return what the seller wrote, under the times of a registry that is there (step 1).

    Raises:
        InputError: ``seller.times`` for a lock-up or a time to collect that is too short.
    """
    recovery = registry.recovery
    times = replace(
        file.times,
        epoch=registry.epoch,
        detection=recovery.detection,
        cooling=recovery.cooling,
    )
    for name, said in (("lockup", times.lockup), ("collect", times.collect)):
        if said is not None and said < times.least:
            found = f'TERMS.toml says times.{name} = "{show_duration(said)}"'
            parts = ", ".join(map(show_duration, (times.detection, times.cooling)))
            need = f"{show_duration(times.least)} or more are needed in this registry"
            why = f"detection and cooling ({parts}) and two epochs"
            remedy = "write so much, or leave the line out"
            raise InputError("seller.times", f"{found}; {need}, {why}: {remedy}")
    return replace(file, times=times)


def _bids(file: TermsFile, first: NamedRound) -> NamedRound | None:
    """Return the round that opens bids; the rehearsal's own clock stands for quicknet."""
    if file.bids is None:
        return None
    if file.bids.clock == QUICKNET_CLOCK and file.bids.round is not None:
        return NamedRound(QUICKNET, file.bids.round)
    return first
