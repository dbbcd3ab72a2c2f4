"""One deposit a person and sale, bound to an anonymous credential (specs/deposit.md)."""

from dataclasses import dataclass

from fairlot.binding import REFUND_TO_LENGTH, SALT_LENGTH, Binding, Wish, read_binding
from fairlot.board.entry import Entry, EntryHash, EntryType, body_fields, sign_entry
from fairlot.errors import Rejection
from fairlot.identity.registry import Credentials, epochs_accepted
from fairlot.nym import Nym, nym_context
from fairlot.statements import Statements
from fairlot.terms import Terms
from fairlot_crypto.bbs.profile import (
    Credential,
    Presentation,
    present,
    verify_presentation,
)
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.groups import G1_LENGTH
from fairlot_crypto.keys import OpeningKey, SigningKey, check_verify_key
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a DEPOSIT or CANCEL entry says."""

    binding: Binding
    nym: Nym
    proof: bytes
    epoch: int
    """The epoch of the credential."""
    entry_hash: EntryHash

    @property
    def order_key(self) -> tuple[int, int, bytes]:
        """Rank among the nym's entries: the greatest is final, whenever it came."""
        return (self.epoch, self.binding.seq, self.entry_hash)


@dataclass(frozen=True, slots=True)
class SettlementKeys:
    """A holder's keys for one deposit, fresh each time."""

    settle: SigningKey
    enc: OpeningKey


def make_entry(
    credentials: Credentials,
    credential: Credential,
    terms: Terms,
    kind: EntryType,
    epoch: int,
    wish: Wish,
    randomness: Randomness,
) -> tuple[Entry, SettlementKeys]:
    """Make a DEPOSIT or CANCEL entry (steps 1 to 5).

    Args:
        credentials: of the registry that the terms name.
        credential: the holder's, of ``epoch``.
        terms: the terms as they stand on the board.
        kind: DEPOSIT or CANCEL.
        epoch: the credential's epoch.
        wish: what is ordered; a CANCEL wants and pays nothing.
        randomness: for the keys, the salt and the proof.
    """
    keys = SettlementKeys(
        SigningKey.generate(randomness), OpeningKey.generate(randomness)
    )
    binding = Binding(
        type=kind,
        sale_id=terms.sale_id,
        seq=wish.seq,
        amount=wish.amount,
        asset=terms.asset,
        settle_pk=keys.settle.public,
        enc_pk=keys.enc.public,
        refund_to=randomness.take(REFUND_TO_LENGTH),
        wants=wish.wants,
        salt=randomness.take(SALT_LENGTH),
        board=terms.board.key,
        not_after=terms.times.close + terms.times.slack,
    )
    context = credentials.context(epoch)
    shown = present(
        context, credential, nym_context(terms.sale_id), binding.ph, (), randomness
    )
    body: dict[str, Value] = {
        "ph": binding.to_value(),
        "nym": shown.nym,
        "proof": shown.proof,
        "epoch": epoch,
        "disclosed": {},
    }
    return sign_entry(kind, terms.sale_id, body, keys.settle), keys


def read_deposit(entry: Entry) -> Deposit:
    """Read a DEPOSIT or CANCEL entry (step 6).

    Raises:
        Rejection: ``entry.field``.
    """
    fields = body_fields(entry)
    binding = read_binding(entry.type, fields.map("ph"))
    deposit = Deposit(
        binding=binding,
        nym=Nym(fields.bytes("nym", G1_LENGTH)),
        proof=fields.bytes("proof"),
        epoch=fields.uint("epoch"),
        entry_hash=entry.hash,
    )
    fields.map("disclosed").done()
    fields.done()
    return deposit


def check_binding(terms: Terms, entry: Entry, deposit: Deposit, time: int) -> None:
    """Check that every bound field fits the sale and the entry (steps 7 and 8).

    Raises:
        Rejection: ``deposit.sale``, ``deposit.asset``, ``deposit.board``,
            ``deposit.settle-key``, ``deposit.not-after``, ``deposit.cancel``,
            ``deposit.epoch``.
    """
    binding = deposit.binding
    try:
        check_verify_key(binding.settle_pk)
    except CryptoError as error:
        raise Rejection("deposit.settle-key", error.message) from error
    cancels = binding.type is EntryType.CANCEL
    rules = (
        ("sale", binding.sale_id == terms.sale_id, "bound to another sale"),
        ("asset", binding.asset == terms.asset, "bound to another asset"),
        ("board", binding.board == terms.board.key, "bound to another board"),
        ("settle-key", binding.settle_pk == entry.key, "settle_pk did not sign"),
        ("not-after", time <= binding.not_after, "logged later than not_after"),
        (
            "cancel",
            not cancels or binding.amount == binding.wants == 0,
            "a cancellation wants and pays nothing",
        ),
        (
            "epoch",
            deposit.epoch in epochs_accepted(time),
            "the credential is not of the running epoch",
        ),
    )
    for rule, holds, why in rules:
        if not holds:
            raise Rejection(f"deposit.{rule}", why)


def check_presentation(
    credentials: Credentials, deposit: Deposit, statements: Statements
) -> None:
    """Verify the presentation (step 9).

    Raises:
        Rejection: ``deposit.presentation`` naming the rule of specs/bbs.md.
    """
    context = credentials.context(deposit.epoch)
    ctx, ph = nym_context(deposit.binding.sale_id), deposit.binding.ph
    shown = Presentation(deposit.nym, deposit.proof)
    key = credentials.public_key.to_bytes()
    parts = (key, context.header, ctx, ph, shown.nym, shown.proof)
    try:
        statements.check(
            "presentation",
            parts,
            lambda: verify_presentation(context, shown, ctx, ph, {}),
        )
    except CryptoError as error:
        raise Rejection("deposit.presentation", str(error)) from error
