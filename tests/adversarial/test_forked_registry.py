"""A registry's board shows its issuers two histories: what comes of it, and who finds it.

Each issuer checks rolls and requests against its own copy of the log. Two of four have a copy
on which Bob is registered, the other two one on which he is not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fairlot.audit.auditor import audit_transcript
from fairlot.audit.compare import View, compare
from fairlot.audit.evidence import Fork
from fairlot.board.replay import Replay, replay_file
from fairlot.board.sale import SaleState
from fairlot.cli import main
from fairlot.deposit.make import make_deposit
from fairlot.deposit.verify import verify_deposit
from fairlot.deposit.wish import Wish
from fairlot.errors import InputError, Rejection
from fairlot.identity.answering import answer_request
from fairlot.identity.committee import signed_roll
from fairlot.identity.credential import request_credential
from fairlot.identity.enrolment import IssuerSecrets
from fairlot.identity.receiving import receive_credential
from fairlot.identity.registry import epoch_at
from fairlot.identity.roll import PostedRoll, Roll, check_roll
from fairlot.rehearsal.parts import START
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from kit.sales import GROUP, PRICE, source, stage
from kit.seasons import Season, sell, staged_sale
from kit.stage import STATEMENTS
from kit.world import Device, code

COMMITTEE = (4, 1)


@dataclass(frozen=True, slots=True)
class Forked:
    """Two histories of one registry, both signed by its board."""

    whole: Season
    """On which Ann and Bob are."""
    small: Season
    """On which Ann is alone."""
    ann: Device

    def views(self, whole: int) -> tuple[tuple[IssuerSecrets, Season], ...]:
        """Return each issuer with its copy; the first ``whole`` of them have the whole one."""
        issuers = self.whole.parts.issuers
        copies = [self.whole] * whole + [self.small] * (len(issuers) - whole)
        return tuple(zip(issuers, copies, strict=True))


def forked(*, rolls: bool = True) -> Forked:
    """Play both histories; with rolls, all issuers have signed one on each."""
    parts = stage(committee=COMMITTEE).parts
    whole, small = (Season(parts, START) for _ in range(2))
    ann, _ = (season.enrol("ann", "ann") for season in (whole, small))
    whole.enrol("bob", "bob")
    if rolls:
        for season in (whole, small):
            season.post_roll()
    return Forked(whole, small, ann)


def heads(season: Season) -> list[SignedCheckpoint]:
    """Return the heads of a log as its board has signed them, by their size."""
    read = read_log(season)
    return [read.registry.heads[size] for size in sorted(read.registry.heads)]


def read_log(season: Season) -> Replay:
    return replay_file(season.data, GROUP, STATEMENTS)


def signed_by(
    season: Season, roll: Roll, views: Iterable[tuple[IssuerSecrets, Season]]
) -> str:
    """Let each issuer sign a roll that its own copy states, and post it on one of them."""
    willing: list[IssuerSecrets] = []
    for issuer, copy in views:
        due = copy.board.roll_due(copy.clock, roll.expires)
        if code(lambda due=due: check_roll(copy.registry, roll, due)) == "":  # type: ignore[misc]  # noqa: B023
            willing.append(issuer)
    body = signed_roll(season.registry.registry_id, roll, willing)
    return code(lambda: season.board.append_roll(body, season.clock))


def asked(
    at: Forked, whole: int, season: Season, device: Device
) -> tuple[list[str], str]:
    """Ask every issuer, each with its own copy, as the log of a season says.

    Returns:
        With which codes issuers refuse, and with which one the credential is refused.
    """
    rolls: Sequence[PostedRoll] = tuple(season.state.rolls.values())
    now, curve = season.clock, GROUP
    leaf = season.state.leaf_at(0, now)
    identity = replace(device.identity, leaf=leaf)
    pending = request_credential(
        curve,
        season.registry,
        identity,
        device.holder.signing,
        epoch_at(season.registry, now),
        [each.roll_id for each in rolls],
        source("forked"),
    )
    refusals, answers = list[str](), list[bytes]()
    for issuer, copy in at.views(whole):
        try:
            answers.append(
                answer_request(
                    copy.credentials,
                    issuer,
                    copy.state.leaf_at(0, now),
                    tuple(copy.state.rolls.values()),
                    identity.attributes,
                    pending.request,
                    now,
                    now,
                    source(f"answer/{issuer.index}"),
                )
            )
        except Rejection as error:
            refusals.append(error.code)
    try:
        receive_credential(season.credentials, identity, pending, answers)
    except (Rejection, CryptoError) as error:
        return refusals, error.code
    return refusals, ""


def test_issuers_who_see_two_histories_sign_no_common_roll() -> None:
    """Fewer than n - t sign what two copies state; so no sale can open."""
    at = forked(rolls=False)
    for season in (at.whole, at.small):
        roll = season.board.roll_due(season.clock, season.registry.closes)
        assert signed_by(season, roll, at.views(2)) == "roll.issuers"


def test_one_history_alone_can_have_a_roll() -> None:
    """With n - t issuers behind one copy, the other is at an end."""
    at = forked(rolls=False)
    small = at.small.board.roll_due(at.small.clock, at.small.registry.closes)
    assert signed_by(at.small, small, at.views(3)) == "roll.issuers"
    whole = at.whole.board.roll_due(at.whole.clock, at.whole.registry.closes)
    assert signed_by(at.whole, whole, at.views(3)) == ""


def test_a_credential_for_a_roll_that_one_history_has_is_refused() -> None:
    """Even if all issuers had signed both rolls: they answer by their own copy."""
    at = forked()
    for season in (at.whole, at.small):
        refused = ["request.rolls", "request.rolls"]
        assert asked(at, 2, season, at.ann) == (refused, "threshold.too-few")
    assert asked(at, 3, at.whole, at.ann) == (["request.rolls"], "")


def test_a_recovery_on_one_history_gives_neither_key_a_credential() -> None:
    """The thief's key is the holder's on one copy, and the person's on the other."""
    parts = stage(committee=COMMITTEE).parts
    whole, small = (Season(parts, START) for _ in range(2))
    ann, _ = (season.enrol("ann", "ann") for season in (whole, small))
    for season in (whole, small):
        season.post_roll()
    at = Forked(whole, small, ann)
    assert whole.data == small.data
    thief = whole.recover("ann", 0, "whoever recovers on one copy")
    small.clock = whole.clock
    for device, season in ((thief, whole), (ann, small)):
        refused = ["request.leaf", "request.leaf"]
        assert asked(at, 2, season, device) == (refused, "threshold.too-few")


def test_a_sale_opens_with_no_roll_of_the_other_history() -> None:
    at = forked()
    on = staged_sale(at.small, "Fork")
    state = SaleState(at.whole.state)
    state.append(on.terms_entry(), at.whole.clock)
    other = at.small.state.rolls
    entry = on.open_entry(next(iter(other)))
    assert code(lambda: state.append(entry, at.whole.clock)) == "open.roll"


def test_a_credential_of_the_other_history_does_not_deposit() -> None:
    """Issuers who give one all the same help nobody: the header names the roll."""
    at = forked()
    on = staged_sale(at.whole, "Fork")
    (theirs,) = at.small.state.rolls
    rolls = tuple(at.small.state.rolls.values())
    leaf, now = at.ann.identity.leaf, at.small.clock
    issued = at.small.committee.issue(at.ann.identity, at.ann.holder, leaf, rolls, now)
    for claimed in (theirs, on.roll_id):
        made = make_deposit(
            at.whole.credentials,
            issued[theirs],
            on.terms,
            claimed,
            Wish(0, 1, PRICE),
            epoch_at(at.whole.registry, now),
            source("forked deposit"),
        )
        verify = at.whole.credentials, on.terms, on.roll_id, made.entry, now, STATEMENTS
        assert code(lambda: verify_deposit(*verify)) == "deposit.presentation"  # noqa: B023


def test_two_copies_of_the_log_are_evidence(tmp_path: Path) -> None:
    """Two issuers need nothing but the logs that they were shown, or a head."""
    at = forked()
    mine, theirs = read_log(at.whole), read_log(at.small)
    for log, view in (
        (mine, View.of_log(theirs)),
        (theirs, View.of_log(mine)),
        (mine, View.of_head(heads(at.small)[-1])),
    ):
        found = compare(log, view)
        assert isinstance(found, Fork)
        found.verify()
        assert found.key == at.whole.registry.board.key
        assert found.earlier.checkpoint.origin == at.whole.registry.log.origin
    names = [str(tmp_path / name) for name in ("mine", "theirs", "evidence")]
    for name, season in zip(names, (at.whole, at.small), strict=False):
        Path(name).write_bytes(season.data)
    assert main(["compare", names[0], names[0]]) == 0
    assert main(["compare", *names[:2], "--out", names[2]]) == 1
    assert main(["compare", "--evidence", names[2]]) == 1


def test_one_history_and_its_beginning_are_consistent() -> None:
    at = forked()
    read = read_log(at.whole)
    for head in heads(at.whole):
        assert compare(read, View.of_head(head)) is None
    (common, *_) = heads(at.small)
    assert compare(read, View.of_head(common)) is None
    part = read_log(forked(rolls=False).whole)
    assert compare(part, View.of_log(read)) is None
    with pytest.raises(InputError, match=r"compare\.shorter"):
        compare(part, View.of_head(heads(at.whole)[-1]))


@pytest.mark.thorough
def test_buyers_of_two_sales_find_the_fork() -> None:
    """Each sale holds by itself; together they show two registries of one name."""
    at = forked(rolls=False)
    sold = [
        sell(each, [at.ann], f"Sale {each is at.small}")
        for each in (at.whole, at.small)
    ]
    files = [
        each.data + sale.data
        for each, sale in zip((at.whole, at.small), sold, strict=True)
    ]
    for data in files:
        report = audit_transcript(
            data, rehearsal=True, curve=GROUP, statements=STATEMENTS
        )
        assert report.holds, report.findings
    first, second = (replay_file(data, GROUP, STATEMENTS) for data in files)
    found = compare(first, View.of_log(second))
    assert isinstance(found, Fork)
    found.verify()


def test_whoever_kept_a_head_finds_the_fork() -> None:
    """A head of what both histories share shows nothing; the next one does."""
    at = forked(rolls=False)
    shared = heads(at.small)[-1]
    at.small.post_roll()
    sale = sell(at.whole, [at.ann])
    for head, failed in ((shared, ()), (heads(at.small)[-1], ("A29",))):
        report = audit_transcript(
            sale.data,
            more=[at.whole.data],
            rehearsal=True,
            heads=[head.to_text().encode()],
            curve=GROUP,
            statements=STATEMENTS,
        )
        assert report.failed == failed
