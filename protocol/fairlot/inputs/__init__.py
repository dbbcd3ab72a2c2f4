"""The two files that a seller writes (specs/terms-file.md).

Read ``input_file`` and ``toml_table``; then ``terms_file`` with ``terms_file_pools``, and
``people_file``; then what can be said of both before a draw, ``forecast``.
"""
