"""One issuer in one ceremony, from files (specs/issuer.md, section 4.2)."""

from fairlot.issuing.seat import Seat, Without, play, resume
from fairlot_crypto.committee.member import Member
from fairlot_crypto.committee.message import Kind
from generators.issuer_setting import CURVE, keys, plan


def member(index: int, secret: int) -> Member:
    ceremony = plan(4, 1).ceremony("season")
    return Member(ceremony, index, keys(4)[index - 1], bytes([secret]) * 32)


def test_of_two_messages_the_same_counts_for_whoever_has_both() -> None:
    """Whatever the order of files: else two honest issuers would see two records."""
    own = member(1, 1)
    for secret in range(2, 12):
        two = [member(4, each).announce(CURVE) for each in (secret, secret + 20)]
        seat = Seat(own.plan, own)
        record = resume(CURVE, own.plan, ())
        played = play(record, (), seat, (), two, Without())
        counted = played.record.rounds[Kind.ANNOUNCE][4].message.encoded
        assert counted == min(two)
        assert [blame.member for blame in played.record.blames] == [4]
