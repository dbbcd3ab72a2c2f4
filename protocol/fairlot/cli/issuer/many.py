"""``fairlot issuer answer``: many requests at once (specs/issuer.md, section 8.10)."""

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from fairlot.cli.command import (
    FAILED,
    OK,
    Command,
    add_json,
    chosen_curve,
    whole,
)
from fairlot.cli.folders import PRIVATE_FOLDER, make_folder
from fairlot.cli.issuer.answering import enrol, issue, read_parts, show_made
from fairlot.cli.issuer.folder import Ignored, IssuerFolder, read_file, show_file
from fairlot.cli.issuer.making import add_without, check_without
from fairlot.cli.issuer.registry_folder import Desk, serving
from fairlot.cli.issuer.serving import add_folder, examples, tag
from fairlot.cli.output import busy, complain, say, show_json
from fairlot.errors import InputError, Rejection, reason_of
from fairlot.identity.part import Part, request_id
from fairlot.identity.registry import RegistryId
from fairlot.identity.requests import (
    EnrolRequest,
    IssueRequest,
    read_enrol_request,
    read_issue_request,
)
from fairlot.identity.tag_messages import TagRequest, read_tag_request
from fairlot.issuing.enrolling import Asked
from fairlot.issuing.person import Person
from fairlot.terms.times import MAX_TIME
from fairlot.text import Viewed
from fairlot_crypto.errors import CryptoError

TAG, ENROL, ISSUE = "tag", "enrol", "issue"
_KINDS = (TAG, ENROL, ISSUE)


@dataclass(frozen=True, slots=True)
class _Request:
    """A file that asks for something."""

    file: str
    data: bytes
    asked: TagRequest | EnrolRequest | IssueRequest

    @property
    def registry_id(self) -> RegistryId:
        """Return which registry's issuer it asks."""
        if isinstance(self.asked, EnrolRequest):
            return self.asked.attestation.registry_id
        return self.asked.registry_id

    @property
    def kind(self) -> str:
        """Return what it asks for."""
        if isinstance(self.asked, TagRequest):
            return TAG
        return ENROL if isinstance(self.asked, EnrolRequest) else ISSUE

    @property
    def order(self) -> tuple[bytes, int, int, str]:
        """Return its place: leaves are taken in their order."""
        index = self.asked.index if isinstance(self.asked, EnrolRequest) else 0
        return self.registry_id, _KINDS.index(self.kind), index, self.file


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of a file."""

    file: str
    kind: str | None = None
    step: str | None = None
    """How far an enrolment is."""
    waiting: tuple[int, ...] = ()
    files: tuple[str, ...] = ()
    liars: tuple[int, ...] = ()
    code: str | None = None
    """Of the refusal."""


def _configure(parser: argparse.ArgumentParser) -> None:
    add_folder(parser)
    parser.add_argument(
        "requests", metavar="REQUESTS", type=Path, help="the folder of the requests"
    )
    parser.add_argument(
        *("-o", "--out"),
        metavar="DIR",
        type=Path,
        required=True,
        help="the folder of the answers, in which those of other issuers may lie; it is "
        "made unless it is there",
    )
    parser.add_argument(
        "--time",
        metavar="SECONDS",
        type=whole(0, MAX_TIME),
        help="the simulated clock of a rehearsal, unix seconds",
    )
    add_without(parser)
    add_json(parser)


def _answer(arguments: argparse.Namespace) -> int:
    requests, answers = _read(arguments.requests)
    issuer, out = IssuerFolder(arguments.folder), arguments.out
    parts, ignored = read_parts(out) if out.exists() else ((), ())
    curve = chosen_curve()
    # Steps 58 and 59.
    for registry_id, those in groupby(requests, key=lambda each: each.registry_id):
        with (
            serving(curve, issuer, registry_id, arguments.time) as desk,
            busy("computing"),
        ):
            check_without(arguments.without, len(desk.view.registry.issuers))
            make_folder(out, PRIVATE_FOLDER)
            at_work = _AtWork(desk, out, _by_request(parts), tuple(arguments.without))
            answers += [at_work.answer(each) for each in those]
    answers.sort(key=lambda each: each.file)
    _show(arguments, answers, ignored)
    return FAILED if any(each.code for each in answers) else OK


def _read(folder: Path) -> tuple[list[_Request], list[_Answer]]:
    """Return the requests in a folder, in the order in which they are answered.

    Raises:
        InputError: ``issuer.unreadable``.
    """
    try:
        files = sorted(each for each in folder.iterdir() if each.is_file())
    except OSError as error:
        problem = f"{folder} cannot be read: {reason_of(error)}"
        raise InputError("issuer.unreadable", problem) from error
    found: list[_Request] = []
    others: list[_Answer] = []
    for file in files:
        if file.name.startswith("."):
            # A draft.
            continue
        try:
            data = read_file(file)
            found.append(_Request(file.name, data, _request(data)))
        except InputError as error:
            complain(f"{file} is passed over: {error.code}: {error.message}")
            others.append(_Answer(file.name, code=error.code))
    return sorted(found, key=lambda each: each.order), others


def _request(data: bytes) -> TagRequest | EnrolRequest | IssueRequest:
    """Read a request, whatever it asks for.

    Raises:
        InputError: ``issuer.request``.
    """
    for read in (read_enrol_request, read_issue_request, read_tag_request):
        try:
            return read(data)
        except (InputError, Rejection, CryptoError):
            continue
    problem = "it asks neither for tags, nor for a leaf, nor for credentials"
    raise InputError("issuer.request", problem)


def _by_request(parts: Iterable[Part]) -> Mapping[bytes, tuple[Part, ...]]:
    found: dict[bytes, tuple[Part, ...]] = {}
    for part in parts:
        found[part.request] = (*found.get(part.request, ()), part)
    return found


class _AtWork:
    """One issuer who answers many."""

    def __init__(
        self,
        desk: Desk,
        out: Path,
        parts: Mapping[bytes, tuple[Part, ...]],
        without: Sequence[int],
    ) -> None:
        """Read what is kept of everybody, once."""
        self._desk, self._out = desk, out
        self._parts, self._without = parts, without
        self._people: dict[int, Person] = desk.people()

    def answer(self, request: _Request) -> _Answer:
        """Answer one; what is refused is named, and holds nobody else up."""
        try:
            return self._made(request)
        except (InputError, Rejection, CryptoError) as error:
            complain(f"{request.file} is refused: {error.code}: {error.message}")
            return _Answer(request.file, request.kind, code=error.code)

    def _made(self, request: _Request) -> _Answer:
        asked, name = request.asked, request.file
        if isinstance(asked, EnrolRequest):
            named = request_id(request.data)
            given = Asked(asked, named, self._parts.get(named, ()), self._without)
            made = enrol(self._desk, self._people, given)
            files = tuple(show_made(self._out, self._desk, given, made))
            lies = tuple(each.issuer for each in made.wrong)
            return _Answer(name, ENROL, made.step, made.waiting, files, lies)
        if isinstance(asked, TagRequest):
            kind, data = TAG, tag(self._desk, asked)
        else:
            kind = ISSUE
            data = issue(self._desk, self._people, asked, request_id(request.data))
        path = self._out / f"{name}.{kind}-{self._desk.index}"
        return _Answer(name, kind, None, (), (show_file(path, data).name,))


def _show(
    arguments: argparse.Namespace,
    answers: Sequence[_Answer],
    ignored: Sequence[Ignored],
) -> None:
    for other in ignored:
        complain(f"{other.file} is no part: {other.code}")
    for each in answers:
        for liar in each.liars:
            complain(f"issuer {liar} signed a wrong share of {each.file}")
    if arguments.json:
        rows: Viewed = [
            {
                "file": each.file,
                "kind": each.kind,
                "step": each.step,
                "waiting": [*each.waiting],
                "files": [*each.files],
                "liars": [*each.liars],
                "code": each.code,
            }
            for each in answers
        ]
        found: Mapping[str, Viewed] = {
            "answers": rows,
            "ignored": [{"file": e.file, "code": e.code} for e in ignored],
        }
        show_json("issuer-answers", found)
        return
    refused = sum(each.code is not None for each in answers)
    waiting = sum(bool(each.waiting) for each in answers)
    kinds = Counter(each.kind for each in answers if each.code is None)
    told = ", ".join(f"{kind} {kinds[kind]}" for kind in _KINDS)
    say(
        f"Answered: {told}; {waiting} of them wait for other issuers; refused: {refused}."
    )
    if waiting:
        say("Run this again when the others have.")


ANSWER = Command(
    "answer",
    "Answer all requests of a folder, of attesters and of people, at once.",
    examples("answer me requests --out answers"),
    _configure,
    _answer,
)
