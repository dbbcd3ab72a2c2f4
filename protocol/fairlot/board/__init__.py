"""The append-only board, and the state that it determines (specs/board.md, specs/sale.md).

Read ``transcript`` and ``storage``; then the fold: ``phase``, ``registration``, ``sale`` and
``entrants``; then ``standing``, what witnesses show, and ``head``; then ``keeper``, which
writes a board, and ``replay``, which reads one; last ``duties`` of who signs, and
``cosigning``.
"""
