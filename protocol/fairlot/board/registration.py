"""What a board begins with: the terms and their registry (specs/sale.md, section 3)."""

from fairlot.deposit.rules import check_required
from fairlot.entry import Entry
from fairlot.errors import Rejection, TermsError
from fairlot.identity.registry import Registry, read_registry
from fairlot.terms.terms import Terms


def read_terms(entry: Entry) -> Terms:
    """Return the terms of a TERMS entry; the beacon's set-up is checked elsewhere.

    Raises:
        Rejection: ``terms.*``, ``terms.sale-id``, ``terms.seller``.
    """
    try:
        terms = Terms.from_value(entry.body)
    except TermsError as error:
        raise Rejection(error.code, error.message) from error
    if entry.scope != terms.sale_id:
        raise Rejection(
            "terms.sale-id", "the entry's sale must be the hash of its terms"
        )
    if entry.key != terms.seller:
        raise Rejection(
            "terms.seller", "the terms must be signed by the seller whom they name"
        )
    return terms


def read_registry_of(terms: Terms, entry: Entry) -> Registry:
    """Return the registry of a REGISTRY entry, which the terms name.

    Raises:
        Rejection: ``registry.*``, ``entry.key``.
    """
    registry = read_registry(entry.body)
    if registry.registry_id != terms.registry:
        raise Rejection("registry.id", "this is not the registry that the terms name")
    if entry.key not in [issuer.key for issuer in registry.issuers]:
        raise Rejection("entry.key", "REGISTRY must be signed by one of its issuers")
    if (registry.rehearsal, registry.season) != (terms.rehearsal, terms.season):
        raise Rejection(
            "registry.terms",
            "season and rehearsal must be the same in registry and terms",
        )
    times = terms.times
    if not registry.starts <= times.open < times.unlock < registry.ends:
        raise Rejection(
            "registry.terms",
            "the sale must begin and end inside the registry's season",
        )
    check_required(terms, registry)
    return registry
