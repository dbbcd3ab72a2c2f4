"""A folder in which somebody audits one transcript."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from command import Ran, fairlot
from fairlot.board.replay import Replay, replay
from kit.stage import Stage


@dataclass(frozen=True, slots=True)
class Desk:
    """An auditor's folder with a transcript in it."""

    on: Stage
    folder: Path

    @property
    def file(self) -> Path:
        """The transcript."""
        return self.folder / "transcript.fairlot"

    @property
    def read(self) -> Replay:
        """What it says."""
        return replay(self.file.read_bytes(), self.on.state())

    def write(self, name: str, data: str | bytes) -> Path:
        """Write a file."""
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def audit(self, *words: str | Path) -> Ran:
        """Audit it as a rehearsal."""
        return fairlot("audit", self.file, "--rehearsal", *words)

    def found(self, *words: str | Path) -> list[str]:
        """Return the codes of all findings."""
        report: dict[str, Any] = json.loads(self.audit(*words, "--json").out)
        return [f["code"] for check in report["checks"] for f in check["findings"]]
