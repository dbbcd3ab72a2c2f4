"""What a way of selling does to people, in numbers (specs/simulation.md).

Needs the extra ``simulation``. Read ``draws`` and ``crowds``; then ``ways``, which plays the
real allocation, and ``comparators``, which plays what is common elsewhere; then ``measures``,
``estimates`` and ``trial``.
"""
