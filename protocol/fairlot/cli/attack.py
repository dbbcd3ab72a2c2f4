"""``fairlot attack``: what attacks gain, and what stops them (specs/simulation.md)."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fairlot.cli.command import FAILED, OK, Action, add_json, whole
from fairlot.cli.output import say, show_json
from fairlot.cli.simulate import check_extra
from fairlot.text import Viewed

if TYPE_CHECKING:
    from fairlot.simulation.attack import Attack, ByShare, Target

NAMES = (
    *("sybils", "bots", "renting", "bribing", "guessing", "late", "identities"),
    *("splitting", "merging", "shading", "cartel", "withholding", "forking"),
)
_EXAMPLES = """\
Plays attacks on mechanisms of fairlot and on what is common elsewhere: who colludes, what
it costs, what it gains, and what stops it, if anything does. A gain is in prices of one unit,
with its 95 % interval. Needs fairlot[simulation].

Exit code: 0 if every gain has the sign that theory gives it, 1 if not, 2 if usage was refused.

Examples:
  fairlot attack
  fairlot attack sybils --runs 100
  fairlot attack withholding --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "name", metavar="NAME", nargs="?", choices=NAMES, help=", ".join(NAMES)
    )
    parser.add_argument(
        "--runs", metavar="N", type=whole(2, 10**6), default=40, help="40 if not given"
    )
    parser.add_argument(
        "--seed", metavar="N", type=whole(0, 2**32), default=1, help="1 if not given"
    )
    add_json(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Play the attacks, and compare with theory."""
    check_extra()
    from fairlot.simulation.lab import LAB  # noqa: PLC0415

    chosen = [attack for attack in LAB if arguments.name in (None, attack.name)]
    played = arguments.seed, arguments.runs
    found = [
        (attack, attack.play(*played), attack.by_share and attack.by_share(*played))
        for attack in chosen
    ]
    if arguments.json:
        attacks: list[Viewed] = [_view(*each) for each in found]
        show_json(
            "attacks",
            {"runs": arguments.runs, "seed": arguments.seed, "attacks": attacks},
        )
    else:
        for each in found:
            _show(*each)
    targets = [target for _, each, _ in found for target in each]
    return OK if all(t.as_expected == "yes" for t in targets) else FAILED


ACTION = Action(_EXAMPLES, configure, execute)


def _show(
    attack: "Attack", targets: "Sequence[Target]", shared: "ByShare | None"
) -> None:
    say(f"{attack.name}: {attack.title}")
    say(f"  who: {attack.who}; cost: {attack.cost}")
    for target in targets:
        where = "fairlot" if target.ours else "elsewhere"
        gain = f"{target.gain.mean:+.2f} ± {target.gain.half:.2f}"
        odd = "" if target.as_expected == "yes" else f", and not {target.expected}"
        say(f"  {where}, {target.way}: {gain}{odd}")
    if shared is not None:
        even = f"{shared.break_even.mean:.2f} ± {shared.break_even.half:.2f}"
        say(f"  it pays if less than {even} of them {shared.what}")
    say(f"  what stops it: {attack.stops}")


def _view(
    attack: "Attack", targets: "Sequence[Target]", shared: "ByShare | None"
) -> Viewed:
    from fairlot.simulation.outputs import estimate_view  # noqa: PLC0415

    each: list[Viewed] = [
        {
            "way": target.way,
            "ours": target.ours,
            **estimate_view(target.gain),
            "expected": target.expected.value,
            "as_expected": target.as_expected == "yes",
        }
        for target in targets
    ]
    view: dict[str, Viewed] = {
        "name": attack.name,
        "title": attack.title,
        "who": attack.who,
        "cost": attack.cost,
        "stops": attack.stops,
        "targets": each,
    }
    if shared is not None:
        points: list[Viewed] = [
            {"share": f"{share:.2f}", **estimate_view(gain)}
            for share, gain in shared.points
        ]
        even = estimate_view(shared.break_even)
        view["by_share"] = {"what": shared.what, "break_even": even, "points": points}
    return view
