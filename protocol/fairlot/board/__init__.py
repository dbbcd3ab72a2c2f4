"""The append-only board, and the state that it determines (specs/board.md, specs/sale.md).

Read ``transcript`` and ``storage``; then the fold, ``phase``, ``sale`` and ``entrants``; then
``keeper``, which writes a board, and ``replay``, which reads one.
"""
