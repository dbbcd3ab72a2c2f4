"""Pools for people who solve a public puzzle (specs/puzzle.md).

The answer is a key: whoever knows the answer signs their nym with it. The terms
hold the public key, so that anybody can check a solution and nobody can copy one.
"""

import unicodedata

from fairlot.errors import InputError
from fairlot.names import Nym, SaleId
from fairlot.text import check_text
from fairlot_crypto.hashing import tag, tagged_hash
from fairlot_crypto.keys import Signature, SigningKey, VerifyKey


def answer_key(answer: str) -> SigningKey:
    """Return the key pair of an answer (steps 1 and 2).

    Raises:
        InputError: ``puzzle.answer`` if the answer breaks the rules for texts.
    """
    text = unicodedata.normalize("NFC", answer)
    check_text(text, lambda why: InputError("puzzle.answer", f"the answer {why}"))
    return SigningKey.from_seed(tagged_hash("puzzle", text.encode()))


def solve(
    key: SigningKey, sale_id: SaleId, nym: Nym, settle_pk: VerifyKey
) -> Signature:
    """Return the solution of one person for one deposit (step 3)."""
    return key.sign(solution_message(sale_id, nym, settle_pk))


def solution_message(sale_id: SaleId, nym: Nym, settle_pk: VerifyKey) -> bytes:
    """Return the message that a solution signs: it serves nobody else (step 3)."""
    return tag("solution").encode() + b"\x00" + sale_id + nym + settle_pk
