"""Lies about the registry, its rolls and the roll of a sale, and files of other logs."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from fairlot.audit.expected import Expected
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.identity.identifier import Canonicaliser, Source
from fairlot.identity.pinning import PinnedKeys, pinned_body, sign_pinned
from fairlot.identity.provider import Provider
from fairlot.identity.provider_keys import Algorithm, ProviderKey
from fairlot.identity.quorum import IssuerSignature
from fairlot.identity.registry import DAY, Attribute, Issuer, Registry, RollId
from fairlot.identity.roll import Roll
from fairlot.logs import LogKind, Witnesses
from fairlot.rehearsal.parts import START
from fairlot.terms.pool import Requirement
from fairlot.terms.roll import RollTerms
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import Signature
from kit.lying_board import LyingBoard, play_with
from kit.sales import deposit, nym_of, stage
from kit.stage import Stage
from lies_file import STRANGER, Make, Row, slipped
from lies_people import IDENTITY_G2, as_map, changed


def begun(on: Stage, first: Entry) -> bytes:
    """Begin a registry's log with an entry, and announce the sale."""
    board = LyingBoard(on)
    board.batch(START, first)
    board.batch(START, on.terms_entry())
    return board.data


def _registry(path: str, new: Value) -> Make:
    """Post a malformed registry under the name of the right one."""
    body = as_map(changed(stage().registry.to_value(), path, new))
    return lambda: begun(stage(), stage().registry_entry(body))


def of_registry(on: Stage, change: Callable[[Registry], Registry]) -> Stage:
    """Return the sale of another registry, without people."""
    registry = change(on.registry)
    terms = replace(on.terms, registry=registry.registry_id)
    parts = replace(on.parts, registry=registry)
    return replace(on, parts=parts, terms=terms, leaves=0)


def _named(change: Callable[[Registry], Registry]) -> Make:
    """Have the terms name a registry that is bad, or does not fit them."""
    on = of_registry(stage(), change)
    return lambda: begun(on, on.registry_entry())


def _required() -> bytes:
    """Require what nobody can show."""
    on = stage()
    need = Requirement("region", ("atlantis",))
    pools = tuple(replace(pool, requires=(need,)) for pool in on.terms.pools)
    sale = on.with_terms(replace(on.terms, pools=pools))
    return begun(sale, sale.registry_entry())


def _absent() -> bytes:
    """Announce a sale whose registry is not in the file."""
    board = LyingBoard(stage())
    board.batch(START, stage().terms_entry())
    return board.data


def _with_share(registry: Registry, share: bytes) -> Registry:
    issuers = tuple(Issuer(issuer.key, share) for issuer in registry.issuers)
    return replace(registry, issuers=issuers)


def _with_key_of_two(registry: Registry) -> Registry:
    """Let the board of the registry watch itself."""
    (first, *_) = stage().watched().terms.witnesses.named
    return replace(
        registry, witnesses=Witnesses((replace(first, key=registry.board.key),), 1)
    )


REGISTRIES = (
    Row(
        "A10",
        "registry.field",
        "a registry of no season",
        _registry("season", "spring"),
    ),
    Row(
        "A10",
        "registry.attributes",
        "an attribute without a name",
        _registry("attributes.0.name", ""),
    ),
    Row(
        "A10",
        "registry.attributes",
        "a value that two people could tell apart twice",
        _registry("attributes.0.values", ["a", "a"]),
    ),
    Row(
        "A10",
        "registry.attributes",
        "more attributes than anybody verifies",
        _named(
            lambda r: replace(
                r, attributes=tuple(Attribute(f"a{i}", ()) for i in range(65))
            )
        ),
    ),
    Row("A10", "registry.issuers", "no issuers", _registry("issuers", [])),
    Row(
        "A10",
        "registry.issuers",
        "one issuer of one must fail",
        _registry("threshold", 1),
    ),
    Row("A10", "registry.season", "it ends as it starts", _registry("ends", START)),
    Row(
        "A10",
        "registry.key",
        "an attester without a key",
        _registry("attesters.0", bytes(32)),
    ),
    Row(
        "A10",
        "registry.key",
        "the issuers sign with the key that anybody has",
        _named(lambda r: _with_share(r, IDENTITY_G2)),
    ),
    Row(
        "A10",
        "registry.board",
        "the registry's board has a name with a blank",
        _registry("board.name", "a board"),
    ),
    Row(
        "A10",
        "registry.witnesses",
        "the registry's board is its own witness",
        _named(_with_key_of_two),
    ),
    Row(
        "A10",
        "registry.witnesses",
        "nobody watches a real registry",
        _registry("rehearsal", new=False),
    ),
    Row(
        "A10",
        "registry.epoch",
        "an epoch of an hour, in earnest",
        _named(
            lambda r: replace(
                r,
                epoch=3_600,
                rehearsal=False,
                witnesses=stage().watched().terms.witnesses,
            )
        ),
    ),
    Row(
        "A10",
        "registry.recovery",
        "two of one attester must agree to a recovery",
        _registry("recovery.quorum", 2),
    ),
    Row(
        "A10",
        "registry.id",
        "a registry under another one's name",
        _registry("nym_secrets", 2),
    ),
    Row(
        "A10",
        "registry.again",
        "a second registry",
        slipped("terms", lambda b: [b.on.registry_entry({"nym_secrets": 2})]),
    ),
    Row("A10", "registry.absent", "the registry's log is left out", _absent),
    Row(
        "A10",
        "registry.terms",
        "a registry of another season",
        _named(lambda r: replace(r, season=2031)),
    ),
    Row(
        "A10",
        "registry.terms",
        "a season that ends before the sale",
        _named(lambda r: replace(r, ends=START + 3_600)),
    ),
    Row(
        "A10",
        "registry.terms",
        "a tail that is over before a dispute is",
        _named(lambda r: replace(r, ends=START + 3_601, tail=86_400)),
    ),
    Row(
        "A05",
        "terms.lockup",
        "a lock-up that is a second shorter than a theft takes to be undone",
        _named(lambda r: replace(r, recovery=replace(r.recovery, cooling=4 * DAY + 1))),
    ),
    Row(
        "A10",
        "registry.terms",
        "a real registry in a rehearsal",
        _named(
            lambda r: replace(
                r, rehearsal=False, witnesses=stage().watched().terms.witnesses
            )
        ),
    ),
    Row(
        "A10",
        "registry.requires",
        "a pool for people of a region that nobody is of",
        _required,
    ),
)


def _second(**changes: int | bytes) -> Make:
    """Post a second roll that is not what is due."""

    def make(board: LyingBoard) -> Sequence[Entry]:
        state = board.state.registry
        size, root = state.tree.size, state.tree.root()
        due = state.next_roll(size, root, START, board.on.registry.closes)
        return [board.on.roll_entry(replace(due, **changes))]  # type: ignore[arg-type]

    return slipped("terms", make)


def _second_signed(sigs: Callable[[Stage, Roll], Value]) -> Make:
    def make(board: LyingBoard) -> Sequence[Entry]:
        state, on = board.state.registry, board.on
        size, root = state.tree.size, state.tree.root()
        due = state.next_roll(size, root, START, on.registry.closes)
        return [on.roll_entry(due, {"sigs": sigs(on, due)})]

    return slipped("terms", make)


def _unsigned(_on: Stage, _roll: Roll) -> Value:
    return []


def _forged(_on: Stage, _roll: Roll) -> Value:
    return [{"issuer": 1, "sig": bytes(64)}]


ROLLS = (
    Row("A30", "roll.number", "a roll is left out", _second(number=2)),
    Row("A30", "roll.time", "a roll is dated back", _second(time=START - 1)),
    Row("A30", "roll.tree", "a roll of another log", _second(root=bytes(32))),
    Row("A30", "roll.tree", "a roll without the last leaf", _second(size=3)),
    Row(
        "A30", "roll.leaves", "a roll of more people than there are", _second(leaves=9)
    ),
    Row("A30", "roll.expires", "a roll that never serves", _second(expires=START)),
    Row(
        "A30",
        "roll.issuers",
        "a roll that no issuer signed",
        _second_signed(_unsigned),
    ),
    Row(
        "A30",
        "roll.signature",
        "a roll with a forged signature",
        _second_signed(_forged),
    ),
)


def _opened(roll: RollTerms) -> Make:
    """Open a sale whose terms ask for another roll; then it stands still."""
    on = stage()
    sale = on.with_terms(replace(on.terms, roll=roll))
    return lambda: _stopped(sale, sale.open_entry())


def _stopped(sale: Stage, opening: Entry) -> bytes:
    """Post an OPEN that does not hold, and the VOID that follows."""

    def lie(board: LyingBoard, time: int) -> None:
        late = time + sale.terms.times.slack + 1
        board.batch(time, opening)
        board.batch(late, sale.sign(EntryType.VOID, {"reason": "open-missed"}))

    return play_with(sale, instead={"open": lie}, until="open")


def _expired() -> bytes:
    """Open a sale with a roll that serves until the unlock and not longer."""
    on = stage()
    short = replace(on.roll.roll, expires=on.terms.times.unlock)
    sale = replace(on, first_roll=short)
    return _stopped(sale, sale.open_entry())


def _younger() -> bytes:
    """Open a sale with a roll that the registry's log dates a second later."""
    on = stage()
    later = replace(on.terms.roll, window=(START, START + 1))
    sale = on.with_terms(replace(on.terms, roll=later))

    def lie(board: LyingBoard, time: int) -> None:
        state = board.state.registry
        stamp = sale.time_entry(START + 1, LogKind.REGISTRY)
        size, root = state.tree.size + 1, state.tree.root_after(stamp.encoded)
        due = state.next_roll(size, root, START + 1, sale.registry.closes)
        board.batch(START + 1, sale.roll_entry(due))
        newest = list(state.rolls)[-1]
        board.batch(time, sale.open_entry(newest))
        late = time + sale.terms.times.slack + 1
        board.batch(late, sale.sign(EntryType.VOID, {"reason": "open-missed"}))

    return play_with(sale, instead={"open": lie}, until="open")


OPENINGS = (
    Row(
        "A31",
        "open.roll",
        "the sale opens with a roll that nobody knows",
        slipped("open", lambda b: [b.on.open_entry(RollId(bytes(32)))]),
    ),
    Row(
        "A31",
        "open.window",
        "the sale opens with another roll than the terms name",
        _opened(RollTerms(0, id=bytes(32))),
    ),
    Row(
        "A31",
        "open.window",
        "the sale opens with a roll of another day",
        _opened(RollTerms(0, window=(START - 9, START - 1))),
    ),
    Row(
        "A31",
        "open.leaves",
        "the sale opens with a roll that is too small",
        _opened(RollTerms(3, window=(START, START))),
    ),
    Row("A31", "open.time", "the sale opens with a younger roll", _younger),
    Row(
        "A31", "open.expires", "the sale opens with a roll that is over soon", _expired
    ),
)


def _foreign(make: Callable[[Stage], Entry]) -> Make:
    """Put an entry of another log into the file, which its board signs nowhere."""

    def lie(board: LyingBoard, _time: int) -> None:
        board.raw(make(board.on).encoded)

    return lambda: play_with(stage(), before={"close": lie})


def _elsewhere(on: Stage) -> Entry:
    paid = on.payment(nym_of(deposit(on, 0)), 1, "lie")
    return sign_entry(EntryType.PAID, bytes(32), paid.body, on.parts.escrow)


OTHER_LOGS = (
    Row("A32", "log.foreign", "a payment of another sale", _foreign(_elsewhere)),
    Row(
        "A32",
        "log.foreign",
        "a leaf of another registry",
        _foreign(lambda on: sign_entry(EntryType.LEAF, bytes(32), {}, on.issuer_key)),
    ),
    Row(
        "A32",
        "log.foreign",
        "another sale in the same file",
        _foreign(lambda on: on.terms_entry(replace(on.terms, title="Another"))),
    ),
)

BY_STRANGERS = (
    Row(
        "A07",
        "entry.key",
        "a stranger posts the registry",
        lambda: begun(
            stage(),
            sign_entry(
                EntryType.REGISTRY,
                stage().terms.registry,
                stage().registry.to_value(),
                STRANGER,
            ),
        ),
    ),
    Row(
        "A07",
        "entry.key",
        "an issuer posts a roll",
        slipped(
            "terms",
            lambda b: [b.on.sign_registry(EntryType.ROLL, b.on.roll_entry().body)],
        ),
    ),
    Row(
        "A09",
        "phase.no-registry",
        "a leaf before its registry",
        lambda: begun(stage(), stage().leaf_entry(stage().members[0].identity)),
    ),
)


def _pinned(board: LyingBoard) -> Sequence[Entry]:
    on, listed = board.on, PinnedKeys(0, ())
    issuers = [(each.index, each.key) for each in on.parts.issuers]
    scope = on.registry.registry_id
    sigs = [sign_pinned(scope, listed, index, key) for index, key in issuers]
    return [on.sign_registry(EntryType.PROVIDER, pinned_body(listed, sigs))]


def _accounts(registry: Registry) -> Registry:
    """Tell people apart by accounts at a provider."""
    source = Source("accounts", Canonicaliser.ACCOUNT)
    told = replace(registry.uniqueness, source=source, provider=_PROVIDER)
    return replace(registry, uniqueness=told)


def _listed(listed: PinnedKeys, sigs: Sequence[IssuerSignature] | None = None) -> Make:
    """Pin keys of a provider of accounts, signed by all issuers or as ``sigs`` says."""

    def make() -> bytes:
        on = of_registry(stage(), _accounts)
        scope, issuers = on.registry.registry_id, on.parts.issuers
        signed = [sign_pinned(scope, listed, each.index, each.key) for each in issuers]
        body = pinned_body(listed, signed if sigs is None else sigs)
        board = LyingBoard(on)
        board.batch(START, on.registry_entry())
        board.batch(START, on.sign_registry(EntryType.PROVIDER, body))
        return board.data

    return make


_ALONE = Expected(rehearsal=True, registry_alone=True)
_PROVIDER = Provider("https://accounts.example", "fairlot-wallets")
_TWICE = ProviderKey("one", Algorithm.EDDSA, STRANGER.public)

PROVIDERS = (
    Row(
        "A10",
        "provider.registry",
        "keys of a provider that the registry does not name",
        slipped("terms", _pinned),
    ),
    Row(
        "A10",
        "registry.provider",
        "a provider of accounts where people are told apart by names",
        _named(
            lambda r: replace(r, uniqueness=replace(r.uniqueness, provider=_PROVIDER))
        ),
    ),
    Row(
        "A10",
        "provider.number",
        "a list of a provider's keys is left out",
        _listed(PinnedKeys(1, ())),
        expected=_ALONE,
    ),
    Row(
        "A10",
        "provider.keys",
        "a provider has one key twice",
        _listed(PinnedKeys(0, (_TWICE, _TWICE))),
        expected=_ALONE,
    ),
    Row(
        "A10",
        "provider.issuers",
        "keys of a provider that no issuer has fetched",
        _listed(PinnedKeys(0, ()), ()),
        expected=_ALONE,
    ),
    Row(
        "A10",
        "provider.signature",
        "keys of a provider with a forged signature",
        _listed(PinnedKeys(0, ()), (IssuerSignature(1, Signature(bytes(64))),)),
        expected=_ALONE,
    ),
)


REGISTERING = (*REGISTRIES, *PROVIDERS, *ROLLS, *OPENINGS, *OTHER_LOGS, *BY_STRANGERS)
