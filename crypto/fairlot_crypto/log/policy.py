"""Trust roots in a file: which logs, which witnesses, how many (specs/log.md, section 6).

The format is C2SP tlog-policy, for keys of the two kinds that note.py knows. Blanks and
comments are the writer's: many texts say the same, and ``to_bytes`` gives one of them.
"""

import re
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from fairlot_crypto.errors import EncodingError
from fairlot_crypto.keys import VerifyKey
from fairlot_crypto.log.checkpoint import read_decimal
from fairlot_crypto.log.note import KeyKind, NoteKey, check_key_name

MAX_DEFINITIONS = 64
"""The most logs of a policy, and of witnesses and groups; C2SP asks for 32 at least."""

NO_QUORUM = "none"
"""The name of the quorum that asks for no witness."""

_ITEM = re.compile("[^\x00-\x20\x7f\ud800-\udfff]+")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_ITEMS: Mapping[str, range] = {
    "log": range(2, 4),
    "witness": range(3, 5),
    "group": range(4, sys.maxsize),
    "quorum": range(2, 3),
}
"""How many items a line may have, its keyword among them."""


@dataclass(frozen=True, slots=True)
class Log:
    """A log whose checkpoints may be believed."""

    origin: str
    """The identity of the log, which is the name of its key."""
    key: VerifyKey
    """The key that signs its checkpoints."""
    url: str = ""
    """Where the log is, if the policy says; no verification reads it."""

    @property
    def note_key(self) -> NoteKey:
        """The key as signature lines refer to it."""
        return NoteKey(self.origin, KeyKind.ED25519, self.key)

    def items(self) -> tuple[str, ...]:
        """Return the items of its line."""
        return ("log", self.note_key.to_text(), *filter(None, [self.url]))


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness whose cosignatures count."""

    name: str
    """Its name in groups and quorum; outside the policy it means nothing."""
    key_name: str
    """The name of its key, which signature lines give."""
    key: VerifyKey
    """The key that cosigns."""
    url: str = ""
    """Where the witness is, if the policy says; no verification reads it."""

    @property
    def note_key(self) -> NoteKey:
        """The key as signature lines refer to it."""
        return NoteKey(self.key_name, KeyKind.COSIGNATURE_V1, self.key)

    def items(self) -> tuple[str, ...]:
        """Return the items of its line."""
        vkey = self.note_key.to_text()
        return ("witness", self.name, vkey, *filter(None, [self.url]))


@dataclass(frozen=True, slots=True)
class Group:
    """Members of which some number must have witnessed a checkpoint."""

    name: str
    """Its name in other groups and in the quorum."""
    threshold: int
    """How many members it takes, in [1, number of members]."""
    members: tuple[str, ...]
    """The names of witnesses and groups, at least one."""

    def items(self) -> tuple[str, ...]:
        """Return the items of its line."""
        return ("group", self.name, str(self.threshold), *self.members)


@dataclass(frozen=True, slots=True)
class Policy:
    """Which checkpoints may be believed: signed by a log, witnessed by the quorum."""

    logs: tuple[Log, ...]
    """The logs, no two of one key."""
    witnesses: tuple[Witness, ...]
    """The witnesses, no two of one key."""
    groups: tuple[Group, ...]
    """The groups, each after those that it names; a name is a member once at most."""
    quorum: str
    """The name of the witness or group that must have witnessed, or ``NO_QUORUM``."""

    def __post_init__(self) -> None:
        """Check the fields by the rules that the lines of a file keep.

        Raises:
            EncodingError: ``policy.count``, ``policy.duplicate-key``,
                ``policy.duplicate-member``, ``policy.items``, ``policy.name``,
                ``policy.threshold``, ``policy.undefined``, ``note.key-name``.
        """
        rules = _Rules()
        for log in self.logs:
            rules.take_log(log)
        for witness in self.witnesses:
            rules.take_witness(witness)
        for group in self.groups:
            rules.take_group(group)
        rules.take_quorum(self.quorum)

    def to_bytes(self) -> bytes:
        """Return a file that says this: without comments, every threshold a number."""
        lines = [
            *(log.items() for log in self.logs),
            *(witness.items() for witness in self.witnesses),
            *(group.items() for group in self.groups),
            ("quorum", self.quorum),
        ]
        return "".join(" ".join(items) + "\n" for items in lines).encode()

    @classmethod
    def parse(cls, data: bytes) -> "Policy":
        """Read a file (specs/log.md, section 6.2).

        Raises:
            EncodingError: ``policy.characters``, ``policy.newline``, ``policy.keyword``,
                ``policy.kind``, ``policy.quorum-count``, the codes of ``NoteKey.parse``
                and those of making a policy. The message begins with the number of the
                line, unless a line is missing.
        """
        # Step 1.
        text = _decode(data)
        # Step 2.
        if not text.endswith("\n"):
            raise EncodingError("policy.newline", "every line must end with a newline")
        # Step 3.
        reader = _Reader()
        for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
            items = re.findall(r"[^ \t]+", line)
            if items and not items[0].startswith("#"):
                try:
                    reader.take(*items)
                except EncodingError as error:
                    raise _at(number, error) from error
        # Step 10.
        if reader.quorum is None:
            raise EncodingError("policy.quorum-count", "a line must name the quorum")
        defined = (tuple(reader.logs), tuple(reader.witnesses), tuple(reader.groups))
        return cls(*defined, reader.quorum)


class _Reader:
    """Reads a line after the other (specs/log.md, section 6.2)."""

    def __init__(self) -> None:
        self.logs: list[Log] = []
        self.witnesses: list[Witness] = []
        self.groups: list[Group] = []
        self.quorum: str | None = None
        self._rules = _Rules()

    def take(self, keyword: str, *items: str) -> None:
        # Step 4.
        if keyword not in _ITEMS:
            known = ", ".join(_ITEMS)
            raise EncodingError("policy.keyword", f"a line must begin with: {known}")
        if 1 + len(items) not in _ITEMS[keyword]:
            raise EncodingError("policy.items", f"too few or too many for a {keyword}")
        if keyword == "log":
            self._log(*items)
        elif keyword == "witness":
            self._witness(*items)
        elif keyword == "group":
            self._group(*items)
        else:
            self._quorum(*items)

    def _log(self, vkey: str, url: str = "") -> None:
        # Step 5.
        key = _key(vkey, KeyKind.ED25519)
        log = Log(key.name, key.key, url)
        self._rules.take_log(log)
        self.logs.append(log)

    def _witness(self, name: str, vkey: str, url: str = "") -> None:
        # Step 6.
        key = _key(vkey, KeyKind.COSIGNATURE_V1)
        witness = Witness(name, key.name, key.key, url)
        self._rules.take_witness(witness)
        self.witnesses.append(witness)

    def _group(self, name: str, count: str, *members: str) -> None:
        # Step 7. A number that cannot be read is none that a group may have.
        words = {"any": 1, "all": len(members)}
        threshold = words.get(count, read_decimal(count) or 0)
        group = Group(name, threshold, members)
        self._rules.take_group(group)
        self.groups.append(group)

    def _quorum(self, name: str) -> None:
        # Step 8.
        if self.quorum is not None:
            raise EncodingError("policy.quorum-count", "another line names the quorum")
        self._rules.take_quorum(name)
        self.quorum = name


class _Rules:
    """What a definition may say after those above it (specs/log.md, section 6.2)."""

    def __init__(self) -> None:
        self._keys: set[tuple[KeyKind, VerifyKey]] = set()
        self._names: set[str] = set()
        self._members: set[str] = set()
        self._counts = Counter[str]()

    def take_log(self, log: Log) -> None:
        # Step 5.
        self._take_key(log.note_key)
        self._take_items(log.items())

    def take_witness(self, witness: Witness) -> None:
        # Step 6.
        self._take_name(witness.name)
        self._take_key(witness.note_key)
        self._take_items(witness.items())

    def take_group(self, group: Group) -> None:
        # Step 7.
        for member in group.members:
            self._check_defined(member)
            if member in self._members:
                raise EncodingError(
                    "policy.duplicate-member",
                    f"{member} must be a member once: it counts in one way",
                )
            self._members.add(member)
        if not 1 <= group.threshold <= len(group.members):
            raise EncodingError(
                "policy.threshold",
                f"it must be any, all, or a number from 1 to {len(group.members)}",
            )
        self._take_name(group.name)
        self._take_items(group.items())

    def take_quorum(self, name: str) -> None:
        # Step 8.
        if name != NO_QUORUM:
            self._check_defined(name)

    def _take_items(self, items: tuple[str, ...]) -> None:
        if not all(_ITEM.fullmatch(item) for item in items):
            raise EncodingError(
                "policy.items", "an item must have no blank and no control character"
            )
        # Step 9.
        self._counts[items[0]] += 1
        if self._counts[items[0]] > MAX_DEFINITIONS:
            raise EncodingError(
                "policy.count", f"there must be no more than {MAX_DEFINITIONS}"
            )

    def _take_key(self, key: NoteKey) -> None:
        check_key_name(key.name)
        if (key.kind, key.key) in self._keys:
            raise EncodingError(
                "policy.duplicate-key", "the key must be that of no line above"
            )
        self._keys.add((key.kind, key.key))

    def _take_name(self, name: str) -> None:
        if name == NO_QUORUM or name in self._names:
            raise EncodingError(
                "policy.name", f"the name must be another: {name} means something else"
            )
        self._names.add(name)

    def _check_defined(self, name: str) -> None:
        if name not in self._names:
            raise EncodingError("policy.undefined", f"a line above must define {name}")


def _decode(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        problem = EncodingError("policy.characters", "the file must be UTF-8")
        raise _at(1 + data.count(b"\n", 0, error.start), problem) from error
    found = _CONTROL.search(text)
    if found:
        problem = EncodingError(
            "policy.characters", "tab and newline must be the only control characters"
        )
        raise _at(1 + text.count("\n", 0, found.start()), problem)
    return text


def _at(number: int, error: EncodingError) -> EncodingError:
    return EncodingError(error.code, f"line {number}: {error.message}")


def _key(vkey: str, kind: KeyKind) -> NoteKey:
    key = NoteKey.parse(vkey)
    if key.kind is not kind:
        raise EncodingError(
            "policy.kind",
            "a log's key must be of kind 0x01, and that of a witness of kind 0x04",
        )
    return key
