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
"""What to do with an entry, by status."""
OF_WITNESS = {
    400: "Send what C2SP tlog-witness says: old size, proof, blank line, checkpoint.",
    403: "Send a head that its log has signed.",
    404: "Ask whoever keeps this witness to watch the log.",
    422: "Make the proof anew, from the size that the witness knows.",
}
"""What to do with what a witness refused, by status."""


AGAIN = "Wait as long as Retry-After says, and ask again."
"""What to do with a question that came too soon."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal that says who is at fault, and what to do."""

    status: int
    code: str
    detail: str
    fault: Fault
    retry_after: int | None = None
    """Seconds."""
    advice: str | None = None
    """What to do; ``None`` for what the status says."""

    def to_value(self) -> dict[str, Viewed]:
        """Return the members of the JSON object."""
        return {
            "format": "fairlot/problem",
            "version": 1,
            "status": self.status,
            "code": self.code,
            "fault": self.fault.value,
            "detail": self.detail,
            "do": self.advice or ADVICE[self.status],
        }


class UnavailableError(FairlotError):
    """The board cannot take anything in at the moment: whoever keeps it is to look."""

    fault = Fault.BOARD


class RefusedError(Exception):
    """A request is answered by a problem."""

    def __init__(
        self,
        status: int,
        error: FairlotError | CryptoError,
        retry_after: int | None = None,
        advice: str | None = None,
    ) -> None:
        """Answer with what ``error`` says."""
        super().__init__(error.code)
        self.problem = Problem(
            status, error.code, error.message, error.fault, retry_after, advice
        )


def refused(error: FairlotError | CryptoError) -> RefusedError:
    """Return the answer to an entry that the board refuses (section 4)."""
    return RefusedError(_status(error.code), error)


def refused_by_witness(error: FairlotError | CryptoError) -> RefusedError:
    """Return the answer to a head that a witness does not co-sign (section 10.2)."""
    status = _OF_WITNESS.get(error.code, 400)
    return RefusedError(status, error, advice=OF_WITNESS[status])


_OF_WITNESS = {
    "witness.origin": 404,
    "witness.full": 404,
    "witness.unsigned": 403,
    "witness.proof": 422,
}
"""All other codes are of what has not the form of a request: 400."""


def _status(code: str) -> int:
    subject = code.partition(".")[0]
    if code in _STATUS:
        return _STATUS[code]
    return _SUBJECTS.get(subject, 422)


_STATUS = {
    "entry.size": 413,
    "entry.field": 400,
    "terms.again": 409,
    "registry.again": 409,
    "service.nym-limit": 429,
}
_SUBJECTS = {"cbor": 400, "phase": 409, "time": 409}
"""By what stands before the dot; all others break a rule of the sale: 422."""
