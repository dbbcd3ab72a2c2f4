"""An issuer's own copy of a registry log (specs/issuer.md, section 8.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fairlot.board.log_replay import LogReplay
from fairlot.board.registry_state import RegistryState
from fairlot.board.replay import replay
from fairlot.board.sale import SaleState
from fairlot.entry import EntryType
from fairlot.errors import InputError, Rejection
from fairlot.identity.acts import Decision, read_act
from fairlot.identity.registry import Registry
from fairlot.terms.times import MAX_TIME
from fairlot_crypto.curve import Backend
from fairlot_crypto.statements import Statements


@dataclass(frozen=True, slots=True)
class View:
    """A registry log as one issuer knows it."""

    log: bytes = field(repr=False)
    state: RegistryState
    time: int
    """When it was current, Unix seconds; 0 where no quorum has seen all of it."""
    begun: Mapping[tuple[int, int], int]
    """When recoveries and closings began, by the index of the leaf and the attempt."""

    @property
    def registry(self) -> Registry:
        """The registry."""
        return self.state.registry

    def check_current(self, now: int) -> None:
        """Check that nothing is decided on an old copy (step 32).

        Raises:
            Rejection: ``issuer.view``.
        """
        # Step 32.
        age = self.registry.view_age
        if not now - age <= self.time <= now:
            problem = f"the copy of the log is of {self.time}, and it is {now}"
            remedy = f"take in one that witnesses have dated in the last {age} s"
            raise Rejection("issuer.view", f"{problem}: {remedy}")


def read_view(curve: Backend, data: bytes, statements: Statements) -> View:
    """Read a registry log that an issuer may rely on (steps 29 and 31).

    Args:
        curve: the back-end.
        data: the file.
        statements: what this process has verified.

    Raises:
        InputError: ``issuer.log``.
    """
    # Step 29.
    state = RegistryState(curve, statements)
    read = replay(data, SaleState(state))
    try:
        read.check()
    except Rejection as error:
        raise _no_log(f"{error.code}: {error.message}") from error
    if read.sold or read.unacknowledged or len(read.registries) != 1:
        problem = (
            "it must hold the log of one registry, and nothing under no checkpoint"
        )
        if read.sold:
            remedy = "fetch the board with fairlot board fetch --registry-alone"
            problem = f"{problem}; it has the log of a sale too: {remedy}"
        raise _no_log(problem)
    log = read.registries[0]
    return View(data, state, _current(log), _begun(log))


def check_extends(view: View, before: View) -> None:
    """Check that a log goes on where another copy of it ends (step 30).

    Raises:
        InputError: ``issuer.fork``.
    """
    # Step 30.
    known, tree = before.state.tree, view.state.tree
    same = view.state.registry_id == before.state.registry_id
    longer = known.size <= tree.size
    if not (same and longer and tree.root(known.size) == known.root()):
        problem = "the log must hold all that the issuer's copy holds"
        remedy = "it is an older one, or another history: keep both, and show them"
        raise InputError("issuer.fork", f"{problem}; {remedy}")


def time_of(registry: Registry, given: int | None, system: int) -> int:
    """Return the issuer's clock: in a rehearsal one that is given.

    Args:
        registry: whose issuer it is.
        given: with --time; ``None`` without.
        system: the machine's clock, Unix seconds.

    Raises:
        InputError: ``issuer.clock`` for a given time of a real registry.
    """
    if given is None:
        return min(system, MAX_TIME)
    if not registry.rehearsal:
        problem = "--time is for rehearsals: a real issuer has the machine's clock"
        raise InputError("issuer.clock", f"{problem}; leave it out")
    return given


def _current(read: LogReplay[RegistryState]) -> int:
    """Return the last second at which a quorum has dated the whole log (step 31)."""
    # Step 31.
    size, watching = read.state.tree.size, read.state.identity.watching
    dates: dict[bytes, int] = {}
    for seen in read.watch.seen:
        if seen.size == size:
            dates[seen.witness] = max(seen.date, dates.get(seen.witness, 0))
    ordered = sorted(dates.values(), reverse=True)
    return ordered[watching.quorum - 1] if len(ordered) >= watching.quorum else 0


def _begun(read: LogReplay[RegistryState]) -> dict[tuple[int, int], int]:
    """Return when changes of leaves began."""
    begun: dict[tuple[int, int], int] = {}
    for each in read.entries.of(EntryType.RECOVERY, EntryType.CLOSURE):
        act = read_act(each.entry)
        if isinstance(act, Decision):
            begun[act.index, act.attempt] = each.time
    return begun


def _no_log(why: str) -> InputError:
    return InputError("issuer.log", f"it is no log that an issuer may rely on: {why}")
