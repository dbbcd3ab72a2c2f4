"""What can be said of pools whose winners must collect (specs/check.md, section 3)."""

from collections.abc import Iterator

from fairlot.inputs.finding import Finding, FindingCode, TermsAndPeople


def collect_findings(both: TermsAndPeople) -> Iterator[Finding]:
    """Say where nobody waits for what is not collected, and where it does not go."""
    for place, pool in enumerate(both.pools):
        if not pool.collect:
            continue
        able = sum(bars[place] is None for bars in both.bars)
        if 0 < able <= pool.supply:
            yield Finding(
                FindingCode.COLLECT_IDLE,
                f"{able} can take a unit of {pool.name}, which has {pool.supply}: all of "
                "them win, and nobody waits for what they do not collect",
                "see whether collect is meant: it lets people lose what nobody else gets",
            )
        if pool.unsold is not None:
            yield Finding(
                FindingCode.COLLECT_UNSOLD,
                f"what nobody collects of {pool.name}, and nobody who waits can take, comes "
                f"back to you, and not to {pool.unsold}, which is drawn by then",
                "nothing, if that is meant",
            )
