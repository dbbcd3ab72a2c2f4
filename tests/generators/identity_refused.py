"""Leaves and shares that are refused; a part of chapter identity."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.errors import Rejection
from fairlot.fields import Fields, Problem
from fairlot.identity.boxes import box_statement
from fairlot.identity.enrolment import Enrolment, receive_identity
from fairlot.identity.leaf import (
    Leaf,
    LeafShare,
    check_leaf,
    combine_shares,
    read_leaf,
    sign_share,
)
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import scalar_to_bytes
from fairlot_crypto.hashing import GROUP_ORDER, i2osp
from fairlot_crypto.keys import OpeningKey, seal
from fairlot_crypto.statements import Statements
from generators.case import Case, Raw, reject
from generators.committee_setting import GROUP, stream
from generators.edits import edited, without
from generators.identity_setting import Setting, leaf_octets, registry_octets, setting

_IDENTITY = b"\xc0" + bytes(47)
_OFF_SUBGROUP = b"\x80" + bytes(47)


def cases() -> Sequence[Case]:
    """Return the cases."""
    return (
        *(_edited(*row) for row in _edits()),
        *(_leaf(*row) for row in _signed()),
        *_combinations(),
        *(_received(*row) for row in _boxes()),
    )


def _edits() -> Sequence[tuple[str, str, str, str, Value]]:
    """Change the leaf of four issuers without their signatures."""
    leaf = setting(4, 1, 2).leaf
    shares = [_share_value(share) for share in leaf.shares]
    first, second, third, fourth = shares
    as_fourth = {**third, "issuer": 4}
    other = setting().leaf.commitment
    field, signature = "entry.field", "leaf.signature"
    order = "Each issuer counts once; a leaf has one form."
    bound = "The issuers signed another leaf."
    moved = "A leaf would be copied: one person would count twice."
    thief = "The holder's key would be changed without a recovery."
    few = "n - t issuers sign: fewer would let t invent people."
    combined = "IC is the combination: it would hold another person's secrets."
    off = "leaf.commitment"
    return (
        ("version-zero", "The first version is 1.", field, "version", 0),
        ("version-large", "It has 4 bytes.", field, "version", 2**32),
        ("holder-short", "A hash has 32 bytes.", field, "holder", bytes(31)),
        ("unknown-field", "A leaf has one form.", field, "note", ""),
        ("commitment-short", "A point has 48 bytes.", field, "commitment", bytes(47)),
        ("issuer-zero", "Issuers count from 1.", field, "shares/0/issuer", 0),
        ("share-field", "A leaf has one form.", field, "shares/0/note", ""),
        ("status", "A new leaf is active.", "leaf.status", "status", "frozen"),
        ("too-few", few, "leaf.shares", "shares", [first, second]),
        ("none", few, "leaf.shares", "shares", []),
        ("repeated", order, "leaf.shares", "shares", [first, second, second]),
        ("unsorted", order, "leaf.shares", "shares", [second, first, third]),
        ("issuer-unknown", "There are four.", "leaf.shares", "shares/3/issuer", 5),
        ("index", moved, signature, "index", leaf.index + 1),
        ("version", bound, signature, "version", 2),
        ("holder", thief, signature, "holder", bytes(32)),
        ("handle", bound, signature, "handle", bytes(32)),
        ("share-moved", bound, signature, "shares", [first, second, as_fourth]),
        ("share-exchanged", bound, signature, "shares/0/commitment", second["commitment"]),
        ("sig-exchanged", bound, signature, "shares/0/sig", fourth["sig"]),
        ("commitment", combined, off, "commitment", other),
        ("commitment-share", combined, off, "commitment", first["commitment"]),
        ("commitment-identity", combined, off, "commitment", _IDENTITY),
    )  # fmt: skip


def _share_value(share: LeafShare) -> dict[str, Value]:
    return {"issuer": share.issuer, "commitment": share.commitment, "sig": share.sig}


def _edited(name: str, rule: str, code: str, path: str, new: Value) -> Case:
    case = setting(4, 1, 2)
    value = edited(case.leaf.to_value(), path, new)
    return _refused(name, rule, code, case, cbor.encode(value))


def _signed() -> Sequence[tuple[str, str, str, Setting, Leaf]]:
    """Let issuers sign what they must not."""
    small, large = setting(), setting(4, 1, 2)
    off = "The shares lie on no polynomial: subsets would see different secrets."
    other = large.leaf.shares[1].commitment
    point = "A share is a point of G1 other than the identity."
    code = "leaf.commitment"
    foreign = replace(large.leaf, shares=large.leaf.shares[:1])
    return (
        ("share-off", off, code, large, _with_share(large, 1, other)),
        ("last-off", off, code, large, _with_share(large, 4, other)),
        ("share-identity", point, code, large, _with_share(large, 2, _IDENTITY)),
        ("share-off-subgroup", point, code, large, _with_share(large, 2, _OFF_SUBGROUP)),
        ("alone-identity", point, code, small, _with_share(small, 1, _IDENTITY)),
        ("other-registry", "Signed for another registry.", "leaf.signature", small, foreign),
    )  # fmt: skip


def _with_share(case: Setting, issuer: int, commitment: bytes) -> Leaf:
    key = case.issuers[issuer - 1].key
    made = sign_share(case.registry, case.leaf, issuer, commitment, key)
    shares = tuple(made if s.issuer == issuer else s for s in case.leaf.shares)
    return replace(case.leaf, shares=shares)


def _leaf(name: str, rule: str, code: str, case: Setting, leaf: Leaf) -> Case:
    return _refused(f"signed-{name}", rule, code, case, leaf_octets(leaf))


def _refused(name: str, rule: str, code: str, case: Setting, encoded: bytes) -> Case:
    return reject(
        f"leaf-{name}",
        rule,
        code,
        {
            "op": "check-leaf",
            "registry": registry_octets(case.registry),
            "leaf": encoded,
        },
        lambda: _read_and_check(case, encoded),
    )


def _read_and_check(case: Setting, encoded: bytes) -> None:
    fields = Fields(cbor.decode(encoded), ("body",), _field_error)
    check_leaf(GROUP, case.registry, read_leaf(fields), Statements())


def _field_error(problem: Problem) -> Rejection:
    return Rejection("entry.field", str(problem))


def _combinations() -> Sequence[Case]:
    case = setting(4, 1, 2)
    good = {share.issuer: share.commitment for share in case.leaf.shares}
    point = GROUP.g1_generator()
    back = (-point).to_bytes()
    half = "Fewer than t + 1 shares determine nothing."
    rows: tuple[tuple[str, str, str, dict[int, bytes]], ...] = (
        ("too-few", half, "leaf.commitment", {1: good[1]}),
        ("none", half, "leaf.commitment", {}),
        ("off", "One share does not fit the others.", "leaf.commitment", {**good, 3: back}),
        ("identity", "IC = 0 hides nothing.", "leaf.commitment", _line_through_zero()),
        ("share-identity", "A share is not 0.", "groups.identity", {**good, 3: _IDENTITY}),
        ("share-no-point", "x is on the curve.", "groups.point", {**good, 3: bytes(48)}),
    )  # fmt: skip
    return [_combination(*row) for row in rows]


def _line_through_zero() -> dict[int, bytes]:
    point = GROUP.g1_generator()
    return {i: (point * i).to_bytes() for i in range(1, 5)}


def _combination(name: str, rule: str, code: str, shares: dict[int, bytes]) -> Case:
    inputs: dict[str, Raw] = {
        "op": "identity-commitment",
        "degree": 1,
        "commitments": {str(i): C_i for i, C_i in shares.items()},
    }
    return reject(
        f"identity-commitment-{name}",
        rule,
        code,
        inputs,
        lambda: combine_shares(GROUP, shares, 1),
    )


def _boxes() -> Sequence[tuple[str, str, Setting, Sequence[bytes], OpeningKey]]:
    small, large = setting(), setting(4, 1, 2)
    (own,) = small.enrolment.sealed
    first = large.enrolment.sealed[:1]
    broken = own[:-1] + bytes([own[-1] ^ 1])
    stranger = OpeningKey(stream.seed("stranger's device"))
    enough = "t + 1 issuers must send theirs."
    return (
        ("other-device", "Only the attested device opens it.", small, (own,), stranger),
        ("box-changed", "Boxes are authentic.", small, (broken,), small.device),
        ("none", enough, small, (), small.device),
        ("too-few", enough, large, first, large.device),
        *(
            (*row, small.device)
            for row in _contents(cbor.decode(small.device.open(own)))
        ),
    )


def _contents(
    share: Value,
) -> Sequence[tuple[str, str, Setting, Sequence[bytes]]]:
    """Put something else into the box of the one issuer."""
    other = scalar_to_bytes(5)
    checked = (
        "Each share is checked against its C_i: else nyms would not be the person's."
    )
    form = "A box holds one form."
    count = "N is the schema's."
    order = i2osp(GROUP_ORDER, 32)
    signed = "The issuer has signed what is in its box, for this leaf."
    moved = replace(setting().leaf, handle=bytes(32))
    rows = (
        ("rho", checked, _resigned(edited(share, "rho", other))),
        ("nym", checked, _resigned(edited(share, "nyms", [other]))),
        ("issuer-unknown", "There is one.", _resigned(edited(share, "issuer", 2))),
        ("unsigned", signed, edited(share, "sig", bytes(64))),
        ("other-leaf", signed, _resigned(share, replace(setting().leaf, index=0))),
        ("other-handle", signed, _resigned(share, moved)),
        ("issuer-zero", form, edited(share, "issuer", 0)),
        ("more-nyms", count, _resigned(edited(share, "nyms", [other, other]))),
        ("no-nyms", count, _resigned(edited(share, "nyms", []))),
        ("nym-number", form, edited(share, "nyms", [5])),
        ("sig-short", form, edited(share, "sig", bytes(63))),
        ("scalar-too-large", "It is below r.", _resigned(edited(share, "rho", order))),
        ("scalar-zero", "It is not 0.", _resigned(edited(share, "rho", bytes(32)))),
        ("unknown-field", form, edited(share, "note", 1)),
        ("missing-field", form, without(share, "rho")),
    )
    return [(name, rule, setting(), (_box(value),)) for name, rule, value in rows]


def _resigned(value: Value, leaf: Leaf | None = None) -> Value:
    """Let the one issuer sign what is in a box."""
    case = setting()
    named = leaf or case.leaf
    fields = Fields(value, ("share",), _field_error)
    rho, nyms = fields.bytes("rho"), fields.byte_strings("nyms")
    of_leaf = case.registry.registry_id, named.index, named.handle
    statement = box_statement(*of_leaf, fields.uint("issuer"), rho, nyms)
    return edited(value, "sig", case.issuers[0].key.sign(statement))


def _box(value: Value) -> bytes:
    return seal(cbor.encode(value), setting().device.public, stream("box"))


def _received(
    name: str, rule: str, case: Setting, sealed: Sequence[bytes], device: OpeningKey
) -> Case:
    enrolment = Enrolment(case.leaf, tuple(sealed), b"")
    values = case.attestation.attributes
    return reject(
        f"receive-{name}",
        rule,
        "enrolment.share",
        {
            "op": "receive",
            "registry": registry_octets(case.registry),
            "leaf": leaf_octets(case.leaf),
            "sealed": list(sealed),
            "device_secret": device.secret,
            "attributes": list(values),
        },
        lambda: receive_identity(GROUP, case.registry, enrolment, device, values),
    )
