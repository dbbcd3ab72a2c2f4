"""``fairlot issuer enrol``, ``issue`` and ``recover`` (specs/issuer.md)."""

import argparse
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from fairlot.audit.evidence import encode_evidence
from fairlot.cli.command import OK, Command, add_json, add_new_file, chosen_curve
from fairlot.cli.issuer.folder import (
    Ignored,
    IssuerFolder,
    read_as,
    read_file,
    read_mail,
    show_file,
)
from fairlot.cli.issuer.making import add_without, check_without
from fairlot.cli.issuer.registry_folder import Desk, serving
from fairlot.cli.issuer.serving import add_request, answered, examples
from fairlot.cli.output import busy, say, show_json
from fairlot.entry import Entry
from fairlot.identity.acts import make_act
from fairlot.identity.answering import answer_request, prove_answer
from fairlot.identity.leaf import make_leaf_entry
from fairlot.identity.lies import WrongShare
from fairlot.identity.part import Part, read_part, request_id
from fairlot.identity.requests import (
    IssueRequest,
    read_enrol_request,
    read_issue_request,
    read_recover_request,
)
from fairlot.issuing.changing import change, joined
from fairlot.issuing.enrolling import Advanced, Asked, admitted, advance
from fairlot.issuing.person import Person, person_of
from fairlot.text import Viewed
from fairlot_crypto.durable import PRIVATE, write_file

NONCE_LENGTH = 32


def add_mail(parser: argparse.ArgumentParser) -> None:
    """Add the folder of the parts, and who is not waited for."""
    parser.add_argument(
        "--mail",
        metavar="DIR",
        type=Path,
        required=True,
        help="the parts of the others; yours are put there too",
    )
    add_without(parser)
    add_json(parser)


def _configure_enrol(parser: argparse.ArgumentParser) -> None:
    add_request(parser, "of a person")
    add_mail(parser)


def _enrol(arguments: argparse.Namespace) -> int:
    curve, data = chosen_curve(), read_file(arguments.request)
    asked = read_as(arguments.request, read_enrol_request)
    registry_id, request = asked.attestation.registry_id, request_id(data)
    issuer, without = IssuerFolder(arguments.folder), arguments.without
    with serving(curve, issuer, registry_id, arguments.time) as desk, busy("computing"):
        parts, ignored = read_parts(arguments.mail)
        check_without(without, len(desk.view.registry.issuers))
        given = Asked(asked, request, parts, without)
        made = enrol(desk, desk.people(), given)
        shown = show_made(arguments.mail, desk, given, made)
        lies = [each.issuer for each in made.wrong]
        return told_step(arguments, desk, made.step, made.waiting, shown, ignored, lies)


def enrol(desk: Desk, people: dict[int, Person], given: Asked) -> Advanced:
    """Go on with the enrolment of a person (specs/issuer.md, steps 40 to 44).

    Args:
        desk: of the issuer.
        people: what is kept of everybody, by the index of their leaf; brought up to date.
        given: the request, with the parts of it that there are.

    Raises:
        Rejection: as ``admitted`` and ``advance``; ``issuer.view``.
    """
    desk.view.check_current(desk.now)
    person = admitted(desk.view, people, given.asked, given.request, desk.now)
    # Who has a leaf is on the disk before anything is signed.
    _keep(desk, people, person)
    nonce = desk.source(f"nonce/{given.request.hex()}").take(NONCE_LENGTH)
    source = desk.source(f"share/{given.request.hex()}")
    made = advance(desk.curve, desk.view, desk.secrets, person, given, nonce, source)
    _keep(desk, people, made.person)
    _keep_evidence(desk, made.wrong)
    return made


def _keep(desk: Desk, people: dict[int, Person], person: Person) -> None:
    """Keep a person durably, unless just this is kept."""
    if people.get(person.index) != person:
        desk.keep_person(person)
        people[person.index] = person


def show_made(mail: Path, desk: Desk, given: Asked, made: Advanced) -> list[str]:
    """Write what an enrolment has given; return the names."""
    entry = None
    if made.leaf is not None:
        entry = make_leaf_entry(desk.registry.registry_id, made.leaf, desk.key)
    return show_parts(mail, desk, given.request, made.parts, "leaf", entry)


def _configure_issue(parser: argparse.ArgumentParser) -> None:
    add_request(parser, "of a holder")
    parser.add_argument(
        "--proof",
        action="store_true",
        help="prove the answer, where those of the issuers contradict one another",
    )
    add_new_file(parser, "the sealed answer, for the holder")


def _issue(arguments: argparse.Namespace) -> int:
    curve, data = chosen_curve(), read_file(arguments.request)
    asked = read_as(arguments.request, read_issue_request)
    issuer, registry_id = IssuerFolder(arguments.folder), asked.registry_id
    with serving(curve, issuer, registry_id, arguments.time) as desk:
        named = request_id(data)
        box = issue(desk, desk.people(), asked, named, proof=arguments.proof)
        return answered(arguments, desk, "issue", box)


def issue(
    desk: Desk,
    people: Mapping[int, Person],
    asked: IssueRequest,
    named: bytes,
    *,
    proof: bool = False,
) -> bytes:
    """Return the sealed answer to a holder (specs/issuer.md, step 45).

    Args:
        desk: of the issuer.
        people: what is kept of everybody, by the index of their leaf.
        asked: the request.
        named: its request_id.
        proof: whether the answer is proved.

    Raises:
        Rejection: ``issuer.unknown``, and as ``answer_request``.
    """
    view, request = desk.view, asked.request
    attributes = person_of(people, request.index).attestation.attributes
    # Step 45.
    leaf = view.state.leaf_at(request.index, view.time)
    rolls = [*view.state.rolls.values()]
    make, what = (prove_answer, "proof") if proof else (answer_request, "issue")
    source = desk.source(f"{what}/{named.hex()}")
    return make(
        desk.credentials,
        desk.secrets,
        leaf,
        rolls,
        attributes,
        request,
        desk.now,
        view.time,
        source,
    )


def _configure_recover(parser: argparse.ArgumentParser) -> None:
    add_request(parser, "of a person, with the attestations")
    add_mail(parser)


def _recover(arguments: argparse.Namespace) -> int:
    curve, data = chosen_curve(), read_file(arguments.request)
    asked = read_as(arguments.request, read_recover_request)
    issuer, registry_id = IssuerFolder(arguments.folder), asked.registry_id
    with serving(curve, issuer, registry_id, arguments.time) as desk, busy("computing"):
        view, request = desk.view, request_id(data)
        parts, ignored = read_parts(arguments.mail)
        view.check_current(desk.now)
        check_without(arguments.without, len(view.registry.issuers))
        source = desk.source(f"box/{request.hex()}")
        given = desk.people(), asked, request, desk.now
        made = change(view, desk.secrets, *given, source)
        desk.keep_person(made.person)
        decision, waiting = joined(view, made, parts, arguments.without)
        step, entry = made.part.step, None
        if decision is not None:
            entry = make_act(registry_id, decision, desk.key)
        shown = show_parts(arguments.mail, desk, request, (made.part,), step, entry)
        return told_step(arguments, desk, step, waiting, shown, ignored, ())


def read_parts(mail: Path) -> tuple[tuple[Part, ...], tuple[Ignored, ...]]:
    """Read the parts in a folder (step 38)."""
    # Step 38.
    return read_mail(mail, read_part, ".part")


def show_parts(
    mail: Path,
    desk: Desk,
    request: bytes,
    parts: Sequence[Part],
    step: str,
    entry: Entry | None,
) -> list[str]:
    """Write parts, and the entry unless there is one; return the names."""
    names = [show_file(mail / each.name, each.to_bytes()).name for each in parts]
    path = mail / f"{request[:4].hex()}-{step}-{desk.index}.entry"
    if entry is not None and not path.exists():
        write_file(path, entry.encoded)
    if path.exists():
        names.append(path.name)
    return names


def _keep_evidence(desk: Desk, wrong: Sequence[WrongShare]) -> None:
    for lie in wrong:
        name = f"leaf-{lie.leaf.index}-issuer-{lie.issuer}.evidence"
        write_file(desk.path / name, encode_evidence(lie), PRIVATE)


def told_step(
    arguments: argparse.Namespace,
    desk: Desk,
    step: str,
    waiting: Collection[int],
    shown: Sequence[str],
    ignored: Sequence[Ignored],
    lies: Sequence[int],
) -> int:
    """Say how far it is."""
    if arguments.json:
        found: Mapping[str, Viewed] = {
            "registry": desk.registry.registry_id,
            "issuer": desk.index,
            "step": step,
            "waiting": [*waiting],
            "files": [*shown],
            "liars": [*lies],
            "ignored": [{"file": e.file, "code": e.code} for e in ignored],
        }
        show_json("issuer-step", found)
        return OK
    say(f"You are issuer {desk.index}. Yours: {', '.join(shown) or 'nothing yet'}")
    for issuer in lies:
        say(f"issuer {issuer} signed a wrong share: the evidence is in {desk.path}")
    for each in ignored:
        say(f"{each.file} is no part: {each.code}")
    if waiting:
        say(f"{step} is missing from issuers {[*waiting]}: run this again then.")
    else:
        say(f"Done: {step}.")
    return OK


ENROL = Command(
    "enrol",
    "Go on enrolling a person with the parts that are there; run it until it is done.",
    examples("enrol me ann.request --mail ann"),
    _configure_enrol,
    _enrol,
)
ISSUE = Command(
    "issue",
    "Answer a holder who asks for credentials.",
    examples("issue me credentials.request --out credentials.answer"),
    _configure_issue,
    _issue,
)
RECOVER = Command(
    "recover",
    "Recover or close a leaf: run it again when the log has gone on.",
    examples("recover me ann.request --mail ann"),
    _configure_recover,
    _recover,
)
