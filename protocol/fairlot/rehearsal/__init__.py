"""A whole sale with every role played on one machine (specs/rehearsal.md).

Read ``fit`` (do the seller's files fit each other?); then ``parts``, ``wishes``, ``work`` and
``play``.
"""
