"""The seam for changed events, tried with an event that changed twice."""

import json
from typing import ClassVar, Literal

import pytest

from events.catalogue import UnreadableEvent, decode
from events.clinical_date import ClinicalDate
from events.event import Event
from events.upcasting import Payload, Upcast


class WeightMeasured(Event):
    """The patient was weighed."""

    type: ClassVar[str] = "weight-measured.v3"

    grams: int
    dressed: Literal["yes", "no", "unknown"]


def _in_grams(payload: Payload) -> Payload:
    return {"occurred_on": payload["occurred_on"], "grams": payload["kg"] * 1000}


def _dress_unknown(payload: Payload) -> Payload:
    return {**payload, "dressed": "unknown"}


CATALOGUE: dict[str, type[Event]] = {WeightMeasured.type: WeightMeasured}
STEPS: dict[str, Upcast] = {
    "weight-measured.v1": ("weight-measured.v2", _in_grams),
    "weight-measured.v2": ("weight-measured.v3", _dress_unknown),
}


def _read(wire_name: str, payload: str) -> Event:
    return decode(wire_name, payload, CATALOGUE, STEPS)


def test_the_oldest_version_is_read_as_the_newest_step_by_step() -> None:
    newest = WeightMeasured(occurred_on=ClinicalDate(2021, 5), grams=61000, dressed="unknown")
    assert _read("weight-measured.v1", '{"occurred_on":"2021-05","kg":61}') == newest
    assert _read("weight-measured.v2", '{"occurred_on":"2021-05","grams":61000}') == newest
    assert _read("weight-measured.v3", json.dumps(newest.model_dump(mode="json"))) == newest


@pytest.mark.parametrize("payload", ["not json", '{"occurred_on":"2021-05"}', '{"occurred_on":"2021-05","kg":null}'])
def test_an_old_payload_that_is_damaged_is_unreadable_and_named(payload: str) -> None:
    with pytest.raises(UnreadableEvent, match="cannot be brought to its newest version") as unreadable:
        _read("weight-measured.v1", payload)
    assert unreadable.value.wire_name == "weight-measured.v1"


def test_a_step_that_leaves_a_misfit_is_unreadable() -> None:
    with pytest.raises(UnreadableEvent, match="grams"):
        _read("weight-measured.v2", '{"occurred_on":"2021-05","grams":"heavy"}')
