"""``fairlot winner-audit``: ask winners which leaf their nym belongs to.

specs/command-line.md, section 15.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairlot.audit.winners import audited_sale
from fairlot.cli.beacon.steps import view_of
from fairlot.cli.command import (
    FAILED,
    OK,
    Command,
    action_of_steps,
    add_json,
    add_new_file,
    chosen_curve,
    hex_bytes,
)
from fairlot.cli.door.files import check_new, read_given, taken, write_new
from fairlot.cli.output import say, show_json
from fairlot.cli.registry_folder import add_person, read_folder_of
from fairlot.cli.transcript import add_sale_file, add_sale_id, read_sale_file
from fairlot.errors import FairlotError, InputError, Rejection
from fairlot.identity.winner_audit import (
    AuditedSale,
    WinnerAudit,
    WinnerProof,
    prove_winner,
    read_winner_proof,
)
from fairlot.names import NYM_LENGTH, Nym
from fairlot.rehearsal.wallet import open_wallet
from fairlot.text import Viewed, counted
from fairlot_crypto.bbs.winner import AuditKey, read_certificate
from fairlot_crypto.curve import G1_LENGTH, scalar_from_bytes, scalar_to_bytes
from fairlot_crypto.durable import PRIVATE
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.randomness import SystemRandomness

_CODES = """\
Exit code: 0 if done and all of it holds, 1 if an answer does not or is missing, 2 if a file
or the usage was refused."""
_KEY = f"""\
Draw the key yourself, and tell the secret nobody: whoever knows it can make any answer.
Publish what the command prints, so that winners know whose certificate they see.

{_CODES}

Examples:
  fairlot winner-audit key --out auditor.key --certificate auditor.cert
"""
_ANSWER = f"""\
The answer tells this auditor who you are in this sale, and nobody else anything. Answer only
an auditor whom the terms or the law name, and give the key that they have published.

{_CODES}

Examples:
  fairlot winner-audit answer auditor.cert --auditor HEX96 --registry kept \\
    --person "Ann Lee" --transcript result/transcript.fairlot --out ann.answer
"""
_CHECK = f"""\
Give all answers of a sale together, earlier ones too: no two may name one leaf. Audit the
file first: fairlot audit. The sale id is the one that the seller has published.

{_CODES}

Examples:
  fairlot winner-audit check transcript.fairlot *.answer --key auditor.key --sale-id HEX64
  fairlot winner-audit check transcript.fairlot ann.answer --key auditor.key \\
    --sale-id HEX64 --nym HEX96
"""
_EXAMPLES = f"""\
It finds credentials that issuers have given to somebody without a leaf: they cannot answer.
An answer convinces its auditor alone, so nobody can sell it.

{_CODES}

Examples:
  fairlot winner-audit key --out auditor.key --certificate auditor.cert
  fairlot winner-audit answer auditor.cert --auditor HEX96 --registry kept \\
    --person "Ann Lee" --transcript result/transcript.fairlot --out ann.answer
  fairlot winner-audit check transcript.fairlot *.answer --key auditor.key --sale-id HEX64
"""


def _configure_key(parser: argparse.ArgumentParser) -> None:
    for name, what in (
        ("--out", "the new secret of the auditor"),
        ("--certificate", "what winners are shown"),
    ):
        parser.add_argument(name, metavar="FILE", type=Path, required=True, help=what)
    add_json(parser)


def _key(arguments: argparse.Namespace) -> int:
    curve, randomness = chosen_curve(), SystemRandomness()
    check_new(arguments.certificate)
    if arguments.out.exists():
        # A kill has left it alone.
        key = _half_made(arguments.out)
    else:
        key = AuditKey.generate(randomness)
        secret = scalar_to_bytes(key.secret).hex().encode() + b"\n"
        write_new(arguments.out, secret, PRIVATE)
    write_new(arguments.certificate, key.certificate(curve, randomness))
    public = key.public(curve).to_bytes()
    if arguments.json:
        show_json("winner-key", {"verifier": public})
    else:
        say(public.hex())
    return OK


def _configure_answer(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "certificate", metavar="CERTIFICATE", type=Path, help="of the auditor's key"
    )
    parser.add_argument(
        "--auditor",
        metavar="HEX",
        type=hex_bytes(G1_LENGTH),
        required=True,
        help="the key that the auditor has published",
    )
    add_person(parser)
    add_new_file(parser, "the answer")


def _answer(arguments: argparse.Namespace) -> int:
    curve = chosen_curve()
    # Step 1.
    certificate = read_given(arguments.certificate)
    if read_certificate(curve, certificate).to_bytes() != arguments.auditor:
        problem = "the certificate is of another key than the one that you name"
        raise Rejection("winner.auditor", f"{problem}: ask the auditor for theirs")
    # Step 2.
    view = view_of(curve, arguments.transcript, cache=arguments.cache)
    earlier = read_folder_of(arguments.registry, view.state, curve)
    wallet = open_wallet(earlier, arguments.person, curve)
    given = prove_winner(
        curve,
        earlier.state.registry,
        wallet.identity,
        view.state.sale_id,
        certificate,
        SystemRandomness(),
    )
    write_new(arguments.out, given.encode())
    _show_answer(arguments, given)
    return OK


def _show_answer(arguments: argparse.Namespace, given: WinnerProof) -> None:
    if arguments.json:
        said: Mapping[str, Viewed] = {
            "sale_id": given.sale_id,
            "nym": given.nym,
            "leaf": given.index,
            "verifier": given.verifier,
        }
        show_json("winner-answer", said)
    else:
        say(f"{arguments.out} shows that leaf {given.index} has {given.nym.hex()}.")


def _configure_check(parser: argparse.ArgumentParser) -> None:
    add_sale_file(parser)
    parser.add_argument(
        "answers", metavar="ANSWER", type=Path, nargs="*", help="of winners"
    )
    parser.add_argument(
        "--key", metavar="FILE", type=Path, required=True, help="the auditor's secret"
    )
    add_sale_id(parser)
    parser.add_argument(
        "--nym",
        metavar="HEX",
        type=hex_bytes(NYM_LENGTH),
        action="append",
        default=[],
        dest="nyms",
        help="a winner who was asked and must have answered; may be repeated",
    )
    add_json(parser)


@dataclass(frozen=True, slots=True)
class _Checked:
    """What became of one answer."""

    path: Path
    given: WinnerProof | None
    """``None`` for what is no answer."""
    refused: FairlotError | CryptoError | None

    def to_json(self) -> Mapping[str, Viewed]:
        """Return the map of the document."""
        return {
            "file": str(self.path),
            "nym": self.given.nym if self.given else None,
            "leaf": self.given.index if self.given else None,
            "code": self.refused.code if self.refused else None,
            "problem": self.refused.message if self.refused else None,
        }


def _check(arguments: argparse.Namespace) -> int:
    curve = chosen_curve()
    key = _read_key(arguments.key)
    answers = [(path, read_given(path)) for path in arguments.answers]
    file = read_sale_file(arguments, curve)
    sale = audited_sale(file.read, arguments.sale_id, file.rounds, file.heads)
    audit = WinnerAudit(sale, key)
    checked = [_check_one(audit, path, given) for path, given in answers]
    missing = [nym for nym in arguments.nyms if Nym(nym) not in audit.shown]
    if arguments.json:
        said: Mapping[str, Viewed] = {
            "sale_id": sale.sale_id,
            "rehearsal": sale.registry.rehearsal,
            "winners": len(sale.winners),
            "answers": [each.to_json() for each in checked],
            "unanswered": missing,
        }
        show_json("winner-audit", said)
    else:
        _show_checked(sale, checked, missing)
    failed = missing or any(each.refused for each in checked)
    return FAILED if failed else OK


def _check_one(audit: WinnerAudit, path: Path, data: bytes) -> _Checked:
    given: WinnerProof | None = None
    try:
        given = read_winner_proof(data)
        audit.check(given.nym, given)
    except (FairlotError, CryptoError) as error:
        return _Checked(path, given, error)
    return _Checked(path, given, None)


def _half_made(path: Path) -> AuditKey:
    """Return the key in a file; one that is none is not replaced."""
    try:
        return _read_key(path)
    except InputError as error:
        raise taken(path) from error


def _read_key(path: Path) -> AuditKey:
    """Read the auditor's secret.

    Raises:
        InputError: ``door.unreadable``, ``winner.key-file``.
    """
    data = read_given(path)
    try:
        secret = bytes.fromhex(data.decode("ascii").removesuffix("\n"))
        return AuditKey(scalar_from_bytes(secret))
    except (ValueError, CryptoError) as error:
        problem = f"{path} must hold what fairlot winner-audit key has drawn"
        raise InputError("winner.key-file", problem) from error


def _show_checked(
    sale: AuditedSale, checked: Sequence[_Checked], missing: Sequence[bytes]
) -> None:
    for each in checked:
        if each.refused is not None:
            problem = f"{each.refused.code}: {each.refused.message}"
            say(f"{each.path} does not hold: {problem}.")
        elif each.given is not None:
            nym, leaf = each.given.nym.hex(), each.given.index
            say(f"{each.path} holds: leaf {leaf} has {nym}.")
    for silent in missing:
        say(f"{silent.hex()} has given no answer that holds.")
    held = sum(each.refused is None for each in checked)
    answers = counted(held, "answer holds", "answers hold")
    say(f"{answers}, of {counted(len(sale.winners), 'winner', 'winners')}.")


STEPS = (
    Command(
        "key",
        "Draw an auditor's key, and the certificate that winners are shown.",
        _KEY,
        _configure_key,
        _key,
    ),
    Command(
        "answer",
        "Show an auditor, and nobody else, which leaf your nym belongs to.",
        _ANSWER,
        _configure_answer,
        _answer,
    ),
    Command(
        "check",
        "Check what winners have answered, against the file of the sale.",
        _CHECK,
        _configure_check,
        _check,
    ),
)


ACTION = action_of_steps(_EXAMPLES, STEPS)
