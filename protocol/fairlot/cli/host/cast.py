"""Who plays in a sale on one machine, and the keys and files with which they begin."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from typing import TypeVar

from fairlot.cli.host.roles import Role
from fairlot.service.problems import UnavailableError

T = TypeVar("T")
U = TypeVar("U")

ISSUERS, CORRUPT = 4, 1
CONTRIBUTORS = 2
WITNESSES = 2
SELLER, BOARD, ESCROW = "seller", "board", "escrow"
ATTESTER, ARBITER, AUDITOR = "attester", "arbiter", "auditor"
BOARD_FOLDER = "folder"
"""Where the board keeps its logs, in its own."""
WITNESS_KEY, HEADS = "witness.key", "heads"
KEYS, PLAN, LETTERS, MAIL = "keys", "plan", "letters", "mail"
REGISTRY, LOG, SALE = "registry.cbor", "registry.log", "transcript.fairlot"
AT_ONCE = 4
"""Steps that the host waits for at once."""
_ROUNDS = 12


def role_names(people: int, contributors: int = CONTRIBUTORS) -> tuple[str, ...]:
    """Return the folders of all who play, with so many buyers and contributors."""
    return (
        *(SELLER, BOARD, ESCROW, ATTESTER, ARBITER, AUDITOR),
        *(f"issuer-{number}" for number in range(1, ISSUERS + 1)),
        *(f"contributor-{number}" for number in range(1, contributors + 1)),
        *(f"witness-{number}" for number in range(1, WITNESSES + 1)),
        *(f"wallet-{number}" for number in range(1, people + 1)),
    )


@dataclass(frozen=True, slots=True)
class Cast:
    """The roles by their kinds."""

    roles: Mapping[str, Role]

    @property
    def issuers(self) -> tuple[Role, ...]:
        """The members of the committee."""
        return self._numbered("issuer")

    @property
    def contributors(self) -> tuple[Role, ...]:
        """Who makes the seed."""
        return self._numbered("contributor")

    @property
    def witnesses(self) -> tuple[Role, ...]:
        """Who co-signs the heads of the board."""
        return self._numbered("witness")

    @property
    def wallets(self) -> tuple[Role, ...]:
        """The buyers."""
        return self._numbered("wallet")

    def __getitem__(self, name: str) -> Role:
        """Return a role that is there once."""
        return self.roles[name]

    def _numbered(self, kind: str) -> tuple[Role, ...]:
        return tuple(each for name, each in self.roles.items() if name.startswith(kind))


def all_at_once(do: Callable[[T], U], whom: Iterable[T]) -> list[U]:
    """Let several take a step at the same time, and return what each gives.

    Raises:
        UnavailableError: of the first who could not.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(do, whom))


def make_keys(cast: Cast) -> None:
    """Let everybody draw their keys; the issuers make theirs together (issuer.md)."""
    for name in (SELLER, ESCROW, ATTESTER, ARBITER):
        cast[name].do(name, "key", "--out", f"{name}.key")
    named = ("--name", "host.example")
    cast[BOARD].do("board", "key", "--out", "board.key", *named)
    for each in cast.contributors:
        each.do("contributor", "key", "--out", "contributor.key")
    for each in cast.witnesses:
        named = ("--name", f"{each.name}.example")
        each.do("witness", "key", "--out", WITNESS_KEY, *named)
        each.path(HEADS).mkdir()
    all_at_once(lambda each: each.do("issuer", "init", KEYS), cast.issuers)
    first = cast.issuers[0]
    cards = [
        first.get(each.path(KEYS) / "card", f"{each.name}.card")
        for each in cast.issuers
    ]
    words = ("--threshold", str(CORRUPT), "--season", "1", "--out", PLAN)
    first.do("issuer", "plan", *cards, *words)
    for each in cast.issuers:
        if each is not first:
            each.get(first.path(PLAN))
        each.path(LETTERS).mkdir()
    _deal(cast.issuers)


def _deal(issuers: Sequence[Role]) -> None:
    """Carry letters until all have made their keys."""
    words = ("issuer", "deal", KEYS, "--plan", PLAN, "--letters", LETTERS, "--json")
    for _ in range(_ROUNDS):
        said = all_at_once(lambda each: each.do(*words).json(), issuers)
        for sender in issuers:
            for letter in sender.path(LETTERS).glob("*.letter"):
                _pass_on(letter, [each.path(LETTERS) for each in issuers])
        if all(each["done"] for each in said):
            return
    raise UnavailableError("host.step", "the issuers could not make their keys")


def _pass_on(file: Path, folders: Iterable[Path]) -> None:
    for folder in folders:
        if not (folder / file.name).exists():
            copy(file, folder)


def words_of_witnesses(cast: Cast, role: Role) -> list[str | Path]:
    """Hand a role the public files of the witnesses; return the words that name them."""
    words: list[str | Path] = []
    for each in cast.witnesses:
        public = each.path(f"{WITNESS_KEY}.pub")
        words += ["--witness", role.get(public, f"{each.name}.key.pub")]
    return words


def found(cast: Cast, season: str, *more: str, storage: Sequence[str] = ()) -> str:
    """Let the seller found the registry, and the board begin its log.

    Args:
        cast: all roles, with keys.
        season: its duration.
        more: words for ``registry new``.
        storage: words for ``board new``: what keeps the logs.

    Returns:
        The registry_id in hexadecimal.
    """
    seller, issuer, board = cast[SELLER], cast.issuers[0], cast[BOARD]
    (committee,) = issuer.path(KEYS).glob("*/committee")
    words: list[str | Path] = [
        *("--plan", seller.get(issuer.path(PLAN))),
        *("--committee", seller.get(committee)),
        *("--board", seller.get(board.path("board.key.pub"))),
        *("--arbiter", seller.get(cast[ARBITER].path("arbiter.key.pub"))),
        *("--attester", seller.get(cast[ATTESTER].path("attester.key.pub"))),
        *words_of_witnesses(cast, seller),
        *("--starts", "in 0 seconds", "--ends", season, *more, "--out", REGISTRY),
    ]
    said = seller.do("registry", "new", *words, "--json").json()
    definition = issuer.get(seller.path(REGISTRY))
    words = ["--plan", PLAN, "--out", "registry.entry"]
    issuer.do("issuer", "registry", KEYS, definition, *words)
    cast[ATTESTER].get(seller.path(REGISTRY))
    entry = board.get(issuer.path("registry.entry"))
    words = ["--begin", entry, "--key", "board.key", *storage]
    board.do("board", "new", BOARD_FOLDER, *words)
    return str(said["registry"])
