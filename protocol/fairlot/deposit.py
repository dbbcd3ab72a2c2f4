"""One deposit a person and sale, bound to an anonymous credential (specs/deposit.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fairlot.allocation.entry import group_id
from fairlot.bid import seal_bid
from fairlot.binding import REFUND_TO_LENGTH, SALT_LENGTH, Binding, Wish, read_binding
from fairlot.board.entry import Entry, EntryHash, EntryType, body_fields, sign_entry
from fairlot.errors import Rejection
from fairlot.identity.registry import Credentials, Registry, epochs_accepted
from fairlot.nym import Nym, nym_context, nym_from
from fairlot.puzzle import answer_key, solve
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
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.keys import (
    OpeningKey,
    Signature,
    SigningKey,
    VerifyKey,
    check_verify_key,
)
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a DEPOSIT or CANCEL entry says."""

    binding: Binding
    nym: Nym
    proof: bytes
    epoch: int
    """The epoch of the credential."""
    disclosed: Mapping[str, str]
    """Value by name of the attribute, empty for none."""
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
        randomness: for the keys, the salt, the sealed bid and the proof.

    Raises:
        InputError: ``puzzle.answer`` for an answer that is none.
    """
    keys = SettlementKeys(
        SigningKey.generate(randomness), OpeningKey.generate(randomness)
    )
    nym = nym_from(credentials.group, credential.nym_secrets, terms.sale_id)
    binding = _bind(credentials, terms, kind, wish, keys, nym, randomness)
    context = credentials.context(epoch)
    indexes = _disclosed_indexes(credentials.registry, terms.attributes_required)
    shown = present(
        context,
        credential,
        nym_context(terms.sale_id),
        binding.ph,
        indexes,
        randomness,
    )
    octets = (credential.attributes[index].decode() for index in indexes)
    body: dict[str, Value] = {
        "ph": binding.to_value(),
        "nym": shown.nym,
        "proof": shown.proof,
        "epoch": epoch,
        "disclosed": dict(each.split("=", 1) for each in octets),
    }
    return sign_entry(kind, terms.sale_id, body, keys.settle), keys


def _bind(
    credentials: Credentials,
    terms: Terms,
    kind: EntryType,
    wish: Wish,
    keys: SettlementKeys,
    nym: Nym,
    randomness: Randomness,
) -> Binding:
    members = tuple(sorted(wish.members))
    settle_pk = keys.settle.public
    refund_to = randomness.take(REFUND_TO_LENGTH)
    salt = randomness.take(SALT_LENGTH)
    bid = None
    if terms.bids is not None and kind is EntryType.DEPOSIT:
        group, sale_id = credentials.group, terms.sale_id
        bid = seal_bid(group, terms.bids, sale_id, nym, wish.bid, randomness)
    return Binding(
        type=kind,
        sale_id=terms.sale_id,
        seq=wish.seq,
        amount=wish.amount,
        asset=terms.asset,
        settle_pk=settle_pk,
        enc_pk=keys.enc.public,
        refund_to=refund_to,
        wants=wish.wants,
        salt=salt,
        board=terms.board.key,
        not_after=terms.times.close + terms.times.slack,
        group=group_id(terms.sale_id, members) if members else None,
        members=members,
        tier=wish.tier,
        solutions=_solutions(terms, wish, nym, settle_pk),
        bid=bid,
    )


def _solutions(
    terms: Terms, wish: Wish, nym: Nym, settle_pk: VerifyKey
) -> dict[str, Signature]:
    """Solve what the answers are right for; the others would be refused."""
    keys = {key.public: key for key in map(answer_key, wish.answers)}
    return {
        pool.name: solve(keys[pool.puzzle], terms.sale_id, nym, settle_pk)
        for pool in terms.pools
        if pool.puzzle is not None and pool.puzzle in keys
    }


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
        nym=Nym(fields.bytes("nym", G1_LENGTH)),
        proof=fields.bytes("proof"),
        epoch=fields.uint("epoch"),
        disclosed={name: disclosed.text(name) for name in disclosed.names},
        entry_hash=entry.hash,
    )
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
            not cancels or _asks_nothing(binding),
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
    """Verify the presentation (step 11).

    Raises:
        Rejection: ``deposit.presentation`` naming the rule of specs/bbs.md.
    """
    context = credentials.context(deposit.epoch)
    ctx, ph = nym_context(deposit.binding.sale_id), deposit.binding.ph
    shown = Presentation(deposit.nym, deposit.proof)
    key = credentials.public_key.to_bytes()
    disclosed = _disclosed_octets(credentials.registry, deposit.disclosed)
    parts = (key, context.header, ctx, ph, shown.nym, shown.proof)
    opened = (i2osp(index, 8) + octets for index, octets in disclosed.items())
    try:
        statements.check(
            "presentation",
            (*parts, *opened),
            lambda: verify_presentation(context, shown, ctx, ph, disclosed),
        )
    except CryptoError as error:
        raise Rejection("deposit.presentation", str(error)) from error


def _asks_nothing(binding: Binding) -> bool:
    ordered = binding.wants or binding.amount or binding.solutions
    return not ordered and binding.tier is None


def _disclosed_indexes(registry: Registry, names: Iterable[str]) -> tuple[int, ...]:
    """Return the indexes of attributes in the schema, ascending."""
    wanted = set(names)
    attributes = enumerate(registry.attributes)
    return tuple(index for index, each in attributes if each.name in wanted)


def _disclosed_octets(
    registry: Registry, disclosed: Mapping[str, str]
) -> dict[int, bytes]:
    """Return the messages that the presentation must show, by ascending index."""
    schema = registry.attributes
    indexes = _disclosed_indexes(registry, disclosed)
    return {i: schema[i].octets(disclosed[schema[i].name]) for i in indexes}
