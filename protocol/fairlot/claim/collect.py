"""COLLECT entries: winners say that they come for their seats (specs/lapses.md, section 7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fairlot.claim.control import Claims
from fairlot.deposit.final import Position
from fairlot.entry import Entry, EntryType, body_fields, sign_entry
from fairlot.errors import Rejection
from fairlot.names import NYM_LENGTH, Nym, SaleId, check_nym, check_sale_id
from fairlot_crypto.keys import SigningKey


def make_collect(sale_id: SaleId, nym: Nym, settle: SigningKey) -> Entry:
    """Make the COLLECT entry of a nym (step 8).

    Args:
        sale_id: of the sale.
        nym: whose seats are collected.
        settle: the key of its final deposit, or of a claim of it that is on the log.

    Raises:
        CallerError: ``names.sale-id``, ``names.nym``.
    """
    check_sale_id(sale_id)
    check_nym(nym)
    # Step 8.
    return sign_entry(EntryType.COLLECT, sale_id, {"nym": nym}, settle)


def read_collect(entry: Entry) -> Nym:
    """Return whose seats an entry collects.

    Raises:
        Rejection: ``entry.field``.
    """
    fields = body_fields(entry)
    nym = Nym(fields.bytes("nym", NYM_LENGTH))
    fields.done()
    return nym


@dataclass(slots=True)
class Collects:
    """Who has collected so far."""

    nyms: set[Nym] = field(default_factory=set[Nym])
    fixed: frozenset[Nym] | None = None
    """Who has collected, once COLLECT_END is accepted; ``None`` before it."""

    def take(
        self, entry: Entry, positions: Mapping[Nym, Position], claims: Claims
    ) -> None:
        """Take a COLLECT entry in (step 10).

        Args:
            entry: an entry of type COLLECT.
            positions: of all nyms.
            claims: that are on the log so far.

        Raises:
            Rejection: ``entry.field``, ``collect.nym``, ``collect.key``,
                ``collect.twice``.
        """
        nym = read_collect(entry)
        # Step 10.
        position = positions.get(nym)
        if position is None or position.final.binding.type is not EntryType.DEPOSIT:
            problem = "this nym has no deposit in the sale: there is nothing to collect"
            raise Rejection("collect.nym", problem)
        keys = {claim.binding.settle_pk for claim in claims.by_nym.get(nym, ())}
        if entry.key not in keys | {position.final.binding.settle_pk}:
            problem = "COLLECT must be signed by the key of the nym's final deposit"
            raise Rejection("collect.key", f"{problem}, or of a claim of it")
        if nym in self.nyms:
            problem = "this nym has collected already: there is nothing to send"
            raise Rejection("collect.twice", problem)
        self.nyms.add(nym)

    def fix(self) -> None:
        """Fix who has collected, at COLLECT_END."""
        self.fixed = frozenset(self.nyms)
