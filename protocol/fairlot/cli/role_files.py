"""What every role holds where a rehearsal has stopped (specs/command-line.md, section 2.3).

In the files that ``fairlot contributor`` and ``fairlot beacon`` read, to go on by hand.
"""

from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from fairlot.board.sale import SaleState
from fairlot.cli.beacon.contributor import Secret
from fairlot.cli.beacon.files import key_file, round_file
from fairlot.cli.beacon.kept import HEAD, SEAL
from fairlot.entry import EntryType
from fairlot.rehearsal.draw import Contributor
from fairlot.rehearsal.play import Held

KEYS = "keys"
"""The folder of these files."""
BOARD_KEY = "board.key"

_STEPS = {
    EntryType.CLOSE: ("commit", EntryType.COMMIT_END),
    EntryType.COMMIT_END: ("seal", EntryType.SEALED),
    EntryType.SEALED: ("reveal", EntryType.REVEAL_END),
}
"""What contributors do behind a marker, and what ends it."""


def role_files(held: Held, state: SaleState) -> dict[str, bytes]:
    """Return the content of each file, by name.

    Args:
        held: by the roles of a rehearsal that has stopped.
        state: of its board.
    """
    parts = held.parts
    files = {
        BOARD_KEY: key_file(parts.board),
        "seller.key": key_file(parts.seller),
        "escrow.key": key_file(parts.escrow),
    }
    for number, contributor in enumerate(held.contributors):
        name = contributor_name(number)
        files[f"{name}.key"] = key_file(contributor.key)
        files.update(_kept(held, state, contributor, f"{name}.secret"))
    for named in state.terms.named_rounds():
        beacon = parts.clock.sign(state.curve, named.round_number)
        files[round_name(named.round_number)] = round_file(beacon)
    return files


def contributor_name(number: int) -> str:
    """Return how a contributor's files begin, whose stream is ``contributor/number``."""
    return f"contributor-{number}"


def round_name(number: int) -> str:
    """Return the file of a round of the rehearsal's clock, as a relay would give it."""
    return f"round-{number}.json"


def next_steps(held: Held, state: SaleState, board: Path) -> Iterator[str]:
    """Yield the commands with which somebody goes on by hand.

    Args:
        held: by the roles of a rehearsal that has stopped.
        state: of its board.
        board: the transcript, beside which the roles' files lie.
    """
    keys, named = board.parent / KEYS, quote(str(board))
    ours = f"--key {quote(str(keys / BOARD_KEY))}"
    if held.marker in _STEPS:
        step, ends = _STEPS[held.marker]
        key, secret = (
            quote(str(keys / f"{contributor_name(0)}.{end}"))
            for end in ("key", "secret")
        )
        own = f"--key {key} --secret {secret} --out {step}-0"
        yield f"fairlot contributor {step} {named} {own}   # and so for each contributor"
        yield f"fairlot beacon post {named} {step}-0 {ours}"
        yield f"fairlot beacon mark {named} {ends} {ours}"
        return
    if state.contributions.withheld:
        yield f"fairlot beacon recover {named} --out recover"
        yield f"fairlot beacon post {named} recover {ours}"
    for each in state.terms.draw_rounds():
        number = each.round_number
        path = quote(str(keys / round_name(number)))
        yield f"fairlot beacon round {named} {path} --out round-{number}"
        yield f"fairlot beacon post {named} round-{number} {ours} --time {each.due}"
    yield f"fairlot beacon mark {named} {EntryType.RESULT} {ours}"


def _kept(
    held: Held, state: SaleState, contributor: Contributor, name: str
) -> Iterator[tuple[str, bytes]]:
    """Yield what a contributor keeps of the steps that they have taken."""
    public = contributor.key.public
    if public in state.contributions.commitments:
        frozen = state.contributions.frozen
        secret = Secret(state.sale_id, frozen, public, contributor.alpha)
        yield name, secret.to_bytes()
        yield f"{name}{HEAD}", held.head.to_text().encode()
    seals = state.seals
    if seals is not None and public in seals.made:
        yield f"{name}{SEAL}", seals.made[public]
