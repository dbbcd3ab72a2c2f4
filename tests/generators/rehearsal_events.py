"""What happens to people in the rehearsals of the vectors; a part of chapter rehearsal."""

from collections.abc import Sequence

EVENTS: Sequence[tuple[str, str, str]] = (
    (
        "taken-back",
        (
            "An identity is sold before the sale, and its person takes it back: the buyer, "
            "who deposits and claims, holds nothing."
        ),
        "announced,Ann,sell-identity\nlocked,Ann,renew\n2,Ann,re-verify\n",
    ),
    (
        "not-taken-back",
        "Whose person never comes back holds nothing: the buyer has it.",
        "announced,Ann,sell-identity\n",
    ),
    (
        "stolen",
        "The thief claims, contests until the arbiter decides, and gets no credential.",
        "commit,Bob,steal-device\nlocked,Bob,renew\n3,Bob,re-verify\n5,Bob,contest\n",
    ),
    (
        "lost",
        (
            "A device is lost before the deposit, which is not made; and one behind it, and "
            "nobody claims. A third is lost and replaced."
        ),
        (
            "open,Ann,lose-device\ncommit,Bob,lose-device\nlocked,Cleo,lose-device\n"
            "4,Cleo,re-verify\n"
        ),
    ),
    (
        "contested",
        (
            "Somebody who still has the device contests what they did not ask for, and keeps "
            "it; another leaves, and what they won waits for good."
        ),
        "1,Ann,re-verify\n2,Ann,contest\n2,Bob,leave\n",
    ),
    (
        "too-late",
        (
            "A recovery behind the unlock moves what is not released yet: both claimed in "
            "one epoch, and the next one decides."
        ),
        "unlocked,Ann,renew\nunlocked,Ann,steal-device\nunlocked,Ann,re-verify\n",
    ),
    (
        "two-recoveries",
        "Two recoveries in a row: neither of the former keys gets a credential.",
        "open,Ann,sell-identity\n1,Ann,re-verify\n5,Ann,steal-device\n6,Ann,re-verify\n",
    ),
)

_LOSES = "open,Ann,lose-device\n"
REFUSED: Sequence[tuple[str, str, str, str]] = (
    ("events-back", "Rows ascend by time.", "order", "2,Ann,renew\n1,Bob,renew\n"),
    (
        "events-phase-back",
        "Phases ascend too.",
        "order",
        "locked,Ann,renew\nopen,Bob,renew\n",
    ),
    ("events-late", "Nothing happens behind the end.", "when", "99,Ann,renew\n"),
    (
        "lost-twice",
        "Who has no device loses none.",
        "impossible",
        f"{_LOSES}1,Ann,lose-device\n",
    ),
    (
        "sold-and-stolen",
        "What was sold is not stolen from the person.",
        "impossible",
        "open,Ann,sell-identity\n1,Ann,steal-device\n",
    ),
    (
        "stolen-too-early",
        "The new device is there when the recovery is complete.",
        "impossible",
        f"{_LOSES}1,Ann,re-verify\n3,Ann,steal-device\n",
    ),
    ("lost-renews", "Nobody has the keys.", "impossible", f"{_LOSES}1,Ann,renew\n"),
    (
        "lost-contests",
        "Nobody has the keys.",
        "impossible",
        f"{_LOSES}1,Ann,re-verify\n2,Ann,contest\n",
    ),
    (
        "contest-of-nothing",
        "What has not begun is not contested.",
        "impossible",
        "1,Ann,contest\n",
    ),
    (
        "contest-twice",
        "A recovery is contested once.",
        "impossible",
        "1,Ann,re-verify\n2,Ann,contest\n2,Ann,contest\n",
    ),
    (
        "contest-too-late",
        "A recovery that is complete is not contested.",
        "impossible",
        "1,Ann,re-verify\n4,Ann,contest\n",
    ),
    (
        "verified-twice",
        "One recovery is under way at a time.",
        "impossible",
        "1,Ann,re-verify\n2,Ann,re-verify\n",
    ),
    (
        "left-and-verified",
        "Who has left is not verified again.",
        "impossible",
        "1,Ann,leave\n4,Ann,re-verify\n",
    ),
)
