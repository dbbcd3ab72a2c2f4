"""Files of trust roots: what they say, where they are wrong, and policies that are made."""

import pytest

from fairlot_crypto.errors import EncodingError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.note import KeyKind, NoteKey
from fairlot_crypto.log.policy import (
    MAX_DEFINITIONS,
    NO_QUORUM,
    Group,
    Log,
    Policy,
    Witness,
)

KEYS = [
    SigningKey.from_seed(bytes([n, 7]) * 16).public for n in range(MAX_DEFINITIONS + 1)
]
LOG = Log("board.example/sale", KEYS[0], "https://board.example/")
ANN = Witness("ann", "ann.example", KEYS[1])
BOB = Witness("bob", "bob.example", KEYS[2], "https://bob.example/witness")
PRESS = Witness("press", "press.example", KEYS[3])
AUDITORS = Group("auditors", 1, ("ann", "bob"))
WATCHED = Group("watched", 2, ("auditors", "press"))
POLICY = Policy((LOG,), (ANN, BOB, PRESS), (AUDITORS, WATCHED), "watched")


def vkey(key: NoteKey) -> str:
    return key.to_text()


TEXT = f"""\
# Who may sign, and who watches.
log {vkey(LOG.note_key)} https://board.example/

witness ann {vkey(ANN.note_key)}
witness bob {vkey(BOB.note_key)} https://bob.example/witness
witness press {vkey(PRESS.note_key)}

group auditors any ann bob
group watched all auditors press
quorum watched
"""


def refusal(text: str) -> EncodingError:
    with pytest.raises(EncodingError) as caught:
        Policy.parse(text.encode())
    return caught.value


def test_a_file_says_who_is_trusted() -> None:
    assert Policy.parse(TEXT.encode()) == POLICY


def test_the_kinds_of_its_keys_follow_from_what_they_are_for() -> None:
    assert LOG.note_key == NoteKey(LOG.origin, KeyKind.ED25519, LOG.key)
    assert ANN.note_key == NoteKey("ann.example", KeyKind.COSIGNATURE_V1, ANN.key)


def test_it_is_written_without_comments_and_with_numbers() -> None:
    written = POLICY.to_bytes()
    assert Policy.parse(written) == POLICY
    lines = [line for line in TEXT.splitlines() if line and line[0] != "#"]
    expected = "\n".join([*lines, ""]).replace(" any ", " 1 ").replace(" all ", " 2 ")
    assert written == expected.encode()


def test_the_smallest_policy_trusts_nobody() -> None:
    assert Policy.parse(b"quorum none\n") == Policy((), (), (), NO_QUORUM)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("witness ann", " \t witness\t\tann"),
        ("quorum watched\n", "quorum watched \t\n"),
        ("quorum", "\n\n# more\n\t# more\n \nquorum"),
        ("# Who", "#Wo\u2028\u0085\u00e9 "),
        ("any ann", "1 ann"),
    ],
)
def test_blanks_comments_and_words_change_nothing(old: str, new: str) -> None:
    assert old in TEXT
    assert Policy.parse(TEXT.replace(old, new).encode()) == POLICY


def test_a_line_is_named_by_its_number() -> None:
    """Lines end at U+000A and nowhere else; comments and empty lines count."""
    wrong = refusal(
        TEXT.replace("# Who", "# \u2028\u0085 Who").replace("press\n", "x\n")
    )
    assert wrong.code == "policy.undefined"
    assert wrong.message == "line 9: a line above must define x"


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("# Who", "# \r", "policy.characters", 1),
        ("\nquorum", "\n\x00quorum", "policy.characters", 10),
        ("log ", "log x", "note.vkey", 2),
        ("bob.example+", "bob.example/+", "note.vkey", 5),
        ("witness press", "witness ann", "policy.name", 6),
        ("any", "3", "policy.threshold", 8),
        ("quorum watched", "quorum nobody", "policy.undefined", 10),
        ("quorum", "quora", "policy.keyword", 10),
    ],
)
def test_every_refusal_of_a_line_has_its_number(
    old: str, new: str, code: str, line: int
) -> None:
    wrong = refusal(TEXT.replace(old, new))
    assert wrong.code == code
    assert wrong.message.startswith(f"line {line}: ")


def test_bytes_that_are_no_text_are_named_by_their_line() -> None:
    with pytest.raises(EncodingError) as caught:
        Policy.parse(b"# fine\n# Z\xfcrich\nquorum none\n")
    assert caught.value.code == "policy.characters"
    assert caught.value.message.startswith("line 2: ")


@pytest.mark.parametrize("text", ["", "quorum none", TEXT.rstrip()])
def test_what_does_not_end_may_be_cut(text: str) -> None:
    assert refusal(text).code == "policy.newline"


def test_a_missing_line_has_no_number() -> None:
    wrong = refusal(TEXT.replace("quorum watched\n", ""))
    assert wrong.code == "policy.quorum-count"
    assert "line " not in wrong.message.replace("a line ", "")


@pytest.mark.parametrize("count", [32, MAX_DEFINITIONS, MAX_DEFINITIONS + 1])
def test_there_are_at_most_so_many_of_a_kind(count: int) -> None:
    logs = tuple(Log("log.example", key) for key in KEYS[:count])
    witnesses = tuple(Witness(f"w{i}", f"w{i}", k) for i, k in enumerate(KEYS[:count]))
    groups = [Group("g0", 1, ("w0",))]
    groups += [Group(f"g{i}", 1, (f"g{i - 1}",)) for i in range(1, count)]
    rows = (
        (logs, (), (), NO_QUORUM),
        ((), witnesses, (), NO_QUORUM),
        ((), witnesses[:1], tuple(groups), groups[-1].name),
    )
    for row in rows:
        if count <= MAX_DEFINITIONS:
            assert Policy.parse(Policy(*row).to_bytes()) == Policy(*row)
        else:
            with pytest.raises(EncodingError) as caught:
                Policy(*row)
            assert caught.value.code == "policy.count"


@pytest.mark.parametrize(
    ("logs", "witnesses", "groups", "quorum", "code"),
    [
        ((LOG, Log("b.example", KEYS[0])), (), (), "none", "policy.duplicate-key"),
        ((), (ANN, Witness("a", "a", KEYS[1])), (), "ann", "policy.duplicate-key"),
        ((), (Witness("none", "a", KEYS[1]),), (), "none", "policy.name"),
        ((), (ANN,), (Group("ann", 1, ("ann",)),), "ann", "policy.name"),
        ((), (ANN,), (Group("g", 0, ("ann",)),), "g", "policy.threshold"),
        ((), (ANN,), (Group("g", 2, ("ann",)),), "g", "policy.threshold"),
        ((), (), (Group("g", 0, ()),), "g", "policy.threshold"),
        ((), (ANN,), (Group("g", 2, ("ann", "ann")),), "g", "policy.duplicate-member"),
        ((), (ANN,), (Group("g", 1, ("g",)),), "g", "policy.undefined"),
        ((), (ANN, BOB, PRESS), (WATCHED, AUDITORS), "watched", "policy.undefined"),
        ((), (ANN,), (), "bob", "policy.undefined"),
        ((), (ANN,), (), "", "policy.undefined"),
        ((), (Witness("a b", "a", KEYS[1]),), (), "none", "policy.items"),
        ((), (Witness("", "a", KEYS[1]),), (), "none", "policy.items"),
        ((Log("l", KEYS[0], "a\nquorum none"),), (), (), "none", "policy.items"),
        ((Log("l\x7f", KEYS[0]),), (), (), "none", "policy.items"),
        ((Log("a+b", KEYS[0]),), (), (), "none", "note.key-name"),
        ((), (Witness("a", "", KEYS[1]),), (), "none", "note.key-name"),
        ((), (Witness("a", "\ud800", KEYS[1]),), (), "none", "note.key-name"),
    ],
)
def test_a_policy_that_no_file_could_state_is_not_made(
    logs: tuple[Log, ...],
    witnesses: tuple[Witness, ...],
    groups: tuple[Group, ...],
    quorum: str,
    code: str,
) -> None:
    with pytest.raises(EncodingError) as caught:
        Policy(logs, witnesses, groups, quorum)
    assert caught.value.code == code
