"""How anybody checks a sale, offline, from its transcript (specs/audit.md).

Read ``checks``, ``auditor``, ``margin``, ``roles``, ``disclosed``, ``report``; then
``inspection``, which shows a board to people.
"""
