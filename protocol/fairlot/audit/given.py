"""Rounds and heads from elsewhere, which somebody hands over beside a transcript."""

from collections.abc import Iterable

from fairlot_crypto.errors import CallerError
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.timelock.drand import Beacon, read_beacon


def read_rounds(rounds: Iterable[bytes]) -> tuple[Beacon, ...]:
    """Read rounds, each the JSON of a relay (specs/drand.md, section 5.1).

    Raises:
        CallerError: ``audit.round`` for what is not bytes.
        EncodingError: ``drand.json``, ``drand.round``, ``drand.randomness``.
    """
    return tuple(map(_round, rounds))


def read_heads(heads: Iterable[str]) -> tuple[SignedCheckpoint, ...]:
    """Read heads, each a signed note (specs/log.md, section 4); no signature is checked.

    Raises:
        CallerError: ``audit.head`` for what is not text.
        EncodingError: ``note.*``, ``checkpoint.*``.
    """
    return tuple(map(_head, heads))


def _round(data: object) -> Beacon:
    if not isinstance(data, bytes):
        problem = f"a round is a relay's JSON in bytes, not {type(data).__name__}"
        raise CallerError("audit.round", problem)
    return read_beacon(data)


def _head(text: object) -> SignedCheckpoint:
    if not isinstance(text, str):
        problem = f"a head is the text of a signed note, not {type(text).__name__}"
        raise CallerError("audit.head", problem)
    return SignedCheckpoint.parse(text)
