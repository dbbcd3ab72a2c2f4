"""Anyone's check of a sale, offline, from its transcript (specs/audit.md).

Read ``checks``, ``auditor``, ``margin``, ``disclosed``, ``report``; then ``inspection``, which
tells people what a board says.
"""
