"""What is shown of a credential in a sale: a presentation under the sale's nym.

Deposits, claims and answers at a door are such presentations; each has rules of its own
besides (specs/deposit.md, specs/claims.md, specs/door.md).
"""

from collections.abc import Callable, Mapping, Sequence

from fairlot.identity.registry import Credentials, Registry, RollId, epochs_accepted
from fairlot.names import SaleId, nym_context
from fairlot_crypto.bbs.batch import Verdict, verify_batch
from fairlot_crypto.bbs.hints import Showing
from fairlot_crypto.bbs.profile import Presentation, verify_presentation
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.statements import Statements, statement_digest

PRESENTATION = "presentation"
"""The kind of statement that a presentation is."""


def epoch_problem(registry: Registry, epoch: int, time: int) -> str | None:
    """Return why a credential of ``epoch`` is not good at ``time``; ``None`` if it is."""
    epochs = epochs_accepted(registry, time)
    if epoch in epochs:
        return None
    accepted = " or ".join(map(str, sorted(epochs)))
    return f"the credential is of epoch {epoch}, but must be of {accepted}"


def showing_of(
    credentials: Credentials,
    roll: RollId,
    epoch: int,
    sale_id: SaleId,
    ph: bytes,
    shown: Presentation,
    disclosed: Mapping[int, bytes],
) -> Showing:
    """Return a presentation and what it must show, under the nym of a sale.

    Args:
        credentials: of the registry that the sale's terms name.
        roll: that the sale's OPEN names.
        epoch: of the credential.
        sale_id: of the sale, which gives the context of the nym.
        ph: the presentation header.
        shown: nym and proof.
        disclosed: the messages that it must disclose, by ascending index.
    """
    context = credentials.context(epoch, roll)
    return Showing(context, shown, nym_context(sale_id), ph, disclosed)


def check_shown(showing: Showing, statements: Statements) -> None:
    """Verify a presentation.

    Args:
        showing: as ``showing_of`` makes it.
        statements: what this process has verified before.

    Raises:
        CryptoError: naming the rule of specs/bbs.md.
    """
    statements.check(
        PRESENTATION,
        _parts(showing),
        lambda: verify_presentation(
            showing.context,
            showing.presentation,
            showing.ctx,
            showing.ph,
            showing.disclosed,
        ),
    )


def learn_shown(
    showings: Sequence[Showing],
    hints: Sequence[bytes | None],
    statements: Statements,
    randomness: Randomness,
    told: Callable[[int, bytes], None] | None = None,
) -> tuple[Verdict, ...]:
    """Verify presentations together, and remember those that verify (specs/batch.md).

    ``check_shown`` then verifies the others, and says what is wrong with them.

    Args:
        showings: presentations with what each must show.
        hints: of each, from anywhere; ``None`` where there are none.
        statements: takes the verdicts.
        randomness: the system's entropy.
        told: given place and hints of those for which hints were made, as ``verify_batch``
            does.

    Returns:
        For each the error of ``check_shown``, or ``None``.
    """
    if not statements.remembers:
        return verify_batch(showings, hints, randomness, told)
    digests = [statement_digest(PRESENTATION, _parts(each)) for each in showings]
    new = [i for i, digest in enumerate(digests) if not statements.knows(digest)]
    verdicts = verify_batch(
        [showings[i] for i in new],
        [hints[i] for i in new],
        randomness,
        None if told is None else lambda i, made: told(new[i], made),
    )
    found = dict(zip(new, verdicts, strict=True))
    statements.learn(digests[i] for i, verdict in found.items() if verdict is None)
    return tuple(map(found.get, range(len(showings))))


def _parts(showing: Showing) -> tuple[bytes, ...]:
    """Return everything that the verdict depends on (specs/audit.md, section 2)."""
    context, shown = showing.context, showing.presentation
    return (
        *(
            context.key_octets,
            context.header,
            showing.ctx,
            showing.ph,
            shown.nym,
            shown.proof,
        ),
        *(i2osp(index, 8) + octets for index, octets in showing.disclosed.items()),
    )
