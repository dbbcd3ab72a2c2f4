"""Vectors of policies (specs/log.md, section 6.2); a part of chapter log."""

import hashlib
from collections.abc import Iterator, Sequence

from fairlot_crypto.keys import SigningKey, VerifyKey
from fairlot_crypto.log.note import KeyKind, NoteKey, encode_base64
from fairlot_crypto.log.policy import MAX_DEFINITIONS, Policy
from generators.case import Case, Raw, accept, reject
from generators.checkpoint import BOARD, NAME

ANN, BOB, PRESS = (SigningKey.from_seed(bytes([n]) * 32) for n in (1, 2, 3))


def vkey(name: str, kind: KeyKind, key: SigningKey) -> str:
    """Return a key as policies give it."""
    return NoteKey(name, kind, key.public).to_text()


LOG = f"log {vkey(NAME, KeyKind.ED25519, BOARD)}\n"
CLOCK = f"witness clock {vkey(NAME, KeyKind.COSIGNATURE_V1, BOARD)}\n"
WITNESSES = {
    name: f"witness {name} {vkey(f'{name}.example', KeyKind.COSIGNATURE_V1, key)}\n"
    for name, key in (("ann", ANN), ("bob", BOB), ("press", PRESS))
}
NESTED = "".join(
    [
        "# Who may sign, and who watches.\n",
        LOG.replace("\n", " https://board.example/\n"),
        "\n",
        *WITNESSES.values(),
        "\n",
        "group auditors any ann bob\n",
        "group watched all auditors press\n",
        "quorum watched\n",
    ]
)
"""The example of the chapter."""

_ANN, _BOB, _PRESS = WITNESSES.values()
_KEY = "A policy names keys that can be checked"
_ONE_WAY = "each witness counts in one way, else one could pass for several"


def cases() -> Sequence[Case]:
    """Return the cases of files."""
    return (*_files(), *_refused_files())


def _files() -> Iterator[Case]:
    rows = (
        ("nested", "A quorum of two levels.", NESTED),
        (
            "no-roots",
            "Only the quorum is necessary; this believes no log.",
            "quorum none\n",
        ),
        ("one-witness", "A quorum may be one witness.", f"{LOG}{_ANN}quorum ann\n"),
        (
            "blanks",
            "Spaces and tabs separate and surround items; comments are whole lines.",
            "\n \t\n\t# Für Zürich\n  "
            + _ANN.replace(" ", " \t ")
            + "quorum\tann \t\n",
        ),
        (
            "keywords-as-names",
            "Where an item stands says what it is.",
            _ANN.replace("ann", "any", 1)
            + _BOB.replace("bob", "all", 1)
            + "group quorum all all any\nquorum quorum\n",
        ),
        (
            "names-alike",
            "Names are bytes: K and the Kelvin sign differ, and U+00A0 is no blank.",
            _ANN.replace("ann", "K", 1)
            + _BOB.replace("bob", "\u212a", 1)
            + _PRESS.replace("press", "K\u00a0K", 1)
            + "group g 1 \u212a K\u00a0K\nquorum K\n",
        ),
        (
            "log-as-witness",
            "The board's key dates its own heads under another kind.",
            f"{LOG}{CLOCK}quorum clock\n",
        ),
        (
            "url-opaque",
            "An address is any item.",
            _ANN.replace("\n", " ~#nothing\n") + "quorum none\n",
        ),
    )
    for name, comment, text in rows:
        policy = Policy.parse(text.encode())
        yield accept(
            f"policy-{name}",
            comment,
            {"op": "policy", "data": text.encode()},
            {**fields(policy), "canonical": policy.to_bytes()},
            {"text": text},
        )


def fields(policy: Policy) -> dict[str, Raw]:
    """Return what a policy says."""
    return {
        "logs": [
            {"origin": log.origin, "key": log.key, "url": log.url}
            for log in policy.logs
        ],
        "witnesses": [
            {"name": w.name, "key_name": w.key_name, "key": w.key, "url": w.url}
            for w in policy.witnesses
        ],
        "groups": [
            {"name": g.name, "threshold": g.threshold, "members": g.members}
            for g in policy.groups
        ],
        "quorum": policy.quorum,
    }


def _refused_files() -> Iterator[Case]:
    rows = (*_characters(), *_lines(), *_keys(), *_names(), *_groups(), *_quorums())
    for name, rule, code, text in rows:
        data = text if isinstance(text, bytes) else text.encode()
        yield _refused(name, f"{rule}.", code, data)


def _refused(name: str, rule: str, code: str, data: bytes) -> Case:
    inputs: dict[str, Raw] = {"op": "policy", "data": data}
    return reject(f"policy-{name}", rule, code, inputs, lambda: Policy.parse(data))


_Rows = Sequence[tuple[str, str, str, str | bytes]]


def _characters() -> _Rows:
    legal = "Control characters are tab and newline"
    code = "policy.characters"
    return (
        ("carriage-return", legal, code, "# \r\nquorum none\n"),
        ("null", legal, code, "# \0\nquorum none\n"),
        ("delete", legal, code, "# \x7f\nquorum none\n"),
        ("latin-1", "A file is UTF-8", code, b"# Z\xfcrich\nquorum none\n"),
        ("surrogate", "A file is UTF-8", code, b"# \xed\xa0\x80\nquorum none\n"),
        (
            "cut",
            "Every line ends; what is cut off could have said more",
            "policy.newline",
            "quorum none",
        ),
    )


def _lines() -> _Rows:
    keyword, items = "policy.keyword", "policy.items"
    known = "A line begins with a keyword"
    count = "A line has the items of its keyword"
    return (
        ("keyword-unknown", known, keyword, "witnesses ann\nquorum none\n"),
        ("keyword-upper-case", known, keyword, "LOG\nquorum none\n"),
        ("byte-order-mark", known, keyword, "\ufeff#\nquorum none\n"),
        (
            "no-break-space",
            "Only space and tab separate",
            keyword,
            "quorum\u00a0none\nquorum none\n",
        ),
        ("log-without-key", count, items, "log\nquorum none\n"),
        (
            "comment-behind",
            "A comment is a whole line",
            items,
            f"{LOG[:-1]} https://board.example/ # ours\nquorum none\n",
        ),
        ("witness-without-name", count, items, f"witness {_ANN[12:]}quorum none\n"),
        ("witness-too-long", count, items, f"{_ANN[:-1]} a b\nquorum none\n"),
        ("group-without-members", count, items, f"{_ANN}group g all\nquorum ann\n"),
        ("quorum-without-name", count, items, "quorum\n"),
        ("quorum-of-two", count, items, f"{_ANN}{_BOB}quorum ann bob\n"),
    )


def _keys() -> _Rows:
    end = "quorum none\n"
    witness_as_log = f"log {vkey('ann.example', KeyKind.COSIGNATURE_V1, ANN)}\n{end}"
    log_as_witness = f"witness b {vkey(NAME, KeyKind.ED25519, BOARD)}\n{end}"
    renamed = vkey("other.example", KeyKind.ED25519, BOARD)
    twin = vkey("twin.example", KeyKind.COSIGNATURE_V1, ANN)
    same = "policy.duplicate-key"
    small = NoteKey(NAME, KeyKind.ED25519, VerifyKey(b"\x01" + bytes(31)))
    other_type = b"\x06" + bytes(1312)
    key_id = hashlib.sha256(b"x\n" + other_type).digest()[:4]
    quantum = f"x+{key_id.hex()}+{encode_base64(other_type)}"
    many = "".join(
        f"log {vkey(NAME, KeyKind.ED25519, SigningKey.from_seed(bytes([n]) * 32))}\n"
        for n in range(MAX_DEFINITIONS + 1)
    )
    return (
        ("log-kind", "A log signs under kind 0x01", "policy.kind", witness_as_log),
        ("witness-kind", "A witness dates: 0x04", "policy.kind", log_as_witness),
        (
            "key-id",
            "A key id is that of name and key",
            "note.vkey",
            LOG.replace(NAME, "board.example/other") + end,
        ),
        (
            "key-type",
            f"{_KEY}, not of other types",
            "note.vkey",
            f"log {quantum}\n{end}",
        ),
        (
            "key-base64",
            "A key has one encoding",
            "note.base64",
            f"{LOG[:-1]}=\n{end}",
        ),
        (
            "key-small-order",
            f"{_KEY}; under this one anything verifies",
            "signature.key",
            f"log {small.to_text()}\n{end}",
        ),
        ("log-twice", "A key is listed once", same, f"{LOG}{LOG}{end}"),
        ("log-renamed", "A log has one name", same, f"{LOG}log {renamed}\n{end}"),
        (
            "witness-renamed",
            f"A key is one witness: {_ONE_WAY}",
            same,
            f"{_ANN}witness twin {twin}\n{end}",
        ),
        ("many-logs", "There are at most 64 logs", "policy.count", f"{many}{end}"),
    )


def _names() -> _Rows:
    code = "policy.name"
    one = "A name means one thing"
    reserved = "The name none is taken; a quorum would ask for nothing"
    return (
        (
            "witness-called-none",
            reserved,
            code,
            _ANN.replace("ann", "none", 1) + "quorum none\n",
        ),
        ("group-called-none", reserved, code, f"{_ANN}group none 1 ann\nquorum none\n"),
        (
            "name-twice",
            one,
            code,
            _ANN + _BOB.replace("bob", "ann", 1) + "quorum ann\n",
        ),
        ("group-as-witness", one, code, f"{_ANN}group ann any ann\nquorum ann\n"),
        (
            "group-twice",
            one,
            code,
            f"{_ANN}{_BOB}group g any ann\ngroup g any bob\nquorum g\n",
        ),
    )


def _groups() -> _Rows:
    both = f"{_ANN}{_BOB}"
    above = "Members are defined above"
    undefined, member = "policy.undefined", "policy.duplicate-member"
    threshold = "policy.threshold"
    between = "A threshold lies between 1 and the number of members"
    plain = "A threshold is any, all, or plain decimal digits"
    return (
        ("member-unknown", above, undefined, f"{_ANN}group g any bob\nquorum none\n"),
        ("member-below", above, undefined, f"group g any ann\n{_ANN}quorum g\n"),
        ("member-itself", above, undefined, f"{_ANN}group g any ann g\nquorum g\n"),
        ("member-none", above, undefined, f"{_ANN}group g any none\nquorum g\n"),
        (
            "member-by-key-name",
            f"{above}, by their names",
            undefined,
            f"{_ANN}group g any ann.example\nquorum g\n",
        ),
        (
            "member-repeated",
            f"A member is listed once: {_ONE_WAY}",
            member,
            f"{_ANN}group g 2 ann ann\nquorum g\n",
        ),
        (
            "member-of-two",
            f"A member is in one group: {_ONE_WAY}",
            member,
            f"{both}group g any ann bob\ngroup h all ann g\nquorum h\n",
        ),
        (
            "threshold-zero",
            f"{between}; a group of nobody would always have witnessed",
            threshold,
            f"{_ANN}group g 0 ann\nquorum g\n",
        ),
        (
            "threshold-above",
            f"{between}; nobody could reach it",
            threshold,
            f"{_ANN}group g 2 ann\nquorum g\n",
        ),
        ("threshold-sign", plain, threshold, f"{_ANN}group g +1 ann\nquorum g\n"),
        ("threshold-zeros", plain, threshold, f"{_ANN}group g 01 ann\nquorum g\n"),
        ("threshold-word", plain, threshold, f"{_ANN}group g ALL ann\nquorum g\n"),
        (
            "threshold-digit",
            plain,
            threshold,
            f"{_ANN}group g \u0661 ann\nquorum g\n",
        ),
    )


def _quorums() -> _Rows:
    undefined, count = "policy.undefined", "policy.quorum-count"
    above = "The quorum is defined above"
    one = "There is one quorum; with two, one would be ignored"
    return (
        ("quorum-unknown", above, undefined, f"{_ANN}quorum bob\n"),
        ("quorum-first", above, undefined, f"quorum ann\n{_ANN}"),
        ("quorum-missing", "A quorum is named, if only none", count, LOG + _ANN),
        ("quorum-twice", one, count, f"{_ANN}quorum ann\nquorum none\n"),
        ("quorum-repeated", one, count, f"{_ANN}quorum ann\nquorum ann\n"),
    )
