"""Deposits without their proofs, packed: a sale has many, and few are asked for."""

from collections.abc import Mapping
from struct import Struct
from typing import NamedTuple, TypeAlias, cast

from fairlot.deposit.binding import NOTHING, Binding
from fairlot.deposit.deposit import Deposit
from fairlot.entry import EntryHash, EntryType
from fairlot.names import Nym, SaleId
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.growing import Growing
from fairlot_crypto.keys import SealKey, Signature, VerifyKey

_DEPOSIT = Struct("<32s?QQQQQ32s32s32s32s48sII")
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
    own: int
    """Bytes behind these, with what only some sales ask for."""


class _Common(NamedTuple):
    """What a deposit says that many others of the same sale say too."""

    sale_id: SaleId
    asset: str
    board: VerifyKey
    tier: str | None
    disclosed: tuple[tuple[str, str], ...]


_Own: TypeAlias = tuple[
    bytes | None,
    tuple[Nym, ...],
    Mapping[str, Signature],
    bytes | None,
    tuple[int, ...],
]
"""What only some sales ask for: group, members, solutions, sealed bid, choices."""


class Wanted(NamedTuple):
    """What a deposit asks for; the fields are called as those of ``Binding``."""

    wants: int
    amount: int
    bid: bytes | None
    tier: str | None
    group: bytes | None
    disclosed: tuple[tuple[str, str], ...]
    """The disclosed values, each behind the name of its attribute."""
    solutions: Mapping[str, Signature]
    choices: tuple[int, ...]

    @classmethod
    def of(cls, deposit: Deposit) -> "Wanted":
        """Return what a deposit asks for."""
        said, shown = deposit.binding, tuple(deposit.disclosed.items())
        sealed, named = (said.bid, said.tier), (said.group, shown)
        return cls(
            said.wants, said.amount, *sealed, *named, said.solutions, said.choices
        )


class Deposits:
    """Deposits by their places."""

    def __init__(self) -> None:
        """Start with none."""
        self._bytes = Growing()
        self._numbers: dict[tuple[object, ...], int] = {}
        self._common: list[_Common] = []

    def add(self, deposit: Deposit) -> int:
        """Keep a deposit without its proof, and return its place."""
        binding, own = deposit.binding, _own(deposit.binding)
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
            len(own),
        )
        place = len(self._bytes)
        self._bytes.append(packed + own)
        return place

    def entry_hash(self, place: int) -> EntryHash:
        """Return the hash of a deposit's entry."""
        return EntryHash(self._bytes.read(place, place + _HASH))

    def wanted(self, place: int) -> Wanted:
        """Return what a deposit asks for."""
        packed = self._packed(place)
        said = self._common[packed.common]
        group, _, solutions, bid, choices = self._own(place, packed)
        return Wanted(
            packed.wants,
            packed.amount,
            bid,
            said.tier,
            group,
            said.disclosed,
            solutions,
            choices,
        )

    def __getitem__(self, place: int) -> Deposit:
        """Return a deposit, without its proof."""
        packed = self._packed(place)
        said = self._common[packed.common]
        group, members, solutions, bid, choices = self._own(place, packed)
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
            members,
            said.tier,
            solutions,
            bid,
            choices,
        )
        shown = dict(said.disclosed) or NOTHING
        nym, name = packed.nym, packed.entry_hash
        return Deposit(binding, nym, b"", packed.epoch, shown, name)

    def _packed(self, place: int) -> _Packed:
        return _Packed._make(
            _DEPOSIT.unpack(self._bytes.read(place, place + _DEPOSIT.size))
        )

    def _own(self, place: int, packed: _Packed) -> _Own:
        if not packed.own:
            return None, (), NOTHING, None, ()
        begins = place + _DEPOSIT.size
        return _read_own(self._bytes.read(begins, begins + packed.own))

    def _number(self, deposit: Deposit) -> int:
        binding, shown = deposit.binding, tuple(deposit.disclosed.items())
        said = binding.sale_id, binding.asset, binding.board, binding.tier, shown
        number = self._numbers.get(said)
        if number is None:
            number = self._numbers[said] = len(self._common)
            self._common.append(_Common._make(said))
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
    group, members, solutions, bid, choices = cast("_Own", cbor.decode(packed))
    return group, tuple(members), solutions or NOTHING, bid, tuple(choices)
