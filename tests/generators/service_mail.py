"""Vectors of a mailbox: names of requests, and answers (specs/service.md, section 15)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from fairlot.identity.account_visit import BY_ACCOUNT, AccountVisit
from fairlot.identity.registry import RegistryId
from fairlot.identity.requests import message_file
from fairlot.service.mailbox import Parcel, code_hash, kind_of, mail_id
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from generators.account_setting import login
from generators.account_setting import request as attest_request
from generators.case import Case, Raw, accept, reject
from generators.issuer_serving import requests

_CODE = "mfrggzdfmztwq2lk"
_PARCELS: tuple[tuple[str, str, Parcel], ...] = (
    ("files", "Two files, by their names.", Parcel((("a", b"1"), ("b-2.part", b"")))),
    ("refused", "A role refused.", Parcel((), "mail.none", "there is none")),
    ("nothing", "Nothing was to be sent back.", Parcel()),
)


def mail() -> Iterator[Case]:
    """Yield all cases."""
    made = requests()
    for name, code, kind in (
        ("ann", _CODE, "attest"),
        ("bob", "nbswy3dpo5xxe3de", "attest"),
        ("later", _CODE, "recover"),
    ):
        invited = code_hash(code)
        yield accept(
            f"mail-id-{name}",
            "The name of a request in a mailbox: the same file of another is another.",
            {"op": "mail-id", "code": code, "request": made[kind].hex()},
            {"code_hash": invited, "id": mail_id(invited, made[kind])},
        )
    visit = AccountVisit(attest_request(), login()).to_bytes()
    for kind in ("attest", BY_ACCOUNT, "enrol", "issue", "recover"):
        data = visit if kind == BY_ACCOUNT else made[kind]
        inputs = {"op": "kind", "request": data.hex()}
        yield accept(f"mail-kind-{kind}", "What it asks for.", inputs, {"kind": kind})
    yield from _no_requests(made["roll"], made["attest"])
    yield from _no_visits(visit)
    for name, comment, parcel in _PARCELS:
        files: list[Raw] = [{"name": n, "data": d.hex()} for n, d in parcel.files]
        said: Mapping[str, Raw] = {
            "files": files,
            "code": parcel.code,
            "detail": parcel.detail,
        }
        packed = {"parcel": parcel.to_bytes().hex()}
        yield accept(f"parcel-write-{name}", comment, {"op": "pack", **said}, packed)
        yield accept(f"parcel-read-{name}", comment, {"op": "unpack", **packed}, said)
    yield from _no_parcels()


def _no_requests(roll: bytes, attest: bytes) -> Iterator[Case]:
    rows = (
        ("roll", "A board's request is nobody's who was invited.", roll),
        ("half", "It is whole.", attest[:-1]),
        ("more", "Nothing follows it.", attest + b"\x00"),
        ("no-map", "It is a map.", cbor.encode([1])),
        ("no-kind", "It says what it asks for.", cbor.encode({"v": 1})),
        ("number", "In a word.", cbor.encode({"kind": 1, "v": 1})),
        ("nothing", "Nothing is no request.", b""),
    )
    for name, rule, data in rows:
        inputs = {"op": "kind", "request": data.hex()}
        attempt = partial(kind_of, data)
        yield reject(f"mail-kind-{name}", rule, "issuer.request", inputs, attempt)


def _no_visits(visit: bytes) -> Iterator[Case]:
    request, account = attest_request(), login()
    elsewhere = RegistryId(bytes(32))
    other = AccountVisit(replace(request, registry_id=elsewhere), account).to_bytes()
    rows = (
        ("half", "It is whole.", visit[:-1]),
        (
            "other-token",
            "Both are for one registry: a token for another one says nothing here.",
            AccountVisit(request, replace(account, registry_id=elsewhere)).to_bytes(),
        ),
        (
            "other-request",
            "Both are for one registry: else it would be attested elsewhere.",
            other,
        ),
        (
            "no-token",
            "What shows the account has its own form.",
            message_file(
                BY_ACCOUNT,
                request.registry_id,
                {"request": request.to_bytes(), "account": b""},
            ),
        ),
        (
            "swapped",
            "Each is what it is named.",
            message_file(
                BY_ACCOUNT,
                request.registry_id,
                {"request": account.to_bytes(), "account": request.to_bytes()},
            ),
        ),
        (
            "more",
            "It has these fields and no others.",
            message_file(
                BY_ACCOUNT,
                request.registry_id,
                {
                    "request": request.to_bytes(),
                    "account": account.to_bytes(),
                    "person": "Ann",
                },
            ),
        ),
    )
    for name, rule, data in rows:
        inputs = {"op": "kind", "request": data.hex()}
        attempt = partial(kind_of, data)
        yield reject(
            f"mail-kind-{BY_ACCOUNT}-{name}", rule, "issuer.request", inputs, attempt
        )


def _no_parcels() -> Iterator[Case]:
    def row(name: str, data: bytes = b"x") -> Value:
        return {"name": name, "data": data}

    def parcel(files: list[Value], **more: Value) -> bytes:
        said: dict[str, Value] = {"v": 1, "code": "", "detail": "", "files": files}
        return cbor.encode({**said, **more})

    strange: Value = {"name": "a", "data": b"", "x": 1}
    rows: tuple[tuple[str, str, bytes], ...] = (
        ("version", "Another version may mean something else.", parcel([], v=2)),
        ("field", "It has these fields and no others.", parcel([], more=1)),
        ("descending", "Names ascend.", parcel([row("b"), row("a")])),
        (
            "twice",
            "A name that is there twice is two files in one.",
            parcel([row("a"), row("a")]),
        ),
        (
            "up",
            "A name that leads out of the folder writes anywhere.",
            parcel([row("../a")]),
        ),
        ("folder", "Nor does it lead into another.", parcel([row("a/b")])),
        ("hidden", "A name begins with a letter or a digit.", parcel([row(".a")])),
        ("long", "It has at most 100 characters.", parcel([row(101 * "a")])),
        ("no-name", "And one at least.", parcel([row("")])),
        (
            "file-field",
            "A file has a name and content.",
            parcel([strange]),
        ),
        ("text", "Content is bytes.", parcel([{"name": "a", "data": "x"}])),
        ("half", "It is whole.", parcel([row("a")])[:-1]),
    )
    for name, rule, data in rows:
        inputs = {"op": "unpack", "parcel": data.hex()}
        attempt = partial(Parcel.from_bytes, data)
        yield reject(f"parcel-{name}", rule, "http.answer", inputs, attempt)
