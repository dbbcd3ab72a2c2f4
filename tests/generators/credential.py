"""Vectors of request, answer and credential (specs/credential.md)."""

from collections.abc import Mapping, Sequence

from fairlot.identity.answering import attribute_octets
from fairlot.identity.credential import check_request
from fairlot.identity.registry import credential_header
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import Credential, generators, signature_base
from fairlot_crypto.bbs.pseudonym import combined_header
from fairlot_crypto.curve import Scalar, random_scalar, scalar_to_bytes
from fairlot_crypto.hashing import i2osp, tagged_hash
from generators import credential_refused
from generators.case import Case, Chapter, Raw, accept
from generators.committee_setting import GROUP, octets, stream
from generators.credential_lies import lying_answer, resealed
from generators.credential_setting import (
    EPOCH,
    Issued,
    issued,
    request_inputs,
    request_label,
    request_statement,
)
from generators.identity_setting import (
    NOW,
    Setting,
    identity_inputs,
    issuer_inputs,
    leaf_octets,
    registry_octets,
    rolls_inputs,
    setting,
)


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "credential",
        "`op` names a procedure of specs/credential.md. `registry` and `leaf` are as in "
        "chapter identity; `identity` is what the holder keeps of a leaf; `rolls` are those "
        "of an issuer's view, each with the number of leaves enrolled and the indexes of "
        "those closed, or the roll_ids that a request lists; an issuer holds "
        "what the case lists. Scalars have 32 bytes. `seed` starts a seeded source "
        "(notation.md, section 6): a request takes b, k and the secret reply key from it, "
        "an answer the ephemeral key of its sealed box.",
        (
            *_headers(),
            *(_request(each) for each in _issued()),
            *_checked(),
            *_answers(),
            *(_received(each) for each in _issued()),
            *_left_out(),
            *credential_refused.cases(),
        ),
    )


def _issued() -> tuple[Issued, ...]:
    return issued(), issued(4, 1, 2), issued(epoch=EPOCH + 1)


def _name(each: Issued) -> str:
    return f"{each.case.name}-{each.request.epoch}"


def _headers() -> Sequence[Case]:
    rows = ((setting(), EPOCH), (setting(), EPOCH + 1), (setting(4, 1, 2), EPOCH))
    return [_header(case, epoch) for case, epoch in rows]


def _header(case: Setting, epoch: int) -> Case:
    context = case.credentials.context(epoch, case.roll_id)
    nym_secrets = case.registry.nym_secrets
    points = context.generators.in_order()
    return accept(
        f"header-{case.name}-{epoch}",
        "The header, and the domain of the credentials that have it.",
        {
            "op": "header",
            "registry": registry_octets(case.registry),
            "epoch": epoch,
            "roll": case.roll_id,
        },
        {
            "header": credential_header(case.registry, epoch, case.roll_id),
            "domain": scalar_to_bytes(context.domain),
        },
        {
            "hdr": combined_header(context.header, nym_secrets),
            "generators": [point.to_bytes() for point in points],
        },
    )


def _request(each: Issued) -> Case:
    case, request = each.case, each.request
    label = request_label(case, request.epoch)
    return accept(
        f"request-{_name(each)}",
        "What the holder sends, and what the holder keeps.",
        {
            "op": "request",
            "registry": registry_octets(case.registry),
            "identity": identity_inputs(case.identity),
            "holder_seed": case.holder.seed,
            "epoch": request.epoch,
            "rolls": list(request.rolls),
            "seed": stream.seed(label),
        },
        {
            "request": request_inputs(request),
            "blind": scalar_to_bytes(each.pending.blind),
            "reply_secret": each.pending.reply.secret,
        },
        _proof_trace(each),
    )


def _proof_trace(each: Issued) -> Mapping[str, Raw]:
    case, request = each.case, each.request
    source = stream(request_label(case, request.epoch))
    b, k = random_scalar(source), random_scalar(source)
    Q_2 = generators(GROUP, case.registry.schema).Q_2
    R = (Q_2 * k).to_bytes()
    statement = (
        case.registry.registry_id,
        i2osp(request.index, 8),
        i2osp(request.version, 4),
        i2osp(case.registry.season, 4),
        i2osp(request.epoch, 8),
        i2osp(len(request.rolls), 4),
        *request.rolls,
        Q_2.to_bytes(),
        case.leaf.commitment,
        request.commitment,
        R,
    )
    return {
        "b": scalar_to_bytes(b),
        "k": scalar_to_bytes(k),
        "Q_2": Q_2.to_bytes(),
        "R": R,
        "challenge_message": b"".join(statement),
        "statement": request_statement(case, request),
    }


def _checked() -> Sequence[Case]:
    today, tomorrow = issued(), issued(epoch=EPOCH + 1)
    late = (EPOCH + 1) * 86_400 - 3_600
    rows = (
        ("now", "On a fresh view.", today, NOW, NOW),
        ("old-view", "A view may be ten minutes old.", today, NOW, NOW - 600),
        ("last-second", "Until the epoch ends.", today, late + 3_599, late + 3_599),
        ("early", "The next epoch's, in the last hour.", tomorrow, late, late),
    )
    return [_check(*row) for row in rows]


def _check(name: str, comment: str, each: Issued, now: int, view: int) -> Case:
    case = each.case
    view_of = case.registry, case.leaf, case.rolls
    C = check_request(GROUP, *view_of, each.request, now, view)
    return accept(
        f"check-{name}",
        comment,
        {
            "op": "check-request",
            "registry": registry_octets(case.registry),
            "leaf": leaf_octets(case.leaf),
            "rolls": rolls_inputs(case.rolls),
            "request": request_inputs(each.request),
            "now": now,
            "view_time": view,
        },
        {"commitment": C.to_bytes()},
    )


def _answers() -> Sequence[Case]:
    rows = ((issued(), 1), *((issued(4, 1, 2), i) for i in range(1, 5)))
    return [_answer(each, issuer) for each, issuer in rows]


def _answer(each: Issued, issuer: int) -> Case:
    case, request = each.case, each.request
    sealed = each.answers[issuer - 1]
    plain = cbor.decode(each.pending.reply.open(sealed))
    context = case.credentials.context(request.epoch, case.roll_id)
    attributes = attribute_octets(case.registry, case.attestation.attributes)
    C = GROUP.g1_not_identity(request.commitment)
    B = signature_base(context, attributes, C).to_bytes()
    e = each.credential.signature.e
    sharing_id = case.issuers[issuer - 1].signing.sharing_id
    domain = scalar_to_bytes(context.domain)
    return accept(
        f"answer-{_name(each)}-{issuer}",
        "One issuer's part of the signature for the roll that covers the leaf, sealed.",
        {
            "op": "answer",
            "registry": registry_octets(case.registry),
            "issuer": issuer_inputs(case.issuers[issuer - 1]),
            "leaf": leaf_octets(case.leaf),
            "rolls": rolls_inputs(case.rolls),
            "attributes": list(case.attestation.attributes),
            "request": request_inputs(request),
            "now": NOW,
            "view_time": NOW,
            "seed": stream.seed(f"answer {issuer}"),
        },
        {"sealed": sealed},
        {
            "attributes": list(attributes),
            "domain": domain,
            "B": B,
            "e": scalar_to_bytes(e),
            "sharing_id": sharing_id,
            "nonce": tagged_hash("tbbs", sharing_id, B, scalar_to_bytes(e), domain),
            "plain": cbor.encode(plain),
        },
    )


def _received(
    each: Issued,
    answers: Sequence[bytes] | None = None,
    name: str = "",
    rule: str = "The credential.",
) -> Case:
    case = each.case
    return accept(
        f"receive-{name or _name(each)}",
        rule,
        {
            "op": "receive",
            "registry": registry_octets(case.registry),
            "identity": identity_inputs(case.identity),
            "request": request_inputs(each.request),
            "blind": scalar_to_bytes(each.pending.blind),
            "reply_secret": each.pending.reply.secret,
            "answers": list(each.answers if answers is None else answers),
        },
        {"roll": case.roll_id, **credential_inputs(each.credential)},
    )


def _left_out() -> Sequence[Case]:
    """Up to t issuers are silent or lie."""
    each = issued(4, 1, 2)
    first, second, third, fourth = each.answers
    lie = lying_answer(each, 1)
    unsigned = resealed(each, first, "parts/0/u", scalar_to_bytes(Scalar(5)))
    invented = resealed(each, first, "parts", [])
    foreign = issued(epoch=EPOCH + 1).answers[0]
    rows: Sequence[tuple[str, str, Sequence[bytes]]] = (
        ("silent", "Issuer 1 is silent.", (second, third, fourth)),
        ("liar", "Issuer 1 signs a wrong part.", (lie, second, third, fourth)),
        ("unsigned", "An unsigned part.", (unsigned, second, third, fourth)),
        ("no-parts", "Issuer 1 answers nothing.", (invented, second, third, fourth)),
        ("junk", "Any number of boxes.", (foreign, b"", foreign, *each.answers)),
        ("descending", "In any order.", (fourth, third, second, lie)),
    )
    return [_received(each, answers, name, rule) for name, rule, answers in rows]


def credential_inputs(credential: Credential) -> Mapping[str, Raw]:
    """Return a credential."""
    return {
        "attributes": list(credential.attributes),
        "signature": credential.signature.to_bytes(),
        "blind": scalar_to_bytes(credential.blind),
        "nym_secrets": octets(credential.nym_secrets),
    }
