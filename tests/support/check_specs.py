"""Checks that specification and source agree.

That is: in codes, citations, version, tags, chapters and the modules that they name.

Run as ``python tests/support/check_specs.py [ROOT]``: prints what does not agree, a line
each, and exits with 0 or 1.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).parents[2]
PITFALLS = 76
MARKED = (
    *("notation", "groups", "bbs", "committee", "key-generation", "uniqueness-tag"),
    *("delay", "drand", "tlock", "log"),
)
"""Chapters of the crypto package, whose every step is marked in the code."""

_FAULTS = {
    "CallerError": "caller",
    "EncodingError": "sender",
    "ProofError": "prover",
    "InputError": "person",
    "TermsError": "seller",
    "Rejection": "sender",
    "InvariantError": "library",
    "UnavailableError": "board",
    "Finding": "",
    "Unreadable": "",
    "_find": "",
    "error": "person",
    "_order_error": "person",
    "_terms_error": "person",
}
"""Whatever takes a code as an argument, and the fault of whoever broke the rule; a finding's
depends on the rule."""
_TAKES_IT_SECOND = {"_terms_error"}
_CODE_TABLES = {"FileCodes"}
"""Whatever takes codes by keyword."""
_CODE_DICTIONARIES = re.compile(r"[A-Z_]*_CODES")
"""Names of dictionaries whose values are codes."""

_PARAMETERS = ("codes.",)
"""Attributes of arguments, which docstrings name in place of codes."""

_CODE = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*")
_DOCUMENTED = re.compile(r"``(" + _CODE.pattern + r")``")
_CITATION = re.compile(
    r"specs/(?P<chapter>[a-z-]+)\.md"
    r"(?:, (?P<kind>sections?|steps?|table) "
    r"(?P<numbers>[0-9.]+(?:(?:, | to | and )[0-9.]+)*))?"
)
_MARK = re.compile(r"^ *# Steps? ([0-9]+(?:(?: to | and )[0-9]+)?)(?=[., ]|$)")
"""A comment that marks where a step of a chapter is taken: ``# Step 3.``"""
_MISMARKED = re.compile(r"^ *# *(?:[Ss]teps?\b|\([0-9]+\)|[0-9]+\.? *$)")
"""A comment that might be meant so."""
_STEPS = re.compile(r"\(steps? ([0-9.]+(?:(?:, | to | and )[0-9.]+)*)\)")
_HEADING = re.compile(r"^#{2,4} (\d+(?:\.\d+)*)\.? ", re.MULTILINE)
_STEP = re.compile(r"^ *(\d+)\. ", re.MULTILINE)
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
_CODE_ROW = re.compile(r"^\| `([^`]+)` \| ([a-z, ]+) \| ([^|]*) \|", re.MULTILINE)
"""Code, fault and where of a row of errors.md."""
_VECTOR = re.compile(r"`([a-z]+)\.json::([A-Za-z0-9-]+)`")
_TEST = re.compile(r"`(test_[a-z0-9_]+\.py)::([a-z0-9_*\[\]-]+)`")


_MODULE = re.compile(r"`([\w/{},]+\.py|(?:fairlot|fairlot_crypto|tests)/(?:\w+/)*)`")
"""A module or a folder of them that a chapter names; ``{a,b}`` stands for several."""


def problems(root: Path = ROOT) -> list[str]:
    """Return everything that does not agree, a sentence each."""
    source = Source(root)
    return [
        *check_codes(source),
        *check_citations(source),
        *check_marked_steps(source),
        *check_version(source),
        *check_tags(source),
        *check_chapters(root),
        *check_modules(source),
        *check_pitfalls(root),
    ]


class Source:
    """The modules of both packages, parsed."""

    def __init__(self, root: Path) -> None:
        """Parse them."""
        self.root = root
        self.modules: dict[str, ast.Module] = {}
        self.texts: dict[str, str] = {}
        for base in ("crypto", "protocol"):
            self._parse(root / base, root / base)
        self.product = dict(self.modules)
        """Without the generators of the vectors, which cite the specification too."""
        self._parse(root / "tests" / "generators", root / "tests")

    def _parse(self, folder: Path, base: Path) -> None:
        for path in sorted(folder.rglob("*.py")):
            name = path.relative_to(base).as_posix()
            self.texts[name] = path.read_text()
            self.modules[name] = _parsed(self.texts[name])

    def spec(self, chapter: str) -> str | None:
        """Return a chapter's text; ``None`` where there is none."""
        path = self.root / "specs" / f"{chapter}.md"
        return path.read_text() if path.is_file() else None


def check_codes(source: Source) -> Iterator[str]:
    """Compare the codes of the source, of its docstrings, and of errors.md."""
    raised = {code for code, _, _ in _raised(source)}
    rows = _CODE_ROW.findall(source.spec("errors") or "")
    codes = {code for code, _, _ in rows if _CODE.fullmatch(code)}
    for code in sorted(raised - codes):
        yield f"specs/errors.md does not list {code}"
    for code in sorted(codes - raised):
        yield f"specs/errors.md lists {code}, which nothing raises"
    for name, text in _docstrings(source):
        for code in _DOCUMENTED.findall(text.partition("Raises:")[2]):
            if code not in raised and not code.startswith(_PARAMETERS):
                yield f"{name} documents {code}, which nothing raises"
    yield from _check_faults(source, {code: fault for code, fault, _ in rows})
    yield from _check_places(source, {code: where for code, _, where in rows})
    yield from _check_written_out(source)


def _check_written_out(source: Source) -> Iterator[str]:
    for name, module in source.product.items():
        for call in _calls(module):
            if any(isinstance(node, ast.JoinedStr) for node in _code_of(call)):
                yield f"{name}:{call.lineno} puts a code together: write it out"


def _check_faults(source: Source, rows: Mapping[str, str]) -> Iterator[str]:
    faults: dict[str, set[str]] = {}
    for code, fault, _ in _raised(source):
        faults.setdefault(code, set()).add(fault)
    for code, stated in rows.items():
        known = faults.get(code, set()) - {""}
        if known - set(stated.split(", ")):
            found = ", ".join(sorted(known))
            yield f"specs/errors.md says {stated} of {code}, and the source {found}"


def _check_places(source: Source, rows: Mapping[str, str]) -> Iterator[str]:
    places: dict[str, set[str]] = {}
    for code, _, name in _raised(source):
        places.setdefault(code, set()).add(name.partition("/")[2])
    for code in sorted(places.keys() & rows.keys()):
        found = ", ".join(f"`{name}`" for name in sorted(places[code]))
        if rows[code] != found:
            yield f"specs/errors.md says {rows[code]} of {code}, and it is in {found}"


def _raised(source: Source) -> Iterator[tuple[str, str, str]]:
    """Yield each code that is written out, the fault where it is known, the module."""
    for name, module in source.product.items():
        for call in _calls(module):
            for code in _strings(_code_of(call)):
                if _CODE.fullmatch(code):
                    yield code, _FAULTS[_name(call)], name
            if _name(call) in _CODE_TABLES:
                for code in _strings(keyword.value for keyword in call.keywords):
                    yield code, "", name
        for code in _strings(_dictionary_values(module)):
            yield code, "", name


def _code_of(call: ast.Call) -> list[ast.expr]:
    """Return the argument that is a code, where there is one."""
    if _name(call) not in _FAULTS:
        return []
    at = 1 if _name(call) in _TAKES_IT_SECOND else 0
    return call.args[at : at + 1]


def _dictionary_values(module: ast.Module) -> Iterator[ast.expr]:
    for node in module.body:
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict)):
            continue
        if _CODE_DICTIONARIES.fullmatch(ast.unparse(node.target)):
            yield from node.value.values


def check_citations(source: Source) -> Iterator[str]:
    """Check that every section, step and table exists that a docstring cites."""
    for name, module in source.modules.items():
        own = [
            m["chapter"] for m in _CITATION.finditer(ast.get_docstring(module) or "")
        ]
        for text in _module_docstrings(module):
            chapters = [m["chapter"] for m in _CITATION.finditer(text)]
            for match in _CITATION.finditer(text):
                yield from _check_citation(source, name, match)
            for match in _STEPS.finditer(text):
                known = [source.spec(c) or "" for c in (*chapters, *own)]
                steps = {step for spec in known for step in _STEP.findall(spec)}
                for number in sorted(_expand(match[1]) - steps):
                    yield f"{name} cites step {number} of {', '.join(own)}"


def check_marked_steps(source: Source) -> Iterator[str]:
    """Check that each step marked in the code is one of what is cited around it.

    What counts is the docstring of the innermost function or class that cites a chapter,
    else that of the module: the steps of the sections that it names, or of the chapter.
    Of the chapters in ``MARKED``, every step is marked somewhere.
    """
    missing = {step for chapter in MARKED for step in _steps_of(source, chapter, None)}
    for name, text in source.texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            marked = _MARK.match(line)
            if marked:
                cited = _citations_around(source.modules[name], number)
                known = {
                    step for match in cited for step in _cited_steps(source, match)
                }
                numbers = _expand(marked[1])
                missing -= {step for step in known if step[2] in numbers}
                for step in sorted(numbers - {step[2] for step in known}):
                    chapters = ", ".join(match[0] for match in cited) or "no chapter"
                    yield f"{name}:{number} marks step {step} of {chapters}"
            elif _MISMARKED.match(line):
                yield f"{name}:{number} does not mark a step as in '# Step 3.'"
    for chapter, section, step in sorted(missing):
        yield f"specs/{chapter}.md, section {section}: nothing marks step {step}"


def _citations_around(module: ast.Module, line: int) -> list[re.Match[str]]:
    """Return what the innermost docstring around a line cites that cites anything."""
    scopes = [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and node.lineno <= line <= (node.end_lineno or 0)
    ]
    inwards = [module, *sorted(scopes, key=lambda node: node.lineno)]
    texts = (ast.get_docstring(node) or "" for node in reversed(inwards))
    for text in texts:
        found = [*_CITATION.finditer(text)]
        if found:
            return found
    return []


def _cited_steps(source: Source, match: re.Match[str]) -> set[tuple[str, str, str]]:
    by_section = (match["kind"] or "").startswith("section")
    sections = _expand(match["numbers"]) if by_section else None
    return _steps_of(source, match["chapter"], sections)


def _steps_of(
    source: Source, chapter: str, sections: set[str] | None
) -> set[tuple[str, str, str]]:
    """Return chapter, section and number of the steps of some sections, or of all."""
    spec = source.spec(chapter) or ""
    headings = [*_HEADING.finditer(spec)]
    steps: set[tuple[str, str, str]] = set()
    for heading, after in zip_longest(headings, headings[1:]):
        parts = heading[1].split(".")
        above = {".".join(parts[:i]) for i in range(1, len(parts) + 1)}
        if sections is None or above & sections:
            text = spec[heading.end() : after.start() if after else len(spec)]
            steps |= {(chapter, heading[1], step) for step in _STEP.findall(text)}
    return steps


def _check_citation(source: Source, name: str, match: re.Match[str]) -> Iterator[str]:
    spec = source.spec(match["chapter"])
    if spec is None:
        yield f"{name} cites specs/{match['chapter']}.md, which does not exist"
    elif match["kind"] == "table":
        if f"Table {match['numbers'].rstrip('.')}." not in spec:
            yield f"{name} cites {match[0]}"
    elif match["kind"]:
        pattern = _HEADING if match["kind"].startswith("section") else _STEP
        for number in sorted(_expand(match["numbers"]) - set(pattern.findall(spec))):
            yield f"{name} cites {match[0]}: there is no {number}"


def _expand(numbers: str) -> set[str]:
    """Return the numbers that ``1 to 3`` or ``1, 4 and 7`` names."""
    found = [number.rstrip(".") for number in _NUMBER.findall(numbers)]
    if " to " in numbers and all(number.isdigit() for number in found):
        return {str(n) for n in range(int(found[0]), int(found[-1]) + 1)}
    return set(found)


def check_version(source: Source) -> Iterator[str]:
    """Compare SPEC_VERSION with the newest heading of the change log and notation.md."""
    module = source.modules.get("fairlot_crypto/hashing.py", ast.Module([], []))
    versions = [
        version
        for node in module.body
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "SPEC_VERSION"
        for version in _strings([node.value])
    ]
    if len(versions) != 1:
        yield "fairlot_crypto/hashing.py states no SPEC_VERSION"
        return
    newest = re.search(r"^## (\S+)", source.spec("CHANGELOG") or "", re.MULTILINE)
    if newest is None or newest[1] != versions[0]:
        yield f"specs/CHANGELOG.md does not begin with {versions[0]}"
    if f"Version `{versions[0]}`." not in (source.spec("notation") or ""):
        yield f"specs/notation.md is not of version {versions[0]}"


def check_tags(source: Source) -> Iterator[str]:
    """Compare the tags of the source with the table in notation.md, section 8."""
    section = re.split(r"^## 8 ", source.spec("notation") or "", flags=re.MULTILINE)
    listed = _ROW.findall(section[-1]) if len(section) > 1 else []
    used = dict(_tags(source))
    for tag in sorted(used.keys() - set(listed)):
        yield f"specs/notation.md, section 8 does not list {tag} of {used[tag]}"
    constants = {c for module in source.modules.values() for c in _constants(module)}
    for tag in listed:
        bare = tag.removeprefix("fairlot-v1/").removesuffix("_H2S_")
        if tag not in used and not {tag, bare, f"/{bare}"} & constants:
            yield f"specs/notation.md, section 8 lists {tag}, which nothing uses"
    if len(set(listed)) != len(listed):
        yield "specs/notation.md, section 8 lists a string twice"


def _tags(source: Source) -> Iterator[tuple[str, str]]:
    suffix = {"tag": "", "tagged_hash": "", "scalar_for": "_H2S_"}
    for name, module in source.modules.items():
        for call in () if name.startswith("generators/") else _calls(module):
            if _name(call) in suffix:
                for tag in _strings(call.args[:1]):
                    yield f"fairlot-v1/{tag}{suffix[_name(call)]}", name


def check_chapters(root: Path) -> Iterator[str]:
    """Check that README.md names every chapter, and only chapters that exist."""
    folder = root / "specs"
    readme = folder / "README.md"
    text = readme.read_text() if readme.is_file() else ""
    named = set(re.findall(r"\]\(([A-Za-z-]+\.md)\)", text))
    found = {path.name for path in folder.glob("*.md")} - {"README.md"}
    for name in sorted(found - named):
        yield f"specs/README.md does not name {name}"
    for name in sorted(named - found):
        yield f"specs/README.md names {name}, which does not exist"
    index = folder / "adr" / "README.md"
    listed = index.read_text() if index.is_file() else ""
    for path in sorted((folder / "adr").glob("[0-9]*.md")):
        if f"({path.name})" not in listed:
            yield f"specs/adr/README.md does not name {path.name}"
    for name in re.findall(r"\]\(([0-9][^)]+\.md)\)", listed):
        if not (folder / "adr" / name).is_file():
            yield f"specs/adr/README.md names {name}, which does not exist"


def check_modules(source: Source) -> Iterator[str]:
    """Check that every module or folder exists that a chapter names."""
    bases = [source.root / base for base in ("crypto", "protocol", "")]
    for path in sorted((source.root / "specs").glob("*.md")):
        text = path.read_text()
        if path.stem == "errors":  # Its rows are compared with the source.
            text = _CODE_ROW.sub("", text)
        for named in _MODULE.findall(text):
            for each in _spread(named):
                if not any((base / each).exists() for base in bases):
                    yield f"specs/{path.name} names {each}, which does not exist"


def _spread(named: str) -> list[str]:
    before, brace, rest = named.partition("{")
    inside, _, after = rest.partition("}")
    return [before + each + after for each in inside.split(",")] if brace else [named]


def check_pitfalls(root: Path) -> Iterator[str]:
    """Check the table of pitfalls: every row, once, and every test that it names."""
    path = root / "specs" / "threat-model.md"
    text = path.read_text() if path.is_file() else ""
    rows = re.findall(r"^\| (\d+) \|(.*)\|$", text, re.MULTILINE)
    numbers = [int(number) for number, _ in rows]
    if numbers != list(range(1, PITFALLS + 1)):
        yield f"specs/threat-model.md has not the rows 1 to {PITFALLS}, in order"
    tests = _tests(root)
    for number, row in rows:
        named = _TEST.findall(row)
        for file, pattern in named:
            if not any(fnmatch(test, pattern) for test in tests.get(file, ())):
                yield f"specs/threat-model.md, row {number}: no test {file}::{pattern}"
        vectors = _VECTOR.findall(row)
        reason = re.search(r"\b(Out of scope|Later):", row)
        if not (named or vectors or reason):
            yield f"specs/threat-model.md, row {number}: neither test nor reason"
    yield from _vectors_named(root, rows)


def _vectors_named(root: Path, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for number, row in rows:
        for chapter, case in _VECTOR.findall(row):
            file = root / "tests" / "vectors" / f"{chapter}.json"
            if not file.is_file() or f'"name": "{case}"' not in file.read_text():
                yield f"specs/threat-model.md, row {number}: no vector {chapter} {case}"


def _tests(root: Path) -> dict[str, frozenset[str]]:
    paths = (root / "tests").rglob("test_*.py")
    return {path.name: _test_names(_parsed(path.read_text())) for path in paths}


@cache
def _test_names(module: ast.Module) -> frozenset[str]:
    names = {n.name for n in ast.walk(module) if isinstance(n, ast.FunctionDef)}
    return frozenset(name for name in names if name.startswith("test_"))


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def _calls(module: ast.Module) -> tuple[ast.Call, ...]:
    return tuple(node for node in ast.walk(module) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _strings(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@cache
def _constants(module: ast.Module) -> frozenset[str]:
    values = [node.value for node in ast.walk(module) if isinstance(node, ast.Constant)]
    texts = {value for value in values if isinstance(value, str)}
    return frozenset(
        texts | {v.decode("latin-1") for v in values if isinstance(v, bytes)}
    )


def _docstrings(source: Source) -> Iterator[tuple[str, str]]:
    for name, module in source.product.items():
        for text in _module_docstrings(module):
            yield name, text


@cache
def _module_docstrings(module: ast.Module) -> tuple[str, ...]:
    texts = [node.value for node in ast.walk(module) if isinstance(node, ast.Expr)]
    return tuple(_strings(texts))


def main() -> int:
    """Check the project, or the folder that is named."""
    found = problems(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
