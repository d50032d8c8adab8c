"""Takes pictures of Prefect's interfaces: a page, a form or a list, whole, and says what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, Page, expect
from playwright.async_api import TimeoutError as NotInTime

INTERFACES: Mapping[str, str] = {"v2": "/v2", "v1": ""}
"""Where each of Prefect's interfaces begins; a cookie remembers which of them an operator chose."""

_WIDTH, _HEIGHT, _MOST_PIXELS = 1280, 1000, 15_000
_WRONG = ("Something went wrong", "Page not found", "[object Object]", "undefined", "NaN", "Traceback")
_LAID_OUT_MS = 150
_SHORTEST = 40
"""So many characters stand below the heading of the shortest page."""

_HOW_TALL = """() => Math.max(document.documentElement.scrollHeight,
  ...[...document.querySelectorAll('.app-router-view')].map(one => one.scrollHeight))"""
_BROKEN = "() => [...document.images].filter(image => image.src && !(image.complete && image.naturalWidth > 0)).length"
_SAID = "() => (document.querySelector('main, .app-router-view') ?? document.body).innerText"


@dataclass(frozen=True)
class Taken:
    """A picture: where it lies, what it shows, how many bytes a page has, and what is wrong with it."""

    path: Path
    title: str
    size: int = 0
    problems: Sequence[str] = ()


@dataclass
class Photographer:
    """Takes each picture in both interfaces; `taken` are those there are."""

    browser: Browser
    url: str
    folder: Path
    taken: list[Taken] = field(default_factory=list[Taken])
    _pages: dict[str, Page] = field(default_factory=dict[str, Page])

    async def page(self, key: str) -> None:
        """The newest version of a page, by its key."""
        found = self.ask("/artifacts/latest/filter", {"artifacts": {"key": {"any_": [key]}}})
        if not found:
            self.taken.append(Taken(Path(key), key, problems=("there is no such page",)))
            return
        written = str(found[0]["data"])
        heading = next(line.lstrip("# ") for line in written.splitlines() if line.startswith("#"))
        for_page = f"artifacts/artifact/{found[0]['latest_id']}"
        await self.picture(f"page-{key}", for_page, heading, size=len(written.encode()))

    async def form(self, deployment: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        """The form of a deployment, with what is known filled in."""
        filled = f"?parameters={json.dumps({'form': known})}" if known else ""
        name = deployment["name"].lower().replace(" ", "-")
        await self.picture(f"form-{name}", f"deployments/deployment/{deployment['id']}/run{filled}", "Entered by")

    async def picture(self, name: str, address: str, says: str, *, size: int = 0, whole: bool = True) -> None:
        """What stands at an address, in both interfaces, as soon as it says something: the whole, or how it begins."""
        for interface, begins in INTERFACES.items():
            page = await self._page(interface)
            await page.goto(f"{self.url}{begins}/{address}")
            problems = list(await _problems(page, says))
            path = self.folder / interface / f"{name}.png"
            await _shoot(page, path, whole=whole)
            self.taken.append(Taken(path, says if size else name, size, tuple(problems)))

    def ask(self, path: str, body: object) -> Any:
        """Ask Prefect's API."""
        answer = httpx.post(f"{self.url}/api{path}", json=body, timeout=30, trust_env=False)
        answer.raise_for_status()
        return answer.json()

    async def _page(self, interface: str) -> Page:
        if interface not in self._pages:
            context = await self.browser.new_context(viewport={"width": _WIDTH, "height": _HEIGHT})
            await context.add_cookies([{"name": "prefect_ui_version", "value": interface, "url": self.url}])
            self._pages[interface] = await context.new_page()
            self._pages[interface].set_default_timeout(45_000)
        return self._pages[interface]


async def _problems(page: Page, says: str) -> Sequence[str]:
    """What is wrong with a page that should say something."""
    try:
        await expect(page.get_by_text(says).first).to_be_visible(timeout=60_000)
        await page.wait_for_function(f"({_SAID})().length > {_SHORTEST}", timeout=20_000)
    except (AssertionError, NotInTime):
        return (f"it never says {says!r}",)
    await page.wait_for_timeout(300)  # what is drawn after the text: figures, the state of a run
    return tuple(_found_wrong(str(await page.evaluate(_SAID)), int(await page.evaluate(_BROKEN))))


def _found_wrong(said: str, broken: int) -> Iterator[str]:
    yield from (f"it says {words!r}" for words in _WRONG if words in said)
    if broken:
        yield f"{broken} figures are broken"


async def _shoot(page: Page, path: Path, *, whole: bool) -> None:
    """The whole of it, at its full height."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if whole:
        await _grow(page)
    await page.screenshot(path=path)
    await page.set_viewport_size({"width": _WIDTH, "height": _HEIGHT})


async def _grow(page: Page) -> None:
    """Make the window as tall as what is in it, which may grow with the window."""
    height = _HEIGHT
    while (tall := min(int(await page.evaluate(_HOW_TALL)), _MOST_PIXELS)) > height:
        height = tall
        await page.set_viewport_size({"width": _WIDTH, "height": height})
        await page.wait_for_timeout(_LAID_OUT_MS)
