"""Vectors of puzzles: keys of answers, and solutions (specs/puzzle.md)."""

import unicodedata
from collections.abc import Sequence

from fairlot.deposit.puzzle import answer_key, solution_message, solve
from fairlot.names import Nym, SaleId
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.keys import VerifyKey, verify_signature
from generators.case import Case, Chapter, Raw, accept, reject

ANSWER = "the owl of Minerva"
_SALE = SaleId(tagged_hash("sale", b"a sale of the vectors"))
_NYM = Nym(bytes(range(48)))
_SETTLE = VerifyKey(tagged_hash("sale", b"a key of the vectors"))


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "puzzle",
        "`op` names a procedure of specs/puzzle.md: key is steps 1 and 2, solve step 3, "
        "check the signature of step 3. `answer` is text; sale_id, nym and settle_pk are "
        "any bytes of their length here.",
        (*_keys(), *_refused_answers(), *_solutions(), *_refused_solutions()),
    )


def _keys() -> Sequence[Case]:
    decomposed = unicodedata.normalize("NFD", "Café № 1")
    rows = (
        ("sentence", "Blanks inside count.", ANSWER),
        ("short", "Legal, and found by guessing.", "7"),
        ("composed", "In NFC already.", "Café № 1"),
        ("decomposed", "The same key as key-composed.", decomposed),
        ("longest", "200 bytes of UTF-8.", "é" * 100),
        ("case", "Case counts.", ANSWER.upper()),
    )
    return [_key(*row) for row in rows]


def _key(name: str, comment: str, answer: str) -> Case:
    key = answer_key(answer)
    text = unicodedata.normalize("NFC", answer).encode()
    return accept(
        f"key-{name}",
        comment,
        {"op": "key", "answer": answer},
        {"puzzle": key.public},
        {"text": text, "seed": key.seed},
    )


def _refused_answers() -> Sequence[Case]:
    rows = (
        ("empty", "An empty text is not an answer: everybody would have it.", ""),
        ("line-end", "The end of a line belongs to the file, not the answer.", "owl\n"),
        ("blank-before", "A blank that nobody sees would make another key.", " owl"),
        ("blank-behind", "A blank that nobody sees would make another key.", "owl "),
        ("control", "It cannot be typed.", "o\x00wl"),
        ("separator", "It cannot be typed.", "o\u2028wl"),
        ("long", "201 bytes of UTF-8.", "a" * 201),
        ("long-in-bytes", "Bytes are counted, not characters.", "é" * 101),
    )
    return [_no_answer(*row) for row in rows]


def _no_answer(name: str, rule: str, answer: str) -> Case:
    inputs: dict[str, Raw] = {"op": "key", "answer": answer}
    return reject(
        f"key-{name}", rule, "puzzle.answer", inputs, lambda: answer_key(answer)
    )


def _solutions() -> Sequence[Case]:
    key = answer_key(ANSWER)
    solution = solve(key, _SALE, _NYM, _SETTLE)
    bound: dict[str, Raw] = {"sale_id": _SALE, "nym": _NYM, "settle_pk": _SETTLE}
    return (
        accept(
            "solve",
            "Ed25519 is deterministic.",
            {"op": "solve", "answer": ANSWER, **bound},
            {"solution": solution},
            {"message": solution_message(_SALE, _NYM, _SETTLE)},
        ),
        accept(
            "check",
            "It verifies under the puzzle's key.",
            {"op": "check", "puzzle": key.public, **bound, "solution": solution},
            {"valid": True},
        ),
    )


def _refused_solutions() -> Sequence[Case]:
    key = answer_key(ANSWER)
    right = solve(key, _SALE, _NYM, _SETTLE)
    wrong = solve(answer_key("the owl of minerva"), _SALE, _NYM, _SETTLE)
    bare = key.sign(_SALE + _NYM + _SETTLE)
    flipped = bytes([right[0] ^ 1]) + right[1:]
    swapped = {"sale_id": bytes(32), "nym": bytes(48), "settle_pk": bytes(32)}
    own: dict[str, bytes] = {"sale_id": _SALE, "nym": _NYM, "settle_pk": _SETTLE}
    rows = (
        ("other-sale", "It is for one sale.", "sale_id", right),
        ("other-nym", "Copied by another person.", "nym", right),
        ("other-key", "Copied into another entry.", "settle_pk", right),
        ("wrong-answer", "Made with another answer.", "", wrong),
        ("without-tag", "A signature made for something else.", "", bare),
        ("flipped", "Each bit counts.", "", flipped),
        ("short", "A signature has 64 bytes.", "", right[:-1]),
    )
    return [
        _no_solution(
            name,
            rule,
            {k: swapped[k] if k == changed else v for k, v in own.items()},
            key.public,
            solution,
        )
        for name, rule, changed, solution in rows
    ]


def _no_solution(
    name: str, rule: str, bound: dict[str, bytes], key: VerifyKey, solution: bytes
) -> Case:
    message = solution_message(
        SaleId(bound["sale_id"]), Nym(bound["nym"]), VerifyKey(bound["settle_pk"])
    )
    return reject(
        f"check-{name}",
        rule,
        "signature.invalid",
        {"op": "check", "puzzle": key, **bound, "solution": solution},
        lambda: verify_signature(key, message, solution),
    )
