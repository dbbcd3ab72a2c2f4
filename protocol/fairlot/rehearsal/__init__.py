"""A whole sale with every role played on one machine (specs/rehearsal.md).

Read ``fit`` (do the two files fit each other?); then ``parts``, ``wishes``, ``work`` and
``play``.
"""
