"""Reads what people keep of a board, and whom they trust: heads, receipts, policies.

specs/board.md, section 3; specs/log.md, sections 6 and 7.
"""

from collections.abc import Iterable
from pathlib import Path

from fairlot.cli.reading import read_at_most
from fairlot.errors import InputError
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.policy import Policy
from fairlot_crypto.log.proof import LogProof

PROOF = ".tlog-proof"
"""How names of receipts end, as ``board post --receipts`` writes them."""
_LARGEST_HEAD = 1 << 15
"""Bytes of a head: 64 signature lines of keys whose names have 200 characters, and more."""
_LARGEST_RECEIPT = 2 * _LARGEST_HEAD
"""Bytes of a receipt: a head, 63 hashes, and what an application added."""
_LARGEST_POLICY = 1 << 20
"""Bytes of a policy: 192 definitions, and comments of any length."""
_MAPS = range(0xA0, 0xC0)
"""First bytes with which a transcript begins: it begins with a map."""


def read_head(path: Path) -> SignedCheckpoint | None:
    """Read a head, a signed note in a file; ``None`` for what begins as a transcript.

    Raises:
        InputError: ``head.unreadable``, ``head.form``.
    """
    data = read_at_most(
        path, _LARGEST_HEAD + 1, lambda why: InputError("head.unreadable", why)
    )
    if data[:1] and data[0] in _MAPS:
        return None
    try:
        return SignedCheckpoint.parse(data.decode())
    except (EncodingError, UnicodeDecodeError) as error:
        raise InputError("head.form", f"{path} is no signed head: {error}") from error


def read_kept_head(path: Path) -> SignedCheckpoint:
    """Read a head where nothing else will do.

    Raises:
        InputError: ``head.unreadable``, ``head.form``.
    """
    head = read_head(path)
    if head is None:
        problem = f"{path} is a transcript: name the file of a head"
        raise InputError("head.form", problem)
    return head


def read_receipt(path: Path) -> LogProof:
    """Read a receipt, a tlog-proof in a file.

    Raises:
        InputError: ``receipt.unreadable``, ``receipt.form``.
    """
    data = read_at_most(
        path, _LARGEST_RECEIPT + 1, lambda why: InputError("receipt.unreadable", why)
    )
    try:
        return LogProof.parse(data)
    except EncodingError as error:
        raise InputError("receipt.form", f"{path} is no receipt: {error}") from error


def read_receipts(paths: Iterable[Path]) -> tuple[LogProof, ...]:
    """Read receipts; of a folder all whose names end as those of receipts do.

    Raises:
        InputError: as ``read_receipt``; ``receipt.unreadable`` for a folder without any.
    """
    return tuple(read_receipt(each) for path in paths for each in _receipts(path))


def _receipts(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(path.glob(f"*{PROOF}"))
    if not found:
        problem = (
            f"{path} is a folder without receipts, files whose names end in {PROOF}"
        )
        raise InputError("receipt.unreadable", f"{problem}: name a file")
    return found


def read_policy_file(path: Path) -> Policy:
    """Read a policy, a tlog-policy in a file.

    Raises:
        InputError: ``policy-file.unreadable``, ``policy-file.form``.
    """
    data = read_at_most(
        path, _LARGEST_POLICY + 1, lambda why: InputError("policy-file.unreadable", why)
    )
    try:
        return Policy.parse(data)
    except EncodingError as error:
        raise InputError("policy-file.form", f"{path} is no policy: {error}") from error
