"""The folder in which an issuer keeps what it knows of one registry (specs/issuer.md)."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from fairlot.cli.folders import PRIVATE_FOLDER
from fairlot.cli.issuer.folder import (
    COMMITTEE,
    PLAN,
    CommitteeFolder,
    IssuerFolder,
    read_as,
    read_file,
)
from fairlot.errors import InputError
from fairlot.identity.enrolment import IssuerSecrets
from fairlot.identity.registry import Credentials, Registry, RegistryId, epochs_accepted
from fairlot.identity.tag_issuing import TagBook
from fairlot.issuing.committee_file import CommitteeFile, read_committee
from fairlot.issuing.person import Person, read_person
from fairlot.issuing.plan import Plan, read_plan
from fairlot.issuing.shares import (
    SEASON,
    SIGNING,
    TAGS,
    as_given,
    read_signing,
    read_tags,
)
from fairlot.issuing.tag_book import read_tag_book, tag_book_file
from fairlot.issuing.view import View, check_extends, read_view, time_of
from fairlot_crypto.committee.season import read_kept
from fairlot_crypto.committee.threshold import PublicSharing, SigningShare
from fairlot_crypto.curve import Backend
from fairlot_crypto.durable import PRIVATE, write_file
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import SeededRandomness, SystemRandomness
from fairlot_crypto.statements import Statements
from fairlot_crypto.voprf.threshold import KeyShare

LOG, SEED, TAG_BOOK, PEOPLE = "log", "answers.key", "tags.book", "people"
SEED_LENGTH = 32


@dataclass(frozen=True, slots=True)
class HeldKeys:
    """The key of an issuer, and what it holds of a committee."""

    folder: CommitteeFolder
    key: SigningKey = field(repr=False)

    @property
    def index(self) -> int:
        """i, its number in the plan."""
        return self.folder.plan.index_of(self.key.public)

    def committee(self) -> CommitteeFile:
        """Read what the issuers have made."""
        file = self.folder.path / COMMITTEE
        return read_as(file, partial(read_committee, self.folder.plan))

    def tags(self) -> KeyShare:
        """Read k_i."""
        file = self.folder.path / TAGS
        return read_as(file, partial(read_tags, self.folder.plan, self.index))

    def secrets(self, curve: Backend) -> IssuerSecrets:
        """Read the share of the key of credentials, and the keys of the season.

        Raises:
            InputError: ``issuer.share``, ``issuer.unreadable``.
            EncodingError: ``season.erased`` after the end of the season.
        """
        data = read_file(self.folder.path / SEASON)
        season = read_kept(self.folder.plan.ceremony("season"), data)
        return IssuerSecrets(self.index, self.key, season, self.signing(curve))

    def signing(self, curve: Backend) -> SigningShare:
        """Read the share of the key of credentials."""
        plan = self.folder.plan
        shares = tuple(map(curve.g2_not_identity, self.committee().signing))
        sharing_id = PublicSharing(plan.threshold, shares).sharing_id
        read = partial(read_signing, plan, self.index, sharing_id)
        return read_as(self.folder.path / SIGNING, read)


@dataclass(frozen=True)
class Desk:
    """One issuer at work for one registry: what it holds, and what it knows."""

    curve: Backend
    path: Path
    keys: HeldKeys = field(repr=False)
    view: View
    now: int
    """The issuer's clock, Unix seconds."""

    @property
    def registry(self) -> Registry:
        """Whose issuer it is."""
        return self.view.registry

    @property
    def index(self) -> int:
        """i, the issuer's number."""
        return self.keys.index

    @property
    def key(self) -> SigningKey:
        """The issuer's key."""
        return self.keys.key

    @property
    def credentials(self) -> Credentials:
        """Of the registry."""
        return self.view.state.credentials

    @cached_property
    def secrets(self) -> IssuerSecrets:
        """What it holds of credentials and of the season."""
        return self.keys.secrets(self.curve)

    @cached_property
    def tag_share(self) -> KeyShare:
        """k_i."""
        return self.keys.tags()

    def source(self, label: str) -> SeededRandomness:
        """Return what one answer is drawn from: the same each time that it is made."""
        text = read_file(self.path / SEED)
        try:
            seed = bytes.fromhex(text.decode("ascii").removesuffix("\n"))
            return SeededRandomness(seed).derive(label)
        except ValueError as error:
            problem = f"{self.path / SEED} must be one line of hexadecimal digits"
            raise InputError("issuer.book", problem) from error

    def tag_book(self) -> TagBook:
        """Read how many tags were computed for whom."""
        file = self.path / TAG_BOOK
        if not file.exists():
            return TagBook(self.registry)
        return read_as(file, partial(read_tag_book, self.registry))

    def keep_tag_book(self, book: TagBook) -> None:
        """Keep what was counted, durably: nothing is evaluated before."""
        epochs = epochs_accepted(self.registry, self.now)
        write_file(self.path / TAG_BOOK, tag_book_file(book, epochs), PRIVATE)

    def people(self) -> dict[int, Person]:
        """Read what is kept of everybody, by the index of their leaf, in its order.

        Raises:
            InputError: ``issuer.book``, ``issuer.unreadable``.
        """
        folder = self.path / PEOPLE
        files = folder.iterdir() if folder.exists() else ()
        whole = (each for each in files if not each.name.startswith("."))
        read = (read_as(each, read_person) for each in whole)
        # A folder lists its files in no order.
        return dict(sorted((person.index, person) for person in read))

    def keep_person(self, person: Person) -> None:
        """Keep what is known of a person, durably: nothing is shown before."""
        folder = self.path / PEOPLE
        folder.mkdir(PRIVATE_FOLDER, exist_ok=True)
        write_file(folder / str(person.index), person.to_bytes(), PRIVATE)


def former_shares(
    curve: Backend, issuer: IssuerFolder, key: SigningKey, plan: Plan
) -> dict[str, SigningShare]:
    """Return the shares that an issuer gives on, by ceremony (step 50).

    Raises:
        InputError: ``issuer.unreadable``, ``issuer.plan``, ``issuer.committee``,
            ``issuer.share``; ``issuer.former`` where the plan names other shares than the
            issuer's committee has.
    """
    # Step 50.
    former = plan.former
    if former is None or key.public not in former.keys:
        return {}
    path = issuer.path / former.plan_id[:8].hex()
    known = CommitteeFolder(path, read_as(path / PLAN, read_plan))
    keys = HeldKeys(known, key)
    if keys.committee().former() != former:
        problem = "the plan names other issuers or shares than yours"
        raise InputError("issuer.former", f"{problem}: do not give your shares on")
    sharing = former.sharing("tags")
    tags = as_given(keys.tags(), sharing.sharing_id, sharing.degree)
    return {"signing": keys.signing(curve), "tags": tags}


def folder_of(issuer: IssuerFolder, registry_id: RegistryId) -> Path:
    """Return where an issuer keeps what it knows of a registry."""
    return issuer.path / f"registry-{registry_id[:8].hex()}"


def follow(
    curve: Backend, issuer: IssuerFolder, key: SigningKey, plan: Plan, log: bytes
) -> View:
    """Take a registry log in, which has the keys of a committee (steps 26 to 31).

    Args:
        curve: the back-end.
        issuer: the folder.
        key: the issuer's.
        plan: of the committee.
        log: a copy of the log, whole.

    Raises:
        InputError: ``issuer.*``.
    """
    known = Statements()
    view = read_view(curve, log, known)
    keys = HeldKeys(issuer.committee(plan), key)
    keys.committee().check_registry(view.registry)
    path = folder_of(issuer, view.state.registry_id)
    if (path / LOG).exists():
        check_extends(view, read_as(path / LOG, partial(_read_kept, curve, known)))
    path.mkdir(PRIVATE_FOLDER, exist_ok=True)
    write_file(path / PLAN, plan.to_bytes(), PRIVATE)
    if not (path / SEED).exists():
        drawn = SystemRandomness().take(SEED_LENGTH).hex().encode() + b"\n"
        write_file(path / SEED, drawn, PRIVATE)
    # Last, so that a folder with a log has all the rest.
    write_file(path / LOG, log, PRIVATE)
    return view


@contextmanager
def serving(
    curve: Backend, issuer: IssuerFolder, registry_id: RegistryId, given: int | None
) -> Generator[Desk]:
    """Open an issuer for a registry, and keep other steps from its folder meanwhile.

    Args:
        curve: the back-end.
        issuer: the folder.
        registry_id: of the registry that a request names.
        given: the clock of a rehearsal.

    Raises:
        InputError: ``issuer.registry`` where its log was never taken in, ``issuer.clock``,
            ``issuer.unreadable``, ``contribution.*``.
    """
    with issuer.held() as key:
        path = folder_of(issuer, registry_id)
        if not (path / LOG).exists():
            problem = f"there is no log of registry {registry_id.hex()}"
            remedy = "take it in first: fairlot issuer follow"
            raise InputError("issuer.registry", f"{problem}; {remedy}")
        view = read_as(path / LOG, partial(_read_kept, curve, Statements()))
        plan = read_as(path / PLAN, read_plan)
        now = time_of(view.registry, given, int(time.time()))
        yield Desk(curve, path, HeldKeys(issuer.committee(plan), key), view, now)


def _read_kept(curve: Backend, known: Statements, data: bytes) -> View:
    return read_view(curve, data, known)
