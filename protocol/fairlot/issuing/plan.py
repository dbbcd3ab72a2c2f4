"""Cards of issuers, and the plan of a committee (specs/issuer.md, section 2)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from fairlot.errors import InputError
from fairlot.fields import Fields, Problem
from fairlot.identity.registry import ISSUERS_MAX, SEASON_MAX, THRESHOLD_MAX
from fairlot.names import HASH_LENGTH
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee import plan as ceremony
from fairlot_crypto.committee.plan import Purpose
from fairlot_crypto.committee.threshold import PublicSharing
from fairlot_crypto.curve import G2_LENGTH, backend
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import tag, tagged_hash
from fairlot_crypto.keys import (
    KEY_LENGTH,
    SIGNATURE_LENGTH,
    OpeningKey,
    SealKey,
    SigningKey,
    VerifyKey,
    check_seal_key,
    check_verify_key,
    verify_signature,
)

VERSION = 1
ATTEMPT_MAX = 2**32 - 1
CEREMONIES = {
    "signing": Purpose.KEY,
    "season": Purpose.SEASON,
    "tags": Purpose.KEY,
}
"""What a committee makes, in this order: the key of credentials, the keys of the season's
nym secrets, and the key of tags."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Card:
    """The public keys of one issuer, signed with the first."""

    key: VerifyKey
    """Signs the issuer's messages, leaves and entries."""
    sealing: SealKey
    """To which other issuers seal what is for this one."""
    sig: bytes

    @classmethod
    def make(cls, key: SigningKey, opening: OpeningKey) -> "Card":
        """Return the card of a pair of keys (step 2)."""
        # Step 2.
        sealing = opening.public
        return cls(key.public, sealing, key.sign(_statement(key.public, sealing)))

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map."""
        return {
            "v": VERSION,
            "key": self.key,
            "sealing": self.sealing,
            "sig": self.sig,
        }

    def to_bytes(self) -> bytes:
        """Return the file."""
        return cbor.encode(self.to_value())


@dataclass(frozen=True, slots=True)
class FormerIssuers:
    """Who holds the keys that are shared again, and their public shares."""

    plan_id: bytes
    """Of the plan with which they made them."""
    threshold: int
    """t', the degree of these sharings."""
    keys: tuple[VerifyKey, ...]
    """Of the former issuers 1..n'."""
    signing: tuple[bytes, ...]
    """W'_i of the key of credentials, points of G2."""
    tags: tuple[bytes, ...]
    """W'_i of the key of tags, points of G2."""

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map."""
        return {
            "plan": self.plan_id,
            "threshold": self.threshold,
            "keys": list[Value](self.keys),
            "signing": list[Value](self.signing),
            "tags": list[Value](self.tags),
        }

    def sharing(self, name: str) -> PublicSharing:
        """Return the sharing of one of the two keys.

        Raises:
            EncodingError: ``groups.*`` for what is no point of G2.
        """
        shares = self.signing if name == "signing" else self.tags
        curve = backend()
        points = tuple(map(curve.g2_not_identity, shares))
        return PublicSharing(self.threshold, points)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who makes keys together, and how many of them may be corrupt."""

    season: int
    """Whose nym secrets are made."""
    attempt: int
    """Which attempt of these issuers it is: no two plans may be the same."""
    threshold: int
    """t, how many issuers may be corrupt."""
    cards: tuple[Card, ...]
    """Of the issuers 1..n, ascending by key."""
    former: FormerIssuers | None = None
    """Whose keys are shared again; ``None`` where new ones are made."""

    @classmethod
    def make(
        cls,
        season: int,
        attempt: int,
        threshold: int,
        cards: Iterable[Card],
        former: FormerIssuers | None = None,
    ) -> "Plan":
        """Return the plan of some cards, in whatever order they come (step 4).

        Raises:
            InputError: ``issuer.plan``.
        """
        # Step 4.
        ordered = tuple(sorted(cards, key=lambda card: card.key))
        plan = cls(season, attempt, threshold, ordered, former)
        return read_plan(plan.to_bytes())

    def to_bytes(self) -> bytes:
        """Return the file."""
        value: dict[str, Value] = {
            "v": VERSION,
            "season": self.season,
            "attempt": self.attempt,
            "threshold": self.threshold,
            "cards": [card.to_value() for card in self.cards],
        }
        if self.former is not None:
            value["former"] = self.former.to_value()
        return cbor.encode(value)

    @property
    def plan_id(self) -> bytes:
        """The hash that names the plan, 32 bytes: issuers compare it before they begin."""
        return tagged_hash("issuer-plan", self.to_bytes())

    @property
    def keys(self) -> tuple[VerifyKey, ...]:
        """The keys of the issuers 1..n."""
        return tuple(card.key for card in self.cards)

    def ceremony(self, name: str) -> ceremony.Plan:
        """Return the plan of one of the ceremonies (step 6)."""
        # Step 6.
        return _ceremony(self, name)

    def number_of(self, key: VerifyKey) -> int:
        """Return the number under which an issuer, or a former one, writes letters.

        Raises:
            InputError: ``issuer.member`` for a key that is neither.
        """
        former = () if self.former is None else self.former.keys
        if key in self.keys or key not in former:
            return self.index_of(key)
        return len(self.keys) + former.index(key) + 1

    def index_of(self, key: VerifyKey) -> int:
        """Return the number of an issuer, from 1.

        Raises:
            InputError: ``issuer.member`` for a key that is on no card.
        """
        if key not in self.keys:
            problem = "the plan has no card of this issuer: ask for a plan with yours"
            raise InputError("issuer.member", problem)
        return self.keys.index(key) + 1


@cache
def _ceremony(plan: Plan, name: str) -> ceremony.Plan:
    context = tagged_hash("issuer-ceremony", plan.plan_id, name.encode())
    purpose, former = CEREMONIES[name], None
    if plan.former is not None and purpose is Purpose.KEY:
        purpose = Purpose.RESHARE
        former = ceremony.Former(plan.former.keys, plan.former.sharing(name))
    return ceremony.Plan(purpose, context, plan.threshold, plan.keys, former)


def read_card(data: bytes) -> Card:
    """Read a card (step 3).

    Raises:
        InputError: ``issuer.card``.
    """
    # Step 3.
    return _read(data, _card, _no_card)


def read_plan(data: bytes) -> Plan:
    """Read a plan (step 5).

    Raises:
        InputError: ``issuer.plan``.
    """
    # Step 5.
    return _read(data, _plan, _no_plan)


def _read(
    data: bytes, read: Callable[[Fields], T], fail: Callable[[str], InputError]
) -> T:
    def problem(found: Problem) -> InputError:
        return fail(str(found))

    try:
        fields = Fields(cbor.decode(data), (), problem)
        made = read(fields)
        fields.done()
    except CryptoError as error:
        raise fail(error.message) from error
    return made


def _card(fields: Fields) -> Card:
    fields.exactly("v", VERSION)
    card = Card(
        check_verify_key(fields.bytes("key", KEY_LENGTH)),
        check_seal_key(fields.bytes("sealing", KEY_LENGTH)),
        fields.bytes("sig", SIGNATURE_LENGTH),
    )
    verify_signature(card.key, _statement(card.key, card.sealing), card.sig)
    return card


def _plan(fields: Fields) -> Plan:
    fields.exactly("v", VERSION)
    plan = Plan(
        fields.uint("season", 0, SEASON_MAX),
        fields.uint("attempt", 0, ATTEMPT_MAX),
        fields.uint("threshold", 0, THRESHOLD_MAX),
        tuple(_whole_card(each) for each in fields.maps("cards")),
        _former(fields.map("former")) if fields.has("former") else None,
    )
    if list(plan.keys) != sorted(set(plan.keys)):
        raise fields.error("cards", "must be ascending by key, each issuer once")
    if not 3 * plan.threshold < len(plan.keys) <= ISSUERS_MAX:
        raise fields.error("cards", f"must be 3t + 1 or more, {ISSUERS_MAX} at most")
    if plan.former is not None:
        if len(plan.keys) + len(plan.former.keys) > ISSUERS_MAX:
            problem = f"must be {ISSUERS_MAX} at most, with those who come"
            raise fields.error("former", problem)
        # Their shares must be sharings of keys.
        for name in CEREMONIES:
            plan.ceremony(name)
    return plan


def _former(fields: Fields) -> FormerIssuers:
    former = FormerIssuers(
        fields.bytes("plan", HASH_LENGTH),
        fields.uint("threshold", 0, THRESHOLD_MAX),
        tuple(map(VerifyKey, fields.byte_strings("keys", KEY_LENGTH))),
        fields.byte_strings("signing", G2_LENGTH),
        fields.byte_strings("tags", G2_LENGTH),
    )
    fields.done()
    return former


def _whole_card(fields: Fields) -> Card:
    card = _card(fields)
    fields.done()
    return card


def _statement(key: bytes, sealing: bytes) -> bytes:
    signed = cbor.encode({"key": key, "sealing": sealing})
    return tag("issuer-card").encode() + b"\x00" + signed


def _no_card(why: str) -> InputError:
    return InputError("issuer.card", f"it is no card of an issuer: {why}")


def _no_plan(why: str) -> InputError:
    return InputError("issuer.plan", f"it is no plan of a committee: {why}")
