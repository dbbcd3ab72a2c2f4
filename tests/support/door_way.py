"""The door of the small sale, as telephones ask it over HTTP, in this process."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairlot.door.answer import make_answer, read_answer
from fairlot.door.challenge import Challenge, read_challenge
from fairlot.door.gate import Gate
from fairlot.door.text_form import text_of
from fairlot.door.used_list import UsedList
from fairlot.identity.registry import epoch_at
from fairlot.service.door_app import DoorWay, door_app
from fairlot.service.door_desk import DoorDesk
from fairlot.service.rates import Buckets, Rate
from json_formats import check_form, check_wire
from kit.asgi import Answer, ask
from kit.sales import renewed, source
from kit.served import FAST
from kit.stage import Stage

CODE = "ABCDEFGH23456722"
NAME = "North gate"


@dataclass
class Entrance:
    """A gate with a used-list, and people before it."""

    on: Stage
    gate: Gate
    used: Path
    rate: Rate = FAST
    late: int = 0
    """Seconds that have passed."""
    label: str = "door"
    said: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        day = self.on.registry.epoch
        self.opens = (self.gate.terms.times.unlock // day + 1) * day + day // 2
        book = UsedList(self.used, self.gate.terms.sale_id)
        random = source(f"way {self.label}")
        clock = self.clock
        self.desk = DoorDesk(self.gate, NAME, book, clock, random)
        buckets = Buckets(self.rate, lambda: 0.0, source("buckets"))
        way = DoorWay(
            self.desk, CODE.encode(), buckets, lambda _: ["10", "01"], self.said.append
        )
        self.app = door_app(way)

    def clock(self) -> int:
        return self.opens + self.late

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Ask with the code, unless another is said, and perhaps other headers."""
        more = {name.replace("_", "-"): said for name, said in headers.items()}
        more.setdefault("authorization", f"Bearer {CODE}")
        return asyncio.run(ask(self.app, method, path, [body], more=more))

    def question(self) -> Challenge:
        answer = self.ask("POST", "/ask")
        assert answer.status == 200, answer
        found = answer.json()
        check_wire("door-asked", found)
        return read_challenge(found["text"].encode())

    def answer(self, asked: Challenge, who: int) -> str:
        """Let somebody answer, with a credential of the running epoch."""
        epoch = epoch_at(self.on.registry, asked.time)
        made = make_answer(
            self.on.credentials,
            renewed(self.on, who, epoch),
            self.gate.terms,
            self.on.roll_id,
            epoch,
            asked,
            source("answer"),
        )
        return text_of(made.encode())

    def admit(self, text: str, attempt: int = 0) -> dict[str, Any]:
        said = self.ask(
            "POST", "/admit", text.encode(), idempotency_key=f"{attempt:032x}"
        )
        assert said.status == 200, said
        found = said.json()
        check_form("door-verdict", found)
        return found

    def state(self) -> dict[str, Any]:
        said = self.ask("GET", "/state")
        assert said.status == 200, said
        found = said.json()
        check_wire("door", found)
        return found

    @property
    def winner(self) -> int:
        """Who of the two has won."""
        asked = self.desk.ask()
        units = self.gate.units
        for who in (0, 1):
            nym = read_nym(self.answer(asked, who))
            if nym in units:
                return who
        raise AssertionError("nobody has won")


def read_nym(text: str) -> bytes:
    return read_answer(text.encode()).nym
