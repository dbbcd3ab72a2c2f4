"""Reading the map that defines a registry (specs/identity.md, section 1)."""

from collections.abc import Mapping

from fairlot.errors import Rejection, Where, place
from fairlot.fields import Fields, Problem
from fairlot.identity.identifier import Canonicaliser
from fairlot.identity.provider import check_provider
from fairlot.identity.registry import (
    ATTRIBUTES_MAX,
    EPOCH_MAX,
    EPOCH_MIN,
    EPOCH_SECONDS,
    ISSUERS_MAX,
    REGISTRY_VERSION,
    SEASON_MAX,
    THRESHOLD_MAX,
    TIME_SPAN_MAX,
    Attribute,
    Disputes,
    Issuer,
    Recovering,
    Registry,
    RegistryId,
)
from fairlot.identity.uniqueness import read_uniqueness
from fairlot.logs import LogRule, check_separate, read_board, read_witnesses
from fairlot.names import HASH_LENGTH
from fairlot.text import check_attribute, shown
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import G2_LENGTH
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import KEY_LENGTH, VerifyKey, check_verify_key


def read_registry(value: Value | Mapping[str, Value]) -> Registry:
    """Return the registry that a map defines; its sharing is not checked.

    Raises:
        Rejection: ``registry.field``, ``registry.key``, ``registry.board``,
            ``registry.witnesses``, ``registry.attributes``, ``registry.issuers``,
            ``registry.season``, ``registry.epoch``, ``registry.recovery``,
            ``registry.provider``.
    """
    fields = Fields(value, ("registry",), _field_error)
    fields.exactly("v", REGISTRY_VERSION)
    registry = Registry(
        rehearsal=fields.flag("rehearsal"),
        season=fields.uint("season", high=SEASON_MAX),
        starts=fields.uint("starts"),
        ends=fields.uint("ends"),
        attributes=tuple(_attribute(f) for f in fields.maps("attributes")),
        nym_secrets=fields.uint("nym_secrets", 1, 255),
        threshold=fields.uint("threshold", 0, THRESHOLD_MAX),
        issuers=tuple(_issuer(f) for f in fields.maps("issuers")),
        attesters=tuple(map(VerifyKey, fields.byte_strings("attesters", KEY_LENGTH))),
        board=read_board(fields.map("board"), _log_error),
        witnesses=read_witnesses(fields, _log_error),
        recovery=_recovery(fields.map("recovery")),
        disputes=_disputes(fields.map("disputes")),
        uniqueness=read_uniqueness(fields.map("uniqueness")),
        epoch=fields.uint("epoch", EPOCH_MIN, EPOCH_MAX),
        tail=fields.uint("tail", high=TIME_SPAN_MAX),
        previous=_previous(fields),
    )
    fields.done()
    _check(registry)
    check_separate(registry.log, _keys(registry), fields.at("witnesses"), _log_error)
    return registry


def _attribute(fields: Fields) -> Attribute:
    attribute = Attribute(fields.text("name"), fields.texts("values"))
    fields.done()
    return attribute


def _issuer(fields: Fields) -> Issuer:
    key, share = fields.bytes("key", KEY_LENGTH), fields.bytes("share", G2_LENGTH)
    fields.done()
    return Issuer(VerifyKey(key), share)


def _recovery(fields: Fields) -> Recovering:
    recovery = Recovering(
        quorum=fields.uint("quorum", 1, 255),
        cooling=fields.uint("cooling", 1, TIME_SPAN_MAX),
        freeze=fields.uint("freeze", 1, TIME_SPAN_MAX),
        detection=fields.uint("detection", 1, TIME_SPAN_MAX),
    )
    fields.done()
    return recovery


def _disputes(fields: Fields) -> Disputes:
    key = VerifyKey(fields.bytes("key", KEY_LENGTH))
    disputes = Disputes(key, fields.uint("within", 1, TIME_SPAN_MAX))
    fields.done()
    return disputes


def _previous(fields: Fields) -> RegistryId | None:
    if not fields.has("previous"):
        return None
    return RegistryId(fields.bytes("previous", HASH_LENGTH))


def _field_error(problem: Problem) -> Rejection:
    return Rejection("registry.field", str(problem))


def _log_error(rule: LogRule, where: Where, text: str) -> Rejection:
    """Return the error for a board or for witnesses that break a rule."""
    problem = f"{place(where)} {text}"
    match rule:
        case LogRule.NAME:
            return Rejection("registry.board", problem)
        case LogRule.KEY:
            return Rejection("registry.key", problem)
        case LogRule.WITNESSES:
            return Rejection("registry.witnesses", problem)


def _keys(registry: Registry) -> tuple[VerifyKey, ...]:
    """Return all keys of a registry, but for those of its witnesses."""
    issuers = (issuer.key for issuer in registry.issuers)
    return (
        *issuers,
        *registry.attesters,
        registry.board.key,
        registry.disputes.key,
    )


def _check(registry: Registry) -> None:
    for key in _keys(registry):
        _check_key(key)
    _check_schema(registry)
    _check_issuers(registry)
    _check_times(registry)
    attesters = len(set(registry.attesters))
    if registry.recovery.quorum > attesters:
        quorum = f"a recovery needs {registry.recovery.quorum} attesters"
        raise Rejection("registry.recovery", f"{quorum}, and there are {attesters}")
    _check_provider(registry)


def _check_provider(registry: Registry) -> None:
    """Check that accounts, and they alone, have a provider (specs/attesters.md, step 11)."""
    # Step 11.
    uniqueness = registry.uniqueness
    by_account = uniqueness.source.canonicaliser is Canonicaliser.ACCOUNT
    if by_account != (uniqueness.provider is not None):
        problem = (
            "a provider must be named if people are told apart by accounts, not else"
        )
        raise Rejection("registry.provider", problem)
    if uniqueness.provider is not None:
        check_provider(uniqueness.provider, rehearsal=registry.rehearsal)


def _check_schema(registry: Registry) -> None:
    names = [attribute.name for attribute in registry.attributes]
    if len(names) > ATTRIBUTES_MAX:
        rule = f"there must be at most {ATTRIBUTES_MAX} attributes, found {len(names)}"
        raise Rejection("registry.attributes", rule)
    if len(set(names)) != len(names):
        raise Rejection("registry.attributes", "attribute names must be distinct")
    for attribute in registry.attributes:
        _check_attribute(attribute)


def _check_issuers(registry: Registry) -> None:
    members, t = len(registry.issuers), registry.threshold
    if not 3 * t < members <= ISSUERS_MAX:
        least = f"t = {t} needs {3 * t + 1} to {ISSUERS_MAX} issuers"
        raise Rejection("registry.issuers", f"{least}, and there are {members}")
    if len({issuer.key for issuer in registry.issuers}) != members:
        raise Rejection("registry.issuers", "issuers must have distinct keys")
    if len(registry.uniqueness.shares) != members:
        problem = "there must be one share of the key of tags for each issuer"
        raise Rejection("registry.issuers", problem)


def _check_times(registry: Registry) -> None:
    if registry.starts >= registry.ends:
        raise Rejection("registry.season", "the season must start before it ends")
    if registry.epoch != EPOCH_SECONDS and not registry.rehearsal:
        rule = f"an epoch has {EPOCH_SECONDS} seconds, but for a rehearsal's"
        raise Rejection("registry.epoch", rule)


def _check_key(key: VerifyKey) -> None:
    try:
        check_verify_key(key)
    except CryptoError as error:
        raise Rejection("registry.key", f"a key of the registry: {error}") from error


def _check_attribute(attribute: Attribute) -> None:
    name, values = shown(attribute.name), attribute.values
    check_attribute(
        attribute.name,
        lambda why: Rejection("registry.attributes", f"the attribute {name} {why}"),
    )
    if len(set(values)) != len(values) or "" in values:
        problem = f"values of the attribute {name} must be distinct and non-empty"
        raise Rejection("registry.attributes", problem)
