"""What commands print for machines names its format and version, and has a schema.

``command.fairlot`` checks whatever a test makes a command print against its schema; here it
is shown that there is one for every document, that each is printed, and that each can refuse.
"""

import argparse
import ast
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from command import fairlot
from every_command import every_command
from fairlot.cli.program import WORDS
from json_formats import check_document, check_form, names, other_forms, schema

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]
CLI = ROOT / "protocol" / "fairlot" / "cli"

Documents = dict[str, Any]


def forms() -> Iterator[str]:
    """Yield the format in each call of show_json."""
    for path in CLI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "show_json":
                form = node.args[0]
                assert isinstance(form, ast.Constant), "a format is written out"
                yield str(form.value)


def taking_json(
    parser: argparse.ArgumentParser, words: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command that takes --json."""
    for action in parser._actions:
        if "--json" in action.option_strings:
            yield words
        if action.nargs == argparse.PARSER:
            parsers = cast("dict[str, argparse.ArgumentParser]", action.choices)
            for word, below in parsers.items():
                yield from taking_json(below, (*words, word))


def every_json_command() -> Sequence[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for word in WORDS:
        parser = argparse.ArgumentParser()
        word.action().configure(parser)
        found += taking_json(parser, (word.name,))
    return found


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """Return a document of every format, by its name; the commands that printed them."""
    commands = every_command(tmp_path_factory.mktemp("json"))
    printed = [check_document(fairlot(*each.words, "--json").out) for each in commands]
    return {document["format"]: document for document in printed}


def test_every_document_has_a_schema_and_every_schema_a_document() -> None:
    assert sorted(forms()) == sorted(names())


def test_nothing_else_prints_json() -> None:
    texts = {
        path.relative_to(CLI).as_posix(): path.read_text(encoding="utf-8")
        for path in CLI.rglob("*.py")
    }
    assert [name for name, text in texts.items() if "print(json." in text] == []
    printing = {name for name, text in texts.items() if "in json_lines(" in text}
    assert printing == {"output.py"}


def test_every_command_with_json_names_a_format_in_the_chapter() -> None:
    """A new command with --json fails here until section 1 of the chapter has its row."""
    chapter = (ROOT / "specs" / "command-line.md").read_text(encoding="utf-8")
    table = chapter[chapter.index("| format |") : chapter.index("## 2 ")]
    for name in names():
        assert f"`fairlot/{name}`" in table
    for words in every_json_command():
        assert f"`{' '.join(words)}`" in table


ELSEWHERE = ("backup", "hosted-sale", "mail", "member-codes", "ruling", "witness-head")
"""Printed, and checked, in test_cli_backup.py, test_cli_host.py, test_cli_mail.py,
test_cli_attester_codes.py, test_cli_wallet_recover.py and test_cli_witness.py."""


@pytest.mark.parametrize("name", [n for n in names() if n not in ELSEWHERE])
def test_what_commands_print_has_the_form_of_its_schema(
    documents: Documents, name: str
) -> None:
    document = documents[f"fairlot/{name}"]
    check_form(name, document)
    for broken in other_forms(document):
        with pytest.raises(ValidationError):
            check_form(name, broken)


@pytest.mark.parametrize("name", names())
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


def test_a_document_without_its_format_is_found(documents: Documents) -> None:
    document = documents["fairlot/policy"]
    with pytest.raises(AssertionError, match="begins with its format"):
        check_document(json.dumps(dict(reversed(document.items()))))
