"""Names of flow runs: what is done and for whom, so that the list of runs reads as a diary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from prefect.runtime import flow_run
from pydantic import BaseModel

_MOST_NAMED = 3


def work_run(doing: str) -> Callable[[], str]:
    """Names a run of work by its patients, or by the key of the one item that a worker carries."""

    def name() -> str:
        told = flow_run.get_parameters()
        return str(told.get("key") or f"{doing} {whose(told.get('patient_ids') or ())}")

    return name


def sent_form() -> Mapping[str, Any]:
    """The form of this run as it was sent; nothing when that is no form."""
    form: Any = flow_run.get_parameters().get("form")
    sent = form.model_dump() if isinstance(form, BaseModel) else form
    return sent if isinstance(sent, dict) else {}


def whose(patient_ids: Sequence[str]) -> str:
    """Some patients by their pseudonymous ids: the first few, and how many more."""
    more = len(patient_ids) - _MOST_NAMED
    named = ", ".join(patient_ids[:_MOST_NAMED]) or "nobody"
    return f"{named} and {more} more" if more > 0 else named
