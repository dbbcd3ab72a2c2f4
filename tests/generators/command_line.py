"""Vectors of the commands: exit codes, documents, files (specs/command-line.md)."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from fairlot.cli import main
from fairlot.errors import InputError
from generators.case import Case, Chapter, Raw, accept, reject
from generators.terms_file_setting import HEAD

SENTENCES = (
    "message",
    "notices",
    "not_checked",
    "remedy",
    "rule",
    "sentence",
    "why",
    "withholding",
)
"""Keys of documents that hold words for people."""

_SEED = hashlib.sha256(b"fairlot-vectors/1 command line").hexdigest()
_SALE, _LIST, _BOARD = "TERMS.toml", "PEOPLE.csv", "out/transcript.fairlot"
_TRUSTED = "trusted.policy"
_KEYS = "out/keys"
_ROUND = f"{_KEYS}/round-1272.json"
_AS_SELLER = ("--key", f"{_KEYS}/seller.key")
_RUN = ("run", _SALE, _LIST, "--out", "out", "--seed", _SEED)
_NYM = "{nym}"
_RICH = 2**53 + 1
_SMALL = "[beacon]\ncontributors = 2\ndelay = 1\n"
_SHARE = (
    f'{HEAD}mechanism = "equal-share"\nsupply = 1\nprice = {_RICH}\ncap = 1\n{_SMALL}'
)
_PEOPLE = f"person,wants,deposit\nAnn,1,{_RICH}\nZoé,1,{_RICH}\n"
_POOLS = f"""{HEAD}[[pool]]
name = "first"
mechanism = "lottery"
supply = 4
price = 5
group_max = 2
unsold = "rest"
[[pool]]
name = "rest"
mechanism = "equal-share"
supply = 2
price = 1
"""
_ROLLED = f"""{HEAD}[[pool]]
name = "dear"
mechanism = "equal-share"
supply = 10
price = 1000
unsold = "friends"
[[pool]]
name = "friends"
mechanism = "lottery"
supply = 4
price = 5
group_max = 2
"""
_CROWD = "person,wants,deposit,group\nAnn,1,5,we\nBob,1,5,we\n" + "".join(
    f"{name},3,7,\n" for name in ("Cat", "Dan", "Eve", "Fay")
)

Files: TypeAlias = Mapping[str, str]
Words: TypeAlias = Sequence[str]


@dataclass(frozen=True, slots=True)
class Session:
    """Commands that run one after the other in a folder with some files."""

    files: Files = field(default_factory=dict[str, str])
    commands: Sequence[Words] = ()

    def inputs(self, commands: Sequence[Words]) -> Mapping[str, Raw]:
        """Return what a case gives."""
        return {"op": "commands", "files": self.files, "commands": commands}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    exit: int
    out: str
    err: str

    @property
    def complained(self) -> tuple[str, str] | None:
        """Code and message of a refusal; ``None`` where there is none."""
        program, _, rest = self.err.partition(": ")
        code, _, message = rest.partition(": ")
        refused = program == "fairlot" and "." in code and " " not in code
        return (code, message) if refused else None


def _own(step: str, number: int) -> Words:
    """Return a contributor's step, with what a stopped rehearsal has left."""
    whose = f"{_KEYS}/contributor-{number}"
    files = ("--key", f"{whose}.key", "--secret", f"{whose}.secret")
    return ("contributor", step, _BOARD, *files, "--out", f"out/{step}-{number}")


def _keep(step: str, *words: str) -> Words:
    """Return a step with the board's key."""
    return ("beacon", step, _BOARD, *words, "--key", f"{_KEYS}/board.key")


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "command-line",
        "commands: in a new folder that holds `files` run `commands`, each the words after "
        "fairlot, one after the other. Output for each its exit code and, where it has the "
        "option --json, the parsed document without its sentences (the keys "
        f"{', '.join(SENTENCES)}, and title of a check); of puzzle, the text; and in the "
        "end the SHA-256 of every file below `out`. A refused case ends in a command with "
        "the exit code 2, whose complaint begins with fairlot, a colon, and the code.",
        (*(_accept(*row) for row in _ACCEPTED), *(_reject(*row) for row in _REFUSED)),
    )


_ACCEPTED: Sequence[tuple[str, str, Session]] = (
    (
        "sale",
        "A sale from the odds to the audit; money above 2^53 is shown as text.",
        Session(
            {_SALE: _SHARE, _LIST: _PEOPLE},
            (
                ("odds", _SALE, _LIST, "--json"),
                _RUN,
                ("audit", _BOARD, "--json"),
                ("inspect", _BOARD, "--json"),
                ("inspect", _BOARD, "--nym", _NYM, "--json"),
                ("inspect", _BOARD, "--odds", "--json"),
                ("inspect", _BOARD, "--policy", "--json"),
            ),
        ),
    ),
    (
        "void",
        "A contributor stays away: run ends with 1, and what it leaves holds.",
        Session(
            {_SALE: f"{_SHARE}absent = 1\n", _LIST: _PEOPLE},
            (_RUN, ("audit", _BOARD, "--json")),
        ),
    ),
    (
        "stopped",
        "A rehearsal that stops leaves what every role holds.",
        Session(
            {_SALE: f"{_SHARE}depositors = 1\n", _LIST: _PEOPLE},
            ((*_RUN, "--until", "COMMIT_END"), ("settle", _BOARD, "--json")),
        ),
    ),
    (
        "stopped-and-ended",
        "The last steps by hand: reveal, post, mark, the round of the rehearsal's clock.",
        Session(
            {_SALE: f'{_SHARE}drand = "own"\n', _LIST: _PEOPLE},
            (
                (*_RUN, "--until", "SEALED"),
                *(_own("reveal", number) for number in range(2)),
                _keep("post", "out/reveal-0", "out/reveal-1"),
                _keep("mark", "REVEAL_END"),
                ("settle", _BOARD, "--json"),
                ("beacon", "round", _BOARD, _ROUND, *_AS_SELLER, "--out", "out/round"),
                _keep("post", "out/round", "--time", "1893459813"),
                _keep("mark", "RESULT"),
                ("settle", _BOARD, "--json"),
            ),
        ),
    ),
    (
        "other-roots",
        "Neither sale nor board nor policy is the expected one: audit ends with 1.",
        Session(
            {_SALE: _SHARE, _LIST: _PEOPLE, _TRUSTED: "quorum none\n"},
            (
                _RUN,
                ("audit", _BOARD, "--sale-id", "00" * 32, "--json"),
                ("audit", _BOARD, "--board-key", "00" * 32, "--json"),
                ("audit", _BOARD, "--policy", _TRUSTED, "--json"),
            ),
        ),
    ),
    (
        "odds",
        "worst_cost, and a pool whose odds depend on the draw of another.",
        Session({_SALE: _POOLS, _LIST: _CROWD}, (("odds", _SALE, _LIST, "--json"),)),
    ),
    (
        "odds-with-rolled-in",
        "worst_cost is for the supply with what is known to come from earlier pools.",
        Session({_SALE: _ROLLED, _LIST: _CROWD}, (("odds", _SALE, _LIST, "--json"),)),
    ),
    (
        "nothing-to-show",
        "A nym without a deposit: inspect ends with 1.",
        Session(
            {_SALE: _SHARE, _LIST: _PEOPLE},
            (_RUN, ("inspect", _BOARD, "--nym", "00" * 48, "--json")),
        ),
    ),
    (
        "puzzle",
        "The public key of an answer, and LF.",
        Session(commands=(("puzzle", "open sesame"),)),
    ),
    (
        "usage",
        "Wrong usage ends with 2 and writes nothing.",
        Session(
            {_SALE: _SHARE, _LIST: _PEOPLE},
            (
                (*_RUN[:-1], "00"),
                (*_RUN, "--jobs", "0"),
                ("run", _SALE, "--out", "out"),
                ("audit", _SALE, "--sale-id", "0" * 63),
                ("inspect", _SALE, "--nym", "00" * 48, "--odds"),
                ("auditt", _SALE),
                (),
            ),
        ),
    ),
)

_REFUSED: Sequence[tuple[str, str, str, Files, Sequence[Words]]] = (
    (
        "terms-not-there",
        "The file can be read.",
        "terms-file.unreadable",
        {_LIST: _PEOPLE},
        (_RUN,),
    ),
    (
        "people-not-there",
        "The file can be read.",
        "people-file.unreadable",
        {_SALE: _SHARE},
        (_RUN,),
    ),
    (
        "terms-wrong",
        "A wrong file leaves no folder behind.",
        "terms-file.range",
        {_SALE: _SHARE.replace("cap = 1", "cap = 0"), _LIST: _PEOPLE},
        (_RUN,),
    ),
    (
        "out-full",
        "A folder with files in it is left alone; a transcript could be lost.",
        "out-dir.not-empty",
        {_SALE: _SHARE, _LIST: _PEOPLE},
        (_RUN, _RUN),
    ),
    (
        "out-file",
        "A file is no folder.",
        "out-dir.unusable",
        {_SALE: _SHARE, _LIST: _PEOPLE, "out": ""},
        (_RUN,),
    ),
    (
        "setup-not-there",
        "The file of a set-up can be read.",
        "setup-file.unreadable",
        {_SALE: _SHARE, _LIST: _PEOPLE},
        ((*_RUN, "--setup", "setup.json"),),
    ),
    (
        "setup-wrong",
        "The file of a set-up has exactly its fields.",
        "setup-file.json",
        {_SALE: _SHARE, _LIST: _PEOPLE, "setup.json": '{"T": 1}\n'},
        ((*_RUN, "--setup", "setup.json"),),
    ),
    (
        "audit-not-there",
        "A transcript can be read.",
        "transcript.unreadable",
        {},
        (("audit", _BOARD, "--json"),),
    ),
    (
        "audit-empty",
        "An empty file is no transcript; a verdict on it would be one on nothing.",
        "transcript.none",
        {"empty": ""},
        (("audit", "empty", "--json"),),
    ),
    (
        "audit-terms",
        "A text is no transcript.",
        "transcript.none",
        {_SALE: _SHARE},
        (("audit", _SALE, "--json"),),
    ),
    *(
        (
            f"{name}-{what}",
            rule,
            f"{'policy-file' if name == 'policy' else name}.{code}",
            files | {_SALE: _SHARE, _LIST: _PEOPLE},
            (_RUN, ("audit", _BOARD, f"--{name}", "given", "--json")),
        )
        for what, rule, code, files in (
            ("not-there", "The file can be read.", "unreadable", {}),
            ("wrong", "The file is what it should be.", "form", {"given": "hello"}),
        )
        for name in ("policy", "head", "receipt")
    ),
    (
        "head-of-another-kind",
        "A head is a signed note; a transcript is not taken for one.",
        "head.form",
        {_SALE: _SHARE, _LIST: _PEOPLE},
        (_RUN, ("audit", _BOARD, "--head", _BOARD, "--json")),
    ),
    (
        "inspect-terms",
        "A text is no transcript.",
        "transcript.none",
        {_SALE: _SHARE},
        (("inspect", _SALE, "--json"),),
    ),
    (
        "odds-wrong",
        "Odds are stated for files that fit each other.",
        "people-file.bid",
        {_SALE: _SHARE, _LIST: f"person,wants,deposit,bid\nAnn,1,{_RICH},7\n"},
        (("odds", _SALE, _LIST, "--json"),),
    ),
    (
        "puzzle-empty",
        "An answer is a text of terms.md, section 3.",
        "puzzle.answer",
        {},
        (("puzzle", ""),),
    ),
    (
        "puzzle-blank",
        "An answer has no outer blank; two people would make two keys of it.",
        "puzzle.answer",
        {},
        (("puzzle", "open sesame "),),
    ),
    (
        "demo-unknown",
        "There is no such example.",
        "example.unknown",
        {},
        (("demo", "opera"),),
    ),
    (
        "new-unknown",
        "There is no such example; another one would be taken for it.",
        "example.unknown",
        {},
        (("new", "opera", "out"),),
    ),
    (
        "new-full",
        "Files that are there are left alone; a seller's terms could be lost.",
        "out-dir.not-empty",
        {"TERMS.toml": _SHARE},
        (("new", "workshop", "."),),
    ),
)


def _accept(name: str, comment: str, session: Session) -> Case:
    with TemporaryDirectory() as folder:
        _write(Path(folder), session.files)
        commands: list[Words] = []
        ended: list[Raw] = []
        for words in session.commands:
            commands.append([_nym(folder) if word == _NYM else word for word in words])
            ended.append(_shown(commands[-1], _run(folder, commands[-1])))
        left = dict(_left(Path(folder)))
        output: dict[str, Raw] = {"ended": ended, "files": left}
    return accept(name, comment, session.inputs(commands), output)


def _reject(
    name: str, rule: str, code: str, files: Files, commands: Sequence[Words]
) -> Case:
    session = Session(files, commands)
    return reject(name, rule, code, session.inputs(commands), lambda: _refuse(session))


def _refuse(session: Session) -> None:
    """Run a session, and raise what its last command complains of."""
    with TemporaryDirectory() as folder:
        _write(Path(folder), session.files)
        *before, last = session.commands
        for words in before:
            _run(folder, words)
        ended = _run(folder, last)
    if ended.exit == 2 and ended.complained is not None:
        raise InputError(*ended.complained)


def _write(folder: Path, files: Files) -> None:
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())


def _run(folder: str, words: Words) -> Ended:
    out, err = StringIO(), StringIO()
    with chdir(folder), redirect_stdout(out), redirect_stderr(err):
        try:
            code = main([*words])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return Ended(code, out.getvalue(), err.getvalue())


def _nym(folder: str) -> str:
    """Return the nym of the first person on the list."""
    rows = (Path(folder) / "out" / "nyms.csv").read_text(encoding="utf-8").splitlines()
    return rows[1].rsplit(",", 2)[1]


def _shown(words: Words, ended: Ended) -> Raw:
    shown: dict[str, Raw] = {"exit": ended.exit}
    if "--json" in words and ended.out:
        shown["json"] = without_sentences(json.loads(ended.out))
    elif words[:1] == ["puzzle"]:
        shown["text"] = ended.out
    return shown


def without_sentences(document: Raw) -> Raw:
    """Return a document without what is said to people."""
    if isinstance(document, Mapping):
        titles = ("title",) if "reached" in document else ()
        return {
            key: without_sentences(value)
            for key, value in document.items()
            if key not in (*SENTENCES, *titles)
        }
    if isinstance(document, Sequence) and not isinstance(document, str | bytes):
        return [without_sentences(item) for item in document]
    return document


def _left(folder: Path) -> Iterator[tuple[str, Raw]]:
    files = (path for path in (folder / "out").rglob("*") if path.is_file())
    for path in sorted(files):
        yield (
            path.relative_to(folder).as_posix(),
            hashlib.sha256(path.read_bytes()).digest(),
        )
