"""Reading the laboratory's HTTP answers: JSON with exact decimals, FHIR bundles and their pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, cast

Resource = dict[str, Any]


def parse(text: str) -> Resource:
    """Read a FHIR resource, keeping every decimal as it was written (44, 44.0 and 44.10 stay different).

    Raises `ValueError` when the text is not a JSON object.
    """
    answer = json.loads(text, parse_float=Decimal, parse_constant=str)
    if not isinstance(answer, dict):
        raise ValueError("the answer is not a FHIR resource")
    return cast("Resource", answer)


def require_searchset(answer: Resource) -> Resource:
    """The answer, if it is the result of a FHIR search. Raises `ValueError` otherwise."""
    if answer.get("resourceType") != "Bundle" or answer.get("type") != "searchset":
        raise ValueError("the answer is not a FHIR Bundle of type searchset")
    if not isinstance(answer.get("entry", []), list):
        raise ValueError("Bundle.entry is not a list")
    return answer


def resources(bundle: Resource) -> Iterator[tuple[str, Resource]]:
    """Each resource of the bundle with its full address (empty when it has none)."""
    for entry in objects(bundle.get("entry")):
        resource = entry.get("resource")
        if isinstance(resource, dict):
            yield str(entry.get("fullUrl") or ""), cast("Resource", resource)


def next_page(bundle: Resource) -> str | None:
    """The address of the next page, or None on the last one."""
    links = (link for link in objects(bundle.get("link")) if link.get("relation") == "next")
    return next((str(link["url"]) for link in links if link.get("url")), None)


def by_reference(found: Iterable[tuple[str, Resource]]) -> dict[str, Resource]:
    """Index resources by every reference that may point at them: full address and `Type/id`."""
    index: dict[str, Resource] = {}
    for address, resource in found:
        if address:
            index[address] = resource
        index[f"{resource.get('resourceType')}/{resource.get('id')}"] = resource
    return index


def outcome(text: str) -> str:
    """What an OperationOutcome says, shortened; the start of any other text."""
    try:
        issues = objects(parse(text).get("issue"))
    except ValueError:
        return text.strip()[:300] or "no reason given"
    said = [str(issue.get("diagnostics") or issue.get("code") or "") for issue in issues]
    return "; ".join(part for part in said if part)[:300] or "no reason given"


def objects(value: object) -> list[Resource]:
    """The JSON objects of a list; whatever else an answer holds in its place is left out."""
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("Resource", item) for item in items if isinstance(item, dict)]
