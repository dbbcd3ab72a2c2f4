"""Keeps the state of a fold beside its transcript, for the same user's next command.

specs/verdicts.md, section 4. Nothing here can fail: what cannot be kept or read is folded
again.
"""

import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path

from fairlot.board.kept_state import KeptState
from fairlot.board.recalling import LEAST, States
from fairlot.cli.verdicts import (
    read_beside,
    remembered,
    rules_of,
    size_of,
    user_key,
    write_beside,
)
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.statements import Statements
from fairlot_crypto.states import begins_as_state, read_state, write_state

ENDING = ".state"
"""What is added to the name of a transcript."""
LITTLE = 1 << 16
"""Bytes behind a state of which it takes less to verify them than to read verdicts."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """What this user's commands have found of a transcript."""

    statements: Statements
    states: States | None
    """``None`` where nothing is to be kept."""

    def behind(self, length: int) -> int:
        """Return how many bytes of a transcript are behind what is known of it."""
        known = None if self.states is None else self.states.known
        return length if known is None else length - known.length


@contextmanager
def recalled(path: Path, curve: Backend, *, cache: bool) -> Generator[Recalled]:
    """Yield what this user's commands have found of a transcript; keep what is added.

    Args:
        path: the transcript; what is no regular file has nothing beside it.
        curve: the back-end.
        cache: whether anything is read and kept at all.
    """
    length = size_of(path) if cache else None
    if length is None:
        yield Recalled(Statements(), None)
        return
    states = States(_read(path, curve, length), least=LEAST)
    known = states.known
    needed = known is None or length - known.length > LITTLE
    with remembered((path,), curve, cache=True, needed=needed) as statements:
        yield Recalled(statements, states)
    if states.made is not None:
        with suppress(OSError):
            _write(path, curve, length, states.made)


def _read(path: Path, curve: Backend, length: int) -> KeptState | None:
    """Return the state that lies beside a transcript; ``None`` where there is a doubt."""
    beside, key = _beside(path), user_key()
    program = program_hash() if beside.exists() else None
    if key is None or program is None:
        return None
    with suppress(OSError, EncodingError):
        data = read_beside(beside, length)
        state = KeptState.from_bytes(read_state(key, state_rules(curve, program), data))
        return state if state.length <= length else None
    return None


def _write(path: Path, curve: Backend, length: int, state: KeptState) -> None:
    """Keep a state, and replace nothing but an older one.

    Raises:
        OSError: as the system says.
    """
    program = program_hash()
    if program is None:
        return
    rules, body = state_rules(curve, program), state.to_bytes()
    write_beside(
        _beside(path),
        lambda key: write_state(key, rules, body),
        begins_as_state,
        length,
    )


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}{ENDING}")


def state_rules(curve: Backend, program: bytes) -> str:
    """Return what names the program that has folded (step 3)."""
    return f"{rules_of(curve)} {program.hex()}"


@once
def program_hash() -> bytes | None:
    """Return the hash of the program's own text; ``None`` where that is not there."""
    parts: list[bytes] = []
    for package in ("fairlot_crypto", "fairlot"):
        folder = Path(sys.modules[package].__path__[0])
        with suppress(OSError):
            for each in sorted(folder.rglob("*.py")):
                parts += [
                    each.relative_to(folder).as_posix().encode(),
                    each.read_bytes(),
                ]
            continue
        return None
    return tagged_hash("program", *parts) if parts else None
