"""An issuer pins keys of the provider (specs/issuer.md, section 8.9)."""

from collections.abc import Collection
from dataclasses import dataclass

from fairlot.identity.part import Part, parts_of, request_id
from fairlot.identity.pinning import (
    PinnedKeys,
    check_pinned,
    check_pinned_signatures,
    pinned_message,
    sign_pinned,
)
from fairlot.identity.provider_keys import ProviderKey
from fairlot.identity.quorum import IssuerSignature
from fairlot.issuing.gathering import awaited, gathered
from fairlot.issuing.view import View
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.statements import Statements


@dataclass(frozen=True, slots=True)
class Pinning:
    """What an issuer has signed, and what is there of the others."""

    pinned: PinnedKeys
    part: Part
    signed: tuple[IssuerSignature, ...]
    """All that verify, by issuer."""
    waiting: tuple[int, ...]
    """Issuers whose signature of the same list is missing."""

    @property
    def complete(self) -> bool:
        """Tell whether an entry can be made."""
        return not self.waiting


def pin_keys(
    view: View,
    listed: tuple[ProviderKey, ...],
    index: int,
    key: SigningKey,
    parts: Collection[Part],
    without: Collection[int],
) -> Pinning:
    """Sign the list that an issuer has fetched, and put signatures together.

    Args:
        view: the issuer's, which is current.
        listed: the keys that it has fetched by itself, ascending by kid.
        index: i, its number.
        key: its own.
        parts: of all issuers.
        without: who is not waited for.

    Raises:
        Rejection: ``provider.*``.
    """
    registry, state = view.registry, view.state
    # Step 56.
    pinned = PinnedKeys(len(state.provided), listed)
    check_pinned(registry, pinned, pinned.number)
    own = sign_pinned(state.registry_id, pinned, index, key)
    request = request_id(pinned.request(state.registry_id))
    part = Part(request, "provider", index, {"sig": own.sig})
    # Step 57.
    given = parts_of(request, "provider", parts)
    message = pinned_message(registry.registry_id, pinned)
    signed = gathered(registry, own, given, message)
    waiting = awaited(registry, signed, without)
    sigs = tuple(signed[issuer] for issuer in sorted(signed))
    if not waiting:
        check_pinned_signatures(registry, pinned, sigs, Statements())
    return Pinning(pinned, part, sigs, waiting)
