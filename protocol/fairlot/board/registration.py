"""What a sale begins with: its terms, the registry and the roll (specs/sale.md, section 3)."""

from fairlot.board.registry_state import RegistryState
from fairlot.deposit.rules import check_required
from fairlot.entry import Entry
from fairlot.errors import Rejection, TermsError
from fairlot.identity.registry import Registry, RollId
from fairlot.identity.roll import PostedRoll
from fairlot.terms.roll import RollTerms
from fairlot.terms.terms import Terms


def read_terms(entry: Entry) -> Terms:
    """Return the terms of a TERMS entry; the beacon's set-up is checked elsewhere.

    Raises:
        Rejection: ``terms.*``, ``terms.sale-id``, ``terms.seller``.
    """
    try:
        terms = Terms.from_value(entry.body)
    except TermsError as error:
        raise Rejection(error.code, error.message) from error
    if entry.scope != terms.sale_id:
        raise Rejection(
            "terms.sale-id", "the entry's sale must be the hash of its terms"
        )
    if entry.key != terms.seller:
        raise Rejection(
            "terms.seller", "the terms must be signed by the seller whom they name"
        )
    return terms


def check_registry(terms: Terms, state: RegistryState) -> None:
    """Check that the registry that the terms name is at hand, and that the sale fits it.

    Raises:
        Rejection: ``registry.absent``, ``registry.terms``, ``registry.requires``,
            ``terms.lockup``.
    """
    if state.registry_id != terms.registry:
        named = terms.registry.hex()
        problem = f"the log of the registry {named} is not here: give that log too"
        raise Rejection("registry.absent", problem)
    registry = state.registry
    if (registry.rehearsal, registry.season) != (terms.rehearsal, terms.season):
        raise Rejection(
            "registry.terms",
            "season and rehearsal must be the same in registry and terms",
        )
    check_times(terms, registry)
    check_required(terms, registry)


def check_times(terms: Terms, registry: Registry) -> None:
    """Check that a sale lies in the season, locks up long enough, and ends in the tail.

    Raises:
        Rejection: ``registry.terms``, ``terms.lockup``.
    """
    times = terms.times
    if not registry.starts <= times.open < times.close < registry.ends:
        problem = "deposits must open and close inside the registry's season"
        raise Rejection("registry.terms", problem)
    earliest = terms.locked_from + registry.least_lockup
    if times.unlock < earliest:
        problem = f"unlock must not be before {earliest}: until then a thief may hold"
        raise Rejection("terms.lockup", f"{problem} what was stolen before the draw")
    if times.collect is not None:
        _check_collect(times.collect, terms.collected_from + registry.least_lockup)
    if times.unlock + registry.settles_after > registry.closes:
        latest = registry.closes - registry.settles_after
        problem = f"unlock must not be after {latest}, as the season's tail ends then"
        raise Rejection("registry.terms", problem)


def _check_collect(collect: int, earliest: int) -> None:
    if collect < earliest:
        problem = (
            f"collect must not be before {earliest}: until then who was robbed may"
        )
        raise Rejection("terms.lockup", f"{problem} not be able to collect")


def find_roll(state: RegistryState, named: RollId) -> PostedRoll:
    """Return the roll that OPEN names, on the registry log.

    Raises:
        Rejection: ``open.roll``.
    """
    found = state.rolls.get(named)
    if found is None:
        problem = f"the registry has no roll {named.hex()}"
        raise Rejection("open.roll", problem)
    return found


def check_opening(
    terms: Terms, registry: Registry, posted: PostedRoll, time: int
) -> None:
    """Check that the terms allow a sale to open with a roll.

    Args:
        terms: of the sale.
        registry: that they name.
        posted: the roll.
        time: of OPEN, by the sale's log.

    Raises:
        Rejection: ``open.window``, ``open.leaves``, ``open.time``, ``open.expires``.
    """
    roll = posted.roll
    if not _is_named(terms.roll, posted):
        problem = "the terms name another roll, or another window for its time"
        raise Rejection("open.window", problem)
    if roll.leaves < terms.roll.smallest:
        problem = f"the terms ask for a roll of {terms.roll.smallest} leaves"
        raise Rejection("open.leaves", f"{problem}, and this one has {roll.leaves}")
    if roll.time > time:
        problem = f"the roll is {roll.time - time} s younger than OPEN"
        raise Rejection("open.time", problem)
    serves = terms.times.unlock + registry.settles_after
    if roll.expires < serves:
        problem = f"the roll expires before {serves}, when the sale may still need it"
        raise Rejection("open.expires", problem)


def _is_named(terms: RollTerms, posted: PostedRoll) -> bool:
    if terms.window is None:
        return terms.id == posted.roll_id
    first, until = terms.window
    return first <= posted.roll.time <= until
