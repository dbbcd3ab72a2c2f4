"""All leaves of a registry, as they were registered, packed.

A registry has many, and few are asked for: each is made when it is.
"""

from collections.abc import Callable, Iterator, Mapping
from struct import Struct

from fairlot.identity.leaf import Leaf, LeafShare, LeafStatus
from fairlot_crypto.curve import G1_LENGTH
from fairlot_crypto.growing import Records
from fairlot_crypto.keys import SIGNATURE_LENGTH, Signature

_LEAF = Struct(f"<QI?Q32s32s{G1_LENGTH}s")
"""Time, version, whether there is a leaf before and its index, holder, handle, commitment."""
_SHARE = Struct(f"<B{G1_LENGTH}s{SIGNATURE_LENGTH}s")


class Leaves(Mapping[int, Leaf]):
    """The leaves of a registry by their indexes, which count from 0."""

    def __init__(self) -> None:
        """Start with none."""
        self._records = Records()
        self._recalled = 0
        """How many stand before these records."""
        self._read: Callable[[int], tuple[int, Leaf]] = self._record

    def recall(self, count: int, read: Callable[[int], tuple[int, Leaf]]) -> None:
        """Take the first leaves in, each of which is read when it is asked for.

        Args:
            count: how many.
            read: returns when the leaf of an index was registered, and the leaf.
        """
        self._recalled, self._read = count, read

    def add(self, leaf: Leaf, time: int) -> None:
        """Take in the leaf of the next index, registered at ``time``, Unix seconds."""
        carried, before = leaf.previous is not None, leaf.previous or 0
        named = leaf.holder, leaf.handle, leaf.commitment
        packed = _LEAF.pack(time, leaf.version, carried, before, *named)
        shares = (_SHARE.pack(s.issuer, s.commitment, s.sig) for s in leaf.shares)
        self._records.append(b"".join((packed, *shares)))

    def born(self, index: int) -> tuple[int, Leaf]:
        """Return when a leaf was registered, and the leaf.

        Raises:
            KeyError: for an index without a leaf.
        """
        if not 0 <= index < len(self):
            raise KeyError(index)
        return (self._read if index < self._recalled else self._record)(index)

    def __getitem__(self, index: int) -> Leaf:
        """Return a leaf as it was registered."""
        return self.born(index)[1]

    def __contains__(self, index: object) -> bool:
        """Tell whether there is a leaf of this index; none is made for that."""
        return isinstance(index, int) and 0 <= index < len(self)

    def __iter__(self) -> Iterator[int]:
        """Yield the indexes."""
        return iter(range(len(self)))

    def __len__(self) -> int:
        """Return how many leaves there are."""
        return self._recalled + len(self._records)

    def _record(self, index: int) -> tuple[int, Leaf]:
        packed = self._records[index - self._recalled]
        time, version, carried, before, *named = _LEAF.unpack_from(packed)
        holder, handle, commitment = named
        shares = (
            LeafShare(issuer, point, Signature(sig))
            for issuer, point, sig in _SHARE.iter_unpack(packed[_LEAF.size :])
        )
        return time, Leaf(
            index=index,
            version=version,
            holder=holder,
            handle=handle,
            status=LeafStatus.ACTIVE,
            shares=tuple(shares),
            commitment=commitment,
            previous=before if carried else None,
        )
