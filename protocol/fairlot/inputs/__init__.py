"""The two files that describe a sale (specs/terms-file.md).

Read ``input_file``, ``toml_file`` and ``toml_lines``; then ``terms_file`` with
``terms_file_pools``; then ``people_file``, which makes people of the rows of a ``sheet``,
with ``sheet_text``, ``amounts`` and ``distinct``; then what can be said of both files before
a draw, ``findings`` and ``forecast``.
"""
