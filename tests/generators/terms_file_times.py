"""Issuers and times of TERMS.toml that are refused; a part of chapter terms-file."""

from collections.abc import Iterator

from generators.terms_file_setting import toml

_FORM = "A duration is a number, one blank and a unit, in quotes."
_LOCKED = (
    "A lock-up covers detection, cooling and two epochs; a thief would take the items."
)


def refused_issuers() -> Iterator[tuple[str, str, str, str]]:
    """Yield committees that no rehearsal deals."""
    rows = (
        ("none", "Somebody issues.", "range", "n = 0"),
        ("seventeen", "One machine deals to at most 16.", "range", "n = 17"),
        ("3", "n is at least 3t + 1.", "issuers", "n = 3\nt = 1"),
        ("t", "One issuer cannot be corrupt.", "issuers", "n = 1\nt = 1"),
        ("t-negative", "t is a count.", "range", "t = -1"),
        ("n-text", "n is an integer.", "integer", 'n = "4"'),
        ("quorum", "Somebody attests.", "range", "q_recover = 0"),
        (
            "quorum-256",
            "A registry's quorum is at most 255.",
            "range",
            "q_recover = 256",
        ),
        ("silent-more", "Of n issuers at most n are silent.", "range", "silent = 2"),
        ("lying-text", "It is a count.", "integer", 'lying = "1"'),
        ("silent-negative", "It is a count.", "range", "silent = -1"),
        (
            "lying-more",
            "Who is silent does not lie.",
            "range",
            "n = 4\nsilent = 1\nlying = 4",
        ),
        ("cooling-zero", "Somebody can object.", "range", 'cooling = "0 days"'),
        ("cooling-number", _FORM, "duration", "cooling = 259200"),
    )
    for name, rule, code, lines in rows:
        yield f"issuers-{name}", rule, code, toml(f"[issuers]\n{lines}\n")
    lines = '[issuers]\ncooling = "8 days"\n[times]\nlockup = "12 days"\n'
    yield "cooling-beyond-lockup", _LOCKED, "times", toml(lines)


def refused_times() -> Iterator[tuple[str, str, str, str]]:
    """Yield times that are none, or do not fit together."""
    rows = (
        ("key", "Unknown keys are refused.", "unknown", 'close = "1 day"'),
        ("epoch-number", _FORM, "duration", "epoch = 86400"),
        ("epoch-short", _FORM, "duration", 'epoch = "1d"'),
        ("epoch-blanks", _FORM, "duration", 'epoch = "1  day"'),
        ("epoch-capital", _FORM, "duration", 'epoch = "1 Day"'),
        ("epoch-zeros", _FORM, "duration", 'epoch = "01 day"'),
        ("epoch-point", _FORM, "duration", 'epoch = "1.5 days"'),
        ("epoch-sign", _FORM, "duration", 'epoch = "-1 day"'),
        ("epoch-boolean", _FORM, "duration", "epoch = true"),
        ("epoch-low", "An epoch has an hour or more.", "range", 'epoch = "59 minutes"'),
        ("epoch-high", "An epoch has at most 366 days.", "range", 'epoch = "367 days"'),
        ("season-low", "A season has two hours or more.", "range", 'season = "1 hour"'),
        ("tail-high", "Times are below 2^32 s.", "range", 'tail = "9999999999 days"'),
        ("detection-zero", "Nobody notices at once.", "range", 'detection = "0 hours"'),
        ("lockup-zero", _LOCKED, "times", 'lockup = "0 days"'),
        ("lockup-second", _LOCKED, "times", 'lockup = "1036799 seconds"'),
        ("lockup-epochs", _LOCKED, "times", 'epoch = "2 days"\nlockup = "13 days"'),
        (
            "expiry-alone",
            "Without a round nothing expires.",
            "times",
            'expiry = "1 day"',
        ),
    )
    for name, rule, code, lines in rows:
        yield f"times-{name}", rule, code, toml(f"[times]\n{lines}\n")
    lottery = toml("collect = true\n", mechanism='mechanism = "lottery"', cap="")
    yield (
        "times-collect-short",
        "Who was robbed can collect again.",
        "times",
        f'{lottery}[times]\ncollect = "1036799 seconds"\n',
    )
    yield (
        "times-collect-number",
        _FORM,
        "duration",
        f"{lottery}[times]\ncollect = 1036800\n",
    )
    yield (
        "times-collect-alone",
        "Without collect in a pool nobody collects.",
        "times",
        toml('[times]\ncollect = "12 days"\n'),
    )
    yield "times-number", "times is a table.", "table", toml("times = 7\n")
    for name, rule, code, line in (
        ("short", "A round has a day to come.", "range", 'expiry = "23 hours"'),
        ("long", "A sale expires before it unlocks.", "times", 'expiry = "14 days"'),
    ):
        waits = '[beacon]\ndrand = "own"\n'
        yield f"times-expiry-{name}", rule, code, toml(f"{waits}[times]\n{line}\n")
