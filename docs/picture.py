"""Make the README's picture: the national report in English on a desk, in Chinese on a phone.

    python docs/picture.py docs/national/report-en.html docs/national/report-zh.html docs/report.png

Needs playwright (the extra `e2e`) and a Chromium of the system.
"""

from __future__ import annotations

import base64
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SHEET = """<!doctype html><body style="margin:0;position:relative;background:#eceae4">{photos}"""
PHOTO = """<img src="data:image/png;base64,{data}" style="position:absolute;left:{left}px;top:{top}px;width:{width}px;
border-radius:{radius}px;box-shadow:0 2px 24px rgba(0,0,0,.22)">"""


@dataclass(frozen=True)
class Photo:
    """What is photographed: a window of so many pixels, from the figure `anchor` on; and where it lies on the sheet."""

    page: Path
    anchor: str
    window: tuple[int, int]
    left: int
    top: int
    width: int
    radius: int


def main(english: Path, chinese: Path, picture: Path) -> None:
    """Photograph the pages, lay the photographs on one sheet."""
    from playwright.sync_api import sync_playwright

    photos = (
        Photo(english, "", (1180, 1120), 30, 30, 900, 6),
        Photo(chinese, "figure-orders_by_region_and_class", (1180, 1120), 560, 330, 900, 6),
        Photo(chinese, "", (390, 844), 30, 500, 330, 22),
    )
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        sys.exit(f"no Chromium: looked for {', '.join(NAMES)}; install one, such as Debian's chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1490, "height": 1240})
        page.set_content(SHEET.format(photos="".join(photograph(browser, photo) for photo in photos)))
        page.screenshot(path=str(picture))
        browser.close()


def photograph(browser: Browser, photo: Photo) -> str:
    """One window once its charts are drawn, as an image of the sheet."""
    page = browser.new_page(viewport={"width": photo.window[0], "height": photo.window[1]})
    page.goto(photo.page.resolve().as_uri())
    page.wait_for_timeout(3000)
    if photo.anchor:
        page.locator(f"#{photo.anchor}").evaluate("figure => scrollTo(0, figure.offsetTop - 30)")
    data = base64.b64encode(page.screenshot()).decode()
    page.close()
    return PHOTO.format(data=data, **{name: getattr(photo, name) for name in ("left", "top", "width", "radius")})


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))
