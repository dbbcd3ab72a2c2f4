"""Evidence of a wrong part of a credential, and what proves nothing; of chapter audit."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.identity.enrolment import IssuerSecrets, enrol
from fairlot.identity.lies import WrongPart, WrongShare
from fairlot.identity.naming import joint_handle
from fairlot.identity.registry import RollId
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import scalar_to_bytes
from generators.committee_setting import GROUP, stream
from generators.credential_lies import wrong_part
from generators.credential_setting import EPOCH
from generators.identity_setting import INDEX, setting


def parts_shown() -> Sequence[tuple[str, str, WrongPart]]:
    """Return what proves something: name, comment and evidence."""
    return (("part", "A part of another share of the key.", wrong_part()),)


def parts_unproven() -> Sequence[tuple[str, str, str, WrongPart]]:
    """Return what proves nothing: name, rule, code and evidence."""
    wrong = wrong_part()
    first, second, third = wrong.proven
    right = replace(wrong.told, part=first.part)
    lie = replace(second, part=wrong.told.part)
    unsigned, code = "evidence.signature", "evidence.consistent"
    nobody = replace(wrong.told, part=replace(wrong.told.part, index=5))
    bound = "The issuer has signed this part, of this point, epoch and roll."
    one = "Proven parts are of distinct issuers."
    changed = replace(second, masks=(second.masks[0] + GROUP.g1_generator(),))
    masked = (first, changed, third)
    later = replace(wrong.registry, season=wrong.registry.season + 1)
    return (
        ("part-not-said", bound, unsigned, replace(wrong, told=right)),
        ("part-other-point", bound, unsigned, replace(wrong, B=wrong.B + wrong.B)),
        ("part-other-epoch", bound, unsigned, replace(wrong, epoch=EPOCH + 1)),
        ("part-other-roll", bound, unsigned, replace(wrong, roll=RollId(bytes(32)))),
        ("part-other-registry", bound, unsigned, replace(wrong, registry=later)),
        (
            "part-no-issuer",
            "The registry has the issuer.",
            "evidence.issuer",
            replace(wrong, told=nobody),
        ),
        (
            "part-unproven",
            "What shows the lie is proven.",
            code,
            replace(wrong, proven=(first, lie, third)),
        ),
        ("part-masks", "Masks are bound.", code, replace(wrong, proven=masked)),
        ("part-twice", one, code, replace(wrong, proven=(first, first, third))),
    )


def _wrong_share() -> WrongShare:
    """Return evidence against issuer 3 of four, who has other keys of the season."""
    case = setting(4, 1, 2)
    issuers = [strayed(each) if each.index == 3 else each for each in case.issuers]
    drawn = stream("strayed")
    person = case.attestation, INDEX
    named = joint_handle(case.registry, issuers, *person, drawn)
    made = enrol(GROUP, case.registry, issuers, *person, named, drawn)
    (wrong,) = made.wrong
    return wrong


def strayed(issuer: IssuerSecrets) -> IssuerSecrets:
    """Return an issuer with other keys of the season than the rest."""
    changed = {key: bytes(32) for key in issuer.season_keys.keys}
    return replace(issuer, season_keys=replace(issuer.season_keys, keys=changed))


def shares_shown() -> Sequence[tuple[str, str, WrongShare]]:
    """Return what proves something: name, comment and evidence."""
    return (("share", "A share made with other keys.", _wrong_share()),)


def shares_unproven() -> Sequence[tuple[str, str, str, WrongShare]]:
    """Return what proves nothing: name, rule, code and evidence."""
    wrong = _wrong_share()
    first, second, third = wrong.right
    unsigned, code = "evidence.signature", "evidence.consistent"
    bound = "All have signed shares of this leaf in this registry."
    elsewhere = replace(wrong.leaf, index=INDEX + 1)
    carried = replace(wrong.leaf, previous=0)
    later = replace(wrong.registry, season=wrong.registry.season + 1)
    forged = replace(wrong.told, commitment=first.commitment)
    nobody = replace(wrong.told, issuer=5)
    liars = (first, second, wrong.told)
    rows = (
        ("right", "The share fits the others.", code, replace(wrong, told=second)),
        ("framed", "The others agree.", code, replace(wrong, told=third, right=liars)),
        (
            "twice",
            "Issuers ascend.",
            code,
            replace(wrong, right=(first, first, second)),
        ),
        (
            "order",
            "Issuers ascend.",
            code,
            replace(wrong, right=(second, first, third)),
        ),
        ("other-leaf", bound, unsigned, replace(wrong, leaf=elsewhere)),
        ("carried", bound, unsigned, replace(wrong, leaf=carried)),
        ("other-registry", bound, unsigned, replace(wrong, registry=later)),
        ("forged", bound, unsigned, replace(wrong, told=forged)),
        ("no-issuer", bound, unsigned, replace(wrong, told=nobody)),
    )
    return [(f"share-{name}", rule, code, shown) for name, rule, code, shown in rows]


def malformed_shares() -> Sequence[tuple[str, str, dict[str, Value]]]:
    """Return what is no evidence: name, rule and map."""
    value = _wrong_share().to_value()
    right, leaf = value["right"], value["leaf"]
    if not isinstance(right, list) or not isinstance(leaf, dict):
        raise TypeError(value)
    return (
        ("share-few", "2t + 1 agree.", {**value, "right": right[1:]}),
        ("share-more", "No more than 2t + 1.", {**value, "right": [*right, right[0]]}),
        ("share-note", "There is nothing else.", {**value, "leaf": {**leaf, "x": 1}}),
        (
            "share-version",
            "Versions begin with 1.",
            {**value, "leaf": {**leaf, "version": 0}},
        ),
    )


def malformed_parts() -> Sequence[tuple[str, str, dict[str, Value]]]:
    """Return what is no evidence: name, rule and map."""
    value = wrong_part().to_value()
    proven, told = value["proven"], value["told"]
    if not isinstance(proven, list) or not isinstance(told, dict):
        raise TypeError(value)
    zero = scalar_to_bytes(wrong_part().told.part.u)[:-1]
    return (
        ("part-few", "2t + 1 have proved theirs.", {**value, "proven": proven[1:]}),
        (
            "part-more",
            "No more than 2t + 1.",
            {**value, "proven": [*proven, proven[0]]},
        ),
        ("part-registry", "A registry is one.", {**value, "registry": b"\xa0"}),
        ("part-point", "B is a point.", {**value, "point": bytes(48)}),
        ("part-scalar", "Scalars decode.", {**value, "told": {**told, "u": zero}}),
        ("part-note", "There is nothing else.", {**value, "told": {**told, "x": 1}}),
    )
