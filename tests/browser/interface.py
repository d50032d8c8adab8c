"""A coordinator at the Prefect interface: opens a form by its name, fills it in, submits it, reads pages."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from playwright.async_api import Locator, Page, expect

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Interface:
    """The interface of one running installation."""

    page: Page
    url: str

    async def submit(
        self, form: str, patient: str, texts: Mapping[str, str], choices: Mapping[str, str], by: str = "li.wei"
    ) -> Any:
        """Fill in a form and submit it; the flow run it became, ended. Dates are texts `yyyy-MM-dd`."""
        deployment = self._api("/deployments/filter", {"deployments": {"name": {"any_": [form]}}})[0]
        await self.page.goto(f"{self.url}/v2/deployments/deployment/{deployment['id']}/run")
        if patient:
            await self.page.get_by_label("Patient", exact=True).fill(patient)
        return await self.fill_in(form, texts, choices, by)

    async def follow(self, key: str, row: str, link: str) -> None:
        """Click a link in the last row of a page that says a text; it opens a form."""
        await self.read(key)
        await self.page.get_by_role("row").filter(has_text=row).last.get_by_role("link", name=link).click()
        await expect(self.page.get_by_label("Entered by")).to_be_visible()

    async def fill_in(self, form: str, texts: Mapping[str, str], choices: Mapping[str, str], by: str = "li.wei") -> Any:
        """Fill in the form that is open and submit it; the flow run it became, ended."""
        deployment = self._api("/deployments/filter", {"deployments": {"name": {"any_": [form]}}})[0]
        await self.page.get_by_label("Entered by").fill(by)
        for label, value in texts.items():
            await self._write(label, value)
        for label, value in choices.items():
            await self._choose(label, value)
        await self.page.get_by_role("button", name="Submit").click()
        await self.page.wait_for_url(re.compile(r"/runs/flow-run/|/deployments/deployment/[^/]+(\?.*)?$"))
        return self._ended(deployment["id"])

    async def read(self, key: str, *texts: str) -> None:
        """Open a page by its key, as soon as it says these texts, and read them on it."""
        await self.wait_for(key, *texts)
        found = self._api("/artifacts/latest/filter", {"artifacts": {"key": {"any_": [key]}}})
        await self.page.goto(f"{self.url}/v2/artifacts/artifact/{found[0]['latest_id']}")
        for text in texts:
            await expect(self.page.get_by_text(text).first).to_be_visible()

    async def wait_for(self, key: str, *texts: str, seconds: float = 90) -> None:
        """Wait until the newest version of a page says these texts; pages follow the log within seconds."""
        deadline = time.monotonic() + seconds
        while missing := [text for text in texts if text not in self._said(key)]:
            assert time.monotonic() < deadline, f"{key} never said {missing}"
            await asyncio.sleep(0.2)

    def _said(self, key: str) -> str:
        """What the newest version of a page says, without its links."""
        found = self._api("/artifacts/latest/filter", {"artifacts": {"key": {"any_": [key]}}})
        return _LINK.sub(r"\1", found[0]["data"]) if found else ""

    async def _write(self, label: str, value: str) -> None:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            await self._control(label).click()
            typed = self.page.get_by_placeholder("yyyy-MM-dd")
            await typed.fill(value)
            await self.page.keyboard.press("Enter")
            await self.page.keyboard.press("Escape")
            await expect(typed).to_have_count(0)
        else:
            await self.page.get_by_label(label, exact=True).fill(value)

    async def rewrite(self, old: str, new: str) -> None:
        """Replace a text in the editor of an entry's facts."""
        editor = self.page.locator(".cm-content").first
        text = await editor.inner_text()
        assert old in text, text
        await editor.click()
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.insert_text(text.replace(old, new))

    async def _choose(self, label: str, value: str) -> None:
        await self._control(label).click()
        option = self.page.get_by_role("option", name=value, exact=True)
        await option.click()
        await self.page.keyboard.press("Escape")
        await expect(option).to_have_count(0)

    def _control(self, label: str) -> Locator:
        """The button under a label that opens its choices or its calendar."""
        named = self.page.locator("label").filter(has_text=re.compile(rf"^{re.escape(label)}( \(Optional\))?$"))
        return named.locator("xpath=ancestor::div[contains(@class, 'group')][1]//fieldset//button").first

    def _ended(self, deployment_id: str) -> Any:
        asked = {"flow_runs": {"deployment_id": {"any_": [deployment_id]}}, "sort": "EXPECTED_START_TIME_DESC"}
        until = time.monotonic() + 90
        while time.monotonic() < until:
            runs = self._api("/flow_runs/filter", asked)
            if runs and runs[0]["state_type"] in {"COMPLETED", "FAILED", "CRASHED"}:
                return runs[0]
            time.sleep(0.3)
        raise AssertionError("the form's run did not end")

    def _api(self, path: str, body: Any) -> Any:
        return httpx.post(f"{self.url}/api{path}", json=body, timeout=20, trust_env=False).json()
