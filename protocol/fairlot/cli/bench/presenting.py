"""``fairlot bench present``: what one presentation costs.

specs/command-line.md, section 22.1.
"""

import argparse
from collections.abc import Sequence

from fairlot.cli.bench.bare import bare_presentation, bare_verification
from fairlot.cli.bench.measuring import (
    Work,
    add_measuring,
    measured,
    repeated,
    show_measured,
)
from fairlot.cli.command import OK, Command, chosen_curve, whole
from fairlot_crypto.bbs.batch import verify_batch
from fairlot_crypto.bbs.ciphersuite import key_gen, public_key
from fairlot_crypto.bbs.hints import Showing, make_hints
from fairlot_crypto.bbs.profile import (
    Credential,
    IssuerContext,
    Schema,
    commitment,
    issuer_context,
    present,
    signature_base,
    verify_presentation,
)
from fairlot_crypto.bbs.signature import sign_point
from fairlot_crypto.curve import Backend, random_scalar
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.randomness import Randomness, SystemRandomness

_EXAMPLES = """\
Times are medians of CPU time of one process, and change with the machine; ratios are of works
that were done in turn. The bare works are the operations of the curve that cannot be avoided.

Examples:
  fairlot bench present
  fairlot bench present --size 1024 --rounds 3 --json
"""
_SCHEMA = Schema(4, 1)
"""Of the default registry: four attributes, one nym secret."""
_ATTRIBUTES = (b"assurance=high", b"region=", b"cohort_a=", b"cohort_b=")
CTX, _PH = b"fairlot-v1/bench context", bytes(480)
RATIOS = (
    ("present", "bare present"),
    ("verify", "bare verify"),
    ("batch", "verify"),
    ("batch without hints", "verify"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--size",
        metavar="N",
        type=whole(1, 4096),
        default=256,
        help="how many presentations, which are a batch too (default: 256)",
    )
    add_measuring(parser, 5)


def execute(arguments: argparse.Namespace) -> int:
    """Measure, and print."""
    curve, size, system = chosen_curve(), arguments.size, SystemRandomness()
    context, credential = issued(curve, system)

    def presented() -> list[Showing]:
        return [_showing(context, credential, number, system) for number in range(size)]

    showings = presented()
    hints = [make_hints(each) for each in showings]
    none = [None] * size
    works = (
        Work("present", size, presented),
        repeated("bare present", bare_presentation(curve, _SCHEMA, 0, system), size),
        Work("verify", size, lambda: verify_alone(showings)),
        repeated("bare verify", bare_verification(curve, _SCHEMA, 0, system), size),
        Work("batch", size, lambda: verify_together(showings, hints, system)),
        Work(
            "batch without hints", size, lambda: verify_together(showings, none, system)
        ),
    )
    found = measured(works, arguments.rounds)
    show_measured("present", size, found, RATIOS, curve, as_json=arguments.json)
    return OK


PRESENT = Command(
    "present", "Measure what a presentation costs.", _EXAMPLES, configure, execute
)


def verify_alone(showings: Sequence[Showing]) -> None:
    """Verify presentations one by one."""
    for each in showings:
        verify_presentation(
            each.context, each.presentation, each.ctx, each.ph, each.disclosed
        )


def verify_together(
    showings: Sequence[Showing], hints: Sequence[bytes | None], randomness: Randomness
) -> None:
    """Verify presentations as one batch.

    Raises:
        CryptoError: of the first that does not verify.
    """
    for verdict in verify_batch(showings, hints, randomness):
        if isinstance(verdict, CryptoError):
            raise verdict


def issued(curve: Backend, randomness: Randomness) -> tuple[IssuerContext, Credential]:
    """Return an issuer of the default schema, and a credential of theirs."""
    key = key_gen(randomness.take(32))
    context = issuer_context(curve, public_key(curve, key), _SCHEMA, b"header")
    blind, secret = random_scalar(randomness), random_scalar(randomness)
    base = signature_base(
        context, _ATTRIBUTES, commitment(curve, _SCHEMA, blind, (secret,))
    )
    signature = sign_point(key, base, random_scalar(randomness))
    return context, Credential(_ATTRIBUTES, signature, blind, (secret,))


def _showing(
    context: IssuerContext, credential: Credential, number: int, randomness: Randomness
) -> Showing:
    ph = number.to_bytes(8, "big") + _PH
    shown = present(context, credential, CTX, ph, (), randomness)
    return Showing(context, shown, CTX, ph, {})
