"""The code with which an attempt is refused."""

from collections.abc import Callable
from typing import ParamSpec

import pytest

from fairlot.errors import FairlotError
from fairlot_crypto.errors import CryptoError

P = ParamSpec("P")


def refusal(attempt: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> str:
    """Return the code of the error that an attempt must raise."""
    with pytest.raises((CryptoError, FairlotError)) as caught:
        attempt(*args, **kwargs)
    error = caught.value
    assert isinstance(error, CryptoError | FairlotError)
    return error.code
