"""``fairlot export``: leave a board's logs as files that any web server can hand out.

specs/tiles.md, section 6; specs/command-line.md, section 18.
"""

import argparse
from pathlib import Path

from fairlot.audit.transcript_file import read_transcript
from fairlot.board.tiled import (
    CHECKPOINT,
    HINTS,
    TRANSCRIPT,
    TiledLog,
    main_log,
    tiled,
)
from fairlot.cli.command import OK, Action, add_json
from fairlot.cli.folders import make_folder
from fairlot.cli.heads import read_kept_head
from fairlot.cli.output import busy, say, show_json
from fairlot.cli.reading import read_at_most
from fairlot.cli.transcript import read_hints
from fairlot.errors import InputError
from fairlot.logs import LogKind
from fairlot.text import Viewed, counted
from fairlot_crypto.durable import write_file

_EXAMPLES = """\
Put the folder behind any web server, or on any static host or mirror. Nobody has to trust
it: readers check the head, and every file against it. Export again after the log has grown:
what is there stays, and the folder of another history is refused.

Exit code: 0 if all is there, 1 if it could not be completed, 2 if a file, the folder or the
usage was refused.

Examples:
  fairlot export result/transcript.fairlot --out public
  fairlot export registry.fairlot --out public --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a board's transcript")
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        required=True,
        help="the folder that is handed out; it may hold an earlier export",
    )
    add_json(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Write what is missing in the folder, the heads last."""
    data = read_transcript(arguments.file)
    with busy("making tiles"):
        logs = tiled(data)
        # Step 5.
        for log in logs:
            _check_extends(arguments.out / log.folder, log)
        written = sum(_write(arguments.out / log.folder, log) for log in logs)
        # Step 7.
        main, hints = main_log(logs), read_hints(arguments.file)
        if main.name.kind is LogKind.SALE and hints.count:
            write_file(arguments.out / main.folder / HINTS, hints.to_bytes())
        write_file(arguments.out / main.folder / TRANSCRIPT, data)
        for log in logs:
            head = log.head.to_text().encode()
            write_file(arguments.out / log.folder / CHECKPOINT, head)
    if arguments.json:
        show_json("export", {"logs": [_view(log) for log in logs], "new": written})
        return OK
    for log in logs:
        size = counted(log.head.checkpoint.size, "entry", "entries")
        say(f"{arguments.out / log.folder}: {size}")
    say(f"{counted(written, 'new file', 'new files')} of tiles and bundles")
    return OK


def _view(log: TiledLog) -> Viewed:
    said = log.head.checkpoint
    return {
        "folder": log.folder,
        "origin": said.origin,
        "size": said.size,
        "root": said.root,
        "files": len(log.files),
    }


def _check_extends(folder: Path, log: TiledLog) -> None:
    """Refuse the folder of a longer log, or of another history."""
    path = folder / CHECKPOINT
    if not path.exists():
        return
    there = read_kept_head(path).checkpoint
    if there.size > log.head.checkpoint.size:
        problem = (
            f"{folder} holds {there.size} entries already: name a newer transcript"
        )
        raise InputError("export.older", problem)
    if log.root_at.get(there.size) != there.root:
        problem = (
            f"{folder} holds another history: keep both, fairlot compare tells more"
        )
        raise InputError("export.history", problem)


def _write(folder: Path, log: TiledLog) -> int:
    """Write the files that are not there, and return how many."""
    written = 0
    for name, data in log.files.items():
        path = folder / name
        make_folder(path.parent)
        if path.exists():
            # Step 6.
            _check_same(path, data)
            continue
        write_file(path, data)
        written += 1
    return written


def _check_same(path: Path, data: bytes) -> None:
    there = read_at_most(
        path, len(data) + 1, lambda why: InputError("export.unreadable", why)
    )
    if there != data:
        problem = (
            f"{path} holds something else: export into another folder, and compare"
        )
        raise InputError("export.history", problem)


ACTION = Action(_EXAMPLES, configure, execute)
