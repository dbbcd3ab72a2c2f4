"""ROUND entries: anybody posts a round that the terms name (specs/beacon.md, section 2)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fairlot.entry import Entry, EntryType, body_fields, sign_entry
from fairlot.errors import Rejection
from fairlot.names import SaleId
from fairlot.terms.named_round import NamedRound, RoundName
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.chain import ChainHash, ChainInfo
from fairlot_crypto.timelock.drand import Beacon, verify_round

CHAIN_HASH_LENGTH = 32


def make_round(
    sale_id: SaleId, chain: ChainInfo, beacon: Beacon, key: SigningKey
) -> Entry:
    """Make the ROUND entry of a round that a relay gives; any key may sign (step 13)."""
    return sign_entry(EntryType.ROUND, sale_id, _body(chain, beacon), key)


@dataclass(slots=True)
class Rounds:
    """The rounds that the terms name, and those that are on the board."""

    named: tuple[NamedRound, ...] = ()
    """All that the terms name."""
    second: NamedRound | None = None
    """That of them for which only a second draw waits."""
    signatures: dict[RoundName, bytes] = field(default_factory=dict[RoundName, bytes])
    """S, the signature, of each accepted round."""

    @property
    def missing(self) -> tuple[NamedRound, ...]:
        """The rounds that the draw waits for, and that are not on the board."""
        return tuple(
            each
            for each in self.named
            if each != self.second and each.name not in self.signatures
        )

    def including(
        self, curve: Backend, given: Iterable[Beacon], statements: Statements
    ) -> "Rounds":
        """Return these rounds and others, wherever those come from.

        No clock is asked whether they are due: a signature that verifies is there.

        Args:
            curve: the back-end.
            given: rounds as a relay gives them.
            statements: what this process has verified before.

        Raises:
            Rejection: ``round.unnamed``, ``round.signature``.
        """
        signatures = dict(self.signatures)
        for beacon in given:
            named = self.identify(curve, beacon, statements)
            signatures[named.name] = beacon.signature
        return Rounds(self.named, self.second, signatures)

    def identify(
        self, curve: Backend, beacon: Beacon, statements: Statements
    ) -> NamedRound:
        """Return which of the terms' rounds a relay's round is.

        A relay does not say to which chain a round belongs: it is the first of the terms'
        chains that has signed it.

        Args:
            curve: the back-end.
            beacon: a round as a relay gives it.
            statements: what this process has verified before.

        Raises:
            Rejection: ``round.unnamed`` if the terms name no round of this number;
                ``round.signature`` if none of their chains has signed it.
        """
        number = beacon.round_number
        problem = Rejection("round.unnamed", f"the terms name no round {number}")
        for named in self.named:
            if named.round_number == number:
                try:
                    _check_signed(curve, named, beacon, statements)
                except Rejection as refusal:
                    problem = refusal
                else:
                    return named
        raise problem

    def take(
        self, curve: Backend, entry: Entry, time: int, statements: Statements
    ) -> None:
        """Take a ROUND entry in (step 14).

        Args:
            curve: the back-end.
            entry: an entry of type ROUND.
            time: Unix seconds of the last TIME entry before it.
            statements: what this process has verified before.

        Raises:
            Rejection: ``entry.field``, ``round.unnamed``, ``round.twice``,
                ``round.early``, ``round.signature``.
        """
        fields = body_fields(entry)
        chain_hash = ChainHash(fields.bytes("chain", CHAIN_HASH_LENGTH))
        name = (chain_hash, fields.uint("round"))
        signature = fields.bytes("signature")
        previous = fields.bytes("previous") if fields.has("previous") else None
        fields.done()
        # Step 14, in its order.
        named = next((named for named in self.named if named.name == name), None)
        if named is None:
            raise Rejection(
                "round.unnamed", "the terms do not name this round of this chain"
            )
        if name in self.signatures:
            raise Rejection("round.twice", "this round is on the board already")
        if time < named.due:
            raise Rejection(
                "round.early",
                f"this round is not due for {named.due - time} s: nobody can know it yet",
            )
        beacon = Beacon(named.round_number, signature, previous)
        _check_signed(curve, named, beacon, statements)
        self.signatures[name] = signature


def _body(chain: ChainInfo, beacon: Beacon) -> dict[str, Value]:
    body: dict[str, Value] = {
        "chain": chain.chain_hash(),
        "round": beacon.round_number,
        "signature": beacon.signature,
    }
    if beacon.previous_signature is not None:
        body["previous"] = beacon.previous_signature
    return body


def _check_signed(
    curve: Backend, named: NamedRound, beacon: Beacon, statements: Statements
) -> None:
    body = _body(named.chain, beacon)
    parts = (cbor.encode(named.to_value()), cbor.encode(body))
    try:
        statements.check(
            "round",
            parts,
            lambda: verify_round(curve, named.chain, beacon, named.round_number),
        )
    except CryptoError as error:
        raise Rejection("round.signature", str(error)) from error
