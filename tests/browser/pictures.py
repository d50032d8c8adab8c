"""`make pictures`: a picture of every page and every form, in both of Prefect's interfaces, of a home made for it.

`python -m tests.browser.pictures FOLDER` puts them into FOLDER/v2 and FOLDER/v1 and ends with a list of what it took.
It fails when a page is empty, shows an error or a broken figure, or is larger than Prefect's artifacts may be.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from playwright.async_api import async_playwright
from rich.console import Console

from deployments.laboratory import DemonstrationLaboratory
from deployments.mailbox import Mailbox
from domain.protocol.v2_0 import EDITION
from tests.browser.interface import FLAGS
from tests.browser.photographer import Photographer, Taken
from tests.browser.picture_home import make_home
from tests.browser.walk import everything
from tests.engine import running

_MOST_BYTES = 300_000


def main(arguments: Sequence[str]) -> int:
    """Take the pictures; exit status 1 when something in them is wrong, 2 when it cannot begin."""
    out = Console(soft_wrap=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if len(arguments) != 1 or chromium is None:
        out.print("usage: python -m tests.browser.pictures FOLDER (needs Chromium: on Debian the package chromium)")
        return 2
    folder = Path(arguments[0])
    with tempfile.TemporaryDirectory(prefix="imni-pictures-") as root:
        taken = _take(Path(root), folder, chromium)
    return _report(out, taken)


def _take(root: Path, folder: Path, chromium: str) -> Sequence[Taken]:
    home, now = make_home(root)
    with DemonstrationLaboratory() as laboratory, Mailbox() as mailbox:
        laboratory.set_clock(now)
        laboratory.set_turn_around(days=10)
        settings = {
            "IMNI_LABORATORY_URL": laboratory.url,
            "IMNI_NOTIFY_URLS": mailbox.url("coordinators@imni.example"),
        }
        with running(home, settings) as url:
            return asyncio.run(_walk(url, folder, chromium, now.astimezone(EDITION.site_zone).date()))


async def _walk(url: str, folder: Path, chromium: str, today: date) -> Sequence[Taken]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        photographer = Photographer(browser, url, folder)
        await everything(photographer, today)
        await browser.close()
    return photographer.taken


def _report(out: Console, taken: Sequence[Taken]) -> int:
    for picture in taken:
        out.print(f"{picture.path}  {picture.title}" + (f"  {picture.size / 1000:.0f} kB" if picture.size else ""))
    largest = max(taken, key=lambda picture: picture.size)
    out.print(f"{len(taken)} pictures; the largest page is {largest.title}: {largest.size / 1000:.0f} kB")
    wrong = [f"{picture.path}: {problem}" for picture in taken for problem in picture.problems]
    if largest.size >= _MOST_BYTES:
        wrong.append(f"{largest.path}: {largest.size} bytes, a page may have {_MOST_BYTES}")
    for problem in wrong:
        out.print(f"WRONG {problem}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
