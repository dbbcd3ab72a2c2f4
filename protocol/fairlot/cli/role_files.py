"""What every role holds where a rehearsal has stopped (specs/command-line.md, section 2.3).

In the files that the steps of ``fairlot beacon`` read, so that others can go on by hand.
"""

from collections.abc import Iterator
from pathlib import Path

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
    keys = board.parent / KEYS
    post = f"fairlot beacon post {board} {{}} --key {keys / BOARD_KEY}"
    mark = f"fairlot beacon mark {board} {{}} --key {keys / BOARD_KEY}"
    if held.marker in _STEPS:
        step, ends = _STEPS[held.marker]
        whose = keys / contributor_name(0)
        own = f"--key {whose}.key --secret {whose}.secret --out {step}-0"
        yield f"fairlot beacon {step} {board} {own}   and so for each contributor"
        yield post.format(f"{step}-0")
        yield mark.format(ends)
        return
    if state.contributions.withheld:
        yield f"fairlot beacon recover {board} --out recover"
        yield post.format("recover")
    for named in state.terms.named_rounds():
        number = named.round_number
        path = keys / round_name(number)
        yield f"fairlot beacon round {board} {path} --out round-{number}"
        yield f"{post.format(f'round-{number}')} --time {named.due}"
    yield mark.format(EntryType.RESULT)


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
