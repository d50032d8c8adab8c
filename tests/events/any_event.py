"""Made-up events and commands of any class, as far as its fields allow, for what must hold for all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, timedelta, timezone
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin
from uuid import UUID

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from events.clinical_date import ClinicalDate

M = TypeVar("M", bound=BaseModel)
Any_ = st.SearchStrategy[Any]

_DAYS = st.dates(date(1930, 1, 1), date(2026, 11, 30))
_PLAIN: dict[object, Any_] = {
    ClinicalDate: st.tuples(_DAYS, st.sampled_from((4, 7, 10, 10))).map(
        lambda drawn: ClinicalDate.parse(drawn[0].isoformat()[: drawn[1]])
    ),
    AwareDatetime: st.datetimes(timezones=st.sampled_from((UTC, timezone(timedelta(hours=8))))),
    UUID: st.uuids(),
    date: _DAYS,
    bool: st.booleans(),
}
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def any_of(model: type[M]) -> st.SearchStrategy[M]:
    """Any instance of a model."""
    fields = {name: _field(info) for name, info in model.model_fields.items()}
    return st.fixed_dictionaries(fields).map(model.model_validate)


def _field(info: FieldInfo) -> Any_:
    for rule in info.metadata:
        if pattern := getattr(rule, "pattern", None):
            return st.from_regex(pattern, fullmatch=True, alphabet=st.characters(codec="ascii"))
        if step := getattr(rule, "multiple_of", None):
            return st.none() | st.integers(0, 10).map(lambda times, step=step: times * step)
    return _value(info.annotation, _Limits(info.metadata))


class _Limits:
    def __init__(self, rules: list[Any]) -> None:
        self.rules = rules

    def of(self, kind: type[Any], name: str, otherwise: Any) -> Any:
        return next((getattr(rule, name) for rule in self.rules if isinstance(rule, kind)), otherwise)


def _value(annotation: Any, limits: _Limits) -> Any_:
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if annotation in _SIZED:
        return _SIZED[annotation](limits)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return any_of(annotation)
    return _composed(get_origin(annotation), get_args(annotation), limits)


def _composed(origin: Any, inner: tuple[Any, ...], limits: _Limits) -> Any_:
    if origin is Annotated:
        return _value(inner[0], limits)
    if origin is Literal:
        return st.sampled_from(inner)
    if origin in {Union, UnionType}:
        return st.one_of([_value(kind, limits) for kind in inner])
    if origin is tuple:
        return st.lists(_value(inner[0], _Limits([])), min_size=limits.of(MinLen, "min_length", 0), max_size=3).map(
            tuple
        )
    if origin is dict:
        return st.dictionaries(st.text(max_size=9), _JSON, max_size=3)
    raise TypeError(f"any_event.py makes up no value of {origin}{inner}: say how, above")


def _text(limits: _Limits) -> Any_:
    least, most = limits.of(MinLen, "min_length", 0), min(limits.of(MaxLen, "max_length", 20), 20)
    return st.text(min_size=least, max_size=most).filter(lambda text: len(text.strip()) >= least)


def _whole(limits: _Limits) -> Any_:
    return st.integers(*_bounds(limits, 0, 10_000))


def _exact(limits: _Limits) -> Any_:
    low, high = _bounds(limits, 0, 100)
    return st.decimals(low, high, places=2) | st.integers(low, high).map(Decimal)


def _bounds(limits: _Limits, low: int, high: int) -> tuple[int, int]:
    return limits.of(Ge, "ge", limits.of(Gt, "gt", low - 1) + 1), limits.of(Le, "le", high)


_SIZED: dict[object, Callable[[_Limits], Any_]] = {
    str: _text,
    int: _whole,
    Decimal: _exact,
    NoneType: lambda limits: st.none(),
}
