"""All that shows that an issuer lied, to anybody (specs/audit.md, section 7)."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from fairlot.fields import Fields
from fairlot.identity.box_lies import WRONG_BOX, WrongBox, read_wrong_box
from fairlot.identity.lies import (
    WRONG_PART,
    WRONG_SHARE,
    WrongPart,
    WrongShare,
    read_wrong_part,
    read_wrong_share,
)
from fairlot.identity.tag_lies import WRONG_TAG, WrongTag, read_wrong_tag

IssuerLie: TypeAlias = WrongPart | WrongShare | WrongTag | WrongBox
"""Evidence against an issuer, which it names by its number in a registry that it holds."""

READ_ISSUER_LIE: Mapping[str, Callable[[Fields], IssuerLie]] = {
    WRONG_PART: read_wrong_part,
    WRONG_SHARE: read_wrong_share,
    WRONG_TAG: read_wrong_tag,
    WRONG_BOX: read_wrong_box,
}
"""How evidence of each kind is read."""


class Named:
    """Evidence against issuers, one of each kind for each of them."""

    def __init__(self) -> None:
        """Start with nobody."""
        self._found: dict[tuple[int, str], IssuerLie] = {}

    def learn(self, lies: Iterable[IssuerLie]) -> None:
        """Keep what is the first of its kind and issuer."""
        for lie in lies:
            self._found.setdefault((lie.issuer, lie.kind), lie)

    def by_issuer(self) -> tuple[IssuerLie, ...]:
        """Return what was kept, by issuer and kind."""
        return tuple(lie for _, lie in sorted(self._found.items(), key=lambda x: x[0]))
