"""A whole sale in a hall: a list of members, a bank's file, vouchers, doors, PostgreSQL.

Every role is a process of its own in a folder of its own, and takes the steps that a seller
would: nothing is played through the library. So are twenty of the guests; the others share
six processes, each of which takes the steps of one after the other, in folders of their own.
Two front ends serve the board. One is killed in the middle of the deposits, while others read
and send what is there already. Where a sale takes weeks, the clock of all is moved on.

It is long: to start forty processes and let four issuers make their keys takes longer than a
slow test may, with eight guests too (``FAIRLOT_TESTS_HALL=8``). What it rests on is tried by
shorter ones: ``test_two_front_ends.py``, ``test_cli_issuer_many.py``, ``test_cli_doors.py``,
``test_cli_seller_items.py``, ``test_cli_thousand_payments.py``.
"""

import csv
import json
import os
import resource
import time
import urllib.request
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import pytest

from fairlot.audit.checks import CHECKS
from fairlot.cli.host.cast import AUDITOR, ESCROW, LOG, SALE, SELLER
from fairlot.cli.host.roles import Role
from fairlot.cli.host.selling import POLICY, Announced, Selling, announce
from hall import GATE, FrontEnd, Hall, opened, said, until
from hall_guests import PRICE, Guest, Guests
from postgres_server import Server

TERMS = """\
title = "An evening in the hall"
asset = "seat"
currency = "EUR"
decimals = 2
supply = {seats}
mechanism = "lottery"
price = 25.00

[times]
lockup = "17 days"

[beacon]
contributors = 2
delay = 65536
"""
TIMES = (
    *("--open", "in 5 minutes", "--close", "1 day"),
    *("--commit", "10 minutes", "--seal", "10 minutes", "--reveal", "10 minutes"),
    *("--slack", "5 minutes", "--no-round"),
)
DAY = 86_400
OWN_PROCESSES = 20
BOOTHS = 6
NORTH = "North gate"


@dataclass
class Load:
    """Readers, and senders of what is there already, while people deposit."""

    hall: Hall
    log: str
    """The path of the sale's log."""
    address: str = "127.0.0.2"
    reads: int = 0
    repeats: int = 0
    busy: int = 0
    """Requests that were put off, or not answered."""
    sent: list[Path] = field(default_factory=list[Path])
    lock: Lock = field(default_factory=Lock)
    over: Event = field(default_factory=Event)

    @contextmanager
    def on(self) -> Generator[None]:
        """Ask both front ends all the time."""
        threads = [Thread(target=self._ask, args=(n,)) for n in range(2)]
        for each in threads:
            each.start()
        try:
            yield
        finally:
            self.over.set()
            for each in threads:
                each.join()

    def _ask(self, number: int) -> None:
        for turn in range(number, 1_000_000):
            if self.over.wait(0.1):
                return
            front = self.hall.fronts[turn % 2]
            with self.lock:
                again = self.sent[turn % len(self.sent)] if self.sent else None
            if again is not None:
                self.repeats += self._answered(front, "add", again.read_bytes())
            for name in ("checkpoint", "transcript.fairlot"):
                self.reads += self._answered(front, name)

    def _answered(self, front: FrontEnd, name: str, body: bytes | None = None) -> bool:
        """Ask from an address of their own: the rate of an address is the guests'."""
        here = (self.address, 0)
        asked = HTTPConnection("127.0.0.1", front.port, 20, source_address=here)
        try:
            asked.request("POST" if body else "GET", f"/{self.log}/{name}", body)
            answer = asked.getresponse()
            answer.read()
        except (OSError, HTTPException):
            self.busy += 1
            return False
        finally:
            asked.close()
        if answer.status != 200:
            self.busy += 1
            assert answer.status in {429, 503}, answer.status
            return False
        return True


@dataclass
class Evening:
    """One sale in a hall."""

    hall: Hall
    guests: Guests
    seats: int
    sale: Announced = field(init=False)
    selling: Selling = field(init=False)

    @property
    def escrow(self) -> Role:
        return self.hall.cast[ESCROW]

    def by(self, role: Role, *words: str | Path, out: str = "") -> dict[str, Any]:
        """Let the keeper of a key take a step with a fresh copy of the board."""
        self.hall.joining.fetch(role, self.hall.address, SALE)
        own = ("--sale-id", self.sale.sale_id, "--key", f"{role.name}.key")
        made = ("--out", out) if out else ()
        ran = role.do(*words[:2], SALE, *words[2:], *own, *made, "--json")
        return ran.json()

    def announced(self) -> None:
        """Announce the sale, on the board that is served."""
        hall, seller = self.hall, self.hall.cast[SELLER]
        hall.joining.fetch(seller, hall.address, LOG)
        self.sale = announce(hall.cast, TERMS.format(seats=self.seats), TIMES)
        hall.both_show(self.sale.sale_id)
        self.selling = Selling(hall.cast, hall.joining, hall.address, PRICE)
        self.escrow.path("notices").mkdir()
        for each in self.guests.all:
            each.told = self.sale.sale_id
        hall.clock.move_to(self.sale.opens + 2)
        hall.turn()
        self.selling.keep_policy()

    def deposits(self) -> dict[str, Any]:
        """Let everybody deposit and ask how to pay; kill a front end in the middle."""
        hall, guests = self.hall, self.guests
        guests.each(lambda guest: guest.fetch(SALE))
        load = Load(hall, f"sale/{self.sale.sale_id}")
        half, killed = len(guests.all) // 2, Event()

        def enter(guest: Guest) -> None:
            guest.deposit()
            with load.lock:
                load.sent.append(guest.path("deposit"))
                if len(load.sent) >= half and not killed.is_set():
                    killed.set()
                    hall.fronts[0].kill()
                    said("one front end is killed")

        used = sum(each.used() for each in hall.fronts)
        began = time.monotonic()
        with load.on():
            guests.each(enter)
            took = time.monotonic() - began
        assert killed.is_set()
        hall.fronts[0].begin()
        guests.each(lambda guest: guest.pay())
        lost = sum(each.lost for each in guests.all)
        # The kill did hit something that was under way.
        assert lost > 0
        assert load.reads > len(guests.all) // 2
        assert load.repeats > 0
        return {
            "deposits": len(guests.all),
            "seconds": round(took, 1),
            "a second": round(len(guests.all) / took, 2),
            "cpu of front ends": round(
                sum(each.used() for each in hall.fronts) - used, 1
            ),
            "reads": load.reads,
            "repeats": load.repeats,
            "put off": load.busy,
            "unanswered posts": lost,
        }

    def bank(self, rows: Sequence[tuple[str, str, str]], name: str) -> dict[str, Any]:
        """Let the escrow book what its bank exports."""
        with self.escrow.path(name).open("w", encoding="utf-8", newline="") as file:
            written = csv.writer(file)
            written.writerow(("id", "date", "amount", "reference"))
            written.writerows((n, "2030-05-02", amount, r) for n, amount, r in rows)
        notices = ("--notices", "notices")
        return self.by(self.escrow, "escrow", "import", name, *notices, out="paid")

    def paid(self) -> list[tuple[str, str, str]]:
        """Let the bank's file come; return its rows. Some pay oddly."""
        rows: list[tuple[str, str, str]] = []
        first, second, third, last = self.odd()
        for each in self.guests.all:
            number, wanted = f"bank/{each.number}", "25.00"
            if each is first:
                rows.append((f"{number}a", "10.00", each.reference))
                number, wanted = f"{number}b", "15.00"
            elif each is second:
                wanted = "30.00"
            elif each is third:
                wanted = "24.99"
            elif each is last:
                continue
            rows.append((number, wanted, each.reference))
        rows += rows[:3]
        rows += [("bank/x", "7.00", "thank you"), ("bank/y", "25.00", "RF00 NOBODY")]
        found = self.bank(rows, "payments.csv")
        people = len(self.guests.all)
        assert found["repeated"] == 3
        assert found["totals"]["foreign"] == 3_200
        assert found["totals"]["booked"] == (people - 1) * PRICE + 500 - 1
        stands = Counter(each["stands"] for each in found["deposits"])
        assert stands == {"paid": people - 3, "over": 1, "partial": 1, "unpaid": 1}
        # In another order, and old rows among new ones: nothing else comes of it.
        again = self.bank([*rows[::-1]], "payments-again.csv")
        assert again["entries"] == found["entries"]
        self.post_paid()
        assert self.bank(rows, "payments.csv")["entries"] == []
        return rows

    def odd(self) -> tuple[Guest, Guest, Guest, Guest]:
        """Return who pays in parts, too much, too little, and nothing in time."""
        guests = self.guests.all
        return guests[0], guests[1], guests[2], guests[3]

    def post_paid(self) -> None:
        """Post all PAID entries, half of them at each front end."""
        paths = sorted(self.escrow.path("paid").iterdir())
        for front, some in zip(
            self.hall.fronts, (paths[::2], paths[1::2]), strict=True
        ):
            receipts = ("--receipts", "receipts")
            self.escrow.do("board", "post", front.address, *some, *receipts)

    def drawn(self, rows: list[tuple[str, str, str]]) -> dict[str, Any]:
        """Close, draw, and settle; a payment comes too late."""
        move, sale = self.hall.clock.move_to, self.sale
        move(sale.closes + 2)
        self.hall.turn()
        unpaid = self.odd()[3]
        late = ("bank/late", "25.00", unpaid.reference)
        found = self.bank([*rows, late], "payments.csv")
        assert (found["totals"]["late"], found["entries"]) == (PRICE, [])
        for step, due, ends in (
            ("commit", sale.closes, sale.commit_end),
            ("seal", sale.commit_end, sale.seal_end),
            ("reveal", sale.seal_end, sale.reveal_end),
        ):
            move(due + 2)
            self.selling.contribute(step, lambda: None, ends)
        move(sale.reveal_end + 2)
        self.selling.settled(self.hall.clock.now() + 60)
        seller = self.hall.cast[SELLER]
        settled = seller.do("settle", SALE, "--json").json()
        assert settled["result"] == "settled"
        return settled

    def winners(self, settled: dict[str, Any]) -> list[Guest]:
        """Return who has won."""
        units = {each["nym"]: each["units"] for each in settled["ledger"]}
        return [each for each in self.guests.all if units.get(each.nym)]

    def refunded(self, settled: dict[str, Any]) -> None:
        """Let the escrow write what goes back, once, to the cent."""
        self.escrow.path("account").write_text("BE68539007547034\nThe Hall\n")
        words = ("--account-file", "account", "--date", "2030-06-03")
        given = ("--notices", "notices", *words)
        found = self.by(self.escrow, "escrow", "export", *given, out="refunds")
        files = {e.name: e.read_bytes() for e in self.escrow.path("refunds").iterdir()}
        self.by(self.escrow, "escrow", "export", *given, out="refunds")
        assert files == {
            e.name: e.read_bytes() for e in self.escrow.path("refunds").iterdir()
        }
        people = len(self.guests.all)
        (batch,) = found["batches"]
        back = (people - 1) * PRICE + 500 - 1 - self.seats * PRICE
        assert (batch["total"], found["held"], found["unknown"]) == (back, 0, [])
        assert {"refunds-1.csv", "refunds-1.xml"} == {*files}
        assert batch["total"] == sum(e["refund"] for e in settled["ledger"])
        text = b"".join(files.values()).decode()
        assert not [each for each in self.guests.all if each.nym in text]

    def vouchers(self) -> list[str]:
        """Let the seller make vouchers for the shop, and promise them."""
        seller = self.hall.cast[SELLER]
        self.hall.joining.fetch(seller, self.hall.address, SALE)
        own = ("--sale-id", self.sale.sale_id, "--key", "seller.key", "--out", "shop")
        seller.do("seller", "vouchers", SALE, *own, "--product", "main=Standing")
        assert self.delivered("promise")["promised"] == self.seats
        rows = seller.path("shop/vouchers.csv").read_text().splitlines()
        return [row["code"] for row in csv.DictReader(rows)]

    def delivered(self, out: str) -> dict[str, Any]:
        """Let the seller make what is due, and post it."""
        seller = self.hall.cast[SELLER]
        found = self.by(seller, "seller", "deliver", "shop/items.txt", out=out)
        made = sorted(seller.path(out).glob("*.entry"))
        seller.do("board", "post", self.hall.address, *made, "--receipts", "receipts")
        return found

    def handed_over(self, winners: list[Guest], codes: list[str]) -> None:
        """Let winners claim behind the lock-up, and open what they are handed."""
        hall, guests = self.hall, self.guests
        hall.sleep_until(self.sale.unlock + 60)
        guests.renew("unlocked", winners)

        def claim(guest: Guest) -> None:
            guest.fetch(SALE)
            guest.entry("claim")
            guest.post("claim", guest.number)

        guests.each(claim, winners)
        # A claim is released when no other of its epoch can come any more.
        hall.sleep_until(hall.clock.now() + DAY + DAY // 12)
        assert self.delivered("boxes")["waiting"] == 0
        found: list[str] = []

        def take(guest: Guest) -> None:
            guest.fetch(SALE)
            ran = guest.run("items", "--json")
            assert ran.code == 0, ran
            (unit,) = ran.json()["units"]
            found.append(bytes.fromhex(unit["item"]).decode())

        guests.each(take, winners)
        assert sorted(found) == sorted(codes)

    def doors(self, winners: list[Guest]) -> None:
        """Let winners in, each once, and nobody else."""
        loser = next(each for each in self.guests.all if each not in winners)
        self.guests.renew("at the door", [*winners, loser])
        gate = self.hall.cast[GATE]
        self.hall.joining.fetch(gate, self.hall.address, SALE)
        own = ("--sale-id", self.sale.sale_id, "--out", "north", "--json")
        found = gate.do("doors", "open", SALE, *own).json()
        assert (found["winners"], found["units"]) == (self.seats, self.seats)
        loser.fetch(SALE)
        for each in winners:
            assert self.shown(each, "first") == (0, None)
        again = [self.shown(each, "second") for each in winners[:2]]
        assert again == [(1, "door.used")] * 2
        # The very same answer once more.
        assert self.admitted(winners[-1], "first") == (1, "door.replayed")
        assert self.shown(loser, "first") == (1, "door.loser")
        used = gate.path("used").read_text().splitlines()[1:]
        assert sorted(line.split()[1] for line in used) == sorted(
            each.nym for each in winners
        )

    def shown(self, guest: Guest, name: str) -> tuple[int, str | None]:
        """Let somebody show at the gate that they have won."""
        gate, named = self.hall.cast[GATE], f"{guest.number}-{name}"
        clock = ("--time", str(self.hall.clock.now()))
        question = ("--gate", NORTH, "--out", f"{named}.question", *clock)
        gate.do("doors", "ask", "north", *question)
        asked = ("--question", gate.path(f"{named}.question"), "--gate", NORTH)
        out = ("--out", gate.path(f"{named}.answer"))
        ran = guest.run("prove", *asked, *out)
        assert ran.code == 0, ran
        return self.admitted(guest, name)

    def admitted(self, guest: Guest, name: str) -> tuple[int, str | None]:
        """Let the gate judge an answer."""
        gate, named = self.hall.cast[GATE], f"{guest.number}-{name}"
        files = ("north", f"{named}.question", f"{named}.answer")
        clock = ("--time", str(self.hall.clock.now()))
        ran = gate.run("doors", "admit", *files, "--used", "used", *clock, "--json")
        return ran.code, ran.json()["code"]

    def audited(self) -> None:
        """Audit both front ends, which show the same bytes, with all receipts."""
        hall, auditor = self.hall, self.hall.cast[AUDITOR]
        policy = auditor.get(hall.cast[SELLER].path(POLICY))
        kept = [path for each in self.guests.all for path in each.receipts()]
        for role in (self.escrow, hall.cast[SELLER]):
            kept += sorted(role.path("receipts").iterdir())
        receipts = [word for each in kept for word in ("--receipt", each)]
        own = ("--rehearsal", "--sale-id", self.sale.sale_id, "--policy", policy)
        for front in hall.fronts:
            log = f"{front.address}/sale/{self.sale.sale_id}"
            words = ("audit", log, *own, *receipts)
            # Witnesses date the last head after it is on the board.
            ran = until(partial(auditor.run, *words), lambda ran: ran.code == 0)
            assert ran.code == 0, ran.out
            assert f"all {len(CHECKS)} checks hold" in ran.out
            assert f"{len(kept)} receipts" in ran.out
        one, other = until(
            lambda: [self._transcript(front.address) for front in hall.fronts],
            lambda both: both[0] == both[1],
        )
        assert one == other

    def _transcript(self, address: str) -> bytes:
        log = f"{address}/sale/{self.sale.sale_id}/transcript.fairlot"
        with urllib.request.urlopen(log, timeout=30) as answer:  # noqa: S310
            return bytes(answer.read())


def second_leaf_is_refused(hall: Hall, guests: Guests) -> None:
    """Let somebody come with the code of another, which is used."""
    thief, robbed = guests.all[0], guests.all[1]
    code = ("--code-file", robbed.path("code"), "--out", "stolen")
    own = ("--registry", "registry.cbor", "--key", "attester.key")
    words = ("attester", "ask", thief.path("attest"), *own, *code)
    ran = hall.cast["attester"].run(*words)
    assert (ran.code, "member-code.used" in ran.err) == (1, True), ran


def _joined(hall: Hall, guests: Guests) -> None:
    """Let everybody come to credentials."""
    guests.attested()
    second_leaf_is_refused(hall, guests)
    said("all are attested")
    guests.enrol()
    said("all have leaves")
    hall.joining.post_roll()
    hall.turn()
    guests.renew("renew")
    said("all have credentials")


def _sold(evening: Evening) -> dict[str, Any]:
    """Sell, hand over, let in and audit; return what was measured."""
    evening.announced()
    measured = evening.deposits()
    said(f"all have deposited: {json.dumps(measured)}")
    bank = evening.paid()
    said("the bank's file is booked")
    settled = evening.drawn(bank)
    winners = evening.winners(settled)
    assert len(winners) == evening.seats
    nyms = {each.nym for each in evening.guests.all}
    assert len(nyms) == len(evening.guests.all) == len(settled["ledger"])
    evening.refunded(settled)
    shop = evening.vouchers()
    said("it is settled, and vouchers are made")
    evening.handed_over(winners, shop)
    said("what was won is handed over")
    evening.doors(winners)
    said("the doors are closed")
    evening.audited()
    said("both front ends are audited")
    return measured


def played(storage: str, folder: Path, people: int, seats: int) -> dict[str, Any]:
    """Play a whole sale; return what was measured."""
    began = time.monotonic()
    own = min(people, OWN_PROCESSES)
    wallets = [f"wallet-{number}" for number in range(own)]
    booths = [f"booth-{number}" for number in range(BOOTHS)]
    with opened(folder, storage, (*wallets, *booths)) as hall:
        said("everybody is there")
        names = [f"Guest {number}" for number in range(people)]
        rows = "".join(f"{name},{n}@example.org\n" for n, name in enumerate(names))
        hall.joining.follow(hall.address)
        codes = hall.codes(f"person,address\n{rows}")
        everybody: list[Guest] = []
        for number, name in enumerate(names):
            booth = booths[number % BOOTHS]
            role = hall.cast[wallets[number] if number < own else booth]
            at = role.path(f"guest-{number}")
            everybody.append(Guest(number, role, at, hall, codes[name]))
        guests = Guests(hall, everybody)
        _joined(hall, guests)
        measured = _sold(Evening(hall, guests, seats))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    whole = {
        "people": people,
        "wall": round(time.monotonic() - began),
        "cpu": round(used.ru_utime + used.ru_stime),
    }
    said(json.dumps({**measured, **whole}))
    return measured


@pytest.mark.long
def test_two_hundred_people_join_pay_and_enter(
    postgres: Server, tmp_path: Path
) -> None:
    people = int(os.environ.get("FAIRLOT_TESTS_HALL", "200"))
    played(postgres.address(tmp_path), tmp_path, people, max(2, people // 10))
