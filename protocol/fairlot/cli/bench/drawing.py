"""``fairlot bench draw``: what a draw costs (specs/command-line.md, section 22.1)."""

import argparse
import hashlib
import hmac

from fairlot.allocation.entering import Entrant
from fairlot.allocation.run_pools import allocate
from fairlot.cli.bench.measuring import (
    Work,
    add_measuring,
    measured,
    show_measured,
)
from fairlot.cli.command import OK, Command, chosen_curve, whole
from fairlot.names import NYM_LENGTH, Nym
from fairlot.rehearsal.crowd import CAP, MOST, PRICE, SEED, crowd_supply
from fairlot.terms.pool import Mechanism, Pool

_EXAMPLES = """\
People and terms are those of fairlot bench make. The bare work is a hash for each person, and
sorting them.

Examples:
  fairlot bench draw
  fairlot bench draw --people 1000000 --rounds 3 --json
"""
_SALE_ID = bytes(32)
RATIOS = (("draw", "bare draw"),)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--people",
        metavar="N",
        type=whole(1, MOST),
        default=100_000,
        help="how many people take part (default: 100000)",
    )
    add_measuring(parser, 5)


def execute(arguments: argparse.Namespace) -> int:
    """Measure, and print."""
    people = arguments.people
    crowd = [_entrant(number) for number in range(1, people + 1)]
    supply = crowd_supply(people)
    pools = (Pool("main", Mechanism.EQUAL_SHARE, supply, PRICE, cap=CAP),)

    def ranked() -> list[bytes]:
        return sorted(hmac.digest(SEED, each.nym, hashlib.sha256) for each in crowd)

    works = (
        Work("draw", people, lambda: allocate(pools, crowd, SEED, _SALE_ID)),
        Work("bare draw", people, ranked),
    )
    found, curve = measured(works, arguments.rounds), chosen_curve()
    show_measured("draw", people, found, RATIOS, curve, as_json=arguments.json)
    return OK


DRAW = Command("draw", "Measure what a draw costs.", _EXAMPLES, configure, execute)


def _entrant(number: int) -> Entrant:
    """Return a person of a crowd, under what stands for a nym."""
    nym = hashlib.sha512(number.to_bytes(8, "big")).digest()[:NYM_LENGTH]
    wants = 1 + number % CAP
    return Entrant(Nym(nym), wants, wants * PRICE)
