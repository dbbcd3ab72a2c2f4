"""What a refusal looks like on the wire (specs/service.md, section 4)."""

from dataclasses import dataclass

from fairlot.errors import FairlotError
from fairlot.text import Viewed
from fairlot_crypto.errors import CryptoError, Fault

MEDIA_TYPE = "application/problem+json"
"""RFC 9457."""

ADVICE = {
    400: "Send the bytes of an entry as fairlot has made them.",
    403: "Let the board write this itself.",
    404: "Take a path that the index of the board names.",
    405: "Read with GET, and send entries by POST to add.",
    408: "Send the entry again, faster.",
    409: "Read the log: what this entry says is not due now, or is too late.",
    413: "Send one entry, of at most 65,535 bytes.",
    422: "Correct what the entry says, sign it anew, and send it again.",
    429: "Wait as long as Retry-After says, and send the same bytes again.",
    503: "Wait as long as Retry-After says, and send the same bytes again.",
}
"""What to do, by status."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal that says who is at fault, and what to do."""

    status: int
    code: str
    detail: str
    fault: Fault
    retry_after: int | None = None
    """Seconds."""

    def to_value(self) -> dict[str, Viewed]:
        """Return the members of the JSON object."""
        return {
            "format": "fairlot-problem",
            "version": 1,
            "status": self.status,
            "code": self.code,
            "fault": self.fault.value,
            "detail": self.detail,
            "do": ADVICE[self.status],
        }


class Refused(Exception):  # noqa: N818 (it is an answer, not a mistake)
    """A request is answered by a problem."""

    def __init__(
        self,
        status: int,
        error: FairlotError | CryptoError,
        retry_after: int | None = None,
    ) -> None:
        """Answer with what ``error`` says."""
        super().__init__(error.code)
        self.problem = Problem(
            status, error.code, error.message, error.fault, retry_after
        )


def problem_of(error: FairlotError | CryptoError) -> Problem:
    """Return the answer to an entry that the board refuses (section 4, table 1)."""
    return Problem(_status(error.code), error.code, error.message, error.fault)


def _status(code: str) -> int:
    subject = code.partition(".")[0]
    if code == "entry.size":
        return 413
    if subject in {"cbor", "record"} or code == "entry.field":
        return 400
    if subject in {"phase", "time"} or code in {"terms.again", "registry.again"}:
        return 409
    return 422
