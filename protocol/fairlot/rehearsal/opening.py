"""How logs of a rehearsal begin, and when deposits come (specs/rehearsal.md, section 3)."""

from fairlot.board.registry_keeper import RegistryBoard
from fairlot.entry import EntryType, sign_entry
from fairlot.identity.committee import signed_roll
from fairlot.rehearsal.draw import Poster, Posting
from fairlot.rehearsal.parts import START, Parts
from fairlot.terms.terms import Terms

DEPOSITS_FROM, DEPOSITS_UNTIL = 60, 3_000
"""Seconds after the sale opens."""


def begin_registry(registrar: Posting[RegistryBoard], parts: Parts) -> None:
    """Post a new registry on its log (step 3)."""
    # Where all fall silent, they do so afterwards.
    issuer, *_ = parts.issuers or parts.everybody
    value, name = parts.registry.to_value(), parts.registry.registry_id
    first = sign_entry(EntryType.REGISTRY, name, value, issuer.key)
    registrar.post([first], START)


def begin_sale(poster: Poster, parts: Parts, terms: Terms) -> None:
    """Post the terms on the log of the sale (step 3)."""
    value = terms.to_value()
    first = sign_entry(EntryType.TERMS, terms.sale_id, value, parts.seller)
    poster.post([first], terms.times.open)


def open_sale(registrar: Posting[RegistryBoard], poster: Poster, parts: Parts) -> None:
    """Post a roll of everybody, and open the sale with it (step 5)."""
    keeper, registry = registrar.board, parts.registry
    opens = poster.board.state.terms.times.open
    roll = keeper.roll_due(opens, registry.closes)
    body = signed_roll(registry.registry_id, roll, parts.issuers)
    registrar.watcher.acknowledged((keeper.append_roll(body, opens),))
    newest = list(keeper.state.rolls)[-1]
    poster.open(newest, opens)


def deposit_time(opens: int, number: int, batches: int) -> int:
    """Return when a batch of deposits is posted (step 5).

    Args:
        opens: when the sale opens, Unix seconds.
        number: of the batch, from 0.
        batches: how many there are.
    """
    span = DEPOSITS_UNTIL - DEPOSITS_FROM
    return opens + DEPOSITS_FROM + span * number // batches


def payment_time(opens: int) -> int:
    """Return when payments are posted, where the sale opens then (step 6)."""
    return opens + DEPOSITS_UNTIL
