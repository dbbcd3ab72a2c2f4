"""JSON as it is printed: the same document, a line for each row."""

import json

from hypothesis import given
from hypothesis import strategies as st

from fairlot.cli.json_text import json_lines
from fairlot.text import Viewed, json_view

SCALARS = st.none() | st.booleans() | st.integers() | st.text() | st.binary(max_size=4)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=4))
def test_the_lines_are_the_view_of_the_document(document: dict[str, Viewed]) -> None:
    lines = list(json_lines(document))
    assert json.loads("\n".join(lines)) == json_view(document)
    assert not any("\n" in line for line in lines)


def test_rows_have_a_line_each() -> None:
    document: dict[str, Viewed] = {
        "title": "Sale",
        "pools": [{"people": [{"who": "Ann", "parts": {}}, {"who": "Bob"}]}],
        "entering": [1, 2],
    }
    assert list(json_lines(document)) == [
        "{",
        '  "title": "Sale",',
        '  "pools": [',
        "    {",
        '      "people": [',
        '        {"who": "Ann", "parts": {}},',
        '        {"who": "Bob"}',
        "      ]",
        "    }",
        "  ],",
        '  "entering": [1, 2]',
        "}",
    ]
