"""Commit, reveal or recover, seed: the draw's randomness (specs/beacon.md).

The seed is fixed once the commitments are. It does not matter which openings are known, who
posted them and in which order, and anybody can recover what is withheld.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from fairlot.beacon.margin import Margin
from fairlot.beacon.read_recovery import read_element, read_recovery
from fairlot.entry import Entry, EntryType, body_fields, sign_entry
from fairlot.errors import Rejection
from fairlot.fields import Fields
from fairlot.names import HASH_LENGTH, SaleId, check_sale_id
from fairlot.terms.beacon import BeaconTerms
from fairlot.terms.named_round import RoundName, check_chain
from fairlot.terms.terms import Terms
from fairlot_crypto.cbor import Value
from fairlot_crypto.delay import bicorn, wesolowski
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import RSA_2048, Setup, verify_setup
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import i2osp, os2ip
from fairlot_crypto.keys import SigningKey, VerifyKey
from fairlot_crypto.statements import Statements

CHALLENGE_BITS = 256
"""Of Wesolowski's primes: with fewer squarings every proof is the element 1."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """The tree at CLOSE, for which the beacon draws."""

    size: int
    """n_d, how many entries the tree held at CLOSE."""
    root: bytes
    """root_d, the root of the tree at CLOSE."""

    @classmethod
    def read(cls, fields: Fields) -> "Frozen":
        """Return the two fields of an entry's body.

        Raises:
            Rejection: ``entry.field``.
        """
        return cls(fields.uint("size"), fields.bytes("root", HASH_LENGTH))

    def to_value(self) -> dict[str, Value]:
        """Return the two fields that entries repeat."""
        return {"size": self.size, "root": self.root}


@dataclass(frozen=True, slots=True)
class Draw:
    """The result of the beacon."""

    b_star: bytes
    omega: bytes
    """Ω, an element of the group."""
    seed: bytes

    @classmethod
    def read(cls, fields: Fields) -> "Draw":
        """Return the draw that a RESULT entry claims.

        Raises:
            Rejection: ``entry.field``.
        """
        return cls(
            fields.bytes("b_star", HASH_LENGTH),
            fields.bytes("omega"),
            fields.bytes("seed", HASH_LENGTH),
        )

    def to_value(self) -> dict[str, Value]:
        """Return the fields of the RESULT entry."""
        return {"b_star": self.b_star, "omega": self.omega, "seed": self.seed}


def check_setup(terms: Terms, statements: Statements) -> None:
    """Verify that h is g squared T times, and that the chains are known ones (step 1).

    Raises:
        Rejection: ``beacon.modulus`` if a real sale uses an N other than RSA-2048,
            ``round.chain`` if it names a chain other than the League of Entropy's,
            ``beacon.margin`` if it names no round and its delay is too short,
            ``beacon.setup``.
    """
    beacon = terms.beacon
    if not terms.rehearsal and beacon.modulus != RSA_2048.to_bytes():
        raise Rejection(
            "beacon.modulus",
            "the modulus of a real sale must be the RSA-2048 challenge number",
        )
    for named in terms.named_rounds():
        check_chain(named, terms.rehearsal)
    margin = Margin.of(terms)
    if not (terms.rehearsal or beacon.drand or margin.holds):
        advice = "or name a round of drand, on which the draw then rests"
        raise Rejection("beacon.margin", f"{margin.problem}, {advice}")
    parts = (beacon.modulus, i2osp(beacon.delay, 8), beacon.h, beacon.proof)
    try:
        statements.check("setup", parts, lambda: verify_setup(read_setup(beacon)))
    except CryptoError as error:
        raise Rejection("beacon.setup", str(error)) from error


def read_setup(beacon: BeaconTerms) -> Setup:
    """Return the set-up in the terms.

    Raises:
        EncodingError: ``delay.*`` if a field is not an element.
    """
    modulus = Modulus.from_bytes(beacon.modulus)
    h, proof = modulus.decode(beacon.h), modulus.decode(beacon.proof)
    return Setup(modulus, beacon.delay, h, proof)


def make_commitment(
    terms: Terms, frozen: Frozen, alpha: int, contributor: SigningKey
) -> Entry:
    """Make a COMMIT entry from a secret alpha (steps 2 and 3)."""
    modulus = Modulus.from_bytes(terms.beacon.modulus)
    c = modulus.encode(bicorn.commit(modulus, alpha))
    body: dict[str, Value] = {"c": c, **frozen.to_value()}
    return sign_entry(EntryType.COMMIT, terms.sale_id, body, contributor)


def make_reveal(sale_id: SaleId, alpha: int, contributor: SigningKey) -> Entry:
    """Make the REVEAL entry that opens a commitment (step 9).

    Raises:
        CallerError: ``names.sale-id``; ``hashing.i2osp-range`` for an alpha outside
            [0, 2^2176).
    """
    check_sale_id(sale_id)
    body: dict[str, Value] = {"alpha": i2osp(alpha, bicorn.ALPHA_LENGTH)}
    return sign_entry(EntryType.REVEAL, sale_id, body, contributor)


@dataclass(slots=True)
class Contributions:
    """The commitments and openings so far, and what was recovered."""

    beacon: BeaconTerms
    frozen: Frozen
    depositors: Container[VerifyKey] = ()
    """The settlement keys of final, funded deposits, which may commit as well."""
    commitments: dict[VerifyKey, int] = field(default_factory=dict[VerifyKey, int])
    openings: dict[VerifyKey, int] = field(default_factory=dict[VerifyKey, int])
    unopened: tuple[VerifyKey, ...] | None = None
    """What was not revealed at REVEAL_END; ``None`` before it."""
    recovered: int | None = None
    """Y = |X^(2^T)|, once a RECOVER entry has proved it."""

    @property
    def modulus(self) -> Modulus:
        """N, the modulus of the terms."""
        return Modulus.from_bytes(self.beacon.modulus)

    @property
    def missing(self) -> tuple[VerifyKey, ...]:
        """The roster keys that have not committed."""
        return tuple(k for k in self.beacon.roster if k not in self.commitments)

    @property
    def enough(self) -> bool:
        """Tell whether as many of the roster have committed as the terms require."""
        committed = len(self.beacon.roster) - len(self.missing)
        return committed >= self.beacon.needed

    @property
    def withheld(self) -> tuple[VerifyKey, ...]:
        """The keys that have committed and not revealed."""
        return tuple(k for k in self.commitments if k not in self.openings)

    @property
    def to_recover(self) -> tuple[VerifyKey, ...]:
        """The keys whose commitments make X (step 11).

        REVEAL_END fixes them, so that contributors who reveal one by one afterwards do not
        force those who already compute to start again.
        """
        return self.withheld if self.unopened is None else self.unopened

    def commit(self, entry: Entry) -> None:
        """Take a COMMIT entry in (step 4).

        Raises:
            Rejection: ``entry.field``, ``commit.roster``, ``commit.twice``,
                ``commit.frozen``, ``commit.value``.
        """
        fields = body_fields(entry)
        encoded = fields.bytes("c", self.modulus.width)
        frozen = Frozen.read(fields)
        fields.done()
        # Step 4, in its order.
        if entry.key not in self.beacon.roster and entry.key not in self.depositors:
            raise Rejection(
                "commit.roster",
                "only keys of the roster and of final, funded deposits may commit",
            )
        if entry.key in self.commitments:
            raise Rejection(
                "commit.twice",
                "this key has committed already: a contributor commits once",
            )
        if frozen != self.frozen:
            raise Rejection(
                "commit.frozen",
                "the commitment was made for other deposits than those at CLOSE",
            )
        try:
            c = self.modulus.decode(encoded)
            self.modulus.check_commitment(c)
        except CryptoError as error:
            raise Rejection("commit.value", str(error)) from error
        self.commitments[entry.key] = c

    def reveal(self, entry: Entry, statements: Statements) -> None:
        """Take a REVEAL entry in (step 10).

        Raises:
            Rejection: ``entry.field``, ``reveal.fixed``, ``reveal.commitment``,
                ``reveal.twice``, ``reveal.opening``.
        """
        fields = body_fields(entry)
        alpha = fields.bytes("alpha", bicorn.ALPHA_LENGTH)
        fields.done()
        # Step 10, in its order.
        if self.recovered is not None:
            raise Rejection(
                "reveal.fixed", "it is too late to reveal: Ω has been recovered"
            )
        c = self.commitments.get(entry.key)
        if c is None:
            raise Rejection(
                "reveal.commitment",
                "this key has not committed: it has nothing to reveal",
            )
        if entry.key in self.openings:
            raise Rejection(
                "reveal.twice",
                "this key has revealed already: a contributor reveals once",
            )
        modulus, opening = self.modulus, os2ip(alpha)
        parts = (self.beacon.modulus, modulus.encode(c), alpha)
        try:
            statements.check(
                "opening", parts, lambda: bicorn.open_commitment(modulus, c, opening)
            )
        except CryptoError as error:
            raise Rejection("reveal.opening", str(error)) from error
        self.openings[entry.key] = opening

    def end_reveals(self) -> None:
        """Fix at REVEAL_END what has to be recovered."""
        self.unopened = self.withheld

    def recovery_statement(self, sale_id: SaleId) -> int:
        """Return X = |Π c_i^(b_i)| over the commitments that are not opened (step 11)."""
        modulus, b_star = self.modulus, self.b_star(sale_id)
        missing = [self.commitments[key] for key in self.to_recover]
        return bicorn.missing_start(
            modulus, [(c, bicorn.coefficient(modulus, c, b_star)) for c in missing]
        )

    def recover(self, entry: Entry, statements: Statements) -> None:
        """Take a RECOVER entry in (step 12).

        Raises:
            Rejection: ``entry.field``, ``recover.not-needed``, ``recover.modulus``,
                ``recover.delay``, ``recover.length``, ``recover.zero``,
                ``recover.minus-one``, ``recover.sign``, ``recover.input``,
                ``recover.trivial``, ``recover.proof``.
        """
        recovery = read_recovery(entry)
        # Step 12, in its order.
        if not self.withheld or self.recovered is not None:
            problem = "nothing is left to recover: Ω is known already"
            raise Rejection("recover.not-needed", problem)
        if recovery.modulus != self.beacon.modulus:
            raise Rejection("recover.modulus", "the modulus must be the N of the terms")
        if recovery.delay != self.beacon.delay:
            raise Rejection("recover.delay", "the delay must be the T of the terms")
        modulus = self.modulus
        x, y, proof = (read_element(modulus, data) for data in recovery.elements)
        if x != self.recovery_statement(SaleId(entry.scope)):
            problem = "x must be made of the commitments that are not opened"
            raise Rejection("recover.input", problem)
        if y == 1 or (proof == 1 and recovery.delay >= CHALLENGE_BITS):
            raise Rejection("recover.trivial", "y and π must not be 1")
        parts = (recovery.modulus, i2osp(recovery.delay, 8), *recovery.elements)
        try:
            statements.check(
                "recovery",
                parts,
                lambda: wesolowski.verify(modulus, x, y, recovery.delay, proof),
            )
        except CryptoError as error:
            raise Rejection("recover.proof", str(error)) from error
        self.recovered = y

    def b_star(self, sale_id: SaleId) -> bytes:
        """Return b*, over all commitments (step 5)."""
        return bicorn.b_star(
            sale_id,
            self.modulus,
            self.beacon.delay,
            self.frozen.root,
            self.commitments.values(),
        )

    def draw(
        self, sale_id: SaleId, signatures: Mapping[RoundName, bytes] | None = None
    ) -> Draw:
        """Compute Ω and the seed, revealed or recovered (steps 15 and 16).

        Args:
            sale_id: the sale.
            signatures: S of each round of drand that is on the board.

        Raises:
            Rejection: ``result.withheld`` if an opening is missing and nothing was
                recovered; ``result.round`` if the round that the terms name is missing.
        """
        # Step 15.
        if not self.enough or (self.withheld and self.recovered is None):
            raise Rejection(
                "result.withheld",
                "a commitment is neither opened nor recovered: wait, or recover it",
            )
        # Step 16.
        drand = self._signature(signatures or {})
        modulus, b_star = self.modulus, self.b_star(sale_id)
        omega = self._omega(b_star)
        seed = bicorn.seed(
            sale_id, self.frozen.root, self.frozen.size, b_star, modulus, omega, drand
        )
        return Draw(b_star, modulus.encode(omega), seed)

    def _signature(self, signatures: Mapping[RoundName, bytes]) -> bytes:
        """Return the signature that the seed mixes in; empty if the terms name no round."""
        named = self.beacon.drand
        if named is None:
            return b""
        signature = signatures.get(named.name)
        if signature is None:
            problem = f"round {named.round_number} of drand must be on the board first"
            raise Rejection("result.round", problem)
        return signature

    def _omega(self, b_star: bytes) -> int:
        modulus, y = self.modulus, self.recovered
        left_out = () if y is None else self.to_recover
        revealed = [
            (bicorn.coefficient(modulus, c, b_star), self.openings[key])
            for key, c in self.commitments.items()
            if key not in left_out
        ]
        omega = bicorn.omega(modulus, modulus.decode(self.beacon.h), revealed)
        return omega if y is None else modulus.multiply(y, omega)
