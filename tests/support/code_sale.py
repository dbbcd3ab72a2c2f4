"""A sale of voucher codes: four of them, for three people who win and one who cannot pay."""

TERMS = """\
title = "Four codes"
asset = "code"
supply = 4
mechanism = "equal-share"
price = 100
cap = 2
[beacon]
contributors = 1
delay = 1
"""
PEOPLE = "person,wants,deposit\nAnn,1,100\nBob,2,200\nCleo,1,100\nPoor,1,50\n"
