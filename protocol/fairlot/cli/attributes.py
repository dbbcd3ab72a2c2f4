"""Attributes of a person, as they are typed (specs/command-line.md, sections 23 and 27)."""

import argparse
from collections.abc import Mapping

from fairlot.errors import InputError
from fairlot.identity.registry import Registry


def add_attributes(parser: argparse.ArgumentParser, what: str) -> None:
    """Add --attribute, as often as it is given.

    Args:
        parser: of a command.
        what: says what they are.
    """
    parser.add_argument(
        "--attribute",
        metavar="NAME=VALUE",
        type=_attribute,
        action="append",
        default=[],
        dest="attributes",
        help=f"{what}; may be repeated",
    )


def attributes_of(registry: Registry, given: Mapping[str, str]) -> tuple[str, ...]:
    """Return one value for each attribute of the schema, empty where none is given.

    Raises:
        InputError: ``attester.attribute``.
    """
    names = [attribute.name for attribute in registry.attributes]
    for name in given:
        if name not in names:
            problem = f"the registry has no attribute {name!r}"
            raise InputError(
                "attester.attribute", f"{problem}: name one of {', '.join(names)}"
            )
    return tuple(given.get(name, "") for name in names)


def _attribute(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError("must be NAME=VALUE")
    return name, value
