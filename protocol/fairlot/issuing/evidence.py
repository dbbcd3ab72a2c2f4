"""Evidence against an issuer, which anybody can check (specs/issuer.md, section 6)."""

from dataclasses import dataclass, field

from fairlot.errors import InputError
from fairlot.fields import Fields, Problem
from fairlot.identity.registry import ISSUERS_MAX
from fairlot.issuing.plan import CEREMONIES, VERSION, Plan, read_plan
from fairlot_crypto import cbor
from fairlot_crypto.committee.blame import Blame, Reason
from fairlot_crypto.committee.closing import verify_blame
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CryptoError


@dataclass(frozen=True, slots=True)
class Evidence:
    """A blame, with the plan by which anybody can judge it."""

    plan: Plan
    ceremony: str
    blame: Blame = field(repr=False)

    def to_bytes(self) -> bytes:
        """Return the file."""
        return cbor.encode(
            {
                "v": VERSION,
                "plan": self.plan.to_bytes(),
                "ceremony": self.ceremony,
                "member": self.blame.member,
                "former": self.blame.former,
                "reason": self.blame.reason.value,
                "messages": list(self.blame.evidence),
            }
        )

    @property
    def name(self) -> str:
        """The name of its file."""
        blame = self.blame
        who = f"former-{blame.member}" if blame.former else f"{blame.member}"
        return f"{self.ceremony}-{who}-{blame.reason.value}.evidence"

    def check(self, curve: Backend) -> None:
        """Check that it shows what it says (step 22).

        Raises:
            ProofError: ``ceremony.evidence``.
            EncodingError: for messages that are none of the ceremony.
        """
        # Step 22.
        verify_blame(curve, self.plan.ceremony(self.ceremony), self.blame)


def read_evidence(data: bytes) -> Evidence:
    """Read a file of evidence (step 21).

    Raises:
        InputError: ``issuer.evidence``; ``issuer.plan`` for the plan in it.
    """
    # Step 21.
    try:
        fields = Fields(cbor.decode(data), (), _no_evidence)
        fields.exactly("v", VERSION)
        plan = read_plan(fields.bytes("plan"))
        ceremony, reason = fields.text("ceremony"), fields.text("reason")
        if ceremony not in CEREMONIES:
            raise fields.error("ceremony", f"must be one of {', '.join(CEREMONIES)}")
        if reason not in tuple(Reason):
            raise fields.error("reason", "must be a reason that is known")
        member = fields.uint("member", 1, ISSUERS_MAX)
        former, messages = fields.flag("former"), fields.byte_strings("messages")
        blame = Blame(member, Reason(reason), messages, former)
        fields.done()
    except CryptoError as error:
        problem = f"it is no evidence: {error.message}"
        raise InputError("issuer.evidence", problem) from error
    return Evidence(plan, ceremony, blame)


def _no_evidence(found: Problem) -> InputError:
    return InputError("issuer.evidence", f"it is no evidence: {found}")
