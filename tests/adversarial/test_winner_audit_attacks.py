"""What winners, auditors and corrupt issuers may try with a winner audit."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from fairlot.identity.enrolment import Identity
from fairlot.identity.leaf import Leaf
from fairlot.identity.winner_audit import (
    AuditedSale,
    WinnerAudit,
    WinnerProof,
    prove_winner,
    read_winner_proof,
)
from fairlot.names import Nym, SaleId, nym_context
from fairlot_crypto.bbs.profile import commitment
from fairlot_crypto.bbs.profile import nym as nym_point
from fairlot_crypto.bbs.winner import AuditKey, Owned, read_certificate
from fairlot_crypto.curve import Scalar, random_scalar
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import GROUP_ORDER, i2osp
from generators.winner_audit_setting import claim_opening, simulate
from kit.sales import GROUP, source
from kit.stage import Stage
from refusal import refusal

SALES = SaleId(bytes([1]) * 32), SaleId(bytes([2]) * 32)
AUDITOR, RIVAL = (AuditKey.generate(source(name)) for name in ("auditor", "rival"))


def answer(
    on: Stage, who: int = 0, sale_id: SaleId = SALES[0], key: AuditKey = AUDITOR
) -> WinnerProof:
    shown = key.certificate(GROUP, source("certificate"))
    identity = on.members[who].identity
    return prove_winner(GROUP, on.registry, identity, sale_id, shown, source("answer"))


def audited(
    on: Stage, winners: Sequence[Nym], sale_id: SaleId = SALES[0]
) -> AuditedSale:
    """Return a sale that opened with the roll of the stage, and these winners."""
    leaves = {m.identity.leaf.index: m.identity.leaf for m in on.members}
    won = frozenset(winners)
    return AuditedSale(GROUP, on.registry, sale_id, on.roll, leaves, won)


def check(
    on: Stage,
    given: WinnerProof,
    leaf: Leaf | None = None,
    sale_id: SaleId = SALES[0],
    key: AuditKey = AUDITOR,
) -> None:
    """Check an answer; ``leaf`` stands on the log in place of the one of its index."""
    sale = audited(on, [given.nym], sale_id)
    if leaf is not None:
        sale = replace(sale, leaves={**sale.leaves, leaf.index: leaf})
    WinnerAudit(sale, key).check(given.nym, given)


def statement(on: Stage, nym: Nym, leaf: Leaf, key: AuditKey = AUDITOR) -> Owned:
    return Owned(
        schema=on.registry.schema,
        about=on.registry.registry_id + i2osp(leaf.index, 8),
        commitment=leaf.commitment,
        ctx=nym_context(SALES[0]),
        nym=nym,
        verifier=key.public(GROUP),
    )


def minted(on: Stage) -> tuple[tuple[Scalar, ...], Nym]:
    """Return what corrupt issuers put into a credential without a leaf, and its nym."""
    stream = source("minted")
    secrets = tuple(random_scalar(stream) for _ in range(1 + on.registry.nym_secrets))
    point = nym_point(GROUP, nym_context(SALES[0]), secrets[1:])
    return secrets, Nym(point.to_bytes())


def test_a_winner_convinces_the_auditor(concert: Stage) -> None:
    given = answer(concert)
    check(concert, read_winner_proof(given.encode()))


def test_the_auditor_can_make_any_answer_and_so_convinces_nobody_else(
    concert: Stage,
) -> None:
    """Of ann's leaf and of a nym that belongs to no leaf: it verifies all the same."""
    leaf = concert.members[0].identity.leaf
    _, nym = minted(concert)
    proof = simulate(statement(concert, nym, leaf), AUDITOR.secret, source("sim"))
    check(concert, replace(answer(concert), nym=nym, proof=proof))


def test_nobody_else_can_make_an_answer(concert: Stage) -> None:
    leaf = concert.members[0].identity.leaf
    _, nym = minted(concert)
    for v in (RIVAL.secret, Scalar(1), Scalar(GROUP_ORDER - 1)):
        proof = simulate(statement(concert, nym, leaf), v, source("sim"))
        given = replace(answer(concert), nym=nym, proof=proof)
        assert refusal(check, concert, given) == "winner.proof"


@pytest.mark.parametrize("known", ["nothing", "rho", "everything"])
def test_a_credential_minted_without_a_leaf_cannot_pass(
    concert: Stage, known: str
) -> None:
    """Not even where its holder knows the blind of a leaf, or all that ann knows."""
    identity = concert.members[0].identity
    secrets, nym = minted(concert)
    tried = {
        "nothing": secrets,
        "rho": (identity.rho, *secrets[1:]),
        "everything": (identity.rho, *identity.nym_secrets),
    }[known]
    about = statement(concert, nym, identity.leaf)
    proof = claim_opening(about, tried, source("cheat"))
    given = replace(answer(concert), nym=nym, proof=proof)
    assert refusal(check, concert, given) == "winner.proof"


def test_the_two_halves_may_not_have_different_secrets(concert: Stage) -> None:
    """A proof of the leaf and one of the nym, side by side, would show nothing."""
    ann, bob = (member.identity for member in concert.members[:2])
    nym = answer(concert, 1).nym
    mixed = Identity(ann.leaf, ann.attributes, ann.rho, bob.nym_secrets)
    proof = claim_opening(
        statement(concert, nym, ann.leaf), (mixed.rho, *mixed.nym_secrets), source("x")
    )
    given = replace(answer(concert), nym=nym, proof=proof)
    assert refusal(check, concert, given) == "winner.proof"


def test_an_answer_is_for_one_leaf(concert: Stage) -> None:
    ann, bob = (member.identity.leaf for member in concert.members[:2])
    given = answer(concert)
    relabelled = replace(given, index=bob.index)
    assert refusal(check, concert, relabelled, bob) == "winner.proof"
    moved = replace(ann, commitment=bob.commitment)
    assert refusal(check, concert, given, moved) == "winner.proof"
    renamed = replace(ann, index=bob.index)
    assert refusal(check, concert, relabelled, renamed) == "winner.proof"


def test_an_answer_is_for_one_sale(concert: Stage) -> None:
    given = answer(concert)
    assert refusal(check, concert, given, sale_id=SALES[1]) == "winner.sale"
    relabelled = replace(given, sale_id=SALES[1])
    code = refusal(check, concert, relabelled, sale_id=SALES[1])
    assert code == "winner.proof"


def test_an_answer_is_for_one_nym(concert: Stage) -> None:
    """An auditor who asks bob about his nym is not content with ann's."""
    given, asked = answer(concert), answer(concert, 1).nym
    audit = WinnerAudit(audited(concert, [given.nym, asked]), AUDITOR)
    assert refusal(audit.check, asked, given) == "winner.nym"


def test_only_winners_can_answer(concert: Stage) -> None:
    given, other = answer(concert), answer(concert, 1).nym
    audit = WinnerAudit(audited(concert, [other]), AUDITOR)
    assert refusal(audit.check, given.nym, given) == "winner.loser"


def test_a_leaf_that_could_not_enter_answers_for_nobody(concert: Stage) -> None:
    """Enrolled after the roll, or closed before it: somebody else's credential entered."""
    given, sale = answer(concert), audited(concert, [answer(concert).nym])
    index = given.index
    for roll in (
        replace(sale.roll, enrolled=index),
        replace(sale.roll, closed=frozenset({index})),
    ):
        audit = WinnerAudit(replace(sale, roll=roll), AUDITOR)
        assert refusal(audit.check, given.nym, given) == "winner.roll"
    nobody = WinnerAudit(replace(sale, leaves={}), AUDITOR)
    assert refusal(nobody.check, given.nym, given) == "winner.roll"


def test_one_leaf_does_not_stand_for_two_nyms(concert: Stage) -> None:
    """Whoever has stolen v makes an answer for a credential that was minted."""
    leaf = concert.members[0].identity.leaf
    first = answer(concert)
    _, nym = minted(concert)
    proof = simulate(statement(concert, nym, leaf), AUDITOR.secret, source("sim"))
    second = replace(first, nym=nym, proof=proof)
    audit = WinnerAudit(audited(concert, [first.nym, nym]), AUDITOR)
    audit.check(first.nym, first)
    assert refusal(audit.check, nym, second) == "winner.twice"
    audit.check(first.nym, first)
    assert audit.shown == {first.nym: leaf.index}


def test_two_leaves_do_not_stand_for_one_nym(concert: Stage) -> None:
    """Two leaves with one person's secrets: issuers at their threshold can make them."""
    ann, bob = (member.identity for member in concert.members[:2])
    twin = replace(bob, rho=bob.rho, nym_secrets=ann.nym_secrets)
    point = commitment(GROUP, concert.registry.schema, twin.rho, twin.nym_secrets)
    twin = replace(twin, leaf=replace(twin.leaf, commitment=point.to_bytes()))
    first = answer(concert)
    shown = AUDITOR.certificate(GROUP, source("certificate"))
    registry = concert.registry
    again = prove_winner(GROUP, registry, twin, SALES[0], shown, source("twin"))
    sale = audited(concert, [first.nym])
    sale = replace(sale, leaves={**sale.leaves, twin.leaf.index: twin.leaf})
    audit = WinnerAudit(sale, AUDITOR)
    audit.check(first.nym, first)
    assert refusal(audit.check, again.nym, again) == "winner.twice"


def test_an_answer_is_for_one_auditor(concert: Stage) -> None:
    given = answer(concert)
    assert refusal(check, concert, given, key=RIVAL) == "winner.verifier"
    relabelled = replace(given, verifier=RIVAL.public(GROUP).to_bytes())
    code = refusal(check, concert, relabelled, key=RIVAL)
    assert code == "winner.proof"


def test_an_answer_is_for_one_registry(concert: Stage) -> None:
    given = answer(concert)
    other = replace(concert.registry, season=concert.registry.season + 1)
    leaf = concert.members[0].identity.leaf
    nym, sale_id = given.nym, given.sale_id

    def attempt(shown: WinnerProof) -> None:
        leaves, won = {leaf.index: leaf}, frozenset([nym])
        sale = AuditedSale(GROUP, other, sale_id, concert.roll, leaves, won)
        WinnerAudit(sale, AUDITOR).check(nym, shown)

    assert refusal(attempt, given) == "winner.registry"
    relabelled = replace(given, registry_id=other.registry_id)
    assert refusal(attempt, relabelled) == "winner.proof"


def test_every_part_of_an_answer_counts(concert: Stage) -> None:
    given = answer(concert)
    for at in range(0, len(given.proof), 32):
        number = int.from_bytes(given.proof[at : at + 32], "big")
        other = (number % (GROUP_ORDER - 1) + 1).to_bytes(32, "big")
        proof = given.proof[:at] + other + given.proof[at + 32 :]
        changed = replace(given, proof=proof)
        assert refusal(check, concert, changed) == "winner.proof"


def test_a_scalar_has_one_encoding(concert: Stage) -> None:
    given = answer(concert)
    for at in range(0, len(given.proof), 32):
        number = int.from_bytes(given.proof[at : at + 32], "big") + GROUP_ORDER
        if number < 2**256:
            again = number.to_bytes(32, "big")
            proof = given.proof[:at] + again + given.proof[at + 32 :]
            changed = replace(given, proof=proof)
            code = refusal(check, concert, changed)
            assert code == "winner.scalar"


def test_no_answer_for_a_key_whose_secret_nobody_knows(concert: Stage) -> None:
    """It would convince everybody: a receipt that can be sold."""
    nobody = GROUP.hash_to_g1(b"nobody", b"fairlot-v1/vectors").to_bytes()
    own = AUDITOR.certificate(GROUP, source("certificate"))
    assert read_certificate(GROUP, own) == AUDITOR.public(GROUP)
    member = concert.members[0]
    for certificate, code in (
        (nobody, "winner.key"),
        (nobody + own[48:], "winner.key-proof"),
        (b"\xc0" + bytes(47) + own[48:], "winner.key"),
    ):
        found = refusal(
            prove_winner,
            GROUP,
            concert.registry,
            member.identity,
            SALES[0],
            certificate,
            source("answer"),
        )
        assert found == code


def test_a_verifier_without_a_key_is_refused(concert: Stage) -> None:
    """With V the identity, every answer would hold."""
    nobody = AuditKey(Scalar(0))
    leaf = concert.members[0].identity.leaf
    given = answer(concert)
    about = statement(concert, given.nym, leaf, nobody)
    proof = simulate(about, nobody.secret, source("sim"))
    forged = replace(given, proof=proof, verifier=nobody.public(GROUP).to_bytes())
    assert refusal(check, concert, forged, key=nobody) == "winner.identity"


def test_points_that_are_everybodys_are_refused(concert: Stage) -> None:
    given = answer(concert)
    identity = b"\xc0" + bytes(47)
    leaf = replace(concert.members[0].identity.leaf, commitment=identity)
    assert refusal(check, concert, given, leaf) == "winner.identity"
    nobody = replace(given, nym=Nym(identity))
    assert refusal(check, concert, nobody) == "winner.identity"


def test_a_holder_with_other_secrets_is_told_so(concert: Stage) -> None:
    ann, bob = (member.identity for member in concert.members[:2])
    wrong = Identity(ann.leaf, ann.attributes, ann.rho, bob.nym_secrets)
    certificate = AUDITOR.certificate(GROUP, source("certificate"))
    with pytest.raises(CallerError, match=r"winner\.secrets"):
        prove_winner(
            GROUP, concert.registry, wrong, SALES[0], certificate, source("answer")
        )


def test_two_answers_share_no_scalar_even_where_the_source_repeats(
    concert: Stage,
) -> None:
    """Two equal blinds would give the secrets away."""
    first, second = answer(concert), answer(concert, sale_id=SALES[1])
    parts = [
        {given.proof[at : at + 32] for at in range(0, len(given.proof), 32)}
        for given in (first, second)
    ]
    assert not parts[0] & parts[1]
