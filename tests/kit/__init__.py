"""Puts on small sales: for the generators of vectors, and for the tests.

``stage`` casts a sale of any terms and makes its entries; ``board`` publishes them, also
those that fit nothing. Both need nothing but fairlot, and all that they draw comes from the
stage's own randomness. The rest is for tests alone: ``sales`` plays the small sale that most
of them look at, ``gala`` one with everything that a deposit can say, ``recovering`` those in
which reveals are withheld, ``any_sale`` draws sales for Hypothesis, ``lying_board`` lies,
``real_sale`` plays one in real terms with keys of the system's entropy, and ``holder`` has a
credential without any sale.
"""
