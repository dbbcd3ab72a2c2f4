"""What happened to people in a rehearsal, and who holds what at its end."""

from fairlot.cli.output import say
from fairlot.cli.table import show_table
from fairlot.rehearsal.play import Rehearsed

_NOBODY = "nobody"


def show_stories(done: Rehearsed) -> None:
    """Print a row for everybody to whom something happened; nothing if there is nobody."""
    if not done.stories:
        return
    units: dict[bytes, int] = {line.nym: line.units for line in done.state.ledger}
    say()
    say("What happened, by the epochs since the opening:")
    rows = [
        (
            each.person,
            str(units.get(each.nym, 0)),
            done.holders[each.person] or _NOBODY,
            "; ".join(each.lines),
        )
        for each in done.stories
    ]
    show_table(("person", "units", "held by", "what happened"), rows)
