"""Who watches the board (specs/terms.md, section 2.3)."""

from collections.abc import Collection
from dataclasses import dataclass

from fairlot.errors import TermsError
from fairlot.fields import Fields
from fairlot.terms.board_name import read_log_name
from fairlot.terms.read_fields import read_key
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import VerifyKey
from fairlot_crypto.log.note import KeyKind, NoteKey

MAX_WITNESSES = 32


@dataclass(frozen=True, slots=True)
class Witness:
    """Who co-signs heads of the board, and never two that contradict each other."""

    name: str
    """The name of its key."""
    key: VerifyKey
    """Ed25519 key of its co-signatures; it has no other role."""

    @property
    def note_key(self) -> NoteKey:
        """The key as a signature line refers to it."""
        return NoteKey(self.name, KeyKind.COSIGNATURE_V1, self.key)

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map."""
        return {"name": self.name, "key": self.key}


@dataclass(frozen=True, slots=True)
class Witnesses:
    """The witnesses of a sale, of whom a quorum must agree."""

    named: tuple[Witness, ...]
    """Empty only in a rehearsal."""
    quorum: int
    """k: 2k is above their number; 0 where there is none."""

    def to_value(self) -> dict[str, Value]:
        """Return the two fields of the terms; the quorum of nobody has no key."""
        value: dict[str, Value] = {"witnesses": [w.to_value() for w in self.named]}
        return {**value, "quorum": self.quorum} if self.named else value


NOBODY = Witnesses((), 0)


def read_witnesses(fields: Fields) -> Witnesses:
    """Return the witnesses that the terms name.

    Raises:
        TermsError: ``terms.witnesses``, ``terms.key``, ``terms.board-name``; for other
            fields or types what ``fields`` raises.
    """
    where = fields.at("witnesses")
    maps = fields.maps("witnesses")
    if len(maps) > MAX_WITNESSES:
        rule = f"must hold at most {MAX_WITNESSES}, and holds {len(maps)}"
        raise TermsError("terms.witnesses", where, rule)
    named = tuple(map(_witness, maps))
    if not named:
        return NOBODY
    for what, distinct in (
        ("name", {each.name for each in named}),
        ("key", {each.key for each in named}),
    ):
        if len(distinct) != len(named):
            rule = f"holds a {what} twice: each witness has its own"
            raise TermsError("terms.witnesses", where, rule)
    return Witnesses(named, fields.uint("quorum", len(named) // 2 + 1, len(named)))


def check_separate(
    witnesses: Witnesses, others: Collection[VerifyKey], rehearsal: bool
) -> None:
    """Check that a real sale is watched, and nobody watches in two roles.

    Args:
        witnesses: of the terms.
        others: all other keys that the terms name.
        rehearsal: whether the terms are those of a rehearsal.

    Raises:
        TermsError: ``terms.witnesses``.
    """
    where = ("terms", "witnesses")
    if not witnesses.named and not rehearsal:
        rule = "must not be empty: somebody must watch the board of a real sale"
        raise TermsError("terms.witnesses", where, rule)
    for index, witness in enumerate(witnesses.named):
        if witness.key in others:
            rule = "must have a key of its own: this one has another role too"
            raise TermsError("terms.witnesses", (*where, index), rule)


def _witness(fields: Fields) -> Witness:
    witness = Witness(read_log_name(fields, "name"), read_key(fields, "key"))
    fields.done()
    return witness
