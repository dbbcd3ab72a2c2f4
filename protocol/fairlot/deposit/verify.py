"""Everything that must hold of one deposit (specs/deposit.md, section 3)."""

from fairlot.deposit.deposit import (
    Deposit,
    check_binding,
    check_presentation,
    read_deposit,
)
from fairlot.deposit.rules import check_order
from fairlot.entry import Entry, EntryType, check_signature
from fairlot.errors import Rejection
from fairlot.identity.registry import Credentials, Registry, RollId
from fairlot.names import check_time
from fairlot.terms.terms import Terms
from fairlot_crypto.errors import CallerError
from fairlot_crypto.statements import Statements


def verify_deposit(
    credentials: Credentials,
    terms: Terms,
    roll: RollId,
    entry: Entry,
    time: int,
    statements: Statements | None = None,
) -> Deposit:
    """Verify a DEPOSIT or CANCEL entry by itself, and return what it says.

    It checks, in this order: the signature of the settlement key; the sale that the entry
    belongs to; every bound field; the order and what is disclosed, against the terms; the
    presentation. It does not look at a board: whether the sale is open, and whether the
    nym has a later entry or has paid, is the fold's to say (``Board.append``).

    Args:
        credentials: of the registry that the terms name.
        terms: of the sale.
        roll: that its OPEN names.
        entry: as it came.
        time: when it is logged, unix seconds.
        statements: what this process has verified before; ``None`` for nothing.

    Raises:
        Rejection: ``entry.signature``, ``entry.scope``, ``entry.field``, ``deposit.*``.
        CallerError: ``verify.type`` for an entry of another type, ``verify.registry``
            where the terms name another registry, ``names.time``.
    """
    check_time(time)
    if entry.type not in (EntryType.DEPOSIT, EntryType.CANCEL):
        raise CallerError("verify.type", f"{entry.type} is neither DEPOSIT nor CANCEL")
    if terms.registry != credentials.registry.registry_id:
        raise CallerError("verify.registry", "the terms name another registry")
    known = Statements() if statements is None else statements
    check_signature(entry, known)
    if entry.scope != terms.sale_id:
        raise Rejection("entry.scope", "belongs to another sale")
    return check_deposit(credentials, terms, roll, entry, time, known)


def check_deposit(
    credentials: Credentials,
    terms: Terms,
    roll: RollId,
    entry: Entry,
    time: int,
    statements: Statements,
) -> Deposit:
    """Check a signed entry of the sale, and return what it says (steps 6 to 11).

    Raises:
        Rejection: ``entry.field``, ``deposit.*``.
    """
    deposit = check_stated(credentials.registry, terms, entry, time, statements)
    check_presentation(credentials, roll, deposit, statements)
    return deposit


def check_stated(
    registry: Registry, terms: Terms, entry: Entry, time: int, statements: Statements
) -> Deposit:
    """Check all of a deposit but its presentation, and return what it says (steps 6 to 10).

    Raises:
        Rejection: ``entry.field``, ``deposit.*``.
    """
    deposit = read_deposit(entry)
    check_binding(terms, registry, entry, deposit, time, statements)
    check_order(terms, registry, deposit, statements)
    return deposit
