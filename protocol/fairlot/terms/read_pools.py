"""Reads the pools of canonical terms (specs/terms.md, section 7)."""

from collections.abc import Sequence
from typing import cast

from fairlot.errors import TermsError
from fairlot.fields import Fields
from fairlot.terms.pool import Mechanism, Pool, Requirement, Tier
from fairlot.terms.pool_rules import MAX_POOLS, broken_rules
from fairlot.terms.read_fields import field_error, read_key
from fairlot.text import shown
from fairlot_crypto.keys import VerifyKey

_CAPPED = (Mechanism.EQUAL_SHARE, Mechanism.QUADRATIC)


def read_pools(maps: Sequence[Fields]) -> tuple[Pool, ...]:
    """Return the pools that the maps of ``terms.pools`` hold, checked completely.

    What is absent has its default, and what is there states another value: one meaning
    has one encoding.

    Raises:
        TermsError: ``terms.pools``, ``terms.pool-name``, ``terms.mechanism``,
            ``terms.field``, ``terms.group``, ``terms.certain``, ``terms.tiers``,
            ``terms.requires``, ``terms.key``.
    """
    if not 1 <= len(maps) <= MAX_POOLS:
        raise TermsError("terms.pools", f"terms.pools has not 1..{MAX_POOLS} pools")
    pools = tuple(_pool(fields) for fields in maps)
    for broken in broken_rules(pools):
        raise broken.in_terms()
    return pools


def _pool(fields: Fields) -> Pool:
    name, mechanism = fields.text("name"), _mechanism(fields)
    tiers = _tiers(fields) if mechanism is Mechanism.TIERS else ()
    supply, price = _offer(fields, mechanism)
    lottery = mechanism is Mechanism.LOTTERY
    pool = Pool(
        name=name,
        mechanism=mechanism,
        supply=sum(tier.supply for tier in tiers) if tiers else supply,
        price=price,
        cap=fields.uint("cap", 1) if mechanism in _CAPPED else 1,
        group_max=_above(fields, "group_max", 1) if lottery else 1,
        certain=_above(fields, "certain", 0) if lottery else 0,
        tiers=tiers,
        unsold=fields.text("unsold") if fields.has("unsold") else None,
        again=_again(fields),
        requires=_requires(fields),
        puzzle=_puzzle(fields),
    )
    fields.done()
    return pool


def _mechanism(fields: Fields) -> Mechanism:
    word = fields.text("mechanism")
    try:
        return Mechanism(word)
    except ValueError as error:
        problem = f"{fields.path}.mechanism is {shown(word)}, which is not known"
        raise TermsError("terms.mechanism", problem) from error


def _offer(fields: Fields, mechanism: Mechanism) -> tuple[int, int]:
    """Return supply and price; tiers have their own."""
    if mechanism is Mechanism.TIERS:
        return 0, 0
    # With a price of 0 no budget would bound a quadratic order.
    least = 1 if mechanism is Mechanism.QUADRATIC else 0
    return fields.uint("supply"), fields.uint("price", least)


def _above(fields: Fields, name: str, default: int) -> int:
    """Return an optional number that is above its default where it is there."""
    return fields.uint(name, default + 1) if fields.has(name) else default


def _tiers(fields: Fields) -> tuple[Tier, ...]:
    return tuple(_tier(tier) for tier in fields.maps("tiers"))


def _tier(fields: Fields) -> Tier:
    tier = Tier(fields.text("name"), fields.uint("price"), fields.uint("supply"))
    fields.done()
    return tier


def _again(fields: Fields) -> bool:
    if not fields.has("again"):
        return False
    fields.exactly("again", expected=True)
    return True


def _requires(fields: Fields) -> tuple[Requirement, ...]:
    if not fields.has("requires"):
        return ()
    value = fields.value("requires")
    path = f"{fields.path}.requires"
    required = Fields(value, path, field_error)
    names = sorted(cast("dict[str, object]", value))
    if not names:
        raise TermsError("terms.requires", f"{path} is empty: leave it out")
    return tuple(Requirement(name, required.texts(name)) for name in names)


def _puzzle(fields: Fields) -> VerifyKey | None:
    if not fields.has("puzzle"):
        return None
    return read_key(fields.value("puzzle"), f"{fields.path}.puzzle")
