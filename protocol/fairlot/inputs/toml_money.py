"""Amounts of money in TERMS.toml (specs/terms-file.md, section 3.3)."""

from collections.abc import Mapping

from fairlot.errors import InputError, Where
from fairlot.fields import Fields
from fairlot.inputs.toml_file import TomlFile, WithPoint
from fairlot.money import MAX_DECIMALS, Currency, check_currency_code

MONEY_CODES: Mapping[str, str] = {
    "money.number": "terms-file.integer",
    "money.decimals": "terms-file.decimals",
    "money.range": "terms-file.range",
}
"""What a rule of amounts is called where a seller's file breaks it."""


def read_file_currency(source: TomlFile, top: Fields) -> Currency | None:
    """Return the currency of a file; ``None`` where it names none.

    Raises:
        InputError: ``terms-file.currency``, ``terms-file.text``, ``terms-file.integer``,
            ``terms-file.range``.
    """
    given = {name for name in ("currency", "decimals") if top.has(name)}
    if not given:
        return None
    if "currency" not in given:
        problem = 'has no meaning without currency: add currency = "EUR", or remove it'
        raise source.error("terms-file.currency", top.at("decimals"), problem)
    code = source.text(top, "currency")
    check_currency_code(
        code,
        lambda why: source.error("terms-file.currency", top.at("currency"), why),
    )
    if "decimals" not in given:
        problem = "must be given with currency: decimals = 2 if 45.00 has two"
        raise source.error("terms-file.currency", top.at("decimals"), problem)
    return Currency(code, top.uint("decimals", 0, MAX_DECIMALS))


def smallest(
    source: TomlFile, currency: Currency | None, value: object, where: Where
) -> object:
    """Return an amount in smallest units; what is no amount stays for others to refuse.

    Args:
        source: the file.
        currency: of the file; ``None`` if amounts are in smallest units already.
        value: what is written.
        where: there.

    Raises:
        InputError: ``terms-file.integer``, ``terms-file.decimals``, ``terms-file.range``.
    """
    if currency is None:
        return value
    try:
        if isinstance(value, WithPoint):
            return currency.parse(value.text.removeprefix("+").replace("_", ""))
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return currency.scaled(value)
    except InputError as error:
        raise source.error(MONEY_CODES[error.code], where, error.message) from error
    return value
