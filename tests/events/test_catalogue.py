import importlib
import json
import pkgutil
import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import events
from events.catalogue import CATALOGUE, UnreadableEvent, decode, encode
from events.event import Event
from tests.events.any_event import any_of


def _every_event_class() -> Iterator[type[Event]]:
    for module in pkgutil.iter_modules(events.__path__):
        importlib.import_module(f"events.{module.name}")
    waiting: list[type[Event]] = [Event]
    while waiting:
        subclasses = waiting.pop().__subclasses__()
        waiting.extend(subclasses)
        yield from (found for found in subclasses if found.__module__.startswith("events."))


def test_every_event_class_is_registered_under_its_own_wire_name() -> None:
    classes = list(_every_event_class())
    assert {found.type: found for found in classes} == dict(CATALOGUE)
    assert len(classes) == len(CATALOGUE)


@pytest.mark.parametrize("wire_name", CATALOGUE)
def test_a_wire_name_is_words_and_a_version_never_a_python_path(wire_name: str) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*\.v[1-9][0-9]*", wire_name)


@pytest.mark.parametrize("event_class", CATALOGUE.values(), ids=lambda event_class: event_class.type)
def test_an_event_says_in_a_sentence_what_happened(event_class: type[Event]) -> None:
    assert (event_class.__doc__ or "").strip().endswith((".", ").")), event_class


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.sampled_from(list(CATALOGUE.values())).flatmap(any_of))
def test_what_is_stored_reads_back_as_the_same_event_and_the_same_bytes(event: Event) -> None:
    stored = encode(event)
    back = decode(event.type, stored)
    assert back == event
    assert type(back) is type(event)
    assert encode(back) == stored


def test_what_is_not_known_is_not_stored() -> None:
    screened = decode("patient-screened.v1", b'{"occurred_on":"2021-01-01","sex":"F","birth_date":null}')
    assert encode(screened) == b'{"occurred_on":"2021-01-01","sex":"F"}'


def test_a_score_keeps_the_digits_the_laboratory_wrote() -> None:
    stored = b'{"occurred_on":"2021-01-01","score_18gene":"44.0","report_id":"R-1"}'
    assert json.loads(encode(decode("genomic-result-reported.v1", stored)))["score_18gene"] == "44.0"


@pytest.mark.parametrize(
    ("wire_name", "data", "problem"),
    [
        ("tea-brewed.v1", b"{}", "no such event type"),
        ("pathology-reported.v2", b'{"occurred_on":"2021-01-01"}', "no such event type"),
        ("events.screening.PathologyReported", b"{}", "no such event type"),
        ("death-reported.v1", b'{"occurred_on":"2021-01-01"}', "cause"),
        ("death-reported.v1", b'{"occurred_on":"2021-01-01","cause":"BREAST_CANCER","arm":"OMIT"}', "arm"),
        ("death-reported.v1", b'{"occurred_on":"2021-02-29","cause":"OTHER"}', "not in the calendar"),
        ("fraction-delivered.v1", b'{"occurred_on":"2021-02-01","number":"1","dose_cgy":267}', "number"),
        ("death-reported.v1", b"not json", "Invalid JSON"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_problem(wire_name: str, data: bytes, problem: str) -> None:
    with pytest.raises(UnreadableEvent, match=problem) as unreadable:
        decode(wire_name, data)
    assert unreadable.value.wire_name == wire_name
    assert str(unreadable.value).startswith(wire_name)
