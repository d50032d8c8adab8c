"""The laboratory that runs the RecurIndex test, spoken to in FHIR R4 over HTTP.

Ordering is safe to repeat: every order carries its key in `If-None-Exist`, so the laboratory holds it once however
often it is asked. What cannot be settled by asking again is an `AskAPerson` (see `flows.gateways.errors`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Self

import httpx

from flows.gateways.errors import LaboratoryRefused, LaboratoryUnavailable, MalformedReport, OrderAmbiguous
from flows.gateways.fhir_answers import Resource, by_reference, next_page, outcome, parse, require_searchset, resources
from flows.gateways.fhir_orders import contradiction, order_id, service_request
from flows.gateways.fhir_reports import Report, Unreadable, last_updated, read_report
from flows.gateways.fhir_systems import Systems, is_of_another_trial
from flows.steps import step

_HELD, _CREATED, _AMBIGUOUS = 200, 201, 412
_LATER = frozenset({408, 425, 429})
_PAGES = 1000


@dataclass(frozen=True, slots=True)
class Placed:
    """An order the laboratory holds; `newly` is False when it already held it."""

    laboratory_order_id: str
    newly: bool


@dataclass(frozen=True, slots=True)
class ReportBatch:
    """What the laboratory has reported, in the order it told it; `cursor` asks for what comes next.

    Reports may come twice, late and out of order: whoever records them knows each by its id and version.
    """

    reports: tuple[Report, ...]
    unreadable: tuple[Unreadable, ...]
    cursor: str | None


class Laboratory:
    """A trial's connection to the laboratory; `timeout` in seconds for each request. Close it, or use `async with`.

    The laboratory knows the trial by the id of its log: what it holds for another trial is neither seen nor touched.
    """

    def __init__(
        self, base_url: str, log_id: str, client: httpx.AsyncClient | None = None, timeout: float = 10.0
    ) -> None:
        self._base = base_url.rstrip("/")
        self._systems = Systems(log_id)
        self._timeout = timeout
        self._client = client or httpx.AsyncClient()
        self._owns_client = client is None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connection, unless it was handed in."""
        if self._owns_client:
            await self._client.aclose()

    async def order(self, order_key: str, patient_id: str, authored_on: date) -> Placed:
        """Order the RecurIndex test under our key, once however often this is called.

        Raises `LaboratoryUnavailable` (ask again: the order may have arrived), `OrderAmbiguous`,
        `LaboratoryRefused`, `MalformedReport`. Protocol: Genomic test.
        """
        request = service_request(order_key, patient_id, authored_on, self._systems)
        headers = {
            "Content-Type": "application/fhir+json",
            "If-None-Exist": f"identifier={self._systems.order}|{order_key}",
            "Prefer": "return=representation",
        }
        asked = f"order {order_key}"
        url = f"{self._base}/ServiceRequest"
        answer = await self._ask(asked, "POST", url, content=request.model_dump_json(), headers=headers)
        if answer.status_code == _AMBIGUOUS:
            raise OrderAmbiguous(order_key, "it holds more than one order under this key")
        _require_success(asked, answer)
        try:
            body = parse(answer.text) if answer.content else None
            held = order_id(answer.headers.get("Location", ""), body)
            differs = contradiction(request, body, self._systems) if body is not None else None
        except ValueError as problem:
            raise MalformedReport(asked, str(problem)) from None
        if differs is not None:
            raise OrderAmbiguous(order_key, differs)
        return Placed(held, newly=answer.status_code == _CREATED)

    async def reports_since(self, cursor: str | None) -> ReportBatch:
        """Every report changed at or after `cursor` (None: all), with a cursor for the next time.

        Raises `LaboratoryUnavailable`, `LaboratoryRefused`, `MalformedReport` when the whole answer is lost.
        """
        return await self._search("reports", {"_lastUpdated": f"ge{cursor}"} if cursor else {}, cursor)

    async def reports_for(self, order_key: str) -> ReportBatch:
        """Every report on one order, whenever it was made; no cursor. Raises as `reports_since`."""
        only = {"based-on:ServiceRequest.identifier": f"{self._systems.order}|{order_key}"}
        found = await self._search(f"reports for {order_key}", only, None)
        return ReportBatch(found.reports, found.unreadable, None)

    async def _search(self, asked: str, only: dict[str, str], cursor: str | None) -> ReportBatch:
        params = {**only, "_sort": "_lastUpdated", "_include": ["DiagnosticReport:result", "DiagnosticReport:based-on"]}
        url: str | None = str(httpx.URL(f"{self._base}/DiagnosticReport", params=params))
        found: list[tuple[str, Resource]] = []
        seen: set[str] = set()
        while url is not None:
            if url in seen or len(seen) == _PAGES or not self._is_ours(url):
                raise MalformedReport(asked, "the pages of the answer do not end, or lead elsewhere")
            seen.add(url)
            bundle = await self._page(asked, url)
            found.extend(resources(bundle))
            further = next_page(bundle)
            url = str(httpx.URL(url).join(further)) if further else None
        return _batch(found, cursor, self._systems)

    def _is_ours(self, url: str) -> bool:
        """A page elsewhere would send what we ask to a stranger."""
        ours, theirs = httpx.URL(self._base), httpx.URL(url)
        return (ours.scheme, ours.host, ours.port) == (theirs.scheme, theirs.host, theirs.port)

    async def _page(self, asked: str, url: str) -> Resource:
        answer = await self._ask(asked, "GET", url)
        _require_success(asked, answer)
        try:
            return require_searchset(parse(answer.text))
        except ValueError as problem:
            raise MalformedReport(asked, str(problem)) from None

    async def _ask(
        self, asked: str, method: str, url: str, content: str | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        sent = {"Accept": "application/fhir+json", **(headers or {})}
        try:
            with step("ask the laboratory", asked=asked) as note:
                answer = await self._client.request(method, url, content=content, headers=sent, timeout=self._timeout)
                note(status=answer.status_code)
                return answer
        except httpx.TimeoutException:
            raise LaboratoryUnavailable(asked, f"no answer within {self._timeout:g} s") from None
        except httpx.RequestError as problem:
            raise LaboratoryUnavailable(asked, type(problem).__name__) from None


def _require_success(asked: str, answer: httpx.Response) -> None:
    status = answer.status_code
    if status >= 500 or status in _LATER:
        raise LaboratoryUnavailable(asked, f"status {status}")
    if status not in (_HELD, _CREATED):
        raise LaboratoryRefused(asked, status, outcome(answer.text))


def _batch(found: list[tuple[str, Resource]], cursor: str | None, systems: Systems) -> ReportBatch:
    included = by_reference(found)
    reported = [resource for _, resource in found if resource.get("resourceType") == "DiagnosticReport"]
    ours = (resource for resource in reported if not is_of_another_trial(resource, included, systems))
    read = [read_report(resource, included, systems) for resource in ours]
    stamps = [stamp for stamp in map(last_updated, reported) if stamp is not None]
    return ReportBatch(
        tuple(report for report in read if isinstance(report, Report)),
        tuple(report for report in read if isinstance(report, Unreadable)),
        _later(cursor, max(stamps, default=None)),
    )


def _later(cursor: str | None, stamp: datetime | None) -> str | None:
    """The cursor never goes back, whatever the laboratory's clock does."""
    if stamp is None or (cursor is not None and datetime.fromisoformat(cursor) >= stamp):
        return cursor
    return stamp.astimezone(UTC).isoformat().replace("+00:00", "Z")
