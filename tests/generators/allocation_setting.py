"""Whom and what the vectors of allocation, odds and settlement share, and how they say it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from fairlot.allocation.entering import Entrant
from fairlot.allocation.outcome import Award, Gain, Total
from fairlot.allocation.settlement import LedgerLine
from fairlot.allocation.shape import Order
from fairlot.deposit.puzzle import answer_key
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Pool
from generators.case import Raw

SALE_ID = hashlib.sha256(b"sale").digest()
SEED = hashlib.sha256(b"seed").digest()
PUZZLE = answer_key("the owl of Minerva").public


def sample_nym(label: str) -> bytes:
    """Return 48 bytes that stand for a nym: the first bytes of SHA-512 of ``label``."""
    return hashlib.sha512(label.encode()).digest()[:48]


def sample_entrants(*asked: tuple[int, int]) -> list[Entrant]:
    """Return entrants ``person 0``, ``person 1``, .. from (wants, deposit)."""
    return [
        Entrant(Nym(sample_nym(f"person {i}")), wants, deposit)
        for i, (wants, deposit) in enumerate(asked)
    ]


def numbered(*people: Entrant) -> list[Entrant]:
    """Return people under the nyms of ``person 0``, ``person 1``, .. in their order."""
    return [
        replace(person, nym=Nym(sample_nym(f"person {i}")))
        for i, person in enumerate(people)
    ]


def together(people: Sequence[Entrant], *members: int) -> list[Entrant]:
    """Return people of whom some, by index, have signed as a group of exactly them."""
    gid = group_id(SALE_ID, [people[i].nym for i in members])
    return [
        replace(person, group=gid) if i in members else person
        for i, person in enumerate(people)
    ]


def pool_maps(pools: Iterable[Pool]) -> list[Raw]:
    """Return pools as the terms state them."""
    return [pool.to_value() for pool in pools]


def entrant_maps(entrants: Iterable[Entrant]) -> list[Raw]:
    """Return entrants with all that they ask and show."""
    return [
        {
            "nym": entrant.nym,
            "wants": entrant.wants,
            "deposit": entrant.amount,
            "bid": entrant.bid,
            "tier": entrant.tier,
            "group": entrant.group,
            "attributes": dict(entrant.attributes),
            "solved": sorted(entrant.solved),
            **({"choices": entrant.choices} if entrant.choices else {}),
        }
        for entrant in entrants
    ]


def order_map(order: Order) -> dict[str, Raw]:
    """Return what one person asks of one pool."""
    return {
        "wants": order.wants,
        "deposit": order.budget,
        "bid": order.bid,
        "tier": order.tier,
        "group": order.group,
        "points": order.points,
        "fare": order.fare,
    }


def award_map(award: Award) -> dict[str, Raw]:
    """Return what one person gets from one pool; why is another matter."""
    return {
        "nym": award.nym,
        "q": award.q,
        "units": award.units,
        "payment": award.payment,
        "part": award.part,
    }


def gain_rows(gains: Iterable[Gain]) -> list[Raw]:
    """Return what the pools gave one person."""
    return [[gain.pool, gain.units, gain.payment] for gain in gains]


def ledger_maps(lines: Iterable[LedgerLine]) -> list[Raw]:
    """Return a ledger, line by line."""
    return [
        {
            "nym": line.nym,
            "units": line.units,
            "payment": line.payment,
            "refund": line.refund,
            "refund_to": line.refund_to,
            "gains": gain_rows(line.gains),
        }
        for line in lines
    ]


def total_maps(totals: Sequence[Total]) -> list[Raw]:
    """Return what everybody gets from the whole sale."""
    return [
        {
            "nym": total.nym,
            "units": total.units,
            "payment": total.payment,
            "gains": gain_rows(total.gains),
        }
        for total in totals
    ]
