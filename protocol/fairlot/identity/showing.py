"""What is shown of a credential in a sale: a presentation under the sale's nym.

Deposits, claims and answers at a door are such presentations; each has rules of its own
besides (specs/deposit.md, specs/claims.md, specs/door.md).
"""

from collections.abc import Mapping

from fairlot.identity.registry import Credentials, Registry, RollId, epochs_accepted
from fairlot.names import SaleId, nym_context
from fairlot_crypto.bbs.profile import Presentation, verify_presentation
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.statements import Statements


def epoch_problem(registry: Registry, epoch: int, time: int) -> str | None:
    """Return why a credential of ``epoch`` is not good at ``time``; ``None`` if it is."""
    epochs = epochs_accepted(registry, time)
    if epoch in epochs:
        return None
    accepted = " or ".join(map(str, sorted(epochs)))
    return f"the credential is of epoch {epoch}, but must be of {accepted}"


def check_shown(
    credentials: Credentials,
    roll: RollId,
    epoch: int,
    sale_id: SaleId,
    ph: bytes,
    shown: Presentation,
    disclosed: Mapping[int, bytes],
    statements: Statements,
) -> None:
    """Verify a presentation under the nym of a sale.

    Args:
        credentials: of the registry that the sale's terms name.
        roll: that the sale's OPEN names.
        epoch: of the credential.
        sale_id: of the sale, which gives the context of the nym.
        ph: the presentation header.
        shown: nym and proof.
        disclosed: the messages that it must disclose, by ascending index.
        statements: what this process has verified before.

    Raises:
        CryptoError: naming the rule of specs/bbs.md.
    """
    context = credentials.context(epoch, roll)
    ctx, key = nym_context(sale_id), credentials.public_key.to_bytes()
    parts = (key, context.header, ctx, ph, shown.nym, shown.proof)
    opened = (i2osp(index, 8) + octets for index, octets in disclosed.items())
    statements.check(
        "presentation",
        (*parts, *opened),
        lambda: verify_presentation(context, shown, ctx, ph, disclosed),
    )
