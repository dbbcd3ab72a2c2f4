"""Vectors of accounts, references, notices and what a bank says (specs/money.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fairlot.deposit.destination import (
    Account,
    account_of,
    destination,
    destination_salt,
)
from fairlot.deposit.escrow_book import EscrowBook, Paid
from fairlot.escrow.notice import (
    Notice,
    check_signer,
    notice_of,
    open_notice,
    seal_notice,
)
from fairlot.escrow.reconcile import Payment, Reconciled, reconcile, standing
from fairlot.escrow.reference import bank_reference, references_in
from fairlot.escrow.refund_book import (
    Batch,
    RefundBook,
    Transfer,
    read_refund_book,
)
from fairlot.names import Nym, SaleId
from fairlot_crypto import cbor
from fairlot_crypto.hashing import tag, tagged_hash
from fairlot_crypto.keys import SigningKey, seal, seal_key_of
from fairlot_crypto.randomness import SeededRandomness
from generators.case import Case, Chapter, Raw, accept, reject

_SALE = SaleId(tagged_hash("sale", b"a sale of the vectors"))
_NYM, _OTHER = Nym(bytes(range(48))), Nym(bytes(range(1, 49)))
_ESCROW = SigningKey.from_seed(bytes([1]) * 32)
_SETTLE = SigningKey.from_seed(bytes([2]) * 32)
_STRANGER = SigningKey.from_seed(bytes([3]) * 32)
_SALT = bytes([4]) * 32
_NUMBER, _NAME = "AT611904300234573201", "Zoé Lee"
_ACCOUNT = Account(_NUMBER, _NAME)
_KEYS = {_NYM: {_SETTLE.public}, _OTHER: {_STRANGER.public}}


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "money",
        "`op` names a procedure of specs/money.md: account is step 1, destination 2 and 3, "
        "reference 4 and 5, find 6, notice 7 to 9, open-notice 10 and 11 (`keys` gives the "
        "keys that have signed entries of a nym), reconcile 13 to 17 (`references` gives the "
        "nym of each reference, `asked` the amount of each final entry, `booked` is the "
        "book before), refunds 18 and 20 (`book` is the file; the output has the names of its "
        "batches). settle and escrow are seeds; sale_id and nym any bytes of their "
        "length here.",
        (
            *_accounts(),
            *_references(),
            *_found(),
            *_notices(),
            *_refused_notices(),
            *_reconciled(),
            *_refunds(),
        ),
    )


def _accounts() -> Sequence[Case]:
    given: Mapping[str, Raw] = {"op": "destination", "settle": _SETTLE.seed}
    made = destination(destination_salt(_SETTLE), _ACCOUNT)
    refused = (
        ("check", "A mistyped account is somebody else's.", "AT611904300234573202"),
        ("short", "No country's accounts are so short.", "AT6119043002345"),
        ("letters", "Check digits are digits.", "ATX11904300234573201"),
        ("dash", "Blanks alone are dropped.", "AT61-1904-3002-3457-3201"),
        ("empty", "Nothing is no account.", ""),
    )
    names = (
        ("nobody", "A bank wants a name.", ""),
        ("long", "Banks carry 70 characters.", "x" * 71),
        ("line", "It would be two lines of a file.", "Ann\nLee"),
    )
    return (
        _account(
            "blanks", "Blanks and small letters.", "at61 1904 3002 3457 3201", _NAME
        ),
        _account("longest", "70 characters are no more.", _NUMBER, "é" * 70),
        *(_no_account(f"number-{n}", c, "account.number", v) for n, c, v in refused),
        *(_no_account(f"name-{n}", c, "account.name", _NUMBER, v) for n, c, v in names),
        accept(
            "destination",
            "What the log has of an account.",
            {**given, "number": _NUMBER, "name": _NAME},
            {"refund_to": made},
            {
                "salt": destination_salt(_SETTLE),
                "cbor": cbor.encode(_ACCOUNT.to_value()),
            },
        ),
    )


def _account(name: str, comment: str, number: str, holder: str) -> Case:
    given = {"op": "account", "number": number, "name": holder}
    found = account_of(number, holder)
    output = {"number": found.number, "name": found.name}
    return accept(f"account-{name}", comment, given, output)


def _no_account(
    name: str, rule: str, code: str, number: str, holder: str = _NAME
) -> Case:
    given = {"op": "account", "number": number, "name": holder}
    return reject(
        f"account-{name}", rule, code, given, lambda: account_of(number, holder)
    )


def _references() -> Sequence[Case]:
    rows = (
        ("plain", "A reference.", _NYM, _SALT),
        ("other-salt", "Another salt, another reference.", _NYM, bytes([5]) * 32),
        ("other-nym", "The same salt says nothing of another nym.", _OTHER, _SALT),
    )
    return [
        accept(
            f"reference-{name}",
            comment,
            {"op": "reference", "sale_id": _SALE, "nym": nym, "salt": salt},
            {"reference": bank_reference(_SALE, nym, salt)},
            {"hash": tagged_hash("bank-reference", _SALE, nym, salt)},
        )
        for name, comment, nym, salt in rows
    ]


def _found() -> Sequence[Case]:
    own = bank_reference(_SALE, _NYM, _SALT)
    other = bank_reference(_SALE, _OTHER, _SALT)
    wrong = own[:-1] + ("0" if own[-1] != "0" else "1")
    rows = (
        ("bare", "As it was printed.", own),
        ("blanks", "In blocks, in small letters.", f"{own[:4]} {own[4:]}".lower()),
        ("text", "Among other words.", f"Ticket {own}, thank you"),
        ("misread", "O for 0, I for 1.", own.replace("0", "O").replace("1", "I")),
        ("mistyped", "The check digits show one wrong character.", wrong),
        ("two", "Both, ascending.", f"{own} {other}"),
        ("none", "Words alone.", "for the concert"),
        ("cut", "The last character is missing.", own[:-1]),
    )
    return [
        accept(
            f"find-{name}",
            comment,
            {"op": "find", "text": text},
            {"references": list(references_in(text))},
        )
        for name, comment, text in rows
    ]


def _notices() -> Sequence[Case]:
    rows: Sequence[tuple[str, str, Account | None]] = (
        ("account", "With the account of refunds.", _ACCOUNT),
        ("bare", "Without one.", None),
    )
    return [_notice(*row) for row in rows]


def _notice(name: str, comment: str, account: Account | None) -> Case:
    notice = notice_of(_SALE, _NYM, _SETTLE, account)
    given: dict[str, Raw] = {
        "op": "notice",
        "sale_id": _SALE,
        "nym": _NYM,
        "settle": _SETTLE.seed,
        "escrow": _ESCROW.public,
        "account": None if account is None else account.number,
        "name": None if account is None else account.name,
    }
    return accept(
        f"notice-{name}",
        comment,
        given,
        {
            "notice": seal_notice(notice, _SETTLE, _ESCROW.public),
            "reference": notice.reference,
        },
        {"salt": notice.salt, "seal_key": seal_key_of(_ESCROW.public)},
    )


def _refused_notices() -> Sequence[Case]:
    good = notice_of(_SALE, _NYM, _SETTLE, _ACCOUNT)
    value = good.to_value()
    whole = _sealed(_signed(value))
    other_sale = SaleId(bytes(32))
    rows: Sequence[tuple[str, str, str, bytes]] = (
        ("other-key", "Sealed to somebody else.", "notice.box", _for_other(good)),
        ("cut", "The box is not whole.", "notice.box", whole[:-1]),
        (
            "short",
            "Its length would tell its content.",
            "notice.form",
            _unpadded(value),
        ),
        (
            "unknown",
            "An unknown key.",
            "notice.form",
            _sealed(_signed({**value, "x": 1})),
        ),
        (
            "version",
            "Another version.",
            "notice.form",
            _sealed(_signed({**value, "v": 2})),
        ),
        ("unsigned", "No signature.", "notice.form", _sealed(cbor.encode(dict(value)))),
        (
            "stranger",
            "Somebody else has signed it: they would name their own account.",
            "notice.signature",
            _sealed(_signed(value, _STRANGER)),
        ),
        (
            "account",
            "The account is none.",
            "account.number",
            _sealed(_signed(_with_account(value, "AT611904300234573202"))),
        ),
        (
            "sale",
            "It is for another sale.",
            "notice.sale",
            seal_notice(notice_of(other_sale, _NYM, _SETTLE), _SETTLE, _ESCROW.public),
        ),
        (
            "nym",
            "The key has signed no entry of this nym: its owner claims another's payment.",
            "notice.key",
            seal_notice(notice_of(_SALE, _OTHER, _SETTLE), _SETTLE, _ESCROW.public),
        ),
    )
    opened = accept(
        "open-notice",
        "What the escrow reads.",
        _opening(whole),
        {
            "nym": good.nym,
            "reference": good.reference,
            "refund_to": destination(destination_salt(_SETTLE), _ACCOUNT),
        },
    )
    return (opened, *(_no_notice(*row) for row in rows))


def _no_notice(name: str, rule: str, code: str, data: bytes) -> Case:
    def attempt() -> None:
        check_signer(open_notice(data, _ESCROW), _SALE, _KEYS)

    return reject(f"open-notice-{name}", rule, code, _opening(data), attempt)


def _opening(data: bytes) -> Mapping[str, Raw]:
    return {
        "op": "open-notice",
        "sale_id": _SALE,
        "escrow": _ESCROW.seed,
        "keys": [
            {"nym": nym, "keys": sorted(keys)} for nym, keys in sorted(_KEYS.items())
        ],
        "notice": data,
    }


def _signed(value: Mapping[str, cbor.Value], key: SigningKey = _SETTLE) -> bytes:
    message = tag("payment-notice").encode() + b"\0" + cbor.encode(dict(value))
    return cbor.encode({**value, "sig": key.sign(message)})


def _sealed(content: bytes) -> bytes:
    padded = (content + b"\x80").ljust(1024, b"\0")
    return seal(padded, seal_key_of(_ESCROW.public), SeededRandomness(_SALT))


def _unpadded(value: Mapping[str, cbor.Value]) -> bytes:
    key = seal_key_of(_ESCROW.public)
    return seal(_signed(value) + b"\x80", key, SeededRandomness(_SALT))


def _for_other(notice: Notice) -> bytes:
    return seal_notice(notice, _SETTLE, _STRANGER.public)


def _with_account(
    value: Mapping[str, cbor.Value], number: str
) -> Mapping[str, cbor.Value]:
    refund: cbor.Value = {"account": number, "name": _NAME, "salt": _SALT}
    return {**value, "refund": refund}


def _reconciled() -> Sequence[Case]:
    own = bank_reference(_SALE, _NYM, _SALT)
    unknown = bank_reference(_SALE, _OTHER, bytes(32))
    asked = {_NYM: 800, _OTHER: 0}
    rows = (
        ("paid", "One payment for one deposit.", [("a", 800, own)], True),
        ("partial", "Parts add up.", [("a", 300, own), ("b", 499, own)], True),
        ("over", "What is too much is booked too.", [("a", 801, own)], True),
        (
            "again",
            "A row twice is one payment.",
            [("a", 800, own), ("a", 800, own)],
            True,
        ),
        ("late", "The board takes no payment any more.", [("a", 800, own)], False),
        (
            "foreign",
            "No reference, and one that nobody has told.",
            [("a", 1, "hello"), ("b", 2, unknown), ("c", 4, f"{unknown} {own[:-1]}")],
            True,
        ),
    )
    accepted = [
        _reconcile(f"reconcile-{n}", c, r, asked, takes=t) for n, c, r, t in rows
    ]
    twice = [("a", 800, own), ("a", 801, own)]
    booked = _given([("a", 801, own)], asked, takes=True, booked=[("a", _NYM, 800)])
    return (
        *accepted,
        reject(
            "reconcile-twice",
            "Nobody could say which of two payments an id names.",
            "payments-file.twice",
            _given(twice, asked, takes=True),
            lambda: _run(twice, takes=True),
        ),
        reject(
            "reconcile-booked-otherwise",
            "The bank has changed what was booked: a person must look.",
            "escrow.reference",
            booked,
            lambda: _run([("a", 801, own)], takes=True, booked=[("a", _NYM, 800)]),
        ),
    )


def _refunds() -> Sequence[Case]:
    one, two = (Transfer(bytes([n]) * 16, 100 * n, _ACCOUNT) for n in (1, 2))
    batch = Batch(_SALE, "2030-06-03", _ACCOUNT, (one, two))
    later = Batch(_SALE, "2030-07-01", _ACCOUNT, (Transfer(bytes(16), 7, _ACCOUNT),))
    rows = (
        ("twice", "A bank would pay it twice.", (batch, batch)),
        ("order", "It has one form.", (replace(batch, transfers=(two, one)),)),
        ("nothing", "A batch asks for something.", (replace(batch, transfers=()),)),
        ("date", "No such day.", (replace(batch, date="2030-02-30"),)),
        ("written", "A date has one form.", (replace(batch, date="20300603"),)),
    )
    good = RefundBook((batch, later)).to_bytes()
    given: Mapping[str, Raw] = {"op": "refunds", "book": good}
    return (
        accept(
            "refunds-two",
            "Two batches, whose names are for ever.",
            given,
            {"messages": [batch.message, later.message]},
        ),
        *(_no_refunds(n, r, RefundBook(batches).to_bytes()) for n, r, batches in rows),
        _no_refunds("behind", "Bytes behind it.", good + b"\0"),
        _no_refunds("type", "It is another book.", EscrowBook({}).to_bytes()),
    )


def _no_refunds(name: str, rule: str, data: bytes) -> Case:
    given: Mapping[str, Raw] = {"op": "refunds", "book": data}
    code = "escrow.refund-book"
    return reject(f"refunds-{name}", rule, code, given, lambda: read_refund_book(data))


_Rows = Sequence[tuple[str, int, str]]


def _run(
    rows: _Rows, *, takes: bool, booked: Sequence[tuple[str, Nym, int]] = ()
) -> Reconciled:
    book = EscrowBook({(_SALE, n): Paid(nym, amount) for n, nym, amount in booked})
    notice = Notice(_SALE, _NYM, _SALT, _SETTLE.public)
    payments = [Payment(n, amount, text, "2030-05-02") for n, amount, text in rows]
    return reconcile(book, _SALE, payments, [notice], (), takes=takes)


def _given(
    rows: _Rows,
    asked: Mapping[Nym, int],
    *,
    takes: bool,
    booked: Sequence[tuple[str, Nym, int]] = (),
) -> Mapping[str, Raw]:
    return {
        "op": "reconcile",
        "sale_id": _SALE,
        "references": [
            {
                "nym": _NYM,
                "reference": bank_reference(_SALE, _NYM, _SALT),
                "salt": _SALT,
            }
        ],
        "asked": [{"nym": nym, "amount": n} for nym, n in sorted(asked.items())],
        "booked": [{"id": n, "nym": nym, "amount": a} for n, nym, a in booked],
        "takes": takes,
        "payments": [{"id": n, "amount": a, "reference": r} for n, a, r in rows],
    }


def _reconcile(
    name: str, comment: str, rows: _Rows, asked: Mapping[Nym, int], *, takes: bool
) -> Case:
    found = _run(rows, takes=takes)
    dues = standing(found.book.paid.values(), asked, ())
    output: Mapping[str, Raw] = {
        "came": [
            {"id": row.payment.number, "came": row.came.value, "nym": row.nym}
            for row in found.rows
        ],
        "stands": [
            {"nym": due.nym, "paid": due.paid, "stands": due.stands.value}
            for due in dues
        ],
        "book": found.book.to_bytes(),
    }
    return accept(name, comment, _given(rows, asked, takes=takes), output)
