"""BLS12-381 behind one small interface, with two back-ends (specs/groups.md)."""

import os
from functools import cache
from importlib.util import find_spec

from fairlot_crypto.curve.interface import (
    COORDINATE_LENGTH,
    COORDINATES_LENGTH,
    G1,
    G1_LENGTH,
    G2,
    G2_LENGTH,
    SCALAR_LENGTH,
    Backend,
    OnCurve,
    Point,
    Scalar,
    inverse,
    random_scalar,
    scalar_from_bytes,
    scalar_to_bytes,
)
from fairlot_crypto.errors import CallerError

__all__ = [
    "BACKEND_VARIABLE",
    "COORDINATES_LENGTH",
    "COORDINATE_LENGTH",
    "G1",
    "G1_LENGTH",
    "G2",
    "G2_LENGTH",
    "SCALAR_LENGTH",
    "Backend",
    "OnCurve",
    "Point",
    "Scalar",
    "backend",
    "chosen_backend_name",
    "installed_backend_name",
    "inverse",
    "random_scalar",
    "scalar_from_bytes",
    "scalar_to_bytes",
]

BACKEND_VARIABLE = "FAIRLOT_BACKEND"
"""The environment variable that chooses the back-end."""

_LIBRARIES = {"native": "py_arkworks_bls12381", "reference": "py_ecc"}
"""The library behind each back-end."""


def chosen_backend_name() -> str:
    """Return the back-end that the environment chooses, or ``native``."""
    return os.environ.get(BACKEND_VARIABLE, "native")


def installed_backend_name() -> str:
    """Return the back-end that the environment chooses, without loading it.

    Raises:
        CallerError: as ``backend``.
    """
    name = chosen_backend_name()
    if name not in _LIBRARIES:
        raise _unknown(name)
    if find_spec(_LIBRARIES[name]) is None:
        raise _missing(name)
    return name


def backend(name: str | None = None) -> Backend:
    """Return a back-end.

    Args:
        name: ``native`` or ``reference``; ``None`` asks the environment.

    Raises:
        CallerError: ``groups.backend`` for another name; ``groups.backend-missing`` if
            the library behind it is not installed.
    """
    return _load(chosen_backend_name() if name is None else name)


@cache
def _load(name: str) -> Backend:
    # Each back-end's library is imported only where it is chosen.
    if name not in _LIBRARIES:
        raise _unknown(name)
    try:
        return _load_native() if name == "native" else _load_reference()
    except ModuleNotFoundError as error:
        raise _missing(name) from error


def _load_native() -> Backend:
    from fairlot_crypto.curve.native import NativeBackend  # noqa: PLC0415

    return NativeBackend()


def _load_reference() -> Backend:
    from fairlot_crypto.curve.reference import ReferenceBackend  # noqa: PLC0415

    return ReferenceBackend()


def _unknown(name: str) -> CallerError:
    problem = f"{BACKEND_VARIABLE} must be native or reference, not {name!r}"
    return CallerError("groups.backend", problem)


def _missing(name: str) -> CallerError:
    extra = "[reference]" if name == "reference" else ""
    problem = f"the {name} back-end needs {_LIBRARIES[name]}"
    return CallerError(
        "groups.backend-missing", f"{problem}: pip install 'fairlot{extra}'"
    )
