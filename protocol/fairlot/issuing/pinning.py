"""An issuer pins keys of the provider (specs/issuer.md, section 8.9)."""

from collections.abc import Collection
from dataclasses import dataclass

from fairlot.errors import InputError, Rejection
from fairlot.identity.part import Part, parts_of, request_id
from fairlot.identity.pinning import (
    PinnedKeys,
    check_pinned,
    check_pinned_signatures,
    pinned_message,
    sign_pinned,
)
from fairlot.identity.provider_keys import ProviderKey
from fairlot.identity.quorum import IssuerSignature, check_issuer
from fairlot.issuing.view import View
from fairlot_crypto.keys import SIGNATURE_LENGTH, Signature, SigningKey
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
    signed = {index: own}
    for each in parts_of(request, "provider", parts):
        found = _signature(view, pinned, each)
        if found is not None:
            signed.setdefault(found.issuer, found)
    everybody = range(1, len(registry.issuers) + 1)
    waiting = tuple(sorted({*everybody} - {*signed} - {*without}))
    sigs = tuple(signed[issuer] for issuer in sorted(signed))
    if not waiting:
        check_pinned_signatures(registry, pinned, sigs, Statements())
    return Pinning(pinned, part, sigs, waiting)


def _signature(view: View, pinned: PinnedKeys, part: Part) -> IssuerSignature | None:
    """Return the signature in a part; ``None`` if it is nobody's, or of something else."""
    registry = view.registry
    if not 1 <= part.issuer <= len(registry.issuers):
        return None
    message = pinned_message(registry.registry_id, pinned)
    try:
        fields = part.fields
        sig = Signature(fields.bytes("sig", SIGNATURE_LENGTH))
        fields.done()
        found = IssuerSignature(part.issuer, sig)
        check_issuer(
            registry,
            found,
            message,
            "this",
            Statements(),
            lambda why: Rejection("provider.signature", why),
        )
    except (InputError, Rejection):
        return None
    return found
