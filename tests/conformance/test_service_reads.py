"""Logs over HTTP are what C2SP tlog-tiles says (specs/service.md, section 3)."""

from collections.abc import Callable

import pytest
from jsonschema.exceptions import ValidationError

from fairlot.board.storage import MemoryStorage
from fairlot.board.tiled import tiled
from fairlot.entry import Entry
from fairlot.errors import InputError
from fairlot.service.kept import KeptLogs, open_logs
from json_formats import check_wire, other_forms
from kit.asgi import Client
from kit.board import head, signed
from kit.c2sp_client import Follower, tile_path
from kit.sales import deposit, nym_of, play, post, stage, steps
from kit.served import kept_of, reader_of
from kit.stage import STATEMENTS, Stage


def getter(client: Client, folder: str) -> Callable[[str], bytes]:
    def fetch(path: str) -> bytes:
        answer = client.get(f"/{folder}/{path}")
        assert answer.status == 200, (path, answer.content)
        return answer.content

    return fetch


def follower(kept: KeptLogs, client: Client) -> Follower:
    log = kept.main
    assert log.head is not None
    origin = log.head.checkpoint.origin
    assert kept.sale is not None
    key = kept.sale.state.terms.board.key
    return Follower(getter(client, log.folder), origin, key)


def payments(on: Stage, number: int, first: int = 0) -> list[Entry]:
    """Return entries that are quickly made: a payment of a cent each."""
    nym = nym_of(deposit(on, 0))
    labels = range(first, first + number)
    return [on.payment(nym, 1, f"cent {label}") for label in labels]


def follow_appends(number: int, at_once: int) -> Follower:
    on = stage()
    kept = kept_of(on, "deposits")
    assert kept.sale is not None
    reader = follower(kept, reader_of(kept))
    for done in range(0, number, at_once):
        made = kept.sale.append(payments(on, at_once, done), kept.sale.state.clock + 1)
        assert all(each.refusal is None for each in made)
        size = reader.follow()
        assert reader.entries[-1] == payments(on, 1, done + at_once - 1)[0].encoded
        assert size == kept.sale.state.tree.size
    return reader


def test_a_client_that_shares_no_code_follows_the_log() -> None:
    reader = follow_appends(300, 75)
    assert tile_path("entries", 0, 256) in reader.fetched
    assert tile_path("1", 0, 1) in reader.fetched


@pytest.mark.slow
def test_a_client_that_shares_no_code_follows_many_appends() -> None:
    reader = follow_appends(100, 1)
    assert len(reader.entries) > 200


@pytest.mark.long
def test_a_client_that_shares_no_code_follows_a_thousand_appends() -> None:
    reader = follow_appends(1000, 1)
    # Each append is a TIME and a payment.
    assert tile_path("1", 0, 7) in reader.fetched
    assert len(reader.entries) > 2000


def test_what_is_served_is_what_export_writes() -> None:
    on, storage = stage(), MemoryStorage()
    kept = kept_of(on, "result", storage)
    client = reader_of(kept)
    for log in tiled(storage.data):
        fetch = getter(client, log.folder)
        assert fetch("checkpoint") == log.head.to_text().encode()
        for path, data in log.files.items():
            assert fetch(path) == data
    assert getter(client, kept.main.folder)("transcript.fairlot") == storage.data


def test_a_bundle_is_the_same_where_much_lies_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Entries are read at once, or one by one where another log is between them."""
    kept = kept_of(stage(), "result")
    client, size = reader_of(kept), kept.main.size
    path = f"/{kept.main.folder}/{tile_path('entries', 0, size)}"
    at_once = client.get(path).content
    monkeypatch.setattr("fairlot.service.index.LONGEST_PART", 100)
    assert client.get(path).content == at_once


def test_media_types_and_caching() -> None:
    kept = kept_of(stage(), "deposits")
    client, folder = reader_of(kept), kept.main.folder
    size = kept.main.size
    text, octets = "text/plain; charset=utf-8", "application/octet-stream"
    forever = "public, max-age=31536000, immutable"
    for path, media, caching in (
        ("checkpoint", text, "no-cache"),
        (tile_path("0", 0, size), octets, forever),
        (tile_path("entries", 0, size), octets, forever),
        ("transcript.fairlot", octets, "no-cache"),
    ):
        answer = client.get(f"/{folder}/{path}")
        assert answer.headers["content-type"] == media
        assert answer.headers["cache-control"] == caching
        assert int(answer.headers["content-length"]) == len(answer.content)


def test_an_earlier_width_is_served_and_a_later_one_is_not() -> None:
    kept = kept_of(stage(), "deposits")
    client, folder, size = reader_of(kept), kept.main.folder, kept.main.size
    for level in ("0", "entries"):
        assert client.get(f"/{folder}/{tile_path(level, 0, size - 1)}").status == 200
        for path in (
            tile_path(level, 0, size + 1),
            tile_path(level, 0, 256),
            tile_path(level, 1, 1),
            f"tile/{level}/000.p/0",
            f"tile/{level}/000.p/256",
            f"tile/{level}/0",
            f"tile/{level}/x000/000",
        ):
            answer = client.get(f"/{folder}/{path}")
            assert answer.status == 404, path
            assert answer.json()["code"] == "service.path"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/sale/00/checkpoint",
        f"/sale/{'0' * 64}/checkpoint",
        f"/sale/{'0' * 64}/transcript.fairlot",
        "/sale/../checkpoint",
        "//",
    ],
)
def test_what_is_not_there_is_a_problem(path: str) -> None:
    answer = reader_of(kept_of(stage(), "open")).get(path)
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "service.path"
    assert answer.json()["fault"] == "sender"
    check_wire("problem", answer.json())


def test_another_method_is_a_problem() -> None:
    kept = kept_of(stage(), "open")
    client = reader_of(kept)
    for path in ("/", f"/{kept.main.folder}/checkpoint"):
        answer = client.ask("PUT", path)
        assert (answer.status, answer.json()["code"]) == (405, "service.method")


def test_the_transcript_lies_beside_the_sale_only() -> None:
    kept = kept_of(stage(), "open")
    client = reader_of(kept)
    folders = {log.folder for log in kept.index.logs.values()}
    (other,) = folders - {kept.main.folder}
    assert client.get(f"/{other}/transcript.fairlot").status == 404
    index = client.get("/").json()
    check_wire("board-index", index)
    assert {log["folder"] for log in index["logs"]} == folders
    assert index["transcript"]["path"] == f"{kept.main.folder}/transcript.fairlot"


class Away(MemoryStorage):
    """Is being opened again by who writes: nothing can be read meanwhile."""

    away = False

    def part(self, begin: int, end: int) -> bytes:
        if self.away:
            raise OSError("the connection is closed")
        return super().part(begin, end)


def test_while_the_storage_is_opened_again_nobody_gets_half_a_transcript() -> None:
    on, storage = stage(), Away()
    play(on.board(storage), on, until="deposits")
    kept = open_logs(storage, on.parts.board, on.curve, STATEMENTS)
    client, file = reader_of(kept), f"/{kept.main.folder}/transcript.fairlot"
    storage.away = True
    answer = client.get(file)
    assert (answer.status, answer.json()["code"]) == (503, "service.disk")
    assert answer.headers["retry-after"] == "2"
    storage.away = False
    assert client.get(file).content == storage.data


def test_a_cosigned_head_is_served_in_place_of_the_bare_one() -> None:
    on = stage().watched()
    kept = kept_of(on, "open")
    assert kept.sale is not None
    client, path = reader_of(kept), f"/{kept.main.folder}/checkpoint"
    bare = client.get(path).content.decode()
    said = head(on, kept.sale.state.tree)
    kept.sale.attach(signed(on, said, on.terms.times.open + 1))
    both = client.get(path).content.decode()
    assert both.startswith(bare)
    assert both.count("witness.example") > 0


def test_what_lies_under_no_head_is_not_served() -> None:
    """A batch that was torn is cut before anybody can read it."""
    on, storage = stage(), MemoryStorage()
    whole = kept_of(on, "open", storage)
    torn = deposit(on, 0).encoded
    on_disk = MemoryStorage(storage.data + torn)
    opened = open_logs(on_disk, on.parts.board, on.curve, STATEMENTS)
    assert (opened.cut, opened.index.length) == (len(torn), len(storage.data))
    assert opened.main.size == whole.main.size


def test_a_folder_without_a_log_is_refused() -> None:
    on = stage()
    with pytest.raises(InputError) as caught:
        open_logs(MemoryStorage(), on.parts.board, on.curve, STATEMENTS)
    assert caught.value.code == "service.empty"


def test_a_registry_alone_is_served() -> None:
    on, storage = stage(), MemoryStorage()
    board = on.board(storage)
    for step in steps(on):
        if step.name == "terms":
            break
        post(board, on, step)
    kept = open_logs(storage, on.parts.board, on.curve, STATEMENTS)
    assert kept.sale is None
    client = reader_of(kept)
    path = f"/registry/{on.registry.registry_id.hex()}/transcript.fairlot"
    assert client.get(path).content == storage.data


@pytest.mark.parametrize("name", ["board-index", "problem"])
def test_the_schema_of_an_answer_refuses_another_form(name: str) -> None:
    client = reader_of(kept_of(stage(), "open"))
    document = client.get("/" if name == "board-index" else "/nothing").json()
    check_wire(name, document)
    for broken in other_forms(document):
        with pytest.raises(ValidationError):
            check_wire(name, broken)
