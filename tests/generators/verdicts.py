"""Vectors of kept verdicts (specs/verdicts.md)."""

import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.verdicts import read_verdicts, write_verdicts
from generators.case import Case, Chapter, Raw, accept, reject

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
RULES = "1.0.0 native"
DIGESTS = tuple(bytes([number]) * 32 for number in (3, 1, 2))
_START = len(b"fairlot-v1/verdicts\n")


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "verdicts",
        "`op` names the operation. write: make the file of `digests`. read: read `file`, and "
        "give its digests in ascending order.",
        (*_accepted(), *_refused()),
    )


def file() -> bytes:
    """Return the file of three digests."""
    return write_verdicts(KEY, RULES, DIGESTS)


def unordered(*digests: bytes) -> bytes:
    """Return a file with a right code, whose digests are not as they must be."""
    # The code of a body does not look into it: two digests of the wrong order, as one body.
    body = b"".join(digests)
    genuine = write_verdicts(KEY, RULES, ())
    return genuine[:_START] + _code(body) + body


def _code(body: bytes) -> bytes:
    digest = tagged_hash("verdicts", RULES.encode(), body)
    return hmac.digest(KEY, digest, "sha256")


def _accepted() -> Iterator[Case]:
    rows = (
        ("none", "No statement has verified.", ()),
        ("three", "Digests are written in ascending order.", DIGESTS),
        ("twice", "Each is written once.", (*DIGESTS, DIGESTS[0])),
    )
    for name, comment, digests in rows:
        data = write_verdicts(KEY, RULES, digests)
        given: dict[str, Raw] = {"key": KEY, "rules": RULES}
        yield accept(
            f"write-{name}",
            comment,
            {"op": "write", **given, "digests": list(digests)},
            {"file": data},
        )
    read = sorted(read_verdicts(KEY, RULES, file()))
    yield accept("read-three", "And back.", _read(file()), {"digests": read})


def _read(data: bytes, key: bytes = KEY, rules: str = RULES) -> dict[str, Raw]:
    return {"op": "read", "key": key, "rules": rules, "file": data}


def _refused() -> Iterator[Case]:
    whole, form, code = file(), "verdicts.form", "verdicts.code"
    flipped = bytearray(whole)
    flipped[-1] ^= 1
    wrong = bytearray(whole)
    wrong[_START] ^= 1
    rows: tuple[tuple[str, str, dict[str, Raw], str], ...] = (
        ("empty", "Nothing is no file.", _read(b""), form),
        ("other-text", "Another file.", _read(b"f" + whole), form),
        ("no-code", "It ends before the code.", _read(whole[: _START + 31]), form),
        ("torn", "The last digest was cut.", _read(whole[:-1]), form),
        ("tail", "A byte more.", _read(whole + b"\0"), form),
        ("cut", "A digest fewer: the code is of all.", _read(whole[:-32]), code),
        ("added", "A digest more.", _read(whole + bytes(32)), code),
        ("digest", "A digest that was changed.", _read(bytes(flipped)), code),
        ("code", "A code that was changed.", _read(bytes(wrong)), code),
        ("foreign", "Another user's.", _read(whole, OTHER_KEY), code),
        (
            "version",
            "By the rules of before.",
            _read(whole, rules="0.9.0 native"),
            code,
        ),
        (
            "back-end",
            "By another library.",
            _read(whole, rules="1.0.0 reference"),
            code,
        ),
        (
            "descending",
            "Only the user can make it, and nobody writes it.",
            _read(unordered(DIGESTS[0], DIGESTS[1])),
            form,
        ),
        (
            "repeated",
            "A digest stands twice.",
            _read(unordered(DIGESTS[0], DIGESTS[0])),
            form,
        ),
        ("short-key", "A key of 31 bytes.", _read(whole, KEY[1:]), "verdicts.key"),
        (
            "short-digest",
            "A digest of 31 bytes.",
            {"op": "write", "key": KEY, "rules": RULES, "digests": [bytes(31)]},
            "verdicts.key",
        ),
    )
    for name, comment, given, refused in rows:
        yield reject(name, comment, refused, given, _attempt(given))


def _attempt(given: Mapping[str, Any]) -> Callable[[], object]:
    key, rules = cast("bytes", given["key"]), cast("str", given["rules"])
    if given["op"] == "write":
        return lambda: write_verdicts(key, rules, given["digests"])
    return lambda: read_verdicts(key, rules, given["file"])
