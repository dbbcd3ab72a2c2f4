"""The roll that a board asks an issuer to sign (specs/issuer.md, section 8.5)."""

from fairlot.entry import EntryType
from fairlot.errors import InputError, Rejection
from fairlot.identity.requests import RollRequest
from fairlot.identity.roll import check_roll
from fairlot.issuing.view import View


def check_due(view: View, asked: RollRequest, now: int) -> None:
    """Check a roll against the issuer's own copy of the log (steps 36 and 37).

    The TIME entry of the request is taken into the view, which serves nothing else after it.

    Args:
        view: the issuer's.
        asked: by the board.
        now: the issuer's clock, Unix seconds.

    Raises:
        Rejection: ``issuer.view``, ``time.back``, ``roll.*``, and what else refuses an
            entry.
        InputError: ``issuer.request``.
    """
    # Step 36.
    view.check_current(now)
    state = view.state
    if asked.time is not None:
        if asked.time.type is not EntryType.TIME:
            raise InputError("issuer.request", "the entry before a roll must be TIME")
        state.append(asked.time, state.clock)
    # Step 37.
    tree, clock = state.tree, state.clock
    if asked.roll.size > tree.size:
        problem = (
            f"the roll is of {asked.roll.size} entries, and the copy has {tree.size}"
        )
        raise Rejection("issuer.view", f"{problem}: follow the log, then answer")
    due = state.next_roll(tree.size, tree.root(), clock, asked.roll.expires)
    check_roll(view.registry, asked.roll, due)
    if abs(clock - now) > view.registry.view_age:
        problem = f"the roll is of {clock}, and it is {now}"
        raise Rejection("issuer.view", f"{problem}: ask for one of now")
