"""Who collects in the rehearsals of the vectors; a part of chapter rehearsal."""

from collections.abc import Sequence

COLLECTS: Sequence[tuple[str, str, str | None]] = (
    ("collect", "Both winners collect, and nothing is drawn again.", None),
    (
        "stay-away",
        "Everybody stays away who might have won: both seats are drawn again.",
        "".join(f"collecting,{name},stay-away\n" for name in ("Ann", "Bob", "Cleo"))
        + "collecting,Dan,stay-away\ncollecting,Eve,stay-away\n",
    ),
    (
        "lost-and-collected",
        (
            "Devices are lost before the draw is known; who has the identity back in time "
            "claims, and collects by the claim, and the others lapse."
        ),
        (
            "result,Ann,lose-device\nresult,Bob,lose-device\nresult,Cleo,lose-device\n"
            "result,Dan,lose-device\nresult,Eve,lose-device\n1,Ann,re-verify\n"
            "1,Eve,re-verify\n"
        ),
    ),
    (
        "thieves-collect",
        "Who has stolen the devices collects; their persons take the seats back.",
        (
            "result,Ann,steal-device\nresult,Bob,steal-device\nresult,Cleo,steal-device\n"
            "result,Dan,steal-device\nresult,Eve,steal-device\nlocked,Ann,re-verify\n"
            "locked,Bob,re-verify\nlocked,Cleo,re-verify\nlocked,Dan,re-verify\n"
            "locked,Eve,re-verify\n"
        ),
    ),
)

REFUSED_COLLECTS: Sequence[tuple[str, str, str]] = (
    ("stay-away-unasked", "Nobody need come.", "locked,Ann,stay-away\n"),
    ("collecting-unasked", "There is no such phase.", "collecting,Ann,renew\n"),
    ("stay-away-late", "The time to collect is over.", "redrawing,Ann,stay-away\n"),
)
