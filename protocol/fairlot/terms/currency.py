"""The currency of a sale, where its terms name one (specs/terms.md, section 9)."""

from fairlot.errors import TermsError
from fairlot.fields import Fields
from fairlot.money import MAX_DECIMALS, Currency, check_currency_code


def read_currency(fields: Fields) -> Currency | None:
    """Return the currency that the terms name; ``None`` where they name none.

    Raises:
        TermsError: ``terms.currency``; for other fields or types what ``fields`` raises.
    """
    if not fields.has("currency"):
        return None
    named = fields.map("currency")
    currency = Currency(named.text("code"), named.uint("decimals", 0, MAX_DECIMALS))
    named.done()
    where = named.at("code")
    check_currency_code(
        currency.code, lambda why: TermsError("terms.currency", where, why)
    )
    return currency
