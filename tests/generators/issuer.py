"""Vectors of cards, plans, letters and the making of keys (specs/issuer.md)."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from fairlot.issuing.letter import Letter, read_letter
from fairlot.issuing.plan import CEREMONIES, read_card, read_plan
from fairlot.issuing.tag_share import check_tag_share, make_tag_share, read_tag_share
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee.threshold import PublicSharing
from fairlot_crypto.curve import Scalar
from generators.case import Case, Chapter, Raw, accept, reject
from generators.issuer_serving import serving
from generators.issuer_setting import (
    CURVE,
    cards,
    committee,
    keys,
    plan,
    secrets,
    steps,
)
from generators.issuer_sharing import sharing

N, T = 4, 1
Changes = Sequence[tuple[str, str, Mapping[str, Value]]]
"""Name, broken rule and the fields that break it."""


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "issuer",
        "`op` names a procedure of specs/issuer.md: card is step 2, read-card step 3, plan "
        "steps 4 and 6, read-plan step 5, read-letter step 8, deal steps 9 to 20, "
        "read-tag-share step 18, read-committee step 26, check-registry step 28, read-part "
        "step 34, read-request step 35, with the request_id of step 33, "
        "read-person what section 8.6 keeps, reshare steps 50 to 52: `shares` are x'_i and "
        "k'_i of the former issuers. `data` is a file "
        "or a message. `signing` and `secrets` are, "
        "by issuer, the seed of its key and the 3 × 32 bytes of its ceremonies. `letters` are "
        "the first letters of all issuers, `committee` is the file of each in the end, when "
        "every letter of a step reaches everybody before the next step. `shares` are the W_i "
        "of the ceremony of tags.",
        (
            *_cards(),
            *_plans(),
            *_letters(),
            *_deals(),
            *_tag_shares(),
            *serving(),
            *sharing(),
        ),
    )


def _cards() -> Sequence[Case]:
    card, key = cards(N)[0], keys(N)[0]
    data, other = card.to_bytes(), cards(N)[1]
    inputs: dict[str, Raw] = {
        "op": "card",
        "signing": key.seed,
        "sealing": card.sealing,
    }
    refused: Changes = (
        ("version", "Another version.", {"v": 2}),
        ("sealing-swapped", "The sealing key of another.", {"sealing": other.sealing}),
        ("key-swapped", "Another issuer's key.", {"key": other.key}),
        ("small-order", "A key of small order.", {"sealing": bytes(32)}),
        ("bad-point", "A key that is no point of prime order.", {"key": bytes(32)}),
        ("unknown", "A field that no card has.", {"name": "me"}),
        ("short", "A signature of 63 bytes.", {"sig": card.sig[:-1]}),
    )
    return (
        accept("card", "A card.", inputs, {"data": data}),
        accept("read-card", "Read.", _data("read-card", data), {"key": card.key}),
        *_refused("read-card", "issuer.card", data, read_card, refused),
    )


def _plans() -> Sequence[Case]:
    whole = plan(N, T)
    data = whole.to_bytes()
    values: list[Value] = [dict(card.to_value()) for card in whole.cards]
    bad: Value = [{**whole.cards[0].to_value(), "sig": bytes(64)}, *values[1:]]
    refused: Changes = (
        ("version", "Another version.", {"v": 2}),
        (
            "order",
            "Cards that do not ascend: issuers would differ.",
            {"cards": values[::-1]},
        ),
        ("repeated", "A card twice.", {"cards": [values[0], *values]}),
        ("few", "3t issuers.", {"cards": values[:3]}),
        ("card", "A card that its issuer has not signed.", {"cards": bad}),
        ("season", "A season that no registry has.", {"season": 2**32}),
        ("negative", "A negative threshold.", {"threshold": -1}),
        ("unknown", "A field that no plan has.", {"name": "ours"}),
    )
    inputs: dict[str, Raw] = {
        "op": "plan",
        "season": 1,
        "attempt": 0,
        "threshold": T,
        # Whoever makes a plan need not sort.
        "cards": [card.to_bytes() for card in reversed(whole.cards)],
    }
    named = [whole.ceremony(name).ceremony_id for name in CEREMONIES]
    output: dict[str, Raw] = {
        "data": data,
        "plan_id": whole.plan_id,
        "ceremonies": named,
    }
    return (
        accept("plan", "A plan, whatever the order of the cards.", inputs, output),
        accept(
            "read-plan", "Read.", _data("read-plan", data), {"plan_id": whole.plan_id}
        ),
        *_refused("read-plan", "issuer.plan", data, read_plan, refused),
    )


def _letters() -> Sequence[Case]:
    letter = Letter(plan(N, T).plan_id, 2, 3, (b"one", b"two"))
    data = letter.to_bytes()
    refused: Changes = (
        ("version", "Another version.", {"v": 2}),
        ("plan", "A plan_id of 31 bytes.", {"plan": letter.plan_id[1:]}),
        ("from", "An issuer 0.", {"from": 0}),
        ("number", "A letter 0.", {"number": 0}),
        ("messages", "A message that is a text.", {"messages": ["one"]}),
        ("signed", "A field that no letter has.", {"sig": bytes(64)}),
    )
    output: dict[str, Raw] = {"name": letter.name, "messages": list(letter.messages)}
    return (
        accept("read-letter", "Read.", _data("read-letter", data), output),
        *_refused("read-letter", "issuer.letter", data, read_letter, refused),
    )


def _deals() -> Sequence[Case]:
    return tuple(
        accept(
            f"deal-{n}-{t}",
            comment,
            {
                "op": "deal",
                "plan": plan(n, t).to_bytes(),
                "signing": [key.seed for key in keys(n)],
                "secrets": secrets(n, t),
            },
            {
                "letters": [
                    step.state.letters[0].to_bytes() for step in steps(n, t)[0]
                ],
                "committee": committee(n, t).to_bytes(),
            },
        )
        for n, t, comment in (
            (1, 0, "One issuer, who is done in one step."),
            (N, T, "Four issuers."),
        )
    )


def _tag_shares() -> Sequence[Case]:
    made = steps(N, T)[-1][1].made
    sharing = steps(N, T)[-1][1].played["tags"].record.sharing()
    if made is None or sharing is None or made.held["tags"].signing is None:
        raise ValueError("the ceremonies are over")
    whole, k_i = plan(N, T).ceremony("tags"), made.held["tags"].signing.secret
    signed = partial(make_tag_share, CURVE)
    data = signed(whole, 2, k_i, keys(N)[1])
    season = signed(plan(N, T).ceremony("season"), 2, k_i, keys(N)[1])
    wrong: tuple[tuple[str, str, str, bytes], ...] = (
        (
            "lie",
            "K_i of another share: tags of this issuer would not verify.",
            "issuer.tag-share",
            signed(whole, 2, Scalar(k_i + 1), keys(N)[1]),
        ),
        (
            "other-ceremony",
            "A share of another ceremony.",
            "issuer.tag-share",
            season,
        ),
        (
            "forged",
            "Signed by issuer 1 in the name of issuer 2.",
            "signature.invalid",
            signed(whole, 2, k_i, keys(N)[0]),
        ),
        (
            "from",
            "An issuer 5 of 4.",
            "ceremony.message",
            _changed(data, {"from": 5}),
        ),
        (
            "unknown",
            "A field that no share has.",
            "ceremony.message",
            _changed(data, {"more": 0}),
        ),
    )
    base: dict[str, Raw] = {
        "op": "read-tag-share",
        "plan": plan(N, T).to_bytes(),
        "shares": [share.to_bytes() for share in sharing.shares],
    }
    read = partial(_read_share, sharing)
    return (
        accept(
            "read-tag-share",
            "K_2.",
            {**base, "data": data},
            {"issuer": 2, "share": committee(N, T).tags[1]},
        ),
        *(
            reject(
                f"read-tag-share-{name}",
                rule,
                code,
                {**base, "data": each},
                partial(read, each),
            )
            for name, rule, code, each in wrong
        ),
    )


def _read_share(sharing: PublicSharing, data: bytes) -> object:
    sender, K_i = read_tag_share(CURVE, plan(N, T).ceremony("tags"), data)
    check_tag_share(CURVE, sharing, sender, K_i)
    return sender, K_i


def _refused(
    op: str,
    code: str,
    data: bytes,
    read: Callable[[bytes], object],
    changes: Changes,
) -> Sequence[Case]:
    """Return the cases of a file with other fields, and of what is no CBOR."""
    files = [(name, rule, _changed(data, change)) for name, rule, change in changes]
    files.append(("cut", "The last byte is missing.", data[:-1]))
    return tuple(
        reject(f"{op}-{name}", rule, code, _data(op, each), partial(read, each))
        for name, rule, each in files
    )


def _data(op: str, data: bytes) -> dict[str, Raw]:
    return {"op": op, "data": data}


def _changed(data: bytes, change: Mapping[str, Value]) -> bytes:
    value = cbor.decode(data)
    if not isinstance(value, dict):
        raise TypeError("a file is a map")
    return cbor.encode({**value, **change})
