"""A sale on one page, for people: what was sold, who got it, and whether it holds.

Read ``markup`` (everything is escaped), ``charts`` and ``style``; then ``ending``,
``sections``, ``buyers`` and ``page`` (specs/report.md).
"""
