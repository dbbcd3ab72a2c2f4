"""fairlot: sell something scarce fairly, one person one deposit, audited by anyone.

What a program that uses the protocol needs, under one name: ``import fairlot``. Everything
here is defined in a chapter of the package, whose modules hold the rest; a name is imported
when it is first used, so that importing the package costs nothing.

Start with ``cast_rehearsal``, which draws every role of a sale on this machine, and with
``audit_transcript``, which checks any sale from its file, and ``settle_transcript``, which
computes who gets what from it, without the board. Randomness, time and storage are
arguments. Wrong arguments raise ``CallerError``; what somebody else sent and does not hold
raises ``Rejection``; each has a stable ``code`` (specs/errors.md).
"""

from importlib import import_module

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "AuditKey",
    "Board",
    "CallerError",
    "Cast",
    "Challenge",
    "Claim",
    "Committee",
    "Contest",
    "Credential",
    "Credentials",
    "Currency",
    "Delivery",
    "Deposit",
    "DeskAttester",
    "Entrant",
    "Entry",
    "EntryType",
    "Exclusion",
    "FairlotError",
    "Fares",
    "Freeze",
    "Funding",
    "Gate",
    "Guardian",
    "Holder",
    "Identity",
    "InputError",
    "InvariantError",
    "ItemBook",
    "LeafLife",
    "LedgerLine",
    "ListDesk",
    "MadeClaim",
    "MadeDeposit",
    "Mechanism",
    "MemoryStorage",
    "NotYet",
    "Nym",
    "Option",
    "Outcome",
    "Pool",
    "Purpose",
    "Randomness",
    "Receipt",
    "Recipient",
    "Registry",
    "RegistryBoard",
    "RegistryState",
    "Rejection",
    "Report",
    "Requirement",
    "SaleState",
    "SeededRandomness",
    "Settled",
    "ShownVoid",
    "SigningKey",
    "StartKeys",
    "Statements",
    "SystemRandomness",
    "Terms",
    "TermsError",
    "Tier",
    "UsedList",
    "WinnerAudit",
    "Wish",
    "allocate",
    "answer_key",
    "audit_transcript",
    "backend",
    "cast_rehearsal",
    "create_transcript",
    "draw_alpha",
    "draw_sale",
    "epoch_at",
    "make_act",
    "make_answer",
    "make_cancellation",
    "make_challenge",
    "make_claim",
    "make_commitment",
    "make_delivery",
    "make_deposit",
    "make_items",
    "make_payment",
    "make_reveal",
    "nym_of",
    "open_gate",
    "open_item",
    "open_transcript",
    "open_winner_audit",
    "prove_winner",
    "read_answer",
    "read_challenge",
    "read_winner_proof",
    "sale_odds",
    "settle",
    "settle_transcript",
    "start_board",
    "start_registry",
    "units_of",
    "verify_deposit",
    "whole_sale_odds",
]

TYPE_CHECKING = False
"""As type checkers know it; ``typing`` is not imported for it, since it takes long."""

if TYPE_CHECKING:
    from fairlot.allocation.entering import Entrant
    from fairlot.allocation.odds import sale_odds
    from fairlot.allocation.outcome import Outcome
    from fairlot.allocation.run_pools import allocate
    from fairlot.allocation.settlement import Funding, LedgerLine, settle
    from fairlot.allocation.whole_odds import whole_sale_odds
    from fairlot.audit.auditor import audit_transcript
    from fairlot.audit.doors import open_gate
    from fairlot.audit.report import Report
    from fairlot.audit.settling import NotYet, Settled, ShownVoid, settle_transcript
    from fairlot.audit.winners import open_winner_audit
    from fairlot.beacon.contributions import make_commitment, make_reveal
    from fairlot.board.keeper import Board, StartKeys, start_board
    from fairlot.board.log_keeper import Receipt
    from fairlot.board.registry_keeper import RegistryBoard, start_registry
    from fairlot.board.registry_state import RegistryState
    from fairlot.board.sale import SaleState
    from fairlot.board.storage import MemoryStorage, create_transcript, open_transcript
    from fairlot.claim.claim import Claim
    from fairlot.claim.make import MadeClaim, make_claim
    from fairlot.delivery.box import open_item
    from fairlot.delivery.entries import Delivery, Recipient, make_delivery, make_items
    from fairlot.delivery.items import ItemBook, units_of
    from fairlot.deposit.deposit import Deposit
    from fairlot.deposit.make import MadeDeposit, make_cancellation, make_deposit
    from fairlot.deposit.nym import nym_of
    from fairlot.deposit.payment import make_payment
    from fairlot.deposit.puzzle import answer_key
    from fairlot.deposit.verify import verify_deposit
    from fairlot.deposit.wish import Wish
    from fairlot.door.answer import Answer, make_answer, read_answer
    from fairlot.door.challenge import Challenge, make_challenge, read_challenge
    from fairlot.door.gate import Gate
    from fairlot.door.used_list import UsedList
    from fairlot.entry import Entry, EntryType
    from fairlot.errors import (
        FairlotError,
        InputError,
        InvariantError,
        Rejection,
        TermsError,
    )
    from fairlot.identity.acts import Contest, Freeze, Guardian, make_act
    from fairlot.identity.attestation import Purpose
    from fairlot.identity.committee import Committee, Holder
    from fairlot.identity.desks import DeskAttester, ListDesk
    from fairlot.identity.enrolment import Identity
    from fairlot.identity.life import LeafLife
    from fairlot.identity.registry import Credentials, Registry, epoch_at
    from fairlot.identity.winner_audit import (
        WinnerAudit,
        prove_winner,
        read_winner_proof,
    )
    from fairlot.money import Currency
    from fairlot.names import Nym
    from fairlot.rehearsal.cast import Cast, cast_rehearsal, draw_sale
    from fairlot.terms.pool import (
        Exclusion,
        Fares,
        Mechanism,
        Option,
        Pool,
        Requirement,
        Tier,
    )
    from fairlot.terms.terms import Terms
    from fairlot_crypto.bbs.profile import Credential
    from fairlot_crypto.bbs.winner import AuditKey
    from fairlot_crypto.curve import backend
    from fairlot_crypto.delay.bicorn import draw_alpha
    from fairlot_crypto.errors import CallerError
    from fairlot_crypto.keys import SigningKey
    from fairlot_crypto.randomness import Randomness, SeededRandomness, SystemRandomness
    from fairlot_crypto.statements import Statements
else:
    # Hidden from type checkers, to whom any name would else be there.
    _HOMES = {
        "fairlot.allocation.entering": ("Entrant",),
        "fairlot.allocation.odds": ("sale_odds",),
        "fairlot.allocation.outcome": ("Outcome",),
        "fairlot.allocation.run_pools": ("allocate",),
        "fairlot.allocation.settlement": ("Funding", "LedgerLine", "settle"),
        "fairlot.allocation.whole_odds": ("whole_sale_odds",),
        "fairlot.audit.auditor": ("audit_transcript",),
        "fairlot.audit.doors": ("open_gate",),
        "fairlot.audit.report": ("Report",),
        "fairlot.audit.settling": (
            "NotYet",
            "Settled",
            "ShownVoid",
            "settle_transcript",
        ),
        "fairlot.audit.winners": ("open_winner_audit",),
        "fairlot.beacon.contributions": ("make_commitment", "make_reveal"),
        "fairlot.board.keeper": ("Board", "StartKeys", "start_board"),
        "fairlot.board.log_keeper": ("Receipt",),
        "fairlot.board.registry_keeper": ("RegistryBoard", "start_registry"),
        "fairlot.board.registry_state": ("RegistryState",),
        "fairlot.board.sale": ("SaleState",),
        "fairlot.board.storage": (
            "MemoryStorage",
            "create_transcript",
            "open_transcript",
        ),
        "fairlot.claim.claim": ("Claim",),
        "fairlot.claim.make": ("MadeClaim", "make_claim"),
        "fairlot.delivery.box": ("open_item",),
        "fairlot.delivery.entries": (
            "Delivery",
            "Recipient",
            "make_delivery",
            "make_items",
        ),
        "fairlot.delivery.items": ("ItemBook", "units_of"),
        "fairlot.deposit.deposit": ("Deposit",),
        "fairlot.deposit.make": ("MadeDeposit", "make_cancellation", "make_deposit"),
        "fairlot.deposit.nym": ("nym_of",),
        "fairlot.deposit.payment": ("make_payment",),
        "fairlot.deposit.puzzle": ("answer_key",),
        "fairlot.deposit.verify": ("verify_deposit",),
        "fairlot.deposit.wish": ("Wish",),
        "fairlot.door.answer": ("Answer", "make_answer", "read_answer"),
        "fairlot.door.challenge": ("Challenge", "make_challenge", "read_challenge"),
        "fairlot.door.gate": ("Gate",),
        "fairlot.door.used_list": ("UsedList",),
        "fairlot.entry": ("Entry", "EntryType"),
        "fairlot.errors": (
            "FairlotError",
            "InputError",
            "InvariantError",
            "Rejection",
            "TermsError",
        ),
        "fairlot.identity.acts": ("Contest", "Freeze", "Guardian", "make_act"),
        "fairlot.identity.attestation": ("Purpose",),
        "fairlot.identity.committee": ("Committee", "Holder"),
        "fairlot.identity.desks": ("DeskAttester", "ListDesk"),
        "fairlot.identity.enrolment": ("Identity",),
        "fairlot.identity.life": ("LeafLife",),
        "fairlot.identity.registry": ("Credentials", "Registry", "epoch_at"),
        "fairlot.identity.winner_audit": (
            "WinnerAudit",
            "prove_winner",
            "read_winner_proof",
        ),
        "fairlot.money": ("Currency",),
        "fairlot.names": ("Nym",),
        "fairlot.rehearsal.cast": ("Cast", "cast_rehearsal", "draw_sale"),
        "fairlot.terms.pool": (
            "Exclusion",
            "Fares",
            "Mechanism",
            "Option",
            "Pool",
            "Requirement",
            "Tier",
        ),
        "fairlot.terms.terms": ("Terms",),
        "fairlot_crypto.bbs.profile": ("Credential",),
        "fairlot_crypto.bbs.winner": ("AuditKey",),
        "fairlot_crypto.curve": ("backend",),
        "fairlot_crypto.delay.bicorn": ("draw_alpha",),
        "fairlot_crypto.errors": ("CallerError",),
        "fairlot_crypto.keys": ("SigningKey",),
        "fairlot_crypto.randomness": (
            "Randomness",
            "SeededRandomness",
            "SystemRandomness",
        ),
        "fairlot_crypto.statements": ("Statements",),
    }
    _HOME = {name: home for home, names in _HOMES.items() for name in names}

    def __getattr__(name: str) -> object:
        """Import a name of ``__all__`` when it is first asked for (PEP 562)."""
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        """Return what is public, whether it has been imported yet or not."""
        return sorted({*globals(), *__all__})
