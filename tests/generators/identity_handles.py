"""Handles that issuers make together; a part of chapter identity."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fairlot.identity.leaf import holder_hash
from fairlot.identity.naming import (
    HandleMaker,
    NonceCommitment,
    ToName,
    check_list,
    join_handle,
)
from fairlot_crypto.keys import Signature
from generators.case import Case, Raw, accept, reject
from generators.committee_setting import stream
from generators.identity_setting import (
    INDEX,
    Setting,
    registry_octets,
    setting,
    signing_key,
)

Listed = Sequence[NonceCommitment]


def cases() -> Sequence[Case]:
    """Return the cases."""
    small, large = setting(1, 0, 1), setting(4, 1, 2)
    listed, shown = _hashes(large), _shown(large)
    three = listed[:3]
    return (
        _committed(small, 1),
        *(_committed(large, i) for i in range(1, 5)),
        _joined("alone", "One issuer, the same steps.", small, _hashes(small)),
        _joined("all", "All four take part.", large, listed),
        _joined("three", "The fourth is silent: its part is empty.", large, three),
        _joined("first-silent", "So may another be.", large, listed[1:]),
        *(_unlisted(*row) for row in _lists(listed)),
        *(_unshown(*row, listed) for row in _shown_wrongly(shown)),
    )


def leaf_of(case: Setting) -> ToName:
    """Return the leaf that is to have a handle."""
    return ToName(case.registry, INDEX, holder_hash(case.holder.public))


def _maker(case: Setting, issuer: int, leaf: ToName | None = None) -> HandleMaker:
    key = case.issuers[issuer - 1].key
    return HandleMaker(leaf or leaf_of(case), issuer, key, _nonce(case, issuer))


def _nonce(case: Setting, issuer: int) -> bytes:
    return stream(f"handle {case.name}").derive(f"{issuer}").take(32)


def _hashes(case: Setting) -> Listed:
    return [_maker(case, each.index).commitment for each in case.issuers]


def _shown(case: Setting) -> dict[int, bytes]:
    return {each.index: _nonce(case, each.index) for each in case.issuers}


def _committed(case: Setting, issuer: int) -> Case:
    leaf, made = leaf_of(case), _maker(case, issuer).commitment
    return accept(
        f"commit-nonce-{case.name}-{issuer}",
        "The hash of r_i, signed for this leaf.",
        {
            "op": "commit-nonce",
            "registry": registry_octets(case.registry),
            "index": INDEX,
            "holder": leaf.holder,
            "issuer": issuer,
            "key_seed": case.issuers[issuer - 1].key.seed,
            "nonce": _nonce(case, issuer),
        },
        {"commitment": made.commitment, "sig": made.sig},
        {"statement": leaf.statement(issuer, made.commitment)},
    )


def _inputs(
    case: Setting, listed: Listed, shown: Mapping[int, bytes]
) -> dict[str, Raw]:
    return {
        "op": "join-handle",
        "registry": registry_octets(case.registry),
        "index": INDEX,
        "holder": leaf_of(case).holder,
        "listed": [
            {"issuer": each.issuer, "commitment": each.commitment, "sig": each.sig}
            for each in listed
        ],
        "nonces": {str(issuer): nonce for issuer, nonce in shown.items()},
    }


def _join(case: Setting, listed: Listed, shown: Mapping[int, bytes]) -> bytes:
    check_list(leaf_of(case), listed)
    return join_handle(leaf_of(case), listed, shown)


def _joined(name: str, comment: str, case: Setting, listed: Listed) -> Case:
    shown = {each.issuer: _nonce(case, each.issuer) for each in listed}
    return accept(
        f"join-handle-{name}",
        comment,
        _inputs(case, listed, shown),
        {"handle": _join(case, listed, shown)},
    )


def _lists(listed: Listed) -> Sequence[tuple[str, str, str, Listed]]:
    case = setting(4, 1, 2)
    first, second, third, fourth = listed
    leaf = leaf_of(case)
    order, bound = "Each issuer is on it once, ascending.", "Signed for this leaf."
    few = "With n - t, one honest issuer is unknown to whoever speaks last."
    elsewhere = _maker(case, 1, replace(leaf, index=INDEX + 1)).commitment
    stranger = _maker(case, 1, replace(leaf, holder=bytes(32))).commitment
    later = replace(case.registry, season=case.registry.season + 1)
    season = _maker(case, 1, replace(leaf, registry=later)).commitment
    by_second = HandleMaker(leaf, 1, case.issuers[1].key, _nonce(case, 1)).commitment
    unknown = HandleMaker(leaf, 5, signing_key("fifth"), bytes(32)).commitment
    chosen = replace(first, commitment=second.commitment)
    unsigned = replace(first, sig=Signature(bytes(64)))
    rest = (second, third, fourth)
    signature = "handle.signature"
    return (
        ("few", few, "handle.list", listed[:2]),
        ("none", few, "handle.list", ()),
        ("order", order, "handle.list", (second, first, third)),
        ("twice", order, "handle.list", (first, first, second)),
        ("unknown", "There are four.", "handle.list", (*listed, unknown)),
        ("index", bound, signature, (elsewhere, second, third)),
        ("holder", bound, signature, (stranger, second, third)),
        ("registry", bound, signature, (season, second, third)),
        ("other-key", "By the issuer.", signature, (by_second, second, third)),
        ("changed", "What it hashed.", signature, (chosen, second, third)),
        ("unsigned", "By everybody.", signature, (unsigned, *rest)),
    )


def _unlisted(name: str, rule: str, code: str, listed: Listed) -> Case:
    case = setting(4, 1, 2)
    shown = _shown(case)
    return reject(
        f"join-handle-{name}",
        rule,
        code,
        _inputs(case, listed, shown),
        lambda: _join(case, listed, shown),
    )


def _shown_wrongly(
    shown: Mapping[int, bytes],
) -> Sequence[tuple[str, str, Mapping[int, bytes]]]:
    chosen = "Nobody shows what they chose after they saw the others."
    return (
        ("not-shown", "Everybody on the list shows it.", {**shown, 4: b""}),
        ("missing", "Everybody on the list shows it.", {1: shown[1], 2: shown[2]}),
        ("chosen", chosen, {**shown, 4: bytes(32)}),
        ("swapped", "A hash is of its issuer.", {**shown, 1: shown[2], 2: shown[1]}),
        ("longer", "It is what was hashed.", {**shown, 1: shown[1] + b"\0"}),
    )


def _unshown(name: str, rule: str, shown: Mapping[int, bytes], listed: Listed) -> Case:
    case = setting(4, 1, 2)
    return reject(
        f"join-handle-{name}",
        rule,
        "handle.opening",
        _inputs(case, listed, shown),
        lambda: _join(case, listed, shown),
    )
