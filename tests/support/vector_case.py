"""How a case of the published vectors ends: with its output, or refused with its code."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from fairlot.errors import FairlotError
from fairlot_crypto.errors import CryptoError


def check_case(
    case: Mapping[str, Any], run: Callable[[Mapping[str, Any]], object]
) -> CryptoError | FairlotError | None:
    """Run a case on its input, check how it ends, and return the refusal, if it is one."""
    if "refused" not in case:
        assert run(case["input"]) == case["output"]
        return None
    with pytest.raises((CryptoError, FairlotError)) as caught:
        run(case["input"])
    error = caught.value
    assert isinstance(error, CryptoError | FairlotError)
    assert error.code == case["refused"]["code"]
    return error
