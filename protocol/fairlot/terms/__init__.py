"""The complete description of a sale, and its hash (specs/terms.md).

Read ``pool``, ``named_round`` and ``beacon`` (what is described), ``terms`` (all of it), then
the readers and rules: ``read_fields``, ``read_pools``, ``pool_rules``, ``bidding``.
"""
