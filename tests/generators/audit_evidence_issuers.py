"""Evidence of a wrong part of a credential, and what proves nothing; of chapter audit."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.identity.lies import WrongPart
from fairlot.identity.registry import RollId
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import scalar_to_bytes
from generators.committee_setting import GROUP
from generators.credential_lies import wrong_part
from generators.credential_setting import EPOCH


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
