from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from events.clinical_date import ClinicalDate, Precision

WAY_OUT = "write 2021-12-01, or 2021-12 when only the month is known, or 2021 when only the year is"


@pytest.mark.parametrize(
    ("text", "precision", "earliest", "latest"),
    [
        ("2021-12-01", "day", date(2021, 12, 1), date(2021, 12, 1)),
        ("2021-12", "month", date(2021, 12, 1), date(2021, 12, 31)),
        ("2021-04", "month", date(2021, 4, 1), date(2021, 4, 30)),
        ("2021-02", "month", date(2021, 2, 1), date(2021, 2, 28)),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-02-29", "day", date(2024, 2, 29), date(2024, 2, 29)),
        ("2021", "year", date(2021, 1, 1), date(2021, 12, 31)),
    ],
)
def test_a_date_is_as_precise_as_its_source(text: str, precision: Precision, earliest: date, latest: date) -> None:
    parsed = ClinicalDate.parse(text)
    assert (parsed.precision, parsed.earliest, parsed.latest) == (precision, earliest, latest)
    assert str(parsed) == text


@pytest.mark.parametrize(
    "junk",
    [
        "",
        "yesterday",
        "21-12-01",
        "2021-1-1",
        "2021/12/01",
        "01.12.2021",
        "2021-12-01T00:00",
        "2021-12-01\n",
        " 2021-12-01",
        "2021-",
        "２０２１",
        20211201,
        2021.0,
        None,
        datetime(2021, 12, 1, tzinfo=UTC),
    ],
)
def test_junk_is_no_date_and_the_message_shows_the_way_out(junk: object) -> None:
    with pytest.raises(ValueError, match="is not a date") as refused:
        ClinicalDate.parse(junk)
    assert str(refused.value) == f"{junk!r} is not a date: {WAY_OUT}"


@pytest.mark.parametrize("text", ["2021-02-29", "1900-02-29", "2021-13", "2021-00", "2021-06-31", "2021-06-00", "0000"])
def test_a_day_the_calendar_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not in the calendar") as refused:
        ClinicalDate.parse(text)
    assert text in str(refused.value)
    assert WAY_OUT in str(refused.value)


@given(st.dates())
def test_a_calendar_day_reads_as_itself(day: date) -> None:
    parsed = ClinicalDate.parse(day)
    assert parsed == ClinicalDate.parse(day.isoformat()) == ClinicalDate.parse(parsed)
    assert parsed.earliest == parsed.latest == day


def test_a_form_field_takes_text_and_its_error_is_in_the_same_words() -> None:
    field = TypeAdapter(ClinicalDate)
    assert field.validate_json('"2021-12"') == ClinicalDate(2021, 12)
    assert field.dump_json(ClinicalDate(2021, 12)) == b'"2021-12"'
    with pytest.raises(ValidationError, match="'12/2021' is not a date: write 2021-12-01"):
        field.validate_python("12/2021")


def test_a_form_shows_what_a_date_looks_like() -> None:
    schema = TypeAdapter(ClinicalDate).json_schema()
    assert schema["type"] == "string"
    assert schema["examples"] == ["2021-12-01", "2021-12", "2021"]
