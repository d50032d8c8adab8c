"""How the demonstration laboratory answers a search for reports: newest version of each, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlencode

from deployments.laboratory.book import Version
from deployments.laboratory.fhir_writing import Resource, bundle, instant
from deployments.laboratory.practice import Practice
from flows.gateways.fhir_systems import Systems, trial_of

_BASED_ON = ("based-on:ServiceRequest.identifier", "based-on.identifier", "based-on:identifier")
_UNDERSTOOD = ("_lastUpdated", "_count", "_sort", "_include", *_BASED_ON)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search for reports: changed at or after `since` (or only after), on one order or all, `count` a page.

    An order is named by its key, and by its trial where the search says whose it is.
    """

    since: str = ""
    after: bool = False
    trial: str | None = None
    order_key: str | None = None
    count: int = 50
    include: frozenset[str] = frozenset()

    @classmethod
    def read(cls, parameters: list[tuple[str, str]]) -> Self:
        """Read the search parameters. Raises `ValueError` naming the one that is not understood."""
        given = dict(parameters)
        unknown = sorted(set(given) - set(_UNDERSTOOD))
        if unknown:
            raise ValueError(f"search parameter {unknown[0]!r} is not understood; use {', '.join(_UNDERSTOOD)}")
        changed = given.get("_lastUpdated", "")
        trial, key = identified(next((given[name] for name in _BASED_ON if name in given), ""))
        return cls(
            since=_since(changed) if changed else "",
            after=changed.startswith("gt"),
            trial=trial,
            order_key=key or None,
            count=max(1, min(int(given.get("_count", "50")), 500)),
            include=frozenset(value for name, value in parameters if name == "_include"),
        )


def identified(token: str) -> tuple[str | None, str]:
    """The trial and the order key of a FHIR token `system|value`; without a system, whichever trial's."""
    system, _, key = token.rpartition("|")
    return trial_of(system), key


def listed(practice: Practice, wanted: Wanted, base: str) -> Resource:
    """One page of reports as a FHIR searchset, oldest change first unless a fault says otherwise."""
    practice.report_what_is_due()
    fault = practice.faults.in_listing()
    muddled = fault is not None and fault.kind == "out-of-order"
    limit = wanted.count + 1 if not muddled else 1_000_000
    found = practice.book.reports(wanted.since, wanted.after, wanted.trial, wanted.order_key, limit, history=muddled)
    if muddled:
        return bundle(_entries(practice, found[::-1], wanted, base), None)
    page = found[: wanted.count]
    entries = _entries(practice, page, wanted, base)
    if fault is not None:
        entries = [*entries, *entries]
    return bundle(entries, _next_url(wanted, page[-1], base) if len(found) > wanted.count else None)


def _entries(practice: Practice, found: list[Version], wanted: Wanted, base: str) -> list[tuple[str, Resource, str]]:
    """The matches, then what they refer to: every order once."""
    matches: list[tuple[str, Resource, str]] = []
    included: list[tuple[str, Resource, str]] = []
    for version in found:
        report, *observations = version.resources
        matches.append((f"{base}DiagnosticReport/{version.report_id}", report, "match"))
        if "DiagnosticReport:result" in wanted.include:
            included.extend((f"{base}Observation/{seen['id']}", seen, "include") for seen in observations)
    if "DiagnosticReport:based-on" in wanted.include:
        orders = (practice.book.order(number) for number in sorted({version.order_number for version in found}))
        included.extend((f"{base}ServiceRequest/{order.number}", order.resource, "include") for order in orders)
    return [*matches, *included]


def _next_url(wanted: Wanted, last: Version, base: str) -> str:
    """The page after a report, by its own moment: a report changed meanwhile moves to the end and is not skipped."""
    parameters = [("_lastUpdated", f"gt{last.last_updated}"), ("_sort", "_lastUpdated"), ("_count", str(wanted.count))]
    parameters += [("_include", value) for value in sorted(wanted.include)]
    if wanted.order_key is not None:
        of = f"{Systems(wanted.trial).order}|" if wanted.trial else ""
        parameters.append((_BASED_ON[0], f"{of}{wanted.order_key}"))
    return f"{base}DiagnosticReport?{urlencode(parameters)}"


def _since(changed: str) -> str:
    prefix, moment = changed[:2], changed[2:]
    try:
        since = datetime.fromisoformat(moment)
    except ValueError:
        since = None
    if prefix not in ("ge", "gt") or since is None or since.tzinfo is None:
        raise ValueError(f"_lastUpdated={changed}: write ge2021-03-01T00:00:00Z")
    return instant(since.astimezone(UTC))
