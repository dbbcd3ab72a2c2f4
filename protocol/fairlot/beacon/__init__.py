"""The randomness of the draw: commit, reveal or recover, seed (specs/beacon.md).

Read ``contributions``, then ``recovery`` and ``rounds``.
"""
