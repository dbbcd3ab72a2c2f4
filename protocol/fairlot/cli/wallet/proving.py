"""``fairlot wallet prove`` (specs/command-line.md, section 23)."""

import argparse
from pathlib import Path

from fairlot.cli.command import OK, Command
from fairlot.cli.door.answering import add_code, add_gate, read_asked, write_answer
from fairlot.cli.wallet.files import add_out, look_at, opened
from fairlot.cli.wallet.making import examples
from fairlot.cli.wallet.selling import add_sale
from fairlot.names import SaleId
from fairlot.wallet.proving import answer_gate
from fairlot_crypto.randomness import SystemRandomness


def _configure(parser: argparse.ArgumentParser) -> None:
    add_sale(parser)
    parser.add_argument(
        "--question", metavar="FILE", type=Path, required=True, help="of the gate"
    )
    add_gate(parser)
    add_out(parser, "the new answer, for the gate", required=True)
    add_code(parser)


def _prove(arguments: argparse.Namespace) -> int:
    asked = read_asked(arguments.question, arguments.gate)
    with opened(arguments) as wallet:
        _, looked = look_at(arguments.logs, wallet.content)
        told = SaleId(arguments.expect_sale)
        answer = answer_gate(looked, told, asked, SystemRandomness())
        wallet.keep(looked.content)
        write_answer(arguments, answer)
    return OK


PROVE = Command(
    "prove",
    "Answer a gate: show that what you have won is yours, there and now.",
    examples(
        'prove mine.wallet sale.fairlot --expect-sale HEX64 --gate "North gate" \\\n'
        "    --question question-1 --out answer-1 --code answer-1.png"
    ),
    _configure,
    _prove,
)
