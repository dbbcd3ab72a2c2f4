"""Which codes an attester has given to whom, what they were used for, and which tokens were.

specs/attesters.md, sections 1.2 and 1.3.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from fairlot.errors import InputError, Rejection
from fairlot.fields import Fields
from fairlot.identity.account_token import AccountToken
from fairlot.identity.member_code import MemberCode
from fairlot.identity.registry import Registry, RegistryId
from fairlot.identity.requests import AttestRequest
from fairlot.names import HASH_LENGTH
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.randomness import Randomness

VERSION = 1


class CodeState(StrEnum):
    """What can be done with a code."""

    OPEN = "open"
    ENDED = "ended"
    """Its member was given another one before it was used."""
    USED = "used"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on the list of an attester."""

    person: str = field(repr=False)
    """As the registry tells people apart: a name, or a document."""
    attributes: tuple[str, ...]
    """One value an attribute of the schema, empty if the person has none."""
    address: str = field(default="", repr=False)
    """Where their code is sent: nobody keeps it."""


@dataclass(frozen=True, slots=True)
class Given:
    """A code that a member was given, and what became of it."""

    registry_id: RegistryId
    person: str = field(repr=False)
    attributes: tuple[str, ...]
    code_hash: bytes
    state: CodeState = CodeState.OPEN
    request: bytes | None = None
    """The hash of the request to which it is bound."""
    time: int | None = None
    """Of the attestation that was given, in Unix seconds."""

    def to_value(self) -> dict[str, Value]:
        """Return the row."""
        value: dict[str, Value] = {
            "registry": self.registry_id,
            "person": self.person,
            "attributes": list(self.attributes),
            "code": self.code_hash,
            "state": self.state.value,
        }
        if self.request is not None:
            value["request"] = self.request
        if self.time is not None:
            value["time"] = self.time
        return value

    def is_bound_elsewhere(self, bound: bytes) -> bool:
        """Tell whether it was used, and for something else."""
        return self.request not in (None, bound)

    def bound(self, bound: bytes) -> "Given":
        """Return the row, used for what a hash names."""
        return replace(self, state=CodeState.USED, request=bound)

    def attested(self, epoch: int, now: int) -> "Given":
        """Return the row with the time of its attestation (step 10).

        Args:
            epoch: of the registry, in seconds: as long as an attestation is good.
            now: the attester's clock, Unix seconds.
        """
        # Step 10.
        if self.time is not None and self.time <= now < self.time + epoch:
            return self
        return replace(self, time=now)


@dataclass(frozen=True, slots=True)
class MemberBook:
    """All codes that an attester has given, in that order."""

    rows: tuple[Given, ...] = ()

    def give(
        self,
        registry: Registry,
        members: Iterable[Member],
        randomness: Randomness,
        *,
        again: bool,
    ) -> tuple["MemberBook", tuple[tuple[Member, MemberCode], ...]]:
        """Give codes to members (step 6): the book with them in it, and the codes.

        Args:
            registry: for which the attester attests.
            members: of the list, each once.
            randomness: where codes come from.
            again: whether those who have one get another.
        """
        # Step 6.
        canonical = registry.uniqueness.source.canonical
        own = [each for each in self.rows if each.registry_id == registry.registry_id]
        known = {canonical(each.person) for each in own}
        given: dict[str, tuple[Member, MemberCode]] = {}
        for member in members:
            person = canonical(member.person)
            if again or person not in known:
                given[person] = member, MemberCode.draw(randomness)
        rows = [
            replace(each, state=CodeState.ENDED)
            if each.state is CodeState.OPEN
            and each.registry_id == registry.registry_id
            and canonical(each.person) in given
            else each
            for each in self.rows
        ]
        scope = registry.registry_id
        for member, code in given.values():
            code_hash = code.hashed(scope)
            rows.append(Given(scope, member.person, member.attributes, code_hash))
        return MemberBook(tuple(rows)), tuple(given.values())

    def kept(
        self,
        registry: Registry,
        members: Iterable[Member],
        left: Iterable[MemberCode],
    ) -> dict[Member, MemberCode]:
        """Return which codes that a kill has left are already those of members (step 7).

        Args:
            registry: for which the attester attests.
            members: of the list.
            left: codes that nobody has seen.
        """
        # Step 7.
        scope = registry.registry_id
        rows = {row.code_hash: row for row in self.rows if row.state is CodeState.OPEN}
        found = {
            (row.person, row.attributes): code
            for code in left
            if (row := rows.get(code.hashed(scope))) is not None
        }
        named = ((each, (each.person, each.attributes)) for each in members)
        return {each: found[name] for each, name in named if name in found}

    def row_of(self, code_hash: bytes) -> Given | None:
        """Return the row of a code or of a token; ``None`` where there is none."""
        return next((each for each in self.rows if each.code_hash == code_hash), None)

    def use(self, code: MemberCode, request: AttestRequest) -> Given:
        """Return the row of a code, bound to a request (steps 8 and 9).

        Raises:
            Rejection: ``member-code.unknown``, ``member-code.ended``, ``member-code.used``.
        """
        # Step 8.
        code_hash = code.hashed(request.registry_id)
        row = self.row_of(code_hash)
        if row is None:
            problem = "nobody was given this code for this registry"
            raise Rejection("member-code.unknown", f"{problem}: ask for another")
        if row.state is CodeState.ENDED:
            problem = "the member was given another code since: use the newest"
            raise Rejection("member-code.ended", problem)
        # Step 9.
        bound = tagged_hash("member-request", request.to_bytes())
        if row.is_bound_elsewhere(bound):
            problem = "the code was used for other keys, or for another event"
            raise Rejection("member-code.used", f"{problem}: each is good for one")
        return row.bound(bound)

    def show(self, account: AccountToken, request: AttestRequest) -> Given | None:
        """Return the row of a token that was used for a request; ``None`` where it was not.

        specs/attesters.md, step 27.

        Raises:
            Rejection: ``account-token.used`` where it was used for another.
        """
        # Step 27.
        row = self.row_of(account.token_hash)
        if row is not None and row.is_bound_elsewhere(account.bound_to(request)):
            problem = "the login was used for other keys, or for another event"
            raise Rejection("account-token.used", f"{problem}: log in again")
        return row

    def with_row(self, row: Given) -> "MemberBook":
        """Return the book with a row in the place of the one of the same code, or as new."""
        if self.row_of(row.code_hash) is None:
            return MemberBook((*self.rows, row))
        return MemberBook(
            tuple(
                row if each.code_hash == row.code_hash else each for each in self.rows
            )
        )

    def to_bytes(self) -> bytes:
        """Return the file."""
        rows: list[Value] = [each.to_value() for each in self.rows]
        return cbor.encode({"v": VERSION, "type": "MEMBER-CODES", "codes": rows})


def read_member_book(data: bytes) -> MemberBook:
    """Read the book of codes of an attester.

    Raises:
        InputError: ``attester.codes`` for what is none.
    """
    try:
        fields = Fields(cbor.decode(data), (), lambda found: _no_book(str(found)))
        fields.exactly("v", VERSION)
        fields.exactly("type", "MEMBER-CODES")
        book = MemberBook(tuple(_rows(fields.maps("codes"))))
        fields.done()
    except CryptoError as error:
        raise _no_book(error.message) from error
    if len({each.code_hash for each in book.rows}) != len(book.rows):
        raise _no_book("a code is there twice")
    return book


def _rows(maps: Iterable[Fields]) -> Iterator[Given]:
    for fields in maps:
        scope = RegistryId(fields.bytes("registry", HASH_LENGTH))
        person, attributes = fields.text("person"), fields.texts("attributes")
        code_hash, state = fields.bytes("code", HASH_LENGTH), fields.text("state")
        if state not in tuple(CodeState):
            raise fields.error("state", "must be open, ended or used")
        given = Given(
            scope,
            person,
            attributes,
            code_hash,
            CodeState(state),
            fields.bytes("request", HASH_LENGTH) if fields.has("request") else None,
            fields.uint("time") if fields.has("time") else None,
        )
        if (given.state is CodeState.USED) != (given.request is not None):
            raise fields.error("request", "must be there if the code is used")
        fields.done()
        yield given


def _no_book(why: str) -> InputError:
    return InputError("attester.codes", f"it is no book of an attester's codes: {why}")
