"""A claim: a presentation that takes control of a position (specs/claims.md, section 3)."""

from dataclasses import dataclass

from fairlot.claim.binding import ClaimBinding, read_claim_binding
from fairlot.deposit.deposit import check_settle_key
from fairlot.entry import Entry, EntryHash, body_fields
from fairlot.errors import Rejection
from fairlot.identity.registry import Credentials, RollId
from fairlot.identity.showing import check_shown, epoch_problem, showing_of
from fairlot.names import NYM_LENGTH, Nym
from fairlot.terms.terms import Terms
from fairlot_crypto.bbs.hints import Showing
from fairlot_crypto.bbs.profile import Presentation
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import check_seal_key
from fairlot_crypto.statements import Statements


@dataclass(frozen=True, slots=True)
class Claim:
    """The content of a CLAIM entry."""

    binding: ClaimBinding
    nym: Nym
    proof: bytes
    epoch: int
    """The epoch of the credential."""
    entry_hash: EntryHash

    @property
    def precedence(self) -> tuple[int, int, bytes]:
        """What orders the nym's claims: the greatest controls, whenever it came."""
        return (self.epoch, self.binding.seq, self.entry_hash)


def read_claim(entry: Entry) -> Claim:
    """Read a CLAIM entry (step 4).

    Raises:
        Rejection: ``entry.field``.
    """
    # Step 4.
    fields = body_fields(entry)
    claim = Claim(
        binding=read_claim_binding(fields.map("ph")),
        nym=Nym(fields.bytes("nym", NYM_LENGTH)),
        proof=fields.bytes("proof"),
        epoch=fields.uint("epoch"),
        entry_hash=entry.hash,
    )
    fields.done()
    return claim


def check_claim(
    credentials: Credentials,
    terms: Terms,
    roll: RollId,
    entry: Entry,
    time: int,
    statements: Statements,
) -> Claim:
    """Check a signed CLAIM entry of the sale, and return what it says (steps 4 to 7).

    It does not look at a board: whether the nym has a position is the fold's to say.

    Raises:
        Rejection: ``entry.field``, ``claim.*``.
    """
    claim = read_claim(entry)
    _check_binding(terms, entry, claim, time)
    # Step 6.
    problem = epoch_problem(credentials.registry, claim.epoch, time)
    if problem:
        raise Rejection("claim.epoch", problem)
    _check_presentation(credentials, roll, claim, statements)
    return claim


def _check_binding(terms: Terms, entry: Entry, claim: Claim, time: int) -> None:
    """Check that every bound field fits the sale and the entry (step 5)."""
    # Step 5.
    binding = claim.binding
    if binding.sale_id != terms.sale_id:
        raise Rejection("claim.sale", "the claim was made for another sale")
    if binding.board != terms.board.key:
        raise Rejection("claim.board", "the claim was made for another board")
    _check_keys(entry, binding)
    if time > binding.not_after:
        late = f"{time - binding.not_after} s after its not_after"
        raise Rejection("claim.not-after", f"the entry came {late}: make it anew")


def _check_keys(entry: Entry, binding: ClaimBinding) -> None:
    check_settle_key(
        entry, binding.settle_pk, lambda why: Rejection("claim.settle-key", why)
    )
    try:
        check_seal_key(binding.enc_pk)
    except CryptoError as error:
        problem = "enc_pk must be an X25519 key of large order"
        raise Rejection("claim.enc-key", problem) from error


def _check_presentation(
    credentials: Credentials, roll: RollId, claim: Claim, statements: Statements
) -> None:
    """Verify the presentation, which discloses nothing (step 7)."""
    # Step 7.
    try:
        check_shown(claim_showing(credentials, roll, claim), statements)
    except CryptoError as error:
        raise Rejection("claim.presentation", str(error)) from error


def claim_showing(credentials: Credentials, roll: RollId, claim: Claim) -> Showing:
    """Return the presentation of a claim, which discloses nothing (step 7)."""
    return showing_of(
        credentials,
        roll,
        claim.epoch,
        claim.binding.sale_id,
        claim.binding.ph,
        Presentation(claim.nym, claim.proof),
        {},
    )
