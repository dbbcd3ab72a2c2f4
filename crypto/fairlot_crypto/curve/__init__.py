"""BLS12-381 behind one small interface, with two back-ends (specs/groups.md)."""

import os
from functools import cache

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
    "inverse",
    "random_scalar",
    "scalar_from_bytes",
    "scalar_to_bytes",
]

BACKEND_VARIABLE = "FAIRLOT_BACKEND"
"""The environment variable that chooses the back-end."""


def chosen_backend_name() -> str:
    """Return the back-end that the environment chooses, or ``native``."""
    return os.environ.get(BACKEND_VARIABLE, "native")


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
    if name == "native":
        from fairlot_crypto.curve.native import NativeBackend  # noqa: PLC0415

        return NativeBackend()
    if name == "reference":
        return _load_reference()
    raise CallerError(
        "groups.backend",
        f"{BACKEND_VARIABLE} must be native or reference, not {name!r}",
    )


def _load_reference() -> Backend:
    try:
        from fairlot_crypto.curve.reference import ReferenceBackend  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise CallerError(
            "groups.backend-missing",
            "the reference back-end needs py_ecc: pip install 'fairlot[reference]'",
        ) from error
    return ReferenceBackend()
