"""The file that a gate works from, without the sale's log (specs/door.md, section 3.1)."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from fairlot.door.gate import Gate
from fairlot.errors import FairlotError, Rejection
from fairlot.fields import Fields, Problem
from fairlot.identity.registry import Credentials, RollId
from fairlot.identity.registry_reading import read_registry
from fairlot.names import HASH_LENGTH, NYM_LENGTH, Nym
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CryptoError

VERSION = 1


def gate_file(gate: Gate) -> bytes:
    """Return the file of a gate (step 10)."""
    # Step 10.
    winners: list[Value] = [
        {"nym": nym, "units": units} for nym, units in sorted(gate.units.items())
    ]
    value: dict[str, Value] = {
        "v": VERSION,
        "registry": gate.credentials.registry.to_value(),
        "terms": gate.terms.to_value(),
        "roll": gate.roll,
        "winners": winners,
    }
    return cbor.encode(value)


def read_gate_file(data: bytes, curve: Backend) -> Gate:
    """Read the file of a gate (step 11).

    Args:
        data: its bytes.
        curve: the back-end.

    Raises:
        Rejection: ``door.gate-file``.
    """
    # Step 11.
    try:
        gate = _read(Fields(cbor.decode(data), ("file",), _malformed), curve)
    except (CryptoError, FairlotError) as error:
        raise Rejection("door.gate-file", error.message) from error
    if gate.terms.registry != gate.credentials.registry.registry_id:
        raise Rejection("door.gate-file", "the terms name another registry")
    return gate


def _read(fields: Fields, curve: Backend) -> Gate:
    fields.exactly("v", VERSION)
    gate = Gate(
        Credentials(curve, read_registry(fields.value("registry"))),
        Terms.from_value(fields.value("terms")),
        RollId(fields.bytes("roll", HASH_LENGTH)),
        _units(fields.maps("winners")),
    )
    fields.done()
    return gate


def _units(rows: Sequence[Fields]) -> Mapping[Nym, int]:
    winners = [*map(_winner, rows)]
    if any(first >= second for (first, _), (second, _) in pairwise(winners)):
        problem = "nyms of winners must ascend, each once"
        raise Rejection("door.gate-file", problem)
    return dict(winners)


def _winner(fields: Fields) -> tuple[Nym, int]:
    winner = Nym(fields.bytes("nym", NYM_LENGTH)), fields.uint("units", 1)
    fields.done()
    return winner


def _malformed(problem: Problem) -> Rejection:
    return Rejection("door.gate-file", str(problem))
