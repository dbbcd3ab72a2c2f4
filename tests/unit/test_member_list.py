"""The list of people whom a host invites (specs/command-line.md, section 29.2)."""

from pathlib import Path

import pytest

from fairlot.inputs.member_list import Member, read_members
from refusal import refusal


def members(tmp_path: Path, text: str) -> tuple[Member, ...]:
    path = tmp_path / "members.csv"
    path.write_text(text, encoding="utf-8")
    return read_members(path)


def test_a_list_names_people_and_what_they_have(tmp_path: Path) -> None:
    text = "e-mail;attr:town;person;attr:age\na@x;Graz;Ann Roe;adult\n;;Bob;\n"
    ann = Member("Ann Roe", (("age", "adult"), ("town", "Graz")))
    assert members(tmp_path, text) == (ann, Member("Bob"))


REFUSED = {
    "nobody": ("person\n", "people-file.no-rows"),
    "no column": ("name\nAnn\n", "people-file.header"),
    "twice the same": ("person\nAnn\n ANN\n", "people-file.duplicate"),
    "no name": ("person,x\n,1\n", "people-file.text"),
    "a name of two lines": ('person\n"Ann\nRoe"\n', "people-file.text"),
    "what steers": ("person\nAnn\u0007\n", "people-file.text"),
    "an attribute twice": ("person,attr:a,attr:a\nAnn,1,2\n", "people-file.header"),
    "no name of an attribute": ("person,attr:Ä\nAnn,1\n", "people-file.attribute"),
    "a cell too many": ("person\nAnn,1\n", "people-file.columns"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_refused(name: str, tmp_path: Path) -> None:
    text, code = REFUSED[name]
    assert refusal(members, tmp_path, text) == code


def test_all_that_is_wrong_is_said(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="line 2") as caught:
        members(tmp_path, "person,attr:a\nAnn,x\u0007\nBob,y\u0007\n")
    assert len(getattr(caught.value, "more", ())) == 1
