"""``fairlot issuer init``, ``plan``, ``deal`` and ``convict`` (specs/issuer.md)."""

import argparse
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from fairlot.cli.command import OK, Command, add_json, chosen_curve, whole
from fairlot.cli.issuer.folder import (
    CARD,
    COMMITTEE,
    CommitteeFolder,
    Ignored,
    IssuerFolder,
    read_as,
    read_letters,
    show_file,
    show_letter,
)
from fairlot.cli.issuer.registry_folder import former_shares
from fairlot.cli.output import busy, say, show_json
from fairlot.errors import InputError
from fairlot.identity.registry import ISSUERS_MAX, SEASON_MAX, THRESHOLD_MAX
from fairlot.issuing.committee_file import read_committee
from fairlot.issuing.dealing import Advanced, advance
from fairlot.issuing.evidence import Evidence, read_evidence
from fairlot.issuing.letter import messages_of
from fairlot.issuing.plan import (
    ATTEMPT_MAX,
    FormerIssuers,
    Plan,
    read_card,
    read_plan,
)
from fairlot.issuing.seat import Without
from fairlot.issuing.shares import share_files
from fairlot.text import Viewed
from fairlot_crypto.committee.blame import Reason
from fairlot_crypto.randomness import SystemRandomness

Found = dict[str, str | int | bool | list[int]]
"""One thing that a step has found, as --json has it."""

_CODES = """\
Exit code: 0 if done, 1 if the committee cannot go on or nothing is shown, 2 if a file or the
usage was refused."""


def _examples(*words: str) -> str:
    lines = "\n".join(f"  fairlot issuer {each}" for each in words)
    return f"{_CODES}\n\nExamples:\n{lines}\n"


def _configure_init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="a new folder")
    add_json(parser)


def _init(arguments: argparse.Namespace) -> int:
    chosen_curve()
    card = IssuerFolder.create(arguments.folder, SystemRandomness())
    if arguments.json:
        show_json("issuer-card", {"key": card.key, "sealing": card.sealing})
    else:
        say(
            f"{card.key.hex()} is your key. Send {arguments.folder / CARD} to the others."
        )
    return OK


def _configure_plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "cards", metavar="CARD", type=Path, nargs="+", help="of each issuer"
    )
    for name, most, default, what in (
        ("--threshold", THRESHOLD_MAX, None, "how many issuers may be corrupt"),
        ("--season", SEASON_MAX, None, "whose keys are made"),
        ("--attempt", ATTEMPT_MAX, 0, "another one for each attempt (default: 0)"),
    ):
        parser.add_argument(
            name,
            metavar="N",
            type=whole(0, most),
            required=default is None,
            default=default,
            help=what,
        )
    parser.add_argument(
        "--out", metavar="PLAN", type=Path, required=True, help="the new plan"
    )
    add_json(parser)


def _plan(arguments: argparse.Namespace) -> int:
    return _write_plan(arguments, None)


def _write_plan(arguments: argparse.Namespace, former: FormerIssuers | None) -> int:
    cards = [read_as(path, read_card) for path in arguments.cards]
    given = arguments.season, arguments.attempt, arguments.threshold, cards
    plan = Plan.make(*given, former)
    show_file(arguments.out, plan.to_bytes())
    if arguments.json:
        show_json("issuer-plan", {"plan": plan.plan_id, "issuers": list(plan.keys)})
        return OK
    for index, key in enumerate(plan.keys, 1):
        say(f"issuer {index} {key.hex()}")
    say(f"plan {plan.plan_id.hex()}: compare this line with the others, by voice")
    return OK


def _configure_deal(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="of the issuer")
    parser.add_argument(
        "--plan", metavar="PLAN", type=Path, required=True, help="of the committee"
    )
    parser.add_argument(
        "--letters",
        metavar="DIR",
        type=Path,
        required=True,
        help="the letters of the others; yours are put there too",
    )
    add_without(parser)
    add_without(
        parser, "-former", "likewise, without the share that former issuer N gives on"
    )
    add_json(parser)


def _deal(arguments: argparse.Namespace) -> int:
    curve = chosen_curve()
    plan = read_as(arguments.plan, read_plan)
    issuer = IssuerFolder(arguments.folder)
    with issuer.held() as key, busy("computing"):
        index, folder = plan.number_of(key.public), issuer.committee(plan)
        letters, ignored = read_letters(arguments.letters)
        state = folder.state(SystemRandomness())
        advanced = None
        if state.secrets:
            there = messages_of(plan, letters)
            without = Without(arguments.without, arguments.without_former)
            check_without(without.members, len(plan.keys))
            known_former = () if plan.former is None else plan.former.keys
            check_without(without.former, len(known_former), "-former")
            given = former_shares(curve, issuer, key, plan)
            advanced = advance(curve, plan, key, state, there, without, given)
            state = advanced.state
            # Step 16. What is not kept has not been sent.
            folder.keep(state)
            folder.keep_files(_evidence(plan, advanced))
        sent = [show_letter(arguments.letters, each).name for each in state.letters]
        done = advanced is None or _finished(folder, advanced)
    said = _found(advanced, ignored)
    known: Mapping[str, Viewed] = {"plan": plan.plan_id, "issuer": index, "done": done}
    if arguments.json:
        show_json("issuer-deal", {**known, "letters": sent, **said})
        return OK
    say(
        f"You are issuer {index}. Send to the others, if you have not: {', '.join(sent)}"
    )
    _tell(said)
    say(
        "The keys are made." if done else "Run this again when their letters are there."
    )
    return OK


def _finished(folder: CommitteeFolder, advanced: Advanced) -> bool:
    """Keep what was made, and then forget how (step 20)."""
    if not advanced.over:
        return False
    # Step 20.
    made = advanced.made
    if made is not None:
        folder.keep_files(share_files(folder.plan, made.held))
        folder.keep_files({COMMITTEE: made.committee.to_bytes()})
    folder.keep(advanced.state.erased())
    return True


def _evidence(plan: Plan, advanced: Advanced) -> dict[str, bytes]:
    """Return the files of evidence; silence has none."""
    found = (Evidence(plan, *each) for each in advanced.blames)
    shown = (each for each in found if each.blame.reason is not Reason.SILENT)
    return {each.name: each.to_bytes() for each in shown}


def _found(
    advanced: Advanced | None, ignored: Iterable[Ignored]
) -> dict[str, list[Found]]:
    """Return what a step has found, as --json has it."""
    files: list[Found] = [{"file": each.file, "code": each.code} for each in ignored]
    if advanced is None:
        return {"waiting": [], "blames": [], "refused": [], "ignored": files}
    waiting: list[Found] = [
        {
            "ceremony": name,
            "round": advanced.played[name].record.kind.value,
            "issuers": [*missing],
        }
        for name, missing in advanced.waiting.items()
    ]
    blames: list[Found] = [
        {
            "ceremony": name,
            "issuer": blame.member,
            "former": blame.former,
            "reason": blame.reason.value,
        }
        for name, blame in advanced.blames
    ]
    refused: list[Found] = [
        {"ceremony": name, "issuer": each.sender, "code": each.code}
        for name, each in advanced.refused
    ]
    return {
        "waiting": waiting,
        "blames": blames,
        "refused": refused,
        "ignored": files,
    }


def _tell(said: Mapping[str, list[Found]]) -> None:
    for each in said["waiting"]:
        missing = each["issuers"]
        say(f"{each['ceremony']}: {each['round']} is missing from issuers {missing}")
    for each in said["blames"]:
        who = "former issuer" if each["former"] else "issuer"
        say(f"{each['ceremony']}: {who} {each['issuer']} is to blame: {each['reason']}")
    for each in said["refused"]:
        say(
            f"{each['ceremony']}: issuer {each['issuer']} does not count: {each['code']}"
        )
    for each in said["ignored"]:
        say(f"{each['file']} is no letter: {each['code']}")


def _configure_convict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "evidence", metavar="EVIDENCE", type=Path, help="from an issuer's folder"
    )
    add_json(parser)


def _convict(arguments: argparse.Namespace) -> int:
    evidence = read_as(arguments.evidence, read_evidence)
    evidence.check(chosen_curve())
    plan, blame = evidence.plan, evidence.blame
    keys = plan.former.keys if blame.former and plan.former else plan.keys
    key = keys[blame.member - 1]
    if arguments.json:
        found: Mapping[str, Viewed] = {
            "plan": plan.plan_id,
            "ceremony": evidence.ceremony,
            "issuer": blame.member,
            "former": blame.former,
            "key": key,
            "reason": blame.reason.value,
        }
        show_json("issuer-evidence", found)
        return OK
    who = "Former issuer" if blame.former else "Issuer"
    say(f"{who} {blame.member} ({key.hex()}) is to blame: {blame.reason.value}")
    say(f"in the plan {plan.plan_id.hex()}")
    return OK


def add_without(
    parser: argparse.ArgumentParser,
    ending: str = "",
    effect: str = "go on without issuer N, as all have agreed; may be repeated",
) -> None:
    """Add --without, or a word that begins so, to a step that waits for issuers."""
    parser.add_argument(
        f"--without{ending}",
        metavar="N",
        type=whole(1, ISSUERS_MAX),
        action="append",
        default=[],
        help=effect,
    )


def check_without(without: Iterable[int], count: int, ending: str = "") -> None:
    """Refuse to go on without somebody who does not exist.

    Raises:
        InputError: ``issuer.member``.
    """
    stranger = max(without, default=0)
    if stranger > count:
        problem = f"--without{ending} {stranger}: there are {count}, numbered from 1"
        raise InputError("issuer.member", problem)


def _configure_reshare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--former",
        metavar="PLAN",
        type=Path,
        required=True,
        help="of the committee that has the keys",
    )
    parser.add_argument(
        "--committee",
        metavar="COMMITTEE",
        type=Path,
        required=True,
        help="the file of that name which its issuers have made",
    )
    _configure_plan(parser)


def _reshare(arguments: argparse.Namespace) -> int:
    plan = read_as(arguments.former, read_plan)
    read = partial(read_committee, plan)
    return _write_plan(arguments, read_as(arguments.committee, read).former())


INIT = Command(
    "init",
    "Draw the keys of an issuer, and make its card.",
    _examples("init me"),
    _configure_init,
    _init,
)
PLAN = Command(
    "plan",
    "Make the plan of a committee from the cards of its issuers.",
    _examples("plan card-1 card-2 card-3 card-4 --threshold 1 --season 1 --out plan"),
    _configure_plan,
    _plan,
)
RESHARE = Command(
    "reshare",
    "Make the plan with which issuers give their keys on to others.",
    _examples(
        "reshare card-1 card-2 card-3 card-5 --former plan --committee committee \\\n"
        "    --threshold 1 --season 2 --out plan-2",
        "deal me --plan plan-2 --letters mail-2",
    ),
    _configure_reshare,
    _reshare,
)
DEAL = Command(
    "deal",
    "Go on making keys with the letters that are there; run it until the keys are made.",
    _examples("deal me --plan plan --letters mail"),
    _configure_deal,
    _deal,
)
CONVICT = Command(
    "convict",
    "Check the evidence against an issuer.",
    _examples("convict signing-3-share.evidence"),
    _configure_convict,
    _convict,
)
