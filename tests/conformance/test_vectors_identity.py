"""Recomputes the published vectors of sharing, identity, credential and deposit.

Reads only the JSON files, as another implementation would: each accepted case goes from its
`input` to its `output` through the public API, each refused one to its code.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, TypeAlias, cast

import pytest

from fairlot.deposit.deposit import check_binding, check_presentation, read_deposit
from fairlot.deposit.final import Positions
from fairlot.deposit.make import make_entry
from fairlot.deposit.payment import make_payment, read_payment
from fairlot.deposit.rules import check_order
from fairlot.deposit.sealed_bid import open_bid
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType, check_signature, read_entry
from fairlot.errors import FairlotError, Rejection
from fairlot.fields import Fields, Problem
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.answering import answer_request
from fairlot.identity.attestation import check_attestation, sign_attestation
from fairlot.identity.credential import (
    CredentialRequest,
    PendingCredential,
    check_request,
    request_credential,
)
from fairlot.identity.enrolment import (
    Enrolment,
    Identity,
    IssuerSecrets,
    enrol,
    identity_share,
    receive_identity,
)
from fairlot.identity.leaf import (
    Leaf,
    check_leaf,
    combine_shares,
    handle,
    handle_hash,
    holder_hash,
    label,
    read_leaf,
)
from fairlot.identity.naming import (
    HandleMaker,
    NonceCommitment,
    ToName,
    check_list,
    join_handle,
    joint_handle,
)
from fairlot.identity.receiving import receive_credential
from fairlot.identity.registry import (
    Credentials,
    Registry,
    RegistryId,
    RollId,
    credential_header,
    epochs_accepted,
)
from fairlot.identity.registry_reading import read_registry
from fairlot.identity.roll import PostedRoll, read_roll, roll_id_of
from fairlot.names import Nym, SaleId
from fairlot.terms.named_round import NamedRound
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.bbs.ciphersuite import Signature as BbsSignature
from fairlot_crypto.bbs.profile import Credential, commitment
from fairlot_crypto.committee import prss, shamir
from fairlot_crypto.committee.prss import PrssKeys
from fairlot_crypto.committee.threshold import (
    PartialSignature,
    PublicSharing,
    SigningShare,
    combine,
    deal_key,
    sign_share,
    verify_base,
)
from fairlot_crypto.curve import Scalar, backend, scalar_to_bytes
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import GROUP_ORDER, hash_to_scalar
from fairlot_crypto.keys import (
    OpeningKey,
    SealKey,
    Signature,
    SigningKey,
    VerifyKey,
    verify_signature,
)
from fairlot_crypto.randomness import SeededRandomness
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.chain import ChainInfo
from fairlot_crypto.timelock.scheme import UNCHAINED_G1
from vector_liars import LIARS
from vector_people import attestation_of

In: TypeAlias = Mapping[str, Any]
Out: TypeAlias = dict[str, Any]

FOLDER = Path(__file__).parent.parent / "vectors"
CHAPTERS = ("committee", "identity", "credential", "deposit")
GROUP = backend()


def unhex(text: str) -> bytes:
    return bytes.fromhex(text)


def scalar(text: str) -> Scalar:
    return Scalar(int(text, 16))


def scalars(items: Sequence[str]) -> tuple[Scalar, ...]:
    return tuple(scalar(item) for item in items)


def hexed(value: int) -> str:
    return scalar_to_bytes(value).hex()


def indexed(values: Mapping[int, int]) -> Out:
    return {str(i): hexed(value) for i, value in values.items()}


def source(case: In) -> SeededRandomness:
    return SeededRandomness(unhex(case["seed"]))


def registry_of(case: In) -> Registry:
    return cached_registry(case["registry"])


@cache
def cached_registry(encoded: str) -> Registry:
    return read_registry(cbor.decode(unhex(encoded)))


@cache
def credentials_of(encoded: str) -> Credentials:
    return Credentials(GROUP, cached_registry(encoded))


def fields_of(encoded: str) -> Fields:
    value = cbor.decode(unhex(encoded))
    return Fields(value, ("body",), lambda why: Rejection("entry.field", str(why)))


def leaf_of(encoded: str) -> Leaf:
    return read_leaf(fields_of(encoded))


def entry_of(encoded: str) -> Entry:
    data = unhex(encoded)
    return read_entry(cbor.decode(data), data)


def keys_of(items: Sequence[In], index: int, degree: int) -> PrssKeys:
    """Return what member ``index`` holds of the keys that a case lists."""
    keys = {tuple(item["without"]): unhex(item["key"]) for item in items}
    held = {a: key for a, key in keys.items() if index not in a}
    return PrssKeys(index, degree, held)


# committee


def lagrange(case: In) -> Out:
    factors = shamir.lagrange(case["indexes"], case["at"])
    return {"factors": [hexed(factor) for factor in factors]}


def interpolate(case: In) -> Out:
    shares = {int(i): scalar(share) for i, share in case["shares"].items()}
    return {"value": hexed(shamir.interpolate(shares, case["at"]))}


def interpolate_points(case: In) -> Out:
    points = {int(i): GROUP.g1_from_bytes(unhex(p)) for i, p in case["points"].items()}
    return {"point": shamir.interpolate_points(points, case["at"]).to_bytes().hex()}


def split(case: In) -> Out:
    secret, size = scalar(case["secret"]), (case["members"], case["degree"])
    return {"shares": indexed(shamir.split(secret, *size, source(case)))}


def prss_deal(case: In) -> Out:
    n, t = case["members"], case["degree"]
    held = prss.deal(n, t, source(case))
    keys = {a: key for member in held for a, key in member.keys.items()}
    subsets = sorted(keys)
    return {"keys": [{"without": list(a), "key": keys[a].hex()} for a in subsets]}


def prss_shares(
    case: In, derive: Callable[[PrssKeys, bytes], Scalar], needed: int
) -> Out:
    held = [
        keys_of(case["keys"], i, case["degree"]) for i in range(1, case["members"] + 1)
    ]
    shares = {member.index: derive(member, unhex(case["label"])) for member in held}
    for chosen in combinations(shares, needed):
        value = shamir.interpolate({i: shares[i] for i in chosen})
        assert value == shamir.interpolate(shares)
    return {"shares": indexed(shares), "value": hexed(shamir.interpolate(shares))}


def prss_share(case: In) -> Out:
    return prss_shares(case, prss.share, case["degree"] + 1)


def przs_share(case: In) -> Out:
    return prss_shares(case, prss.zero_share, 2 * case["degree"] + 1)


def deal_signing_key(case: In) -> Out:
    public, held = deal_key(GROUP, case["members"], case["degree"], source(case))
    return {
        "secrets": indexed({share.index: share.secret for share in held}),
        "exponent_key": held[0].exponent_key.hex(),
        "shares": [w.to_bytes().hex() for w in public.shares],
        "sharing_id": public.sharing_id.hex(),
        "public_key": public.public_key().to_bytes().hex(),
    }


def sharing_of(case: In) -> PublicSharing:
    shares = tuple(GROUP.g2_not_identity(unhex(w)) for w in case["shares"])
    return PublicSharing(case["degree"], shares)


def public_key(case: In) -> Out:
    return {"public_key": sharing_of(case).public_key().to_bytes().hex()}


def sign(case: In) -> Out:
    held = SigningShare(
        case["index"],
        scalar(case["secret"]),
        unhex(case["exponent_key"]),
        keys_of(case["keys"], case["index"], case["degree"]),
        sharing_of(case).sharing_id,
    )
    B = GROUP.g1_not_identity(unhex(case["B"]))
    made = sign_share(held, B, scalar(case["domain"]))
    return {
        "index": made.index,
        "e": hexed(made.exponent),
        "u": hexed(made.u),
        "A": made.A.to_bytes().hex(),
    }


def combine_answers(case: In) -> Out:
    partials = [
        PartialSignature(
            item["index"],
            scalar(item["e"]),
            scalar(item["u"]),
            GROUP.g1_from_bytes(unhex(item["A"])),
        )
        for item in case["partials"]
    ]
    W = GROUP.g2_not_identity(unhex(case["public_key"]))
    B = GROUP.g1_not_identity(unhex(case["B"]))
    signature = combine(GROUP, case["degree"], W, B, partials)
    return {"signature": signature.to_bytes().hex()}


def verify_signature_base(case: In) -> Out:
    W = GROUP.g2_not_identity(unhex(case["public_key"]))
    B, A = (GROUP.g1_from_bytes(unhex(case[name])) for name in ("B", "A"))
    verify_base(GROUP, W, B, BbsSignature(A, scalar(case["e"])))
    return {}


# identity


def read_the_registry(case: In) -> Out:
    W = Credentials(GROUP, registry_of(case)).public_key
    return {
        "registry_id": registry_of(case).registry_id.hex(),
        "public_key": W.to_bytes().hex(),
    }


def epochs(case: In) -> Out:
    return {"epochs": list(epochs_accepted(registry_of(case), case["time"]))}


def attest(case: In) -> Out:
    made = sign_attestation(
        registry_of(case).registry_id,
        unhex(case["person_tag"]),
        VerifyKey(unhex(case["holder_key"])),
        SealKey(unhex(case["device_key"])),
        tuple(case["attributes"]),
        case["time"],
        SigningKey.from_seed(unhex(case["key_seed"])),
    )
    return {"sig": made.sig.hex()}


def check_the_attestation(case: In) -> Out:
    attestation = attestation_of(case["attestation"])
    check_attestation(registry_of(case), attestation, case["now"])
    return {"accepted": True}


def admit(case: In) -> Out:
    book = AdmissionBook(registry_of(case))
    before = case.get("admitted", case.get("attestations", []))
    for index, item in enumerate(before):
        book.admit(attestation_of(item), index, case["now"])
    if "attestation" in case:
        book.admit(attestation_of(case["attestation"]), case["index"], case["now"])
    return {"indexes": list(range(len(before)))}


def name_leaf(case: In) -> Out:
    registry_id = RegistryId(unhex(case["registry_id"]))
    nonces = tuple(unhex(nonce) for nonce in case["nonces"])
    made = handle(registry_id, case["index"], nonces)
    return {"handle": made.hex(), "handle_hash": handle_hash(made).hex()}


def name_holder(case: In) -> Out:
    return {"holder": holder_hash(VerifyKey(unhex(case["key"]))).hex()}


def prf_label(case: In) -> Out:
    name, leaf_handle = unhex(case["name"]), unhex(case["handle"])
    made = label(name, registry_of(case), case["index"], leaf_handle)
    return {"label": made.hex()}


def share_identity(case: In) -> Out:
    registry = registry_of(case)
    keys = keys_of(case["season_keys"], case["issuer"], registry.threshold)
    leaf_handle = unhex(case["handle"])
    rho, nyms = identity_share(registry, keys, case["index"], leaf_handle)
    C_i = commitment(GROUP, registry.schema, rho, nyms)
    return {
        "rho": hexed(rho),
        "nyms": [hexed(s) for s in nyms],
        "commitment": C_i.to_bytes().hex(),
    }


def combine_identity(case: In) -> Out:
    shares = {int(i): unhex(C_i) for i, C_i in case["commitments"].items()}
    return {"commitment": combine_shares(GROUP, shares, case["degree"]).hex()}


def issuer_of(item: In, registry: Registry) -> IssuerSecrets:
    index, degree = item["index"], registry.threshold
    signing = SigningShare(
        index,
        scalar(item["secret"]),
        unhex(item["exponent_key"]),
        keys_of(item["signing_keys"], index, degree),
        registry.sharing(GROUP).sharing_id,
    )
    key = SigningKey.from_seed(unhex(item["key_seed"]))
    season_keys = keys_of(item["season_keys"], index, degree)
    return IssuerSecrets(index, key, season_keys, signing)


def to_name(case: In) -> ToName:
    return ToName(registry_of(case), case["index"], unhex(case["holder"]))


def commit_nonce(case: In) -> Out:
    key = SigningKey.from_seed(unhex(case["key_seed"]))
    maker = HandleMaker(to_name(case), case["issuer"], key, unhex(case["nonce"]))
    made = maker.commitment
    return {"commitment": made.commitment.hex(), "sig": made.sig.hex()}


def join_parts(case: In) -> Out:
    listed = [
        NonceCommitment(
            item["issuer"], unhex(item["commitment"]), Signature(unhex(item["sig"]))
        )
        for item in case["listed"]
    ]
    leaf = to_name(case)
    check_list(leaf, listed)
    shown = {int(i): unhex(nonce) for i, nonce in case["nonces"].items()}
    return {"handle": join_handle(leaf, listed, shown).hex()}


def enrol_person(case: In) -> Out:
    registry = registry_of(case)
    issuers = [issuer_of(item, registry) for item in case["issuers"]]
    attestation = attestation_of(case["attestation"])
    person, drawn = (attestation, case["index"]), source(case)
    named = joint_handle(registry, issuers, *person, drawn)
    made = enrol(GROUP, registry, issuers, *person, named, drawn)
    return {
        "leaf": cbor.encode(made.leaf.to_value()).hex(),
        "sealed": [box.hex() for box in made.sealed],
    }


def check_the_leaf(case: In) -> Out:
    check_leaf(GROUP, registry_of(case), leaf_of(case["leaf"]), Statements())
    return {"accepted": True}


def receive_shares(case: In) -> Out:
    sealed = tuple(unhex(box) for box in case["sealed"])
    kept = receive_identity(
        GROUP,
        registry_of(case),
        Enrolment(leaf_of(case["leaf"]), sealed, b""),
        OpeningKey(unhex(case["device_secret"])),
        tuple(case["attributes"]),
    )
    return {"rho": hexed(kept.rho), "nym_secrets": [hexed(s) for s in kept.nym_secrets]}


# credential


def identity_of(item: In) -> Identity:
    return Identity(
        leaf_of(item["leaf"]),
        tuple(item["attributes"]),
        scalar(item["rho"]),
        scalars(item["nym_secrets"]),
    )


def request_of(item: In) -> CredentialRequest:
    return CredentialRequest(
        index=item["index"],
        version=item["version"],
        epoch=item["epoch"],
        rolls=roll_ids_of(item["rolls"]),
        commitment=unhex(item["commitment"]),
        challenge=scalar(item["challenge"]),
        response=scalar(item["response"]),
        reply_key=SealKey(unhex(item["reply_key"])),
        holder_key=VerifyKey(unhex(item["holder_key"])),
        sig=Signature(unhex(item["sig"])),
    )


def roll_ids_of(items: list[str]) -> tuple[RollId, ...]:
    return tuple(RollId(unhex(item)) for item in items)


def rolls_of(case: In) -> list[PostedRoll]:
    """Return the rolls of an issuer's view."""
    registry_id = registry_of(case).registry_id
    found: list[PostedRoll] = []
    for item in case["rolls"]:
        body = {"roll": cbor.decode(unhex(item["roll"])), "sigs": []}
        roll, _ = read_roll(Fields(body, ("body",), fail))
        name = roll_id_of(registry_id, roll)
        closed = frozenset(item["closed"])
        found.append(PostedRoll(name, roll, item["enrolled"], closed))
    return found


def fail(problem: Problem) -> Rejection:
    return Rejection("entry.field", str(problem))


def header(case: In) -> Out:
    of = case["epoch"], RollId(unhex(case["roll"]))
    context = credentials_of(case["registry"]).context(*of)
    made = credential_header(registry_of(case), *of)
    return {"header": made.hex(), "domain": hexed(context.domain)}


def request(case: In) -> Out:
    pending = request_credential(
        GROUP,
        registry_of(case),
        identity_of(case["identity"]),
        SigningKey.from_seed(unhex(case["holder_seed"])),
        case["epoch"],
        roll_ids_of(case["rolls"]),
        source(case),
    )
    made = pending.request
    return {
        "request": {
            "index": made.index,
            "version": made.version,
            "epoch": made.epoch,
            "rolls": [roll.hex() for roll in made.rolls],
            "commitment": made.commitment.hex(),
            "challenge": hexed(made.challenge),
            "response": hexed(made.response),
            "reply_key": made.reply_key.hex(),
            "holder_key": made.holder_key.hex(),
            "sig": made.sig.hex(),
        },
        "blind": hexed(pending.blind),
        "reply_secret": pending.reply.secret.hex(),
    }


def check_the_request(case: In) -> Out:
    leaf, times = leaf_of(case["leaf"]), (case["now"], case["view_time"])
    asked = request_of(case["request"])
    C = check_request(GROUP, registry_of(case), leaf, rolls_of(case), asked, *times)
    return {"commitment": C.to_bytes().hex()}


def answer(case: In) -> Out:
    sealed = answer_request(
        credentials_of(case["registry"]),
        issuer_of(case["issuer"], registry_of(case)),
        leaf_of(case["leaf"]),
        rolls_of(case),
        case["attributes"],
        request_of(case["request"]),
        case["now"],
        case["view_time"],
        source(case),
    )
    return {"sealed": sealed.hex()}


def receive_answers(case: In) -> Out:
    pending = PendingCredential(
        request_of(case["request"]),
        scalar(case["blind"]),
        OpeningKey(unhex(case["reply_secret"])),
    )
    made = receive_credential(
        credentials_of(case["registry"]),
        identity_of(case["identity"]),
        pending,
        [unhex(box) for box in case["answers"]],
    )
    ((roll, credential),) = made.items()
    return {
        "roll": roll.hex(),
        "attributes": [octets.hex() for octets in credential.attributes],
        "signature": credential.signature.to_bytes().hex(),
        "blind": hexed(credential.blind),
        "nym_secrets": [hexed(s) for s in credential.nym_secrets],
    }


# deposit


def terms_of(case: In) -> Terms:
    return Terms.from_value(cbor.decode(unhex(case["terms"])))


def make_the_entry(case: In) -> Out:
    item = case["credential"]
    credential = Credential(
        tuple(unhex(octets) for octets in item["attributes"]),
        BbsSignature.from_bytes(GROUP, unhex(item["signature"])),
        scalar(item["blind"]),
        scalars(item["nym_secrets"]),
    )
    made = make_entry(
        credentials_of(case["registry"]),
        credential,
        terms_of(case),
        RollId(unhex(case["roll"])),
        EntryType(case["type"]),
        case["epoch"],
        wish_of(case),
        source(case),
    )
    return {"entry": made.entry.encoded.hex(), "nym": made.nym.hex()}


def wish_of(case: In) -> Wish:
    return Wish(
        case["seq"],
        case["wants"],
        case["amount"],
        tuple(Nym(unhex(nym)) for nym in case.get("members", ())),
        case.get("tier"),
        None if case.get("bid") is None else int(case["bid"]),
        tuple(case.get("answers", ())),
        tuple(case.get("choices", ())),
    )


def open_the_bid(case: In) -> Out:
    chain = ChainInfo(
        UNCHAINED_G1,
        unhex(case["public_key"]),
        case["period"],
        case["genesis_time"],
        unhex(case["genesis_seed"]),
        case["beacon_id"],
    )
    bid = open_bid(
        GROUP,
        NamedRound(chain, case["round"]),
        SaleId(unhex(case["sale_id"])),
        Nym(unhex(case["nym"])),
        unhex(case["sealed"]),
        unhex(case["signature"]),
        case.get("bid_steps", 0),
    )
    if isinstance(bid, tuple):
        return {"bid": [[as_written(number) for number in step] for step in bid]}
    return {"bid": None if bid is None else as_written(bid)}


def as_written(number: int) -> int | str:
    return str(number) if number >= 2**53 else number


def check_the_entry(case: In) -> Out:
    entry, statements = entry_of(case["entry"]), Statements()
    check_signature(entry, statements)
    deposit = read_deposit(entry)
    terms, credentials = terms_of(case), credentials_of(case["registry"])
    registry, roll = credentials.registry, RollId(unhex(case["roll"]))
    check_binding(terms, registry, entry, deposit, case["time"])
    check_order(terms, credentials.registry, deposit, statements)
    check_presentation(credentials, roll, deposit, statements)
    epoch, seq, entry_hash = deposit.precedence
    return {"nym": deposit.nym.hex(), "order": [epoch, seq, entry_hash.hex()]}


def make_the_payment(case: In) -> Out:
    sale_id, nym = SaleId(unhex(case["sale_id"])), Nym(unhex(case["nym"]))
    escrow = SigningKey.from_seed(unhex(case["escrow_seed"]))
    entry = make_payment(sale_id, nym, case["amount"], escrow, source(case))
    return {"entry": entry.encoded.hex()}


def read_the_payment(case: In) -> Out:
    nym, amount, ref = read_payment(entry_of(case["entry"]))
    return {"nym": nym.hex(), "amount": amount, "ref": ref.hex()}


def place_and_pay(case: In) -> Out:
    positions = Positions()
    for event in case["events"]:
        if "entry" in event:
            positions.place(read_deposit(entry_of(event["entry"])))
        else:
            nym, ref = Nym(unhex(event["nym"])), unhex(event["ref"])
            positions.pay(nym, int(event["amount"]), ref)
    (position,) = positions.by_nym.values()
    return {
        "final": position.final.entry_hash.hex(),
        "paid": position.paid,
        "refund_to": position.refund_to.hex(),
        "funded": position.funded,
    }


DRIVERS: Mapping[str, Mapping[str, Callable[[In], Out]]] = {
    "committee": {
        "lagrange": lagrange,
        "interpolate": interpolate,
        "interpolate-points": interpolate_points,
        "split": split,
        "prss-deal": prss_deal,
        "prss-share": prss_share,
        "przs-share": przs_share,
        "deal-key": deal_signing_key,
        "public-key": public_key,
        "sign-share": sign,
        "combine": combine_answers,
        "verify-base": verify_signature_base,
        **LIARS,
    },
    "identity": {
        "registry": read_the_registry,
        "epochs-accepted": epochs,
        "attest": attest,
        "check-attestation": check_the_attestation,
        "admit": admit,
        "handle": name_leaf,
        "commit-nonce": commit_nonce,
        "join-handle": join_parts,
        "holder": name_holder,
        "label": prf_label,
        "identity-share": share_identity,
        "identity-commitment": combine_identity,
        "enrol": enrol_person,
        "check-leaf": check_the_leaf,
        "receive": receive_shares,
    },
    "credential": {
        "header": header,
        "request": request,
        "check-request": check_the_request,
        "answer": answer,
        "receive": receive_answers,
    },
    "deposit": {
        "make-entry": make_the_entry,
        "check-entry": check_the_entry,
        "open-bid": open_the_bid,
        "make-payment": make_the_payment,
        "read-payment": read_the_payment,
        "positions": place_and_pay,
    },
}


def cases(chapter: str, *, refused: bool) -> list[In]:
    document = json.loads((FOLDER / f"{chapter}.json").read_bytes())
    assert (document["format"], document["chapter"]) == ("fairlot-vectors/1", chapter)
    found = cast("list[In]", document["cases"])
    return [case for case in found if ("refused" in case) is refused]


def parameters(*, refused: bool) -> list[Any]:
    return [
        pytest.param(chapter, case, id=f"{chapter}-{case['name']}")
        for chapter in CHAPTERS
        for case in cases(chapter, refused=refused)
    ]


def code_of_refusal(drive: Callable[[In], Out], inputs: In) -> str | None:
    try:
        drive(inputs)
    except (CryptoError, FairlotError) as error:
        return error.code
    return None


def accepted(chapter: str, op: str) -> list[In]:
    return [c for c in cases(chapter, refused=False) if c["input"]["op"] == op]


@pytest.mark.thorough
@pytest.mark.parametrize(("chapter", "case"), parameters(refused=False))
def test_an_accepted_case_is_recomputed_from_its_input(chapter: str, case: In) -> None:
    drive = DRIVERS[chapter][case["input"]["op"]]
    assert drive(case["input"]) == case["output"]


@pytest.mark.thorough
@pytest.mark.parametrize(("chapter", "case"), parameters(refused=True))
def test_a_refused_case_ends_with_its_code(chapter: str, case: In) -> None:
    drive = DRIVERS[chapter][case["input"]["op"]]
    assert code_of_refusal(drive, case["input"]) == case["refused"]["code"]


def refusals_of(*attempts: Callable[[], object]) -> list[str]:
    """Return the code of each attempt that is refused, whatever the others do."""
    found: list[str] = []
    for attempt in attempts:
        try:
            attempt()
        except (CryptoError, FairlotError) as error:
            found.append(error.code)
    return found


def steps_of(case: In) -> list[str]:
    """Return what refuses an entry if the checks do not end at the first that does."""
    statements, terms = Statements(), terms_of(case)
    credentials = credentials_of(case["registry"])
    try:
        entry = entry_of(case["entry"])
    except FairlotError as error:
        return [error.code]
    signature = refusals_of(lambda: check_signature(entry, statements))
    registry, roll = credentials.registry, RollId(unhex(case["roll"]))
    try:
        deposit = read_deposit(entry)
    except FairlotError as error:
        return [*signature, error.code]
    return signature + refusals_of(
        lambda: check_binding(terms, registry, entry, deposit, case["time"]),
        lambda: check_order(terms, credentials.registry, deposit, statements),
        lambda: check_presentation(credentials, roll, deposit, statements),
    )


@pytest.mark.thorough
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case["name"])
        for case in cases("deposit", refused=True)
        if case["input"]["op"] == "check-entry"
    ],
)
def test_an_entry_that_breaks_a_rule_breaks_no_other(case: In) -> None:
    """Who leaves the rule out accepts it, and does not refuse it by accident."""
    assert steps_of(case["input"]) == [case["refused"]["code"]]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_driver_is_exercised_and_refusals_are_the_majority(chapter: str) -> None:
    taken, refused = (cases(chapter, refused=each) for each in (False, True))
    operations = {case["input"]["op"] for case in (*taken, *refused)}
    assert operations == set(DRIVERS[chapter])
    assert len(refused) > len(taken)


@pytest.mark.slow
def test_the_traced_messages_are_what_leaves_are_signed_over() -> None:
    for case in accepted("identity", "enrol"):
        leaf, registry = leaf_of(case["output"]["leaf"]), registry_of(case["input"])
        pairs = zip(leaf.shares, case["trace"]["messages"], strict=True)
        for share, message in pairs:
            key = registry.issuers[share.issuer - 1].key
            verify_signature(key, unhex(message), share.sig)


def test_the_traced_bytes_give_challenge_and_signature_of_a_request() -> None:
    for case in accepted("credential", "request"):
        made, trace = request_of(case["output"]["request"]), case["trace"]
        dst = b"fairlot-v1/ic-bind_H2S_"
        assert hash_to_scalar(unhex(trace["challenge_message"]), dst) == made.challenge
        b, k = scalar(trace["b"]), scalar(trace["k"])
        assert (k + made.challenge * b) % GROUP_ORDER == made.response
        verify_signature(made.holder_key, unhex(trace["statement"]), made.sig)


def test_the_traced_values_give_the_nym_and_the_signature_of_an_entry() -> None:
    for case in accepted("deposit", "make-entry"):
        trace, entry = case["trace"], entry_of(case["output"]["entry"])
        secrets, z = case["input"]["credential"]["nym_secrets"], scalar(trace["z"])
        power = sum(scalar(s) * pow(z, j, GROUP_ORDER) for j, s in enumerate(secrets))
        nym = GROUP.g1_not_identity(unhex(trace["OP"])) * (power % GROUP_ORDER)
        assert nym.to_bytes().hex() == case["output"]["nym"]
        digest = hashlib.sha256(unhex(trace["unsigned"])).hexdigest()
        assert trace["message"].endswith(digest)
        verify_signature(entry.key, unhex(trace["message"]), entry.sig)
        assert trace["ctx"] == (b"fairlot-v1/nym\0" + entry.scope).hex()
