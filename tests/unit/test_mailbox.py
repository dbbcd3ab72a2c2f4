"""A mailbox: what waits for roles, and what comes back (specs/service.md, section 15)."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import fairlot.service.mailbox as module
from fairlot.errors import InputError
from fairlot.identity.attestation import ENROLMENT
from fairlot.identity.registry import RegistryId
from fairlot.identity.requests import AttestRequest
from fairlot.service.mailbox import (
    ABOUT,
    CODES,
    IN,
    Mailbox,
    Parcel,
    code_hash,
    kind_of,
    mail_id,
)
from fairlot.service.mailing import MailDesk, mail_app
from fairlot.service.rates import Buckets, Rate
from fairlot_crypto import cbor
from fairlot_crypto.keys import SealKey, VerifyKey
from json_formats import check_wire
from kit.asgi import Answer, ask
from kit.sales import source
from kit.served import FAST
from refusal import refusal

CODES_GIVEN = ["annscode", "bobscode"]


def request(number: int = 0) -> bytes:
    keys = VerifyKey(number.to_bytes(32, "big")), SealKey(bytes(32))
    return AttestRequest(RegistryId(bytes(32)), *keys, ENROLMENT).to_bytes()


GOOD = request()
ANN = mail_id(code_hash("annscode"), GOOD)


def mailbox(tmp_path: Path) -> Mailbox:
    folder = tmp_path / "mailbox"
    Mailbox.create(folder, CODES_GIVEN)
    return Mailbox(folder)


@dataclass
class Wire:
    """Asks a mailbox over HTTP."""

    box: Mailbox
    rate: Rate = FAST
    said: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        buckets = Buckets(self.rate, lambda: 0.0, source("mailbox"))
        self.app = mail_app(MailDesk(self.box, buckets, self.said.append))

    def get(self, path: str) -> Answer:
        return asyncio.run(ask(self.app, "GET", path))

    def send(self, body: bytes = GOOD, said: str | None = "Bearer annscode") -> Answer:
        more = {} if said is None else {"authorization": said}
        return asyncio.run(ask(self.app, "POST", "/requests", [body], more=more))


def test_a_request_waits_until_it_is_answered(tmp_path: Path) -> None:
    box = mailbox(tmp_path)
    wire = Wire(box)
    sent = wire.send()
    assert (sent.status, sent.content.decode()) == (202, f"{ANN}\n")
    assert box.waiting() == [ANN]
    assert box.request(ANN) == (code_hash("annscode").hex(), GOOD)
    waits = wire.get(f"/answers/{ANN}")
    assert (waits.status, waits.headers["retry-after"]) == (202, "1")
    parcel = Parcel((("attested", b"it is Ann"),))
    box.give(ANN, parcel)
    answered = wire.get(f"/answers/{ANN}")
    assert answered.status == 200
    assert answered.headers["content-type"] == "application/cbor"
    assert answered.headers["cache-control"] == "no-store"
    assert Parcel.from_bytes(answered.content) == parcel
    assert box.waiting() == []
    for each in (tmp_path / "mailbox").rglob("*"):
        assert each.stat().st_mode & 0o077 == 0, each


def test_the_same_request_is_there_once_and_goes_on_after_a_restart(
    tmp_path: Path,
) -> None:
    box = mailbox(tmp_path)
    assert [box.take("annscode", GOOD) for _ in range(3)] == 3 * [ANN]
    again = Mailbox(tmp_path / "mailbox")
    assert again.waiting() == [ANN]
    assert again.take("annscode", GOOD) == ANN
    # Somebody else with the same bytes is somebody else.
    assert again.take("bobscode", GOOD) != ANN
    assert len(again.waiting()) == 2


REFUSED: dict[str, tuple[bytes, str | None, int, str]] = {
    "no invitation": (GOOD, None, 403, "mail.code"),
    "another scheme": (GOOD, "Basic annscode", 403, "mail.code"),
    "another code": (GOOD, "Bearer evescode", 403, "mail.code"),
    "the hash of a code": (
        GOOD,
        f"Bearer {code_hash('annscode').hex()}",
        403,
        "mail.code",
    ),
    "too long": (bytes(65_536), "Bearer annscode", 413, "mail.size"),
    "nothing": (b"", "Bearer annscode", 400, "issuer.request"),
    "no map": (cbor.encode([1]), "Bearer annscode", 400, "issuer.request"),
    "another kind": (
        cbor.encode({"v": 1, "kind": "roll"}),
        "Bearer annscode",
        400,
        "issuer.request",
    ),
    "a kind that is no text": (
        cbor.encode({"v": 1, "kind": [1]}),
        "Bearer annscode",
        400,
        "issuer.request",
    ),
    "a byte more": (GOOD + b"\x00", "Bearer annscode", 400, "issuer.request"),
    "half of it": (GOOD[:-5], "Bearer annscode", 400, "issuer.request"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_leaves_nothing(name: str, tmp_path: Path) -> None:
    body, said, status, code = REFUSED[name]
    wire = Wire(mailbox(tmp_path))
    answer = wire.send(body, said)
    assert (answer.status, answer.code) == (status, code)
    check_wire("problem", answer.json())
    assert not [*(tmp_path / "mailbox" / IN).iterdir()]


@pytest.mark.parametrize(
    "path", ["x", "../codes", "0" * 64, ANN.upper(), f"{ANN}.sender"]
)
def test_no_answer_is_given_for_what_nobody_sent(path: str, tmp_path: Path) -> None:
    wire = Wire(mailbox(tmp_path))
    wire.send()
    answer = wire.get(f"/answers/{path}")
    assert answer.status == 404
    assert answer.code in {"mail.none", "service.path"}


def test_one_invitation_cannot_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert module.OF_ONE == 64
    monkeypatch.setattr(module, "OF_ONE", 4)
    box = mailbox(tmp_path)
    for number in range(4):
        box.take("annscode", request(number))
    answer = Wire(box).send(request(4))
    assert (answer.status, answer.code) == (429, "mail.limit")
    assert Wire(Mailbox(tmp_path / "mailbox")).send(request(4)).code == "mail.limit"
    # What came before is answered, and so are others.
    assert Wire(box).send(request(3)).status == 202
    assert Wire(box).send(request(4), "Bearer bobscode").status == 202


def test_what_waits_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.WAITING == 256
    monkeypatch.setattr(module, "WAITING", 6)
    folder = tmp_path / "mailbox"
    codes = [f"code{number}" for number in range(5)]
    Mailbox.create(folder, codes)
    box = Mailbox(folder)
    for number in range(6):
        box.take(codes[number % 5], request(number))
    wire = Wire(box)
    answer = wire.send(request(6), "Bearer code0")
    assert (answer.status, answer.code) == (503, "service.busy")
    box.give(box.waiting()[0], Parcel())
    assert wire.send(request(6), "Bearer code0").status == 202


def test_a_flood_from_one_address_is_told_to_wait(tmp_path: Path) -> None:
    wire = Wire(mailbox(tmp_path), Rate(burst=1))
    assert [wire.send().status for _ in range(2)] == [202, 429]
    assert wire.get(f"/answers/{ANN}").code == "service.rate"


def test_a_full_disk_is_said_and_acknowledges_nothing(tmp_path: Path) -> None:
    wire = Wire(mailbox(tmp_path))
    (tmp_path / "mailbox" / IN).rmdir()
    answer = wire.send()
    assert (answer.status, answer.code) == (503, "service.disk")
    assert len(wire.said) == 1


def test_it_says_where_the_board_is(tmp_path: Path) -> None:
    wire = Wire(mailbox(tmp_path))
    digits = "ab" * 32
    text = (
        '{"format": "fairlot/mailbox", "version": 1, '
        f'"registry": "{digits}", "sale_id": "{digits}", "board": "http://b.example"}}'
    )
    (tmp_path / "mailbox" / ABOUT).write_text(text)
    check_wire("mailbox", wire.get("/").json())
    assert asyncio.run(ask(wire.app, "PUT", "/requests")).code == "service.method"


def test_codes_are_not_in_the_folder(tmp_path: Path) -> None:
    Wire(mailbox(tmp_path)).send()
    there = [each for each in (tmp_path / "mailbox").rglob("*") if each.is_file()]
    for each in there:
        assert b"annscode" not in each.read_bytes(), each
    assert (tmp_path / "mailbox" / CODES) in there


def test_a_folder_that_is_no_mailbox_is_refused(tmp_path: Path) -> None:
    assert refusal(Mailbox, tmp_path) == "mail.folder"


STRANGE: dict[str, cbor.Value] = {
    "no map": [1],
    "another version": {"v": 2, "files": [], "code": "", "detail": ""},
    "a key more": {"v": 1, "files": [], "code": "", "detail": "", "more": 1},
    "no files": {"v": 1, "code": "", "detail": ""},
    "a path": {
        "v": 1,
        "files": [{"name": "../x", "data": b""}],
        "code": "",
        "detail": "",
    },
    "a hidden file": {
        "v": 1,
        "files": [{"name": ".x", "data": b""}],
        "code": "",
        "detail": "",
    },
    "twice": {
        "v": 1,
        "files": [{"name": "x", "data": b""}, {"name": "x", "data": b""}],
        "code": "",
        "detail": "",
    },
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_is_no_parcel_is_refused(name: str) -> None:
    with pytest.raises(InputError) as caught:
        Parcel.from_bytes(cbor.encode(STRANGE[name]))
    assert caught.value.code == "http.answer"


def test_a_parcel_is_read_as_it_is_written() -> None:
    for parcel in (
        Parcel(),
        Parcel((("a", b"1"), ("b.part", b""))),
        Parcel((), "a.b", "c"),
    ):
        assert Parcel.from_bytes(parcel.to_bytes()) == parcel
    assert kind_of(GOOD) == "attest"
