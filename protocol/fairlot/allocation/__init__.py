"""Who gets how much: pure, in integers, whatever the order of arrival (specs/allocation.md).

Read ``shape`` and ``lots``; then ``mechanisms``; then who enters a pool, ``entering``, and how
pools follow each other, ``run_pools``, with ``outcome`` and ``invariants``; then ``odds``,
``explain``, and who pays what and gets what back, ``settlement``.
"""
