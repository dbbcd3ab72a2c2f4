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
"""Entry hash, whether it is a DEPOSIT, seq, amount, wants, not_after, epoch, settle_pk,
enc_pk, refund_to, salt, nym, and the number of what it has in common with others."""


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
        return EntryHash(self._records[number][:32])

    def __getitem__(self, number: int) -> Deposit:
        """Return a deposit, without its proof."""
        record = self._records[number]
        (
            entry_hash,
            deposits,
            seq,
            amount,
            wants,
            not_after,
            epoch,
            settle_pk,
            enc_pk,
            refund_to,
            salt,
            nym,
            common,
        ) = _DEPOSIT.unpack_from(record)
        said, own = self._common[common], record[_DEPOSIT.size :]
        group, members, solutions, bid, choices = _read_own(own)
        binding = Binding(
            EntryType.DEPOSIT if deposits else EntryType.CANCEL,
            said.sale_id,
            seq,
            amount,
            said.asset,
            VerifyKey(settle_pk),
            SealKey(enc_pk),
            refund_to,
            wants,
            salt,
            said.board,
            not_after,
            group,
            tuple(members),
            said.tier,
            solutions,
            bid,
            tuple(choices),
        )
        shown = dict(said.disclosed) or NOTHING
        return Deposit(binding, Nym(nym), b"", epoch, shown, EntryHash(entry_hash))

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
