"""How a wallet keeps receipts (specs/wallet.md, section 9)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fairlot.audit.kept import Kept, compare_kept
from fairlot.entry import EntryHash, EntryType
from fairlot.errors import InputError
from fairlot.names import SaleId
from fairlot.wallet.content import Content, Taking
from fairlot.wallet.looking import Looked, check_sale
from fairlot_crypto.log.proof import LogProof


@dataclass(frozen=True, slots=True)
class Stands:
    """Where an entry of the wallet stands."""

    type: EntryType
    entry_hash: EntryHash
    index: int | None
    """On the log; ``None`` where it is not there."""
    receipts: int
    """How many are kept of it."""


def take_receipts(
    looked: Looked, told: SaleId, given: Sequence[LogProof]
) -> tuple[Content, tuple[Stands, ...]]:
    """Keep receipts, and say where each entry of the wallet stands (steps 41 to 43).

    Args:
        looked: at the log of the sale.
        told: the sale.
        given: receipts that came.

    Raises:
        InputError: ``wallet.sale``, ``wallet.entered`` where nothing was sent,
            ``wallet.receipt``.
    """
    # Step 41.
    check_sale(looked, told)
    taking = looked.content.taking(told)
    if taking is None:
        problem = "this wallet has sent nothing to this sale"
        raise InputError("wallet.entered", f"{problem}: there is nothing to look for")
    # Step 42.
    known = [LogProof.parse(each) for each in taking.receipts]
    proofs = [*known, *(each for each in given if each not in known)]
    found = compare_kept(looked.read, Kept((), tuple(proofs))).findings
    if found:
        problem = f"a receipt does not fit the log: {found[0].message}"
        raise InputError("wallet.receipt", f"{problem}; keep both files")
    places = {each.entry.hash: each.index for each in looked.read.entries}
    own = {places.get(each.entry.hash) for each in taking.sent}
    if any(each.index not in own for each in proofs):
        problem = "a receipt is for an entry that is not this wallet's"
        raise InputError("wallet.receipt", f"{problem}: it is somebody else's")
    # Step 43.
    kept = replace(taking, receipts=tuple(each.to_bytes() for each in proofs))
    content = looked.content.with_taking(kept)
    return content, tuple(_standings(taking, places, proofs))


def _standings(
    taking: Taking, places: dict[EntryHash, int], proofs: Sequence[LogProof]
) -> list[Stands]:
    rows: list[Stands] = []
    for each in taking.sent:
        index = places.get(each.entry.hash)
        count = sum(proof.index == index for proof in proofs)
        rows.append(Stands(each.entry.type, each.entry.hash, index, count))
    return rows
