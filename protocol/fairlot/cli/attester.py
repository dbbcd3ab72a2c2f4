"""``fairlot attester``: attest that a person was there (specs/command-line.md, section 27)."""

import argparse
from pathlib import Path

from fairlot.audit.evidence import encode_evidence
from fairlot.cli.attester_codes import CODES
from fairlot.cli.attester_codes import WORDS as CODES_WORDS
from fairlot.cli.attester_visit import add_visit, come
from fairlot.cli.attributes import add_attributes
from fairlot.cli.beacon.files import held_key
from fairlot.cli.command import (
    FAILED,
    OK,
    Command,
    action_of_steps,
    add_files,
    chosen_curve,
)
from fairlot.cli.issuer.folder import read_file, show_file
from fairlot.cli.output import complain
from fairlot.cli.role_keys import ATTESTER, key_step
from fairlot.identity.attesting import ask_for_tag, attest
from fairlot.identity.requests import attestation_file
from fairlot.identity.tag_messages import read_tag_answer, read_tag_request
from fairlot_crypto.durable import PRIVATE, write_file

_CODES = """\
Exit code: 0 if done, 1 if the attester must not do this, 2 if a file or the usage was
refused."""
_ASK = "ask enrol.attest --registry registry.cbor --key office.key \\\n"
_ASK_MORE = '    --person "Ann Lee" --out tags.request'
_ASK_ACCOUNT = "    --token me.account --log registry.log --out tags.request"
_ATTEST = "attest enrol.attest --registry registry.cbor --key office.key \\\n"
_ATTEST_MORE = (
    '    --person "Ann Lee" --asked tags.request --answer one --answer two \\\n'
    "    --attribute assurance=listed --out attested"
)


def _examples(*words: str) -> str:
    lines = "\n".join(f"  fairlot attester {each}" for each in words)
    return f"{_CODES}\n\nExamples:\n{lines}\n"


def _configure_ask(parser: argparse.ArgumentParser) -> None:
    add_visit(parser, "the new request, for every issuer")


def _ask(arguments: argparse.Namespace) -> int:
    with held_key(arguments.key) as key:
        there = come(arguments, key)
        pending = ask_for_tag(chosen_curve(), key, there.visit, there.now)
        show_file(arguments.out, pending.request.to_bytes())
    return OK


def _configure_attest(parser: argparse.ArgumentParser) -> None:
    add_visit(parser, "the new attestation, for the person")
    parser.add_argument(
        "--asked",
        metavar="FILE",
        type=Path,
        required=True,
        help="what the issuers were asked, by fairlot attester ask",
    )
    add_files(parser, "answer", "what an issuer has answered")
    add_attributes(parser, "what else is attested")
    parser.add_argument(
        "--evidence",
        metavar="FILE",
        type=Path,
        help="where evidence against an issuer is written, if there is any",
    )


def _attest(arguments: argparse.Namespace) -> int:
    asked = read_tag_request(read_file(arguments.asked))
    answers = [read_tag_answer(read_file(each)) for each in arguments.answers]
    with held_key(arguments.key) as key:
        there = come(arguments, key)
        say, then = there.attributes, there.attestation_time()
        made = attest(chosen_curve(), key, there.visit, asked, answers, say, then)
        # The person's tag is for issuers only.
        write_file(arguments.out, attestation_file(made.attestation), PRIVATE)
    for each in made.wrong:
        complain(f"issuer {each.issuer} has computed another tag than it must")
    if made.wrong and arguments.evidence is not None:
        write_file(arguments.evidence, encode_evidence(made.wrong[0]), PRIVATE)
    return FAILED if made.wrong else OK


ASK = Command(
    "ask",
    "Ask the issuers for the tag of a person who is there.",
    _examples(_ASK + _ASK_MORE, _ASK + _ASK_ACCOUNT),
    _configure_ask,
    _ask,
)
ATTEST = Command(
    "attest",
    "Attest who a person is, with what the issuers have answered.",
    _examples(_ATTEST + _ATTEST_MORE),
    _configure_attest,
    _attest,
)
_ALL = f"""\
An attester checks who a person is, by whatever the registry's rules demand, and attests the
keys that the person has brought; or it sends codes to the members of a list, which say who is
there; or it takes logins at the provider of accounts that the registry names. That shows an
account, not a person: whoever has two accounts is two people. Issuers compute a tag of the
person, by which nobody comes twice; they do not learn who it is.

{_examples("key --out office.key", CODES_WORDS, _ASK + _ASK_MORE, _ATTEST + _ATTEST_MORE)}"""

ACTION = action_of_steps(_ALL, (key_step(ATTESTER), CODES, ASK, ATTEST))
