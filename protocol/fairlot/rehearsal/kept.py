"""A registry that a rehearsal keeps for later sales (specs/rehearsal.md, section 5).

Every key of a rehearsal is drawn from one source: its seed, the names in the order of their
leaves, who has the keys, and the log are all that a later one needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fairlot.board.registry_state import RegistryState
from fairlot.board.replay import replay
from fairlot.board.sale import SaleState
from fairlot.board.transcript import read_records, take_apart
from fairlot.errors import InputError, Rejection
from fairlot.fields import Fields, Problem
from fairlot.identity.committee import Holder
from fairlot.identity.leaf import holder_hash
from fairlot.identity.registry import RegistryId
from fairlot.logs import LogKind
from fairlot.same_name import compared_name
from fairlot.terms.times import Times
from fairlot_crypto import cbor
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import SEED_LENGTH, Randomness, SeededRandomness
from fairlot_crypto.statements import Statements

VERSION = 1
LOG, SECRET = "registry.fairlot", "registry.secret"


class Hand(StrEnum):
    """Who has the keys that hold a person's leaf."""

    PERSON = "person"
    THIEF = "thief"
    BUYER = "buyer"
    NOBODY = "nobody"
    """They are lost."""

    @property
    def who(self) -> str:
        """How a sentence about them begins, beside the person's name."""
        return "" if self is Hand.PERSON else f"the {self.value} "

    def of(self, name: str) -> str:
        """Return what tables call whoever has the keys of a person; empty for nobody."""
        if self is Hand.NOBODY:
            return ""
        return name if self is Hand.PERSON else f"{self.value} of {name}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A person who has a leaf."""

    name: str
    attributes: tuple[str, ...]
    """What is attested: one value an attribute of the schema."""
    attempt: int = 0
    """Which recovery brought the keys that hold the leaf; 0 for those of the enrolment."""
    hand: Hand = Hand.PERSON
    """Who has these keys."""


@dataclass(frozen=True, slots=True)
class KeptRegistry:
    """What the files of a kept registry say."""

    seed: bytes = field(repr=False)
    """Of the source from which every key was drawn, 32 bytes."""
    people: tuple[Listed, ...]
    """In the order of their leaves."""
    log: bytes = field(repr=False)
    """The bytes of the registry log."""

    def to_files(self) -> dict[str, bytes]:
        """Return name and content of both files."""
        secret: dict[str, cbor.Value] = {
            "v": VERSION,
            "seed": self.seed,
            "people": [
                {
                    "name": each.name,
                    "attributes": list(each.attributes),
                    "attempt": each.attempt,
                    "hand": each.hand.value,
                }
                for each in self.people
            ],
        }
        return {LOG: self.log, SECRET: cbor.encode(secret)}


@dataclass(frozen=True, slots=True)
class Earlier:
    """A kept registry that was verified, for one later sale."""

    kept: KeptRegistry
    state: RegistryState
    """The fold of its log, which goes on with the sale."""

    def registered(self) -> dict[str, Listed]:
        """Return who has a leaf, by the form in which names are compared."""
        return {compared_name(each.name): each for each in self.kept.people}

    def left(self) -> tuple[Listed, ...]:
        """Return whose leaf is closed."""
        return tuple(self.kept.people[i] for i in sorted(self.state.closed_leaves))

    def times(self, first: Times) -> Times:
        """Return the times of the next sale: it opens with the next epoch of the registry.

        Args:
            first: the times of the registry's first sale.
        """
        epoch = self.state.registry.epoch
        return first.later((self.state.clock // epoch + 1) * epoch - first.open)


def registry_log(data: bytes, registry_id: RegistryId) -> bytes:
    """Return the bytes of a registry's log out of a file that holds other logs too."""
    logs = take_apart(read_records(data)).logs
    names = ((log.name.kind, log.name.scope, log) for log in logs)
    named = (LogKind.REGISTRY, registry_id)
    mine = (log for kind, scope, log in names if (kind, scope) == named)
    return b"".join(record.encoded for log in mine for record in log.records)


def read_kept(files: Mapping[str, bytes], curve: Backend) -> Earlier:
    """Verify what an earlier rehearsal has kept (steps 1 to 3).

    Args:
        files: content of ``LOG`` and ``SECRET``, by name.
        curve: the back-end.

    Raises:
        InputError: ``registry-dir.form``, ``registry-dir.log``, ``registry-dir.foreign``.
    """
    kept = _read(files)
    earlier = Earlier(kept, _replayed(kept.log, curve))
    _check_keys(earlier)
    return earlier


def _read(files: Mapping[str, bytes]) -> KeptRegistry:
    """Read both files (step 1)."""
    try:
        value = cbor.decode(files[SECRET])
    except CryptoError as error:
        raise _form_error(error.message) from error
    fields = Fields(value, (SECRET,), _malformed)
    fields.uint("v", VERSION, VERSION)
    seed = fields.bytes("seed", SEED_LENGTH)
    people = tuple(map(_listed, fields.maps("people")))
    fields.done()
    return KeptRegistry(seed, people, files[LOG])


def _listed(fields: Fields) -> Listed:
    name, attributes = fields.text("name"), fields.texts("attributes")
    attempt, hand = fields.uint("attempt"), fields.text("hand")
    fields.done()
    if hand not in [known.value for known in Hand]:
        raise _form_error(f"{SECRET} names no known hand, {hand!r}")
    return Listed(name, attributes, attempt, Hand(hand))


def _replayed(log: bytes, curve: Backend) -> RegistryState:
    """Fold the log, which is whole and of one registry (step 2)."""
    state = RegistryState(curve, Statements())
    read = replay(log, SaleState(state))
    try:
        read.check()
    except Rejection as error:
        raise _log_error(f"{error.code}: {error.message}") from error
    if read.unacknowledged:
        torn = f"{read.unacknowledged} bytes at its end are under no checkpoint"
        raise _log_error(torn)
    if read.sold or not state.rolls:
        raise _log_error("it must be that of a registry, with a roll")
    return state


def _log_error(problem: str) -> InputError:
    remedy = "keep the registry again, with --keep-registry"
    return InputError("registry-dir.log", f"{LOG} does not hold: {problem}; {remedy}")


def _check_keys(earlier: Earlier) -> None:
    """Check that the seed gives the registry's keys and everybody's leaf (step 3)."""
    kept, state = earlier.kept, earlier.state
    randomness = SeededRandomness(kept.seed)
    registry = state.registry
    keys = [
        SigningKey.generate(randomness.derive(f"issuer/{number}")).public
        for number in range(1, len(registry.issuers) + 1)
    ]
    board = SigningKey.generate(randomness.derive("board")).public
    named = [issuer.key for issuer in registry.issuers]
    holders = [
        holder_hash(holder_of(randomness, each.name, each.attempt).signing.public)
        for each in kept.people
    ]
    leaves = [state.lives[index].holder for index in range(len(state.leaves))]
    shapes = {len(registry.attributes)} | {len(p.attributes) for p in kept.people}
    same_keys = (keys, board) == (named, registry.board.key)
    if not same_keys or holders != leaves or len(shapes) > 1:
        problem = f"{SECRET} belongs to another registry than {LOG}"
        remedy = "take both files from one --keep-registry"
        raise InputError("registry-dir.foreign", f"{problem}: {remedy}")


def holder_of(randomness: Randomness, name: str, attempt: int = 0) -> Holder:
    """Return the keys of a person of a rehearsal (section 2).

    Args:
        randomness: of the rehearsal.
        name: of the person, as it was registered.
        attempt: the recovery that brings them; 0 for those of the enrolment.
    """
    own = randomness.derive(f"person/{name}")
    return Holder.generate(own.derive(f"again/{attempt}") if attempt else own)


def _malformed(problem: Problem) -> InputError:
    return _form_error(str(problem))


def _form_error(problem: str) -> InputError:
    remedy = "name a folder that --keep-registry of this version has left"
    return InputError("registry-dir.form", f"{problem}: {remedy}")
