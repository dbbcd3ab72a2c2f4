"""Deposits without their proofs, packed: a sale has many, and few are asked for."""

from collections.abc import Mapping, Sequence
from struct import Struct
from typing import NamedTuple, TypeAlias, cast

from fairlot.deposit.binding import NOTHING, Binding
from fairlot.deposit.deposit import Deposit
from fairlot.entry import EntryHash, EntryType
from fairlot.names import Nym, SaleId
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.growing import Records
from fairlot_crypto.keys import SealKey, Signature, VerifyKey

_DEPOSIT = Struct("<32s?QQQQQ32s32s32s32s48sI")
_HASH = 32


class _Packed(NamedTuple):
    """The fields of ``_DEPOSIT``; those of ``Deposit`` and ``Binding`` are called as there."""

    entry_hash: EntryHash
    deposits: bool
    """Whether it is a DEPOSIT, and no CANCEL."""
    seq: int
    amount: int
    wants: int
    not_after: int
    epoch: int
    settle_pk: VerifyKey
    enc_pk: SealKey
    refund_to: bytes
    salt: bytes
    nym: Nym
    common: int
    """The number of what it has in common with others."""


class _Common(NamedTuple):
    """What a deposit says that many others of the same sale say too."""

    sale_id: SaleId
    asset: str
    board: VerifyKey
    tier: str | None
    disclosed: tuple[tuple[str, str], ...]


_Own: TypeAlias = tuple[
    bytes | None, Sequence[Nym], Mapping[str, Signature], bytes | None, Sequence[int]
]
"""What only some sales ask for: group, members, solutions, sealed bid, choices."""


class Deposits:
    """Deposits by numbers from 0."""

    def __init__(self) -> None:
        """Start with none."""
        self._records = Records()
        self._numbers: dict[_Common, int] = {}
        self._common: list[_Common] = []

    def add(self, deposit: Deposit) -> int:
        """Keep a deposit without its proof, and return its number."""
        binding = deposit.binding
        packed = _DEPOSIT.pack(
            deposit.entry_hash,
            binding.type is EntryType.DEPOSIT,
            binding.seq,
            binding.amount,
            binding.wants,
            binding.not_after,
            deposit.epoch,
            binding.settle_pk,
            binding.enc_pk,
            binding.refund_to,
            binding.salt,
            deposit.nym,
            self._number(deposit),
        )
        self._records.append(packed + _own(binding))
        return len(self._records) - 1

    def entry_hash(self, number: int) -> EntryHash:
        """Return the hash of a deposit's entry."""
        return EntryHash(self._records[number][:_HASH])

    def __getitem__(self, number: int) -> Deposit:
        """Return a deposit, without its proof."""
        record = self._records[number]
        packed = _Packed._make(_DEPOSIT.unpack_from(record))
        said = self._common[packed.common]
        group, members, solutions, bid, choices = _read_own(record[_DEPOSIT.size :])
        binding = Binding(
            EntryType.DEPOSIT if packed.deposits else EntryType.CANCEL,
            said.sale_id,
            packed.seq,
            packed.amount,
            said.asset,
            packed.settle_pk,
            packed.enc_pk,
            packed.refund_to,
            packed.wants,
            packed.salt,
            said.board,
            packed.not_after,
            group,
            tuple(members),
            said.tier,
            solutions,
            bid,
            tuple(choices),
        )
        shown = dict(said.disclosed) or NOTHING
        nym, name = packed.nym, packed.entry_hash
        return Deposit(binding, nym, b"", packed.epoch, shown, name)

    def _number(self, deposit: Deposit) -> int:
        binding = deposit.binding
        common = _Common(
            binding.sale_id,
            binding.asset,
            binding.board,
            binding.tier,
            tuple(deposit.disclosed.items()),
        )
        number = self._numbers.setdefault(common, len(self._common))
        if number == len(self._common):
            self._common.append(common)
        return number


def _own(binding: Binding) -> bytes:
    given = binding.members, binding.solutions, binding.choices
    if binding.group is None and binding.bid is None and not any(given):
        return b""
    members: list[Value] = [*binding.members]
    choices: list[Value] = [*binding.choices]
    solutions: dict[str, Value] = {**binding.solutions}
    return cbor.encode([binding.group, members, solutions, binding.bid, choices])


def _read_own(packed: bytes) -> _Own:
    if not packed:
        return None, (), NOTHING, None, ()
    own = cast("_Own", cbor.decode(packed))
    group, members, solutions, bid, choices = own
    return group, tuple(members), solutions or NOTHING, bid, tuple(choices)
