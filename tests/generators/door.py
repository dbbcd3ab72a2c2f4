"""Vectors of questions and answers at the door (specs/door.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from fairlot.door.answer import Answer, make_answer, read_answer
from fairlot.door.challenge import Challenge, make_challenge, read_challenge
from fairlot.door.gate import Gate
from fairlot.door.gate_file import gate_file, read_gate_file
from fairlot.door.text_form import PREFIX, text_of
from fairlot.door.used_list import UsedList
from fairlot.errors import InvariantError
from fairlot.identity.registry import epoch_at
from fairlot.names import Nym, SaleId, nym_context
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import Credential, present
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import Scalar
from generators.case import Case, Chapter, Raw, accept, reject
from generators.committee_setting import stream
from generators.credential import credential_inputs
from generators.credential_setting import Issued, issued
from generators.deposit_setting import TIMES, sale
from generators.identity_setting import registry_octets

NOW = TIMES.unlock + 3_600
"""When the doors open: an epoch in which neither grace nor the next one plays a part."""
GATE = "North gate"
UNITS = 2


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "door",
        "`op` names a procedure of specs/door.md: question is step 1, read-question step "
        "2, answer steps 3 and 4, check steps 5 to 9, gate-file step 10, read-gate-file step "
        "11, admit steps 12 to 14, text step 15, read-text step 16. `registry`, "
        "`terms`, `roll` and `credential` are as in chapters identity, terms and "
        "credential; `units` maps each winner's nym, in hexadecimal, to units. `list` is "
        "the text of a used-list, null for none. `seed` starts a seeded source "
        "(notation.md, section 6), of which 32 bytes are taken.",
        (
            *_questions(),
            *_read_questions(),
            *_answers(),
            *_checks(),
            *_gate_files(),
            *_admissions(),
            *_texts(),
        ),
    )


@cache
def holder(later: int = 0) -> Issued:
    """Return a person with a credential of the epoch of the doors, or of a later one."""
    epoch = epoch_at(issued().case.registry, NOW)
    return issued(epoch=epoch + later)


@cache
def question(gate: str = GATE, time: int = NOW, label: str = "question") -> Challenge:
    """Return a question of a gate."""
    return make_challenge(sale(issued()).sale_id, gate, time, stream(label))


@cache
def answer(asked: Challenge | None = None, later: int = 0) -> Answer:
    """Return a person's answer."""
    each = holder(later)
    case, terms = each.case, sale(each)
    return make_answer(
        case.credentials,
        each.credential,
        terms,
        case.roll_id,
        each.request.epoch,
        asked or question(),
        stream("answer"),
    )


def gate() -> Gate:
    """Return what a gate takes with it."""
    case = issued().case
    units = {answer().nym: UNITS}
    return Gate(case.credentials, sale(issued()), case.roll_id, units)


def _questions() -> Sequence[Case]:
    asked = question()
    inputs: dict[str, Raw] = {
        "op": "question",
        "sale_id": asked.sale_id,
        "gate": GATE,
        "time": NOW,
        "seed": stream.seed("question"),
    }
    names = (
        ("empty", "A person must read it.", ""),
        ("control", "It cannot be shown.", "North\ngate"),
        ("blank", "A blank that nobody sees.", "North gate "),
        ("long", "201 bytes.", "N" * 201),
    )

    def refused(name: str, rule: str, text: str) -> Case:
        return reject(
            f"question-{name}",
            rule,
            "door.gate-name",
            {**inputs, "gate": text},
            lambda: make_challenge(asked.sale_id, text, NOW, stream("question")),
        )

    made = accept(
        "question",
        "What a gate asks.",
        inputs,
        {"question": asked.encode()},
        {"ph": asked.ph},
    )
    return (made, *(refused(*row) for row in names))


def _map(data: bytes) -> Mapping[str, Value]:
    value = cbor.decode(data)
    return value if isinstance(value, Mapping) else {}


def _broken(file: Mapping[str, Value]) -> Sequence[tuple[str, str, bytes]]:
    """Return files that are no question or no answer."""
    fewer = {name: value for name, value in file.items() if name != "nonce"}
    rows: tuple[tuple[str, str, Value], ...] = (
        ("version", "The form has one version.", {**file, "v": 2}),
        ("type", "A claim is no answer.", {**file, "type": "CLAIM"}),
        ("missing", "Every key is there.", fewer),
        ("unknown", "No other key is.", {**file, "note": 1}),
        ("nonce", "A nonce has 32 bytes.", {**file, "nonce": bytes(31)}),
        (
            "gate",
            "The name of a gate is a text as terms have it.",
            {**file, "gate": ""},
        ),
        ("text", "It is a map.", "question"),
    )
    encoded = [(name, rule, cbor.encode(value)) for name, rule, value in rows]
    return (*encoded, ("trailing", "Nothing follows.", cbor.encode(file) + b"\x00"))


def _read_questions() -> Sequence[Case]:
    asked = question()
    read = accept(
        "read-question",
        "What a wallet shows.",
        {"op": "read-question", "question": asked.encode()},
        {"gate": asked.gate, "time": asked.time, "nonce": asked.nonce},
    )

    def refused(name: str, rule: str, data: bytes) -> Case:
        inputs: dict[str, Raw] = {"op": "read-question", "question": data}
        name = f"read-question-{name}"
        return reject(
            name, rule, "door.malformed", inputs, lambda: read_challenge(data)
        )

    return (read, *(refused(*row) for row in _broken(_map(asked.encode()))))


def _texts() -> Sequence[Case]:
    file = question().encode()
    text = text_of(file)
    half = len(text) // 2
    read: tuple[tuple[str, str, str], ...] = (
        ("whole", "As it is in a code.", text),
        ("broken", "A messenger broke it.", f" {text[:half]}\r\n{text[half:]}\n"),
    )
    refused: tuple[tuple[str, str, str], ...] = (
        ("small", "Capital letters: there is one text of a file.", text.lower()),
        ("mixed", "Each of them.", text[:-1] + text[-1].lower()),
        ("padded", "Without padding.", f"{text}==="),
        ("one", "1 is no digit of base32.", f"{PREFIX}1{text[len(PREFIX) + 1 :]}"),
        ("bits", "Bits behind the last byte are zero.", f"{PREFIX}AB"),
        ("length", "No file has that many digits.", f"{PREFIX}ABC"),
        ("nothing", "It stands for a file.", PREFIX),
        ("cut", "Half a file is none.", text[: half // 8 * 8]),
        ("again", "A text of a text is none.", text_of(text.encode())),
    )

    def refuse(name: str, rule: str, given: str) -> Case:
        inputs: dict[str, Raw] = {"op": "read-text", "text": given}
        name = f"read-text-{name}"
        return reject(
            name, rule, "door.malformed", inputs, lambda: read_challenge(given.encode())
        )

    return (
        accept("text", "For a code.", {"op": "text", "file": file}, {"text": text}),
        *(
            accept(
                f"read-text-{name}",
                comment,
                {"op": "read-text", "text": given},
                {"file": read_challenge(given.encode()).encode()},
            )
            for name, comment, given in read
        ),
        *(refuse(*row) for row in refused),
    )


def _answer_inputs(each: Issued, asked: Challenge) -> dict[str, Raw]:
    return {
        "op": "answer",
        "registry": registry_octets(each.case.registry),
        "terms": cbor.encode(sale(each).to_value()),
        "roll": each.case.roll_id,
        "epoch": each.request.epoch,
        "credential": credential_inputs(each.credential),
        "question": asked.encode(),
        "seed": stream.seed("answer"),
    }


def _answers() -> Sequence[Case]:
    each, asked = holder(), question()
    elsewhere = replace(asked, sale_id=sale(each, "Another").sale_id)
    return (
        accept(
            "answer",
            "A fresh presentation under the nym of the sale.",
            _answer_inputs(each, asked),
            {"answer": answer().encode()},
            {"nym": answer().nym},
        ),
        reject(
            "answer-sale",
            "A wallet answers about a sale whose terms it has.",
            "door.sale",
            _answer_inputs(each, elsewhere),
            lambda: answer(elsewhere),
        ),
    )


def _check_inputs(on: Gate, asked: Challenge, data: bytes, now: int) -> dict[str, Raw]:
    return {
        "op": "check",
        "registry": registry_octets(on.credentials.registry),
        "terms": cbor.encode(on.terms.to_value()),
        "roll": on.roll,
        "units": {nym.hex(): units for nym, units in on.units.items()},
        "question": asked.encode(),
        "answer": data,
        "now": now,
    }


Check = tuple[str, str, str, Challenge, bytes, int]
"""Name, rule, code, question, answer, clock."""


def _checks() -> Sequence[Case]:
    on = gate()

    def taken(
        name: str, comment: str, asked: Challenge, given: Answer, now: int
    ) -> Case:
        units = on.check(asked, read_answer(given.encode()), now)
        inputs = _check_inputs(on, asked, given.encode(), now)
        return accept(f"check-{name}", comment, inputs, {"units": units})

    def refused(
        name: str, rule: str, code: str, asked: Challenge, data: bytes, now: int
    ) -> Case:
        return reject(
            f"check-{name}",
            rule,
            code,
            _check_inputs(on, asked, data, now),
            lambda: on.check(asked, read_answer(data), now),
        )

    midnight = (NOW // 86_400 + 1) * 86_400
    grace = question(time=midnight + 60)
    rows = (
        *(
            (f"file-{name}", rule, "door.malformed", question(), data, NOW)
            for name, rule, data in _broken(_map(answer().encode()))
        ),
        *_elsewhere(),
        *_at_other_times(midnight),
        *_other_people(),
    )
    return (
        taken("now", "At once.", question(), answer(), NOW),
        taken("later", "Five minutes later.", question(), answer(), NOW + 300),
        taken("grace", "Of the epoch before.", grace, answer(grace), midnight + 60),
        taken(
            "next", "Of the new epoch.", grace, answer(grace, later=1), midnight + 60
        ),
        *(refused(*row) for row in rows),
    )


def _gate_files() -> Sequence[Case]:
    """Return the file of a gate, and files that are none."""
    on, other = gate(), Nym(b"\x01" * 48)
    units = {answer().nym: UNITS, other: 1}
    wider = replace(on, units=units)
    data = gate_file(wider)
    file = _map(data)
    inputs = {
        key: value
        for key, value in _check_inputs(wider, question(), b"", 0).items()
        if key not in {"op", "question", "answer", "now"}
    }
    won = {nym.hex(): number for nym, number in sorted(units.items())}
    winners = [_winner(nym, units[nym]) for nym in sorted(units)]
    first, second = winners
    registry = {**_inner(file, "registry"), "season": 1}
    rows: tuple[tuple[str, str, Value], ...] = (
        ("version", "The form has one version.", {**file, "v": 2}),
        ("unknown", "No other key is.", {**file, "note": 1}),
        ("roll", "A roll_id has 32 bytes.", {**file, "roll": bytes(31)}),
        ("registry", "The terms name the registry.", {**file, "registry": registry}),
        ("terms", "Terms are legal.", {**file, "terms": {}}),
        ("no-units", "A winner has a unit.", _won(file, {**first, "units": 0})),
        ("nym", "A nym has 48 bytes.", _won(file, {**first, "nym": bytes(47)})),
        ("order", "Nyms ascend.", _won(file, second, first)),
        ("twice", "A nym stands once.", _won(file, first, first)),
        ("text", "It is a map.", "gate"),
    )

    def refused(name: str, rule: str, value: Value) -> Case:
        given = cbor.encode(value)
        said: dict[str, Raw] = {"op": "read-gate-file", "file": given}
        return reject(
            f"read-gate-file-{name}",
            rule,
            "door.gate-file",
            said,
            lambda: read_gate_file(given, on.credentials.curve),
        )

    return (
        accept(
            "gate-file",
            "What a gate takes with it.",
            {"op": "gate-file", **inputs},
            {"file": data},
        ),
        accept(
            "read-gate-file",
            "What a gate reads of it.",
            {"op": "read-gate-file", "file": data},
            {"sale_id": on.terms.sale_id, "roll": on.roll, "units": won},
        ),
        *(refused(*row) for row in rows),
    )


def _winner(nym: Nym, units: int) -> Mapping[str, Value]:
    return {"nym": nym, "units": units}


def _inner(file: Mapping[str, Value], name: str) -> Mapping[str, Value]:
    value = file[name]
    return value if isinstance(value, Mapping) else {}


def _won(file: Mapping[str, Value], *rows: Mapping[str, Value]) -> Mapping[str, Value]:
    return {**file, "winners": list(rows)}


def _elsewhere() -> Sequence[Check]:
    asked = question()
    other_gate, again = question("South gate"), question(label="again")
    elsewhere = replace(answer(), asked=replace(asked, sale_id=SaleId(bytes(32))))
    later = question(time=NOW + 60)
    moved = replace(answer(other_gate), asked=asked)
    replayed = replace(answer(again), asked=asked)
    stale = replace(answer(), asked=later)
    fresh = "An answer is to one question."
    proof = "door.presentation"
    return (
        ("sale", "It is for one sale.", "door.sale", asked, elsewhere.encode(), NOW),
        (
            "gate",
            "It is for one gate.",
            "door.gate",
            asked,
            answer(other_gate).encode(),
            NOW,
        ),
        ("nonce", fresh, "door.challenge", asked, answer(again).encode(), NOW),
        ("time", fresh, "door.challenge", later, answer().encode(), NOW + 60),
        ("moved-gate", "The gate is in ph.", proof, asked, moved.encode(), NOW),
        ("moved-nonce", "The nonce is in ph.", proof, asked, replayed.encode(), NOW),
        ("moved-time", "The time is in ph.", proof, later, stale.encode(), NOW + 60),
    )


def _at_other_times(midnight: int) -> Sequence[Check]:
    asked, given = question(), answer().encode()
    before = question(time=TIMES.unlock - 1)
    over = question(time=midnight + 3_600)
    fresh, epoch = "A question is for five minutes.", "door.epoch"
    old = "Whoever was robbed has a credential of the new epoch, and the thief has not."
    claimed = replace(answer(over), epoch=answer().epoch + 1).encode()
    return (
        (
            "early",
            "Positions are still moving.",
            "door.early",
            before,
            answer(before).encode(),
            TIMES.unlock - 1,
        ),
        ("stale", fresh, "door.stale", asked, given, NOW + 301),
        ("ahead", fresh, "door.stale", asked, given, NOW - 1),
        ("epoch-over", old, epoch, over, answer(over).encode(), midnight + 3_600),
        (
            "epoch-ahead",
            "It has not begun.",
            epoch,
            asked,
            answer(asked, later=1).encode(),
            NOW,
        ),
        (
            "epoch-claimed",
            "The epoch is in the header.",
            "door.presentation",
            over,
            claimed,
            midnight + 3_600,
        ),
    )


def _other_people() -> Sequence[Check]:
    asked, given = question(), answer()
    loser = _present(holder().credential, holder(), loser=True)
    copied = replace(loser, nym=given.nym)
    roll = _present(holder().credential, holder(), roll=0)
    shown = _present(holder().credential, holder(), disclosed=(0,))
    proof = "door.presentation"
    cut = replace(given, proof=given.proof[:-32])
    flipped = replace(given, proof=given.proof[:-1] + bytes([given.proof[-1] ^ 1]))
    return (
        ("loser", "The nym has won nothing.", "door.loser", asked, loser.encode(), NOW),
        ("copied", "Nyms are public.", proof, asked, copied.encode(), NOW),
        ("roll", "The roll is in the header.", proof, asked, roll.encode(), NOW),
        ("disclosed", "Nothing is disclosed.", proof, asked, shown.encode(), NOW),
        ("cut", "The proof is whole.", proof, asked, cut.encode(), NOW),
        ("flipped", "The proof verifies.", proof, asked, flipped.encode(), NOW),
    )


def _present(
    credential: Credential,
    each: Issued,
    *,
    loser: bool = False,
    roll: int = 1,
    disclosed: Sequence[int] = (),
) -> Answer:
    """Answer in a way in which a wallet does not."""
    asked, epoch = question(), each.request.epoch
    context = each.case.credentials.context(epoch, each.case.rolls[roll].roll_id)
    if loser:
        credential = replace(credential, nym_secrets=(Scalar(1),))
    ctx = nym_context(asked.sale_id)
    shown = present(context, credential, ctx, asked.ph, disclosed, stream("answer"))
    return Answer(asked, Nym(shown.nym), epoch, shown.proof)


def _admissions() -> Sequence[Case]:
    sale_id, nym, nonce = question().sale_id, answer().nym, question().nonce
    head = f"fairlot used-list 1 {sale_id.hex()}\n"
    other = Nym(b"\x01" * 48)

    def line(number: int, who: Nym = nym) -> str:
        return f"{bytes([number]).hex() * 32} {who.hex()}\n"

    own = f"{nonce.hex()} {nym.hex()}\n"
    once, bad = head + line(1), "door.used-list"
    accepted = (
        ("first", "The list is begun.", None, head + own, 1),
        ("empty", "Nobody has entered.", head, head + own, 1),
        ("second", "The second of two units.", once, once + own, 0),
        (
            "other",
            "Others count for themselves.",
            head + line(1, other) + line(2, other),
            head + line(1, other) + line(2, other) + own,
            1,
        ),
        ("torn", "Nobody was let in by it.", once + line(2)[:70], once + own, 0),
        ("torn-end", "The line feed is missing.", once + line(2)[:-1], once + own, 0),
    )
    rows = (
        ("used", "Two units enter twice.", "door.used", once + line(2)),
        ("replayed", "An answer lets in once.", "door.replayed", head + own),
        ("sale", "It is of another sale.", bad, head.replace("1 ", "1 00", 1)),
        ("no-head", "It begins with the sale.", bad, line(1)),
        ("blank", "It begins with the sale.", bad, ""),
        ("upper", "A nym has one form.", bad, head + line(1).upper()),
        ("crlf", "A line ends with a line feed.", bad, head + line(1)[:-1] + "\r\n"),
        ("text", "Somebody wrote into it.", bad, once + "Ada was here"),
        (
            "middle",
            "A torn line stands at the end.",
            bad,
            once + line(2)[:70] + line(3),
        ),
    )

    def inputs(before: str | None) -> dict[str, Raw]:
        return {
            "op": "admit",
            "sale_id": sale_id,
            "list": before,
            "nonce": nonce,
            "nym": nym,
            "units": UNITS,
        }

    made: list[Case] = []
    for name, comment, before, after, left in accepted:
        found = admit(before)
        if found != (after, left):
            raise InvariantError("vectors.list", f"{name} leaves another list")
        output: dict[str, Raw] = {"list": after, "left": left}
        made.append(accept(f"admit-{name}", comment, inputs(before), output))
    for name, rule, code, before in rows:
        attempt = partial(admit, before)
        made.append(reject(f"admit-{name}", rule, code, inputs(before), attempt))
    return made


def admit(before: str | None) -> tuple[str, int]:
    """Let the person in, and return the list afterwards and the units that are left."""
    asked = question()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "used.txt"
        if before is not None:
            path.write_bytes(before.encode())
        left = UsedList(path, asked.sale_id).admit(asked.nonce, answer().nym, UNITS)
        return path.read_bytes().decode(), left
