"""Pictures of the page at the door: ``python tests/support/door_pictures.py [FOLDER]``."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "support")]

from code_reader import reads_codes  # noqa: E402
from door_served import next_question, paired, proved, served  # noqa: E402
from doors import sell, winner  # noqa: E402
from page_browser import NARROW, WIDE, chromium  # noqa: E402

FOLDER = ROOT / "specs" / "site" / "guides" / "pictures"


def main(folder: Path = FOLDER) -> None:
    """Write the pictures."""
    with TemporaryDirectory() as home, chromium() as browser:
        place = Path(home)
        sold = sell(place)
        with served(sold, place / "used") as (address, code):
            for width, dark in ((NARROW, True), (WIDE, False)):
                context = browser.new_context(
                    viewport={"width": width, "height": 844},
                    color_scheme="dark" if dark else "light",
                    locale="en-GB",
                )
                reads_codes(context)
                page = context.new_page()
                page.goto(address)
                paired(page, code)
                text = next_question(page)
                if dark:
                    page.screenshot(path=folder / "door-question.png")
                scanned, _ = proved(sold, text, winner(sold, 1), place)
                page.set_input_files("#scan-picture", scanned)
                page.wait_for_selector("#verdict .verdict")
                name = "door-in.png" if dark else "door-out.png"
                page.screenshot(path=folder / name)
                context.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
