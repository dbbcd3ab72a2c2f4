"""The pools of TERMS.toml (specs/terms-file.md, section 3.2)."""

from collections.abc import Mapping, Sequence

from fairlot.fields import UINT_MAX
from fairlot.inputs.toml_table import Table
from fairlot.terms.pool import MAIN_POOL, Mechanism, Pool, Requirement, Tier
from fairlot.terms.pool_rules import MAX_POOLS, broken_rules
from fairlot.text import shown
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.keys import KEY_LENGTH, VerifyKey, check_verify_key

RETURN = "return"
"""What a seller writes for units that come back to it."""

_DIGITS = 2 * KEY_LENGTH
_TIER = ("name", "price", "supply")
_EVERY = ("unsold", "again", "requires", "puzzle")
_OFFER = ("supply", "price")
_KEYS: Mapping[Mechanism, tuple[Sequence[str], Sequence[str]]] = {
    Mechanism.EQUAL_SHARE: (_OFFER, ("cap",)),
    Mechanism.QUADRATIC: (_OFFER, ("cap",)),
    Mechanism.LOTTERY: (_OFFER, ("group_max", "certain")),
    Mechanism.AUCTION: (_OFFER, ()),
    Mechanism.TIERS: (("tiers",), ()),
}
"""Keys of each mechanism's own: those that must be given, those that may."""

_OWN = tuple(
    dict.fromkeys(key for keys in _KEYS.values() for part in keys for key in part)
)
POOL_KEYS = ("mechanism", *_OWN, *_EVERY)
"""What describes a pool; at the top level it describes the only one."""


def read_pool_tables(
    top: Table, required: Sequence[str], optional: Sequence[str]
) -> tuple[Pool, ...]:
    """Return the pools: the one of the top level, or those of ``[[pool]]``.

    Args:
        top: the top level, whose keys are checked as well.
        required: keys of the top level that describe no pool and must be there.
        optional: those that may be there.

    Raises:
        InputError: ``terms-file.pools``, ``terms-file.unknown``,
            ``terms-file.missing``, ``terms-file.table``, ``terms-file.text``,
            ``terms-file.integer``, ``terms-file.range``, ``terms-file.boolean``,
            ``terms-file.array``, ``terms-file.mechanism``, ``terms-file.pool-name``,
            ``terms-file.group``, ``terms-file.certain``, ``terms-file.tiers``,
            ``terms-file.requires``, ``terms-file.key``.
    """
    if "pool" in top.values:
        tables = _pool_tables(top, required, optional)
        names = ((), ("name",)) if len(tables) == 1 else (("name",), ())
        pools = tuple(_pool(table, *names) for table in tables)
    else:
        tables = (top,)
        pools = (_pool(top, required, (*optional, "pool")),)
    for broken in broken_rules(pools):
        place = broken.path(1).removeprefix(".")
        raise tables[broken.pool].error(broken.rule, place, broken.problem)
    return pools


def _pool_tables(
    top: Table, required: Sequence[str], optional: Sequence[str]
) -> tuple[Table, ...]:
    for key in top.values:
        if key in POOL_KEYS:
            problem = "describes a pool beside [[pool]]: move it into the pool it is of"
            raise top.error("pools", key, problem)
    top.check_keys(required, (*optional, "pool"))
    tables = top.tables("pool")
    if not 1 <= len(tables) <= MAX_POOLS:
        raise top.error("pools", "pool", f"must be given 1 to {MAX_POOLS} times")
    return tables


def _pool(table: Table, required: Sequence[str], optional: Sequence[str]) -> Pool:
    """Return the pool of a table that may have other keys too."""
    _check_keys(table, required, optional)
    mechanism = _mechanism(table)
    tiers = _tiers(table) if mechanism is Mechanism.TIERS else ()
    supply, price = _offer(table, mechanism)
    return Pool(
        name=_name(table),
        mechanism=mechanism,
        supply=sum(tier.supply for tier in tiers) if tiers else supply,
        price=price,
        cap=_cap(table, mechanism, supply),
        group_max=table.integer("group_max", 1, UINT_MAX, 1),
        certain=table.integer("certain", 0, UINT_MAX, 0),
        tiers=tiers,
        unsold=_unsold(table),
        again=table.flag("again", default=False),
        requires=_requires(table),
        puzzle=_puzzle(table),
    )


def _check_keys(table: Table, required: Sequence[str], optional: Sequence[str]) -> None:
    word = table.values.get("mechanism")
    known = [each for each in Mechanism if each == word]
    must, may = _KEYS[known[0]] if known else ((), _OWN)
    if "mechanism" not in table.values and "tiers" not in table.values:
        must = _OFFER
    elsewhere = {
        key: f"has no meaning for mechanism = {shown(str(word))}: remove it"
        for key in _OWN
    }
    must = (*required, "mechanism", *must)
    table.check_keys(must, (*optional, *may, *_EVERY), elsewhere)


def _name(table: Table) -> str:
    if "name" not in table.values:
        return MAIN_POOL
    name = table.text("name")
    if name == RETURN:
        problem = f'is "{RETURN}", which says of unsold units that nobody gets them'
        raise table.error("pool-name", "name", f"{problem}: choose another name")
    return name


def _mechanism(table: Table) -> Mechanism:
    word = table.text("mechanism")
    try:
        return Mechanism(word)
    except ValueError as error:
        known = ", ".join(f'"{each}"' for each in Mechanism)
        problem = f"must be one of {known}, found {shown(word)}"
        raise table.error("mechanism", "mechanism", problem) from error


def _offer(table: Table, mechanism: Mechanism) -> tuple[int, int]:
    """Return supply and price; tiers have their own."""
    if mechanism is Mechanism.TIERS:
        return 0, 0
    least = 1 if mechanism is Mechanism.QUADRATIC else 0
    supply = table.integer("supply", 0, UINT_MAX)
    return supply, table.integer("price", least, UINT_MAX)


def _cap(table: Table, mechanism: Mechanism, supply: int) -> int:
    if "cap" in _KEYS[mechanism][1]:
        return table.integer("cap", 1, UINT_MAX, max(1, supply))
    return 1


def _tiers(table: Table) -> tuple[Tier, ...]:
    tiers = table.tables("tiers")
    for tier in tiers:
        tier.check_keys(_TIER, ())
    return tuple(
        Tier(
            tier.text("name"),
            tier.integer("price", 0, UINT_MAX),
            tier.integer("supply", 0, UINT_MAX),
        )
        for tier in tiers
    )


def _unsold(table: Table) -> str | None:
    to = table.text("unsold") if "unsold" in table.values else RETURN
    return None if to == RETURN else to


def _requires(table: Table) -> tuple[Requirement, ...]:
    needs = table.open_table("requires")
    return tuple(
        Requirement(name, tuple(sorted(needs.texts(name))))
        for name in sorted(needs.values)
    )


def _puzzle(table: Table) -> VerifyKey | None:
    if "puzzle" not in table.values:
        return None
    text = table.text("puzzle")
    try:
        # fromhex skips blanks, which the length then excludes.
        return check_verify_key(bytes.fromhex(text if len(text) == _DIGITS else ""))
    except (ValueError, EncodingError) as error:
        problem = "must be the 64 hexadecimal digits that fairlot puzzle prints"
        raise table.error("key", "puzzle", f"{problem}, found {shown(text)}") from error
