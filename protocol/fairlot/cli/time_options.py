"""Options that are points in time or lengths of time (specs/command-line.md, section 25.1)."""

import argparse

from fairlot.inputs.durations import parse_duration
from fairlot.inputs.moments import Moment, parse_moment
from fairlot.terms.times import MAX_TIME


def moment(text: str) -> Moment:
    """Read a point in time."""
    try:
        return parse_moment(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def duration(text: str) -> int:
    """Read a length of time, in seconds, above 0."""
    seconds = parse_duration(text)
    if not seconds or seconds > MAX_TIME:
        rule = 'must be a duration such as "7 days" or "36 hours"'
        raise argparse.ArgumentTypeError(rule)
    return seconds


def end(text: str) -> Moment | int:
    """Read when something ends: a point in time, or how long it takes."""
    return moment(text) if parse_duration(text) is None else duration(text)


def add_duration(
    parser: argparse.ArgumentParser, name: str, default: int, said: str, what: str
) -> None:
    """Add an option for a length of time.

    Args:
        parser: of a command.
        name: the option.
        default: seconds.
        said: the default, in words.
        what: says what takes so long.
    """
    parser.add_argument(
        name,
        metavar="DURATION",
        type=duration,
        default=default,
        help=f"{what} (default: {said})",
    )
