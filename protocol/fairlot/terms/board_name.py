"""Names of boards and witnesses (specs/terms.md, section 2)."""

import re

from fairlot.errors import TermsError
from fairlot.fields import Fields
from fairlot.text import shown

MAX_BOARD_NAME = 200

BOARD_NAME = re.compile(rf"[!-*,-~]{{1,{MAX_BOARD_NAME}}}")
"""What signed notes can bear as the name of a key."""


def read_log_name(fields: Fields, name: str) -> str:
    """Return the name of a board or a witness.

    Raises:
        TermsError: ``terms.board-name``; for another type what ``fields`` raises.
    """
    text = fields.text(name)
    if not BOARD_NAME.fullmatch(text):
        rule = f"must have 1 to {MAX_BOARD_NAME} printable ASCII characters"
        problem = f"{rule} without blanks and +, found {shown(text)}"
        raise TermsError("terms.board-name", fields.at(name), problem)
    return text
