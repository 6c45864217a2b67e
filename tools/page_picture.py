"""The picture of the simulator's page in README and docs: ``python -m tools.page_picture``.

It needs a Chromium of the system and the extras ``dev`` and ``travel``.
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import sync_playwright

from qiantang.session import open_study
from qiantang.travel.writing import put_page

ROOT = Path(__file__).parents[1]
OUT = ROOT / "docs" / "how-to" / "page.png"
WIDTH, HEIGHT, COLOURS = 1400, 930, 64
STATE = "#lang=en&levers=talent_programme:1,airport_capacity:0.6&with=plan_in_full"
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def picture(file: Path) -> bytes:
    """Return a page as it stands in a browser, as PNG."""
    browser_file = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_file, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(file.as_uri() + STATE)
        page.locator("html[data-ready]").wait_for(state="attached")
        page.wait_for_timeout(1000)
        shot: bytes = page.screenshot()
        browser.close()
    return shot


def main() -> None:
    """Write the picture anew, in few colours."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "reach.html"
        put_page(open_study(ROOT).page(language="en"), file)
        image = Image.open(io.BytesIO(picture(file))).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(OUT, optimize=True)


if __name__ == "__main__":
    main()
