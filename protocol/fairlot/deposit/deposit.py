"""One deposit per person and sale, bound to an anonymous credential (specs/deposit.md)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from fairlot.deposit.binding import NOTHING, Binding, read_binding
from fairlot.entry import Entry, EntryHash, EntryType, body_fields
from fairlot.errors import Rejection
from fairlot.identity.registry import (
    Credentials,
    Registry,
    RollId,
)
from fairlot.identity.showing import check_shown, epoch_problem, showing_of
from fairlot.names import NYM_LENGTH, Nym
from fairlot.packed import Packed
from fairlot.terms.terms import Terms
from fairlot_crypto.bbs.hints import Showing
from fairlot_crypto.bbs.profile import Presentation
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import VerifyKey, check_verify_key_once
from fairlot_crypto.statements import Statements


@dataclass(frozen=True, slots=True)
class Deposit(Packed):
    """The content of a DEPOSIT or CANCEL entry."""

    binding: Binding
    nym: Nym
    proof: bytes
    """The presentation's proof; empty where it was verified before, and is needed no more."""
    epoch: int
    """The epoch of the credential."""
    disclosed: Mapping[str, str]
    """The disclosed values by name of the attribute; an empty value means none."""
    entry_hash: EntryHash

    @property
    def precedence(self) -> tuple[int, int, bytes]:
        """What orders the nym's entries: the greatest is final, whenever it came."""
        return (self.epoch, self.binding.seq, self.entry_hash)


def read_deposit(entry: Entry) -> Deposit:
    """Read a DEPOSIT or CANCEL entry (step 6).

    Raises:
        Rejection: ``entry.field``.
    """
    fields = body_fields(entry)
    binding = read_binding(entry.type, fields.map("ph"))
    disclosed = fields.map("disclosed")
    deposit = Deposit(
        binding=binding,
        nym=Nym(fields.bytes("nym", NYM_LENGTH)),
        proof=fields.bytes("proof"),
        epoch=fields.uint("epoch"),
        disclosed={n: disclosed.text(n) for n in disclosed.names} or NOTHING,
        entry_hash=entry.hash,
    )
    fields.done()
    return deposit


def check_binding(
    terms: Terms,
    registry: Registry,
    entry: Entry,
    deposit: Deposit,
    time: int,
    statements: Statements | None = None,
) -> None:
    """Check that every bound field fits the sale and the entry (steps 7 and 8).

    Args:
        terms: of the sale.
        registry: that they name.
        entry: as it came.
        deposit: what it says.
        time: when it is logged, unix seconds.
        statements: what this process has verified before; ``None`` for nothing.

    Raises:
        Rejection: ``deposit.sale``, ``deposit.asset``, ``deposit.board``,
            ``deposit.settle-key``, ``deposit.not-after``, ``deposit.cancel``,
            ``deposit.epoch``.
    """
    # Step 7.
    _check_sale(terms, deposit)
    binding = deposit.binding
    check_settle_key(
        entry,
        binding.settle_pk,
        lambda why: Rejection("deposit.settle-key", why),
        statements,
    )
    if time > binding.not_after:
        late = f"{time - binding.not_after} s after its not_after"
        raise Rejection("deposit.not-after", f"the entry came {late}: make it anew")
    if binding.type is EntryType.CANCEL and not _asks_nothing(binding):
        problem = "a cancellation must want nothing and pay nothing"
        raise Rejection("deposit.cancel", problem)
    # Step 8.
    wrong_epoch = epoch_problem(registry, deposit.epoch, time)
    if wrong_epoch:
        raise Rejection("deposit.epoch", wrong_epoch)


def _check_sale(terms: Terms, deposit: Deposit) -> None:
    binding = deposit.binding
    if binding.sale_id != terms.sale_id:
        raise Rejection("deposit.sale", "the deposit was made for another sale")
    if binding.asset != terms.asset:
        raise Rejection("deposit.asset", "the deposit was made for another asset")
    if binding.board != terms.board.key:
        raise Rejection("deposit.board", "the deposit was made for another board")


def check_settle_key(
    entry: Entry,
    settle_pk: VerifyKey,
    fail: Callable[[str], Rejection],
    statements: Statements | None = None,
) -> None:
    """Check that the settlement key that an entry names is a key, and has signed it.

    Args:
        entry: as it came.
        settle_pk: that it names.
        fail: makes the refusal from the sentence.
        statements: what this process has verified before; ``None`` for nothing.

    Raises:
        Rejection: as ``fail`` makes it.
    """
    try:
        known = Statements() if statements is None else statements
        check_verify_key_once(settle_pk, known)
    except CryptoError as error:
        raise fail("settle_pk must be an Ed25519 key of prime order") from error
    if settle_pk != entry.key:
        raise fail("the entry must be signed with the key that it names as settle_pk")


def check_presentation(
    credentials: Credentials, roll: RollId, deposit: Deposit, statements: Statements
) -> None:
    """Verify the presentation, of a credential for the sale's roll (step 11).

    Raises:
        Rejection: ``deposit.presentation`` naming the rule of specs/bbs.md.
    """
    try:
        check_shown(deposit_showing(credentials, roll, deposit), statements)
    except CryptoError as error:
        raise Rejection("deposit.presentation", str(error)) from error


def deposit_showing(
    credentials: Credentials, roll: RollId, deposit: Deposit
) -> Showing:
    """Return the presentation of a deposit, with what it must show (step 11)."""
    return showing_of(
        credentials,
        roll,
        deposit.epoch,
        deposit.binding.sale_id,
        deposit.binding.ph,
        Presentation(deposit.nym, deposit.proof),
        _disclosed_octets(credentials.registry, deposit.disclosed),
    )


def _asks_nothing(binding: Binding) -> bool:
    ordered = binding.wants or binding.amount or binding.solutions or binding.choices
    return not ordered and binding.tier is None


def disclosed_indexes(registry: Registry, names: Iterable[str]) -> tuple[int, ...]:
    """Return the indexes of attributes in the schema, ascending."""
    wanted = set(names)
    attributes = enumerate(registry.attributes)
    return tuple(index for index, each in attributes if each.name in wanted)


def _disclosed_octets(
    registry: Registry, disclosed: Mapping[str, str]
) -> dict[int, bytes]:
    """Return the messages that the presentation must disclose, by ascending index."""
    schema = registry.attributes
    indexes = disclosed_indexes(registry, disclosed)
    return {i: schema[i].octets(disclosed[schema[i].name]) for i in indexes}
