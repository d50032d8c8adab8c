"""Clinical dates as a hospital knows them: a day, a month, or only a year, and never completed silently."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_WAY_OUT = "write 2021-12-01, or 2021-12 when only the month is known, or 2021 when only the year is"

Precision = Literal["day", "month", "year"]


@dataclass(frozen=True, slots=True)
class ClinicalDate:
    """A calendar date with the precision the source had.

    `earliest` and `latest` bound the true day; they are equal when the day is known.
    """

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, value: object) -> ClinicalDate:
        """Read an ISO date, month or year. Raises `ValueError` naming the value and the way out."""
        if isinstance(value, ClinicalDate):
            return value
        if isinstance(value, date) and not isinstance(value, datetime):
            return cls(value.year, value.month, value.day)
        found = _ISO.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            raise ValueError(f"{value!r} is not a date: {_WAY_OUT}")
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None
        try:
            date(year, 1 if month is None else month, 1 if day is None else day)
        except ValueError:
            raise ValueError(f"{value!r} is not in the calendar: {_WAY_OUT}") from None
        return cls(year, month, day)

    @property
    def precision(self) -> Precision:
        """How much of the date the source knew."""
        if self.day is not None:
            return "day"
        return "year" if self.month is None else "month"

    @property
    def earliest(self) -> date:
        """The first day this date can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day this date can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        parts = [f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part is not None)]
        return "-".join(parts)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _validated, serialization=core_schema.to_string_ser_schema(when_used="always")
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$",
            "examples": ["2021-12-01", "2021-12", "2021"],
        }


Day = Annotated[ClinicalDate, WithJsonSchema({"type": "string", "format": "date", "examples": ["2021-12-01"]})]
"""A clinical date whose form shows a day picker; partial dates still enter by import and command line."""


@lru_cache(maxsize=16384)
def parsed(text: str) -> ClinicalDate:
    """`ClinicalDate.parse` of a text, remembered: a log says the same few thousand days over and over."""
    return ClinicalDate.parse(text)


def _validated(value: object) -> ClinicalDate:
    try:
        return parsed(value) if isinstance(value, str) else ClinicalDate.parse(value)
    except ValueError as problem:
        raise PydanticCustomError("clinical_date", "{problem}", {"problem": str(problem)}) from None
