"""Changes one place of a value: how most refused cases are made."""

from collections.abc import Mapping

from fairlot.errors import InvariantError
from fairlot_crypto.cbor import Value


def edited(value: Value, path: str, new: Value) -> Value:
    """Return ``value`` with another value at ``path``; a key that is new is added.

    Args:
        value: maps and arrays, left as they are.
        path: keys and indexes, joined by ``/``.
        new: what stands there then.

    Raises:
        InvariantError: ``vectors.path`` for a path that leads nowhere.
    """
    head, _, rest = path.partition("/")
    if isinstance(value, list):
        at = int(head)
        changed = edited(value[at], rest, new) if rest else new
        return [*value[:at], changed, *value[at + 1 :]]
    if isinstance(value, Mapping):
        inner = edited(value[head], rest, new) if rest else new
        return {**value, head: inner}
    raise InvariantError("vectors.path", f"{path} leads nowhere")


def without(value: Value, key: str) -> Value:
    """Return a map without one of its keys.

    Raises:
        InvariantError: ``vectors.path`` where the key is not there.
    """
    if not isinstance(value, Mapping) or key not in value:
        raise InvariantError("vectors.path", f"{key} leads nowhere")
    return {name: item for name, item in value.items() if name != key}
