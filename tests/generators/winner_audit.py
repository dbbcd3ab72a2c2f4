"""Vectors of the winner audit (specs/winner-audit.md)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from fairlot.identity.enrolment import Identity
from fairlot.identity.leaf import Leaf
from fairlot.identity.winner_audit import (
    AuditedSale,
    WinnerAudit,
    WinnerProof,
    read_winner_proof,
)
from fairlot.names import Nym, SaleId, nym_context
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import nym as nym_point
from fairlot_crypto.bbs.winner import AuditKey, Owned, read_certificate
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import Scalar, scalar_to_bytes
from fairlot_crypto.hashing import GROUP_ORDER, tagged_hash
from generators.case import Case, Chapter, Raw, accept, reject
from generators.committee_setting import GROUP, stream
from generators.identity_setting import (
    Setting,
    identity_inputs,
    leaf_octets,
    registry_octets,
    setting,
)
from generators.winner_audit_setting import (
    OTHER_SALE,
    SALE,
    auditor,
    certificate,
    claim_opening,
    minted,
    owned,
    prove,
    shown,
    simulate,
)

_IDENTITY = b"\xc0" + bytes(47)
_OFF_SUBGROUP = b"\x80" + bytes(47)
OTHER_NYM = b"\xff" * 48


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "winner-audit",
        "`op` names a procedure of specs/winner-audit.md: certificate is step 2, "
        "read-certificate step 3, prove step 10, check steps 11 to 15. `registry`, `identity` "
        "and each of `leaves`, which are on the registry log, are as in chapter identity. "
        "The `roll` had `enrolled` leaves, of which those of the indexes in `closed` were "
        "closed. `winners` are nyms. The files `before` were checked before `file`, each "
        "for the nym that it names, and held. `secret` is the auditor's v. Scalars have 32 "
        "bytes. `seed` starts a seeded source (notation.md, section 6), of which "
        "32 bytes are taken.",
        (
            *_certificates(),
            *_refused_certificates(),
            *(_prove(case, given) for case, given in _people()),
            *(
                _check(f"check-{case.name}", "", case, given)
                for case, given in _people()
            ),
            _simulated(),
            *_refused(),
        ),
    )


def _people() -> Sequence[tuple[Setting, WinnerProof]]:
    shapes = ((1, 0, 1), (4, 1, 2))
    return [(setting(*shape), shown(*shape)) for shape in shapes]


def _certificates() -> Sequence[Case]:
    key = auditor()
    made = certificate(key)
    secret: dict[str, Raw] = {"secret": scalar_to_bytes(key.secret)}
    return (
        accept(
            "certificate",
            "V, and a proof that its owner knows v.",
            {"op": "certificate", **secret, "seed": stream.seed("certificate")},
            {"certificate": made},
        ),
        accept(
            "read-certificate",
            "A holder takes V from it.",
            {"op": "read-certificate", "certificate": made},
            {"verifier": key.public(GROUP).to_bytes()},
        ),
    )


def _refused_certificates() -> Sequence[Case]:
    made = certificate(auditor())
    V, rest = made[:48], made[48:]
    nobody = GROUP.hash_to_g1(b"nobody knows v", b"fairlot-v1/vectors").to_bytes()
    other = auditor("other").public(GROUP).to_bytes()
    one = scalar_to_bytes(1)
    unknown = "Nobody need know v: the answer would convince everybody."
    rows = (
        ("short", "It is V and two scalars.", "winner.key", made[:-1]),
        ("long", "Nothing follows.", "winner.key", made + b"\x00"),
        ("bare", unknown, "winner.key", V),
        ("identity", "Everybody knows v = 0.", "winner.key", _IDENTITY + rest),
        ("subgroup", "V is no point of G1.", "winner.key", _OFF_SUBGROUP + rest),
        ("zero", "A scalar is from 1.", "winner.key", V + bytes(32) + rest[32:]),
        ("r", "A scalar is below r.", "winner.key", V + rest[:32] + _order()),
        ("hashed", unknown, "winner.key-proof", nobody + rest),
        ("copied", "The proof is for one V.", "winner.key-proof", other + rest),
        ("response", unknown, "winner.key-proof", V + rest[:32] + one),
    )
    return [_no_key(*row) for row in rows]


def _order() -> bytes:
    return GROUP_ORDER.to_bytes(32, "big")


def _no_key(name: str, rule: str, code: str, data: bytes) -> Case:
    inputs: dict[str, Raw] = {"op": "read-certificate", "certificate": data}
    name = f"read-certificate-{name}"
    return reject(name, rule, code, inputs, lambda: read_certificate(GROUP, data))


def _prove(case: Setting, given: WinnerProof) -> Case:
    return accept(
        f"prove-{case.name}",
        "What a winner sends to the auditor.",
        {
            "op": "prove",
            "registry": registry_octets(case.registry),
            "identity": identity_inputs(case.identity),
            "sale_id": SALE,
            "certificate": certificate(auditor()),
            "seed": stream.seed(f"winner {case.name}"),
        },
        {"file": given.encode()},
        {"nym": given.nym, "proof": given.proof},
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What an auditor knows, but for the registry and the key."""

    leaves: tuple[Leaf, ...]
    enrolled: int
    closed: frozenset[int]
    winners: tuple[Nym, ...]
    sale_id: SaleId = SALE
    before: tuple[WinnerProof, ...] = ()

    def sale(self, case: Setting) -> AuditedSale:
        """Return the sale as the library takes it."""
        posted = replace(case.rolls[1], enrolled=self.enrolled, closed=self.closed)
        leaves = {leaf.index: leaf for leaf in self.leaves}
        won = frozenset(self.winners)
        return AuditedSale(GROUP, case.registry, self.sale_id, posted, leaves, won)


def told(case: Setting, *winners: Nym) -> Told:
    """Return what an auditor knows of a sale that the leaf of a setting could enter."""
    leaf = case.leaf
    return Told((leaf,), leaf.index + 1, frozenset(), winners)


def _inputs(
    case: Setting, file: bytes, nym: Nym, known: Told, key: AuditKey
) -> dict[str, Raw]:
    roll: dict[str, Raw] = {"enrolled": known.enrolled}
    roll["closed"] = [*sorted(known.closed)]
    return {
        "op": "check",
        "registry": registry_octets(case.registry),
        "leaves": [leaf_octets(leaf) for leaf in known.leaves],
        "roll": roll,
        "sale_id": known.sale_id,
        "winners": list(known.winners),
        "nym": nym,
        "secret": scalar_to_bytes(key.secret),
        "before": [each.encode() for each in known.before],
        "file": file,
    }


def _check(
    name: str,
    comment: str,
    case: Setting,
    given: WinnerProof,
    known: Told | None = None,
) -> Case:
    knows = known or told(case, given.nym)
    file, nym, key = given.encode(), given.nym, auditor()
    attempt(case, file, nym, knows, key)
    inputs = _inputs(case, file, nym, knows, key)
    said = comment or "The nym belongs to the leaf."
    return accept(name, said, inputs, {"index": given.index})


def attempt(case: Setting, file: bytes, nym: Nym, known: Told, key: AuditKey) -> None:
    """Check a file as the auditor does."""
    audit = WinnerAudit(known.sale(case), key)
    for each in known.before:
        audit.check(each.nym, each)
    audit.check(nym, read_winner_proof(file))


def _simulated() -> Case:
    """Let the auditor make a proof about a nym that belongs to no leaf."""
    case = setting()
    given = _of_minted(case, lambda o: simulate(o, auditor().secret, stream("sim")))
    comment = "The auditor can make it for any nym: so it convinces nobody else."
    return _check("check-simulated", comment, case, given)


def _of_minted(case: Setting, make: Callable[[Owned], bytes]) -> WinnerProof:
    """Return a file about the nym of a credential without a leaf."""
    _, *secrets = minted(case)
    nym = Nym(nym_point(GROUP, nym_context(SALE), secrets).to_bytes())
    given = replace(shown(), nym=nym)
    return replace(given, proof=make(owned(case, given)))


def _refused() -> Sequence[Case]:
    rows = (*_malformed(), *_about_other(), *_altered(), *_cheats())
    return [*(_no(*row) for row in rows), *_no_points(), *_off_the_roll(), *_twice()]


def _off_the_roll() -> Sequence[Case]:
    case, given = setting(), shown()
    knows, nym = told(case, given.nym), given.nym
    index, other = case.leaf.index, Nym(OTHER_NYM)
    late = "Who was enrolled after the roll could not enter."
    closed = "A leaf that was closed at the roll could not enter."
    rows = (
        ("late", late, "winner.roll", replace(knows, enrolled=index)),
        ("closed", closed, "winner.roll", replace(knows, closed=frozenset({index}))),
        ("no-leaf", "There is no such leaf.", "winner.roll", replace(knows, leaves=())),
        (
            "loser",
            "Only winners are asked.",
            "winner.loser",
            replace(knows, winners=()),
        ),
        ("other-loser", "Not they have won.", "winner.loser", told(case, other)),
    )
    return [_unlike(*row, nym, given) for row in rows]


def _twice() -> Sequence[Case]:
    """Let somebody who has got the auditor's key make an answer for another nym."""
    case, given = setting(), shown()
    made = _of_minted(case, lambda o: simulate(o, auditor().secret, stream("sim")))
    both = replace(told(case, given.nym, made.nym), before=(given,))
    leaf = replace(case.leaf, index=case.leaf.index + 1)
    second = replace(case, identity=replace(case.identity, leaf=leaf))
    again = prove(second, second.identity)
    two = Told((case.leaf, leaf), leaf.index + 1, frozenset(), (given.nym,))
    rows = (
        ("leaf-twice", "A leaf has one nym in a sale.", both, made),
        ("nym-twice", "A nym has one leaf.", replace(two, before=(given,)), again),
    )
    return [
        _check("check-again", "The same answer again.", case, given, replace(both)),
        *(
            _unlike(name, rule, "winner.twice", known, made.nym, made)
            for name, rule, known, made in rows
        ),
    ]


def _unlike(
    name: str, rule: str, code: str, known: Told, nym: Nym, given: WinnerProof
) -> Case:
    case, file, key = setting(), given.encode(), auditor()
    inputs = _inputs(case, file, nym, known, key)
    attempted = partial(attempt, case, file, nym, known, key)
    return reject(f"check-{name}", rule, code, inputs, attempted)


Row = tuple[str, str, str, Mapping[str, Value] | bytes]
"""Name, rule, code, the map of the file or its bytes."""


def _file() -> Mapping[str, Value]:
    value = cbor.decode(shown().encode())
    return value if isinstance(value, Mapping) else {}


def _malformed() -> Sequence[Row]:
    file, code = _file(), "winner.malformed"
    fewer = {name: value for name, value in file.items() if name != "index"}
    return (
        ("version", "The form has one version.", code, {**file, "v": 2}),
        ("missing", "Every key is there.", code, fewer),
        ("unknown", "No other key is.", code, {**file, "note": "hello"}),
        ("short-nym", "A nym has 48 bytes.", code, {**file, "nym": bytes(47)}),
        ("trailing", "Nothing follows.", code, shown().encode() + b"\x00"),
        ("text", "It is a map.", code, cbor.encode("proof")),
    )


def _about_other() -> Sequence[Row]:
    case, file = setting(), _file()
    elsewhere = tagged_hash("registry", b"another")
    sale = _file_of(prove(case, case.identity, OTHER_SALE))
    key = _file_of(prove(case, case.identity, key=auditor("other")))
    own = "The auditor's own values decide, not those of the file."
    nym = {**file, "nym": sale["nym"]}
    return (
        ("registry", own, "winner.registry", {**file, "registry": elsewhere}),
        ("leaf", own, "winner.roll", {**file, "index": 6}),
        ("sale", "An answer is for one sale.", "winner.sale", sale),
        ("nym", own, "winner.nym", nym),
        ("verifier", "An answer is for one auditor.", "winner.verifier", key),
    )


def _file_of(given: WinnerProof) -> Mapping[str, Value]:
    value = cbor.decode(given.encode())
    return value if isinstance(value, Mapping) else {}


def _altered() -> Sequence[Row]:
    file, proof = _file(), shown().proof
    case = setting()
    one, zero = scalar_to_bytes(1), bytes(32)
    code, whole = "winner.proof", "The proof has five scalars."
    other_sale = prove(case, case.identity, OTHER_SALE).proof
    other_key = prove(case, case.identity, key=auditor("other")).proof

    def part(at: int, new: bytes) -> Mapping[str, Value]:
        return {**file, "proof": proof[: 32 * at] + new + proof[32 * (at + 1) :]}

    names = ("c", "c-v", "rho", "s", "v")
    return (
        ("short", whole, "winner.length", {**file, "proof": proof[:-32]}),
        ("torn", whole, "winner.length", {**file, "proof": proof[:-1]}),
        ("long", whole, "winner.length", {**file, "proof": proof + one}),
        ("empty", whole, "winner.length", {**file, "proof": b""}),
        *(
            (f"zero-{name}", "A scalar is from 1.", "winner.scalar", part(i, zero))
            for i, name in enumerate(names)
        ),
        ("r", "A scalar is below r.", "winner.scalar", part(0, _order())),
        *(
            (f"part-{name}", "Every part counts.", code, part(i, one))
            for i, name in enumerate(names)
        ),
        (
            "swapped-challenges",
            "Each challenge has its branch.",
            code,
            {**file, "proof": proof[32:64] + proof[:32] + proof[64:]},
        ),
        (
            "moved-sale",
            "The sale is in the challenge.",
            code,
            {**file, "proof": other_sale},
        ),
        (
            "moved-verifier",
            "The auditor is in the challenge.",
            code,
            {**file, "proof": other_key},
        ),
    )


def _cheats() -> Sequence[Row]:
    case = setting()
    rho, *own = minted(case)
    mixed = (case.identity.rho, *own)
    secrets = (case.identity.rho, *case.identity.nym_secrets)
    no_leaf = "The credential was minted without a leaf."

    def file(made: Sequence[Scalar]) -> Mapping[str, Value]:
        given = _of_minted(case, lambda o: claim_opening(o, made, stream("cheat")))
        return _file_of(given)

    return (
        ("minted", no_leaf, "winner.proof", file((rho, *own))),
        ("minted-blind", no_leaf, "winner.proof", file(mixed)),
        ("minted-leaf", "The leaf has another nym.", "winner.proof", file(secrets)),
        (
            "guessed",
            "Only the auditor knows v.",
            "winner.proof",
            _file_of(_of_minted(case, lambda o: simulate(o, Scalar(1), stream("sim")))),
        ),
    )


def _no(name: str, rule: str, code: str, file: Mapping[str, Value] | bytes) -> Case:
    case = setting()
    data = file if isinstance(file, bytes) else cbor.encode(file)
    cheated = name.startswith("minted") or name == "guessed"
    nym = Nym(bytes(_nym_of(file))) if cheated else shown().nym
    known, key = told(case, nym), auditor()
    return reject(
        f"check-{name}",
        rule,
        code,
        _inputs(case, data, nym, known, key),
        lambda: attempt(case, data, nym, known, key),
    )


def _no_points() -> Sequence[Case]:
    """Let the auditor's own values be none: a registry and a sale do not hold such."""
    case, given = setting(), shown()
    other = setting(4, 1).leaf.commitment
    nobody, outside = Nym(_IDENTITY), Nym(_OFF_SUBGROUP)
    no_leaf = replace(case, identity=_with_commitment(case, _IDENTITY))
    off_leaf = replace(case, identity=_with_commitment(case, _OFF_SUBGROUP))
    moved = replace(case, identity=_with_commitment(case, other))
    zero = AuditKey(Scalar(0))
    everybody = "It would be everybody's."
    rows = (
        ("nym-identity", everybody, "winner.identity", case, nobody, auditor()),
        ("nym-subgroup", "It is no point.", "winner.point", case, outside, auditor()),
        ("leaf-identity", everybody, "winner.identity", no_leaf, given.nym, auditor()),
        (
            "leaf-subgroup",
            "It is no point.",
            "winner.point",
            off_leaf,
            given.nym,
            auditor(),
        ),
        (
            "leaf-moved",
            "IC is in the challenge.",
            "winner.proof",
            moved,
            given.nym,
            auditor(),
        ),
        (
            "key-identity",
            "Everybody knows v = 0.",
            "winner.identity",
            case,
            given.nym,
            zero,
        ),
    )
    return [_no_point(*row) for row in rows]


def _with_commitment(case: Setting, commitment: bytes) -> Identity:
    leaf = replace(case.leaf, commitment=commitment)
    return replace(case.identity, leaf=leaf)


def _no_point(
    name: str, rule: str, code: str, case: Setting, nym: Nym, key: AuditKey
) -> Case:
    verifier = key.public(GROUP).to_bytes()
    file = replace(shown(), nym=nym, verifier=verifier).encode()
    known = told(case, nym)
    return reject(
        f"check-{name}",
        rule,
        code,
        _inputs(case, file, nym, known, key),
        lambda: attempt(case, file, nym, known, key),
    )


def _nym_of(file: Mapping[str, Value] | bytes) -> bytes:
    nym = file["nym"] if isinstance(file, Mapping) else b""
    return nym if isinstance(nym, bytes) else b""
