"""One deposit a person and sale, bound to an anonymous credential (specs/deposit.md).

Read ``nym``, ``binding``, ``make`` (the holder), ``deposit`` and ``rules`` (the board),
``final`` and ``payment`` (what counts); then ``sealed_bid`` and ``puzzle``.
"""
