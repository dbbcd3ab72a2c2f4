"""Auditors, and provers who do not keep to the rules (specs/winner-audit.md)."""

from collections.abc import Sequence
from functools import cache

from fairlot.identity.enrolment import Identity
from fairlot.identity.winner_audit import WinnerProof, prove_winner
from fairlot.names import SaleId, nym_context
from fairlot_crypto.bbs import octets
from fairlot_crypto.bbs.ciphersuite import API_PSEUDONYM, random_scalars
from fairlot_crypto.bbs.profile import generators
from fairlot_crypto.bbs.pseudonym import context_point, evaluate
from fairlot_crypto.bbs.winner import AuditKey, Owned
from fairlot_crypto.curve import G1, Scalar, random_scalar
from fairlot_crypto.hashing import GROUP_ORDER, i2osp, scalar_for, tagged_hash
from fairlot_crypto.randomness import Randomness
from generators.committee_setting import GROUP, stream
from generators.identity_setting import Setting, setting

SALE = SaleId(tagged_hash("sale", b"a sale of the vectors"))
OTHER_SALE = SaleId(tagged_hash("sale", b"another sale of the vectors"))


def auditor(label: str = "auditor") -> AuditKey:
    """Return the key of an auditor."""
    return AuditKey.generate(stream(label))


def certificate(key: AuditKey, label: str = "certificate") -> bytes:
    """Return what an auditor shows."""
    return key.certificate(GROUP, stream(label))


@cache
def shown(members: int = 1, degree: int = 0, nym_secrets: int = 1) -> WinnerProof:
    """Return the proof of the person of a setting, in SALE, to the auditor."""
    case = setting(members, degree, nym_secrets)
    return prove(case, case.identity)


def prove(
    case: Setting,
    identity: Identity,
    sale_id: SaleId = SALE,
    key: AuditKey | None = None,
) -> WinnerProof:
    """Let a person answer an auditor."""
    shown_to = certificate(key or auditor())
    source = stream(f"winner {case.name}")
    return prove_winner(GROUP, case.registry, identity, sale_id, shown_to, source)


def owned(case: Setting, given: WinnerProof, sale_id: SaleId = SALE) -> Owned:
    """Return what a proof must show to the auditor about the leaf of a setting."""
    return Owned(
        schema=case.registry.schema,
        about=case.registry.registry_id + i2osp(case.leaf.index, 8),
        commitment=case.leaf.commitment,
        ctx=nym_context(sale_id),
        nym=given.nym,
        verifier=auditor().public(GROUP),
    )


def challenge(statement: Owned, points: Sequence[G1]) -> Scalar:
    """Return c* of step 4, computed apart from the library."""
    base = generators(GROUP, statement.schema)
    message = (
        i2osp(len(statement.about), 8)
        + statement.about
        + i2osp(len(statement.ctx), 8)
        + statement.ctx
        + i2osp(statement.schema.nym_secrets, 8)
        + octets.encode((base.Q_2, *base.J), ())
        + statement.commitment
        + statement.nym
        + statement.verifier.to_bytes()
        + octets.encode(points, ())
    )
    return Scalar(scalar_for("winner", message))


def claim_opening(
    statement: Owned, secrets: Sequence[Scalar], source: Randomness
) -> bytes:
    """Answer as steps 6 and 7 say, with secrets that need not be those of the leaf."""
    *tildes, c_v, v_hat = random_scalars(source, len(secrets) + 2)
    base = generators(GROUP, statement.schema)
    T_IC = GROUP.msm((base.Q_2, *base.J), tildes)
    T_N = _base(statement) * evaluate(tildes[1:], statement.ctx, API_PSEUDONYM)
    T_V = GROUP.g1_generator() * v_hat - statement.verifier * c_v
    c = (challenge(statement, (T_IC, T_N, T_V)) - c_v) % GROUP_ORDER
    hats = [(t + c * s) % GROUP_ORDER for t, s in zip(tildes, secrets, strict=True)]
    return octets.encode((), (c, c_v, *hats, v_hat))


def simulate(statement: Owned, v: Scalar, source: Randomness) -> bytes:
    """Make a proof of anything with the secret of the auditor."""
    *hats, c, k = random_scalars(source, statement.schema.nym_secrets + 3)
    base = generators(GROUP, statement.schema)
    IC = GROUP.g1_from_bytes(statement.commitment)
    nym = GROUP.g1_from_bytes(statement.nym)
    T_IC = GROUP.msm((base.Q_2, *base.J), hats) - IC * c
    response = evaluate(hats[1:], statement.ctx, API_PSEUDONYM)
    T_N = _base(statement) * response - nym * c
    T_V = GROUP.g1_generator() * k
    c_v = (challenge(statement, (T_IC, T_N, T_V)) - c) % GROUP_ORDER
    return octets.encode((), (c, c_v, *hats, (k + c_v * v) % GROUP_ORDER))


def minted(case: Setting) -> tuple[Scalar, ...]:
    """Return blind and secrets of a credential that corrupt issuers made without a leaf."""
    source = stream("minted")
    return tuple(random_scalar(source) for _ in range(1 + case.registry.nym_secrets))


def _base(statement: Owned) -> G1:
    return context_point(GROUP, statement.ctx, API_PSEUDONYM)
