"""Boards and witnesses that are killed while they serve (specs/service.md, 5, 10 and 11).

SIGKILL, at moments that the machine chooses, while payments are posted one after the other:
what was acknowledged stands, once and where it was said; a witness never co-signs two heads
of one size; and whoever comes back goes on.
"""

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError

import pytest

from club import (
    NAMED,
    ON,
    get,
    make_club,
    send,
    serving,
    until,
    witnesses_of,
)
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry
from fairlot_crypto.log.checkpoint import SignedCheckpoint, verify_cosignature
from kit.audited import judged
from kit.sales import deposit, nym_of, source
from mortal import MOMENTS, Process

DEPOSIT = deposit(ON, 0)


def payments() -> Iterator[bytes]:
    """Yield entries without end."""
    number = 0
    while True:
        yield ON.payment(nym_of(DEPOSIT), 1, f"cent {number}").encoded
        number += 1


@dataclass(slots=True)
class Poster:
    """Sends one entry after the other, each until it is acknowledged."""

    address: str
    acknowledged: dict[bytes, int] = field(default_factory=dict[bytes, int])
    failed: int = 0
    statuses: set[int] = field(default_factory=set[int])
    ended: threading.Event = field(default_factory=threading.Event)

    def has(self, number: int) -> bool:
        return len(self.acknowledged) >= number

    def run(self) -> None:
        for entry in payments():
            while not self.ended.is_set() and entry not in self.acknowledged:
                try:
                    self.acknowledged[entry], _ = send(self.address, entry)
                except HTTPError as error:
                    self.statuses.add(error.code)
                    time.sleep(0.2)
                except (HTTPException, OSError):
                    self.failed += 1
                    time.sleep(0.02)
            if self.ended.is_set():
                return


def end(processes: Mapping[str, Process]) -> None:
    for each in processes.values():
        each.kill()


def without_port(words: tuple[str | Path, ...]) -> tuple[str | Path, ...]:
    place = words.index("--port")
    return (*words[:place], *words[place + 2 :])


def killed(folder: Path, who: str, times: int) -> tuple[Poster, bytes]:
    """Kill somebody again and again; return what was acknowledged, and the transcript."""
    club = make_club(folder)
    witness = Process(without_port(serving(folder, 0)))
    processes = {"witness": witness}
    with contextlib.ExitStack() as stack:
        stack.callback(end, processes)
        witness.start()
        words = ("board", "serve", club, "--witness", witness.address)
        board = processes["board"] = Process(words)
        board.start()
        send(board.address, DEPOSIT.encoded)
        poster = Poster(board.address)
        thread = threading.Thread(target=poster.run)
        thread.start()
        stack.callback(poster.ended.set)
        moments = source(f"kill {who}")
        for _ in range(times):
            until(partial(poster.has, len(poster.acknowledged) + 3))
            time.sleep(moments.take(1)[0] / 1000)
            processes[who].kill()
            processes[who].start()
        poster.ended.set()
        thread.join()
        until(lambda: witnesses_of(board.address) == {NAMED[0].name})
        return poster, get(f"{board.address}/transcript.fairlot")


@pytest.mark.parametrize("who", ["board", "witness"])
@pytest.mark.parametrize("times", MOMENTS)
def test_nothing_acknowledged_is_lost_and_nothing_stands_twice(
    tmp_path: Path, who: str, times: int
) -> None:
    poster, data = killed(tmp_path, who, times)
    items = [each.item for each in read_records(data) if isinstance(each, Record)]
    sale = ON.terms.sale_id
    entries = [x.encoded for x in items if isinstance(x, Entry) and x.scope == sale]
    assert len(poster.acknowledged) > 2 * times
    assert len(set(entries)) == len(entries)
    for entry, index in poster.acknowledged.items():
        assert entries[index] == entry
    assert (poster.failed > 0) == (who == "board")
    # It sends faster than one address may.
    assert poster.statuses <= {429}
    codes = {finding.code for finding in judged(data).findings}
    assert codes <= {"sale.incomplete", "witness.quorum"}, codes
    check_one_history([x for x in items if isinstance(x, SignedCheckpoint)])


def check_one_history(heads: list[SignedCheckpoint]) -> None:
    """Check that the witness has co-signed several heads, and none of them in two trees."""
    roots = dict[tuple[str, int], bytes]()
    for head in heads:
        if any(line.name == NAMED[0].name for line in head.lines):
            verify_cosignature(head, NAMED[0].name, NAMED[0].key)
            said = head.checkpoint
            assert roots.setdefault((said.origin, said.size), said.root) == said.root
    assert len(roots) > 2
