"""How anybody checks a sale, offline, from its transcript (specs/audit.md).

Read ``checks``, ``auditor``, ``expected``, ``margin``, ``roles``, ``disclosed``, ``report``;
then ``inspection`` and ``sentences``, which show a board to people.
"""
