"""The memory of what verified: it saves work and never changes a verdict."""

import pytest

from fairlot_crypto.statements import Statements


class Verifier:
    """Counts how often it is asked."""

    def __init__(self, *, holds: bool = True) -> None:
        self.asked = 0
        self.holds = holds

    def __call__(self) -> None:
        self.asked += 1
        if not self.holds:
            raise ValueError("does not hold")


def test_a_statement_is_verified_once() -> None:
    statements, verifier = Statements(), Verifier()
    for _ in range(3):
        statements.check("kind", (b"a", b"b"), verifier)
    assert verifier.asked == 1


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("kind", (b"ab",)),
        ("kind", (b"", b"ab")),
        ("kind", (b"a", b"b", b"")),
        ("kind", (b"b", b"a")),
        ("other", (b"a", b"b")),
        ("kinda", (b"b",)),
        ("", (b"kind", b"a", b"b")),
    ],
)
def test_another_statement_is_another_one(kind: str, parts: tuple[bytes, ...]) -> None:
    statements, verifier = Statements(), Verifier()
    statements.check("kind", (b"a", b"b"), verifier)
    statements.check(kind, parts, verifier)
    assert verifier.asked == 2


def test_what_failed_is_tried_again() -> None:
    statements, bad = Statements(), Verifier(holds=False)
    for _ in range(2):
        with pytest.raises(ValueError, match="does not hold"):
            statements.check("kind", (b"a",), bad)
    assert bad.asked == 2
    assert not statements.verified
    good = Verifier()
    statements.check("kind", (b"a",), good)
    assert good.asked == 1


def test_verdicts_can_be_taken_over() -> None:
    worker, verifier = Statements(), Verifier()
    worker.check("kind", (b"a",), verifier)
    for taught in (Statements(worker.verified), Statements()):
        taught.learn(worker.verified)
        taught.check("kind", (b"a",), verifier)
    assert verifier.asked == 1


def test_two_memories_are_apart() -> None:
    verifier = Verifier()
    Statements().check("kind", (b"a",), verifier)
    Statements().check("kind", (b"a",), verifier)
    assert verifier.asked == 2
