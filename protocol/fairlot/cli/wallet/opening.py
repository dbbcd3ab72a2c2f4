"""``fairlot wallet items`` (specs/command-line.md, section 23)."""

import argparse

from fairlot.cli.command import Command
from fairlot.cli.receive import add_evidence, report
from fairlot.cli.wallet.files import look_at, opened
from fairlot.cli.wallet.making import examples
from fairlot.cli.wallet.selling import add_sale
from fairlot.names import SaleId
from fairlot.wallet.opening import open_items


def _configure(parser: argparse.ArgumentParser) -> None:
    add_sale(parser)
    add_evidence(parser)


def _items(arguments: argparse.Namespace) -> int:
    with opened(arguments) as wallet:
        curve, looked = look_at(arguments.logs, wallet.content)
        nym, found = open_items(curve, looked, SaleId(arguments.expect_sale))
        wallet.keep(looked.content)
    return report(arguments, "The owner of this wallet", looked.read, nym, found)


ITEMS = Command(
    "items",
    "Open what the seller has sealed to your claim, and print it.",
    examples("items mine.wallet sale.fairlot --expect-sale HEX64 --evidence wrong"),
    _configure,
    _items,
)
