"""How many examples a property tries that is costly, or simple."""

from hypothesis import settings

_USUAL = 100
"""What ``number`` is measured against; a profile may try fewer, or more."""


def examples(number: int) -> settings:
    """Return the profile with ``number`` examples where it tries the usual number."""
    usual = settings().max_examples
    return settings(max_examples=max(1, number * usual // _USUAL))
