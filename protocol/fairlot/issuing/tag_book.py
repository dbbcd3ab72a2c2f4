"""The file in which an issuer counts tags (specs/issuer.md, section 8.3)."""

from collections.abc import Container

from fairlot.errors import InputError
from fairlot.fields import Fields
from fairlot.identity.registry import Registry
from fairlot.identity.tag_issuing import Counted, TagBook
from fairlot.issuing.plan import VERSION
from fairlot.names import HASH_LENGTH
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import KEY_LENGTH, VerifyKey


def tag_book_file(book: TagBook, epochs: Container[int]) -> bytes:
    """Return the file: what was counted in epochs that still are accepted."""
    counted: list[Value] = [
        {
            "attester": each.attester,
            "epoch": each.epoch,
            "request": each.request_id,
            "elements": each.elements,
        }
        for each in book.counted
        if each.epoch in epochs
    ]
    return cbor.encode({"v": VERSION, "counted": counted})


def read_tag_book(registry: Registry, data: bytes) -> TagBook:
    """Read the file.

    Raises:
        InputError: ``issuer.book``.
    """
    try:
        fields = Fields(cbor.decode(data), (), lambda found: _no_book(str(found)))
        fields.exactly("v", VERSION)
        counted = tuple(map(_counted, fields.maps("counted")))
        fields.done()
    except CryptoError as error:
        raise _no_book(error.message) from error
    return TagBook(registry, counted)


def _counted(fields: Fields) -> Counted:
    counted = Counted(
        VerifyKey(fields.bytes("attester", KEY_LENGTH)),
        fields.uint("epoch"),
        fields.bytes("request", HASH_LENGTH),
        fields.uint("elements"),
    )
    fields.done()
    return counted


def _no_book(why: str) -> InputError:
    return InputError("issuer.book", f"it is no book of an issuer: {why}")
