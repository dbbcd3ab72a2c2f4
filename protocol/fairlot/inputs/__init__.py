"""The two files that describe a sale (specs/terms-file.md).

Read ``input_file``, ``toml_file`` and ``toml_lines``; then ``terms_file`` with
``terms_file_pools``, and ``people_file``; then what can be said of both before a draw,
``forecast``.
"""
