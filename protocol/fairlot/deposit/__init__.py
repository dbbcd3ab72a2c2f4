"""One deposit per person and sale, bound to an anonymous credential (specs/deposit.md).

Read ``nym``, ``binding``, ``wish`` and ``make`` (the holder), ``deposit``, ``rules`` and
``verify`` (the board), ``final`` and ``payment`` (what counts); then ``sealed_bid`` and
``puzzle``.
"""
