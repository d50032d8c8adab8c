"""The choices of the forms in words: what an operator reads and chooses for each code that an event keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal, get_args

from pydantic import BaseModel

from events.consent import ConsentKind, WithdrawalScope
from events.follow_up import Assessment, DiseaseStatus
from events.outcomes import Behaviour, DeathCause, Evidence, RecurrenceSite
from events.radiotherapy import Phase, Regimen
from events.randomisation import Arm
from events.safety import SeriousCriterion, ToxicityScale
from events.screening import (
    AxillarySurgery,
    BreastSurgery,
    Malignancy,
    Margin,
    PrimaryTumour,
    RadiotherapySite,
    RegionalNodes,
)

Words = Mapping[str, str]


def _said(kind: type[StrEnum], *words: str) -> tuple[Any, Words]:
    """The words of each choice, in the order of the choices."""
    return kind, MappingProxyType({choice.value: said for choice, said in zip(kind, words, strict=True)})


WORDS: Mapping[Any, Words] = MappingProxyType(
    {
        Literal["F", "M"]: MappingProxyType({"F": "F – female", "M": "M – male"}),
        Literal["principal-investigator", "ethics-committee"]: MappingProxyType(
            {"principal-investigator": "principal investigator", "ethics-committee": "ethics committee"}
        ),
        Literal["initial", "follow-up"]: MappingProxyType({"initial": "first report", "follow-up": "follow-up"}),
        **dict(
            (
                _said(PrimaryTumour, *(each.value for each in PrimaryTumour)),
                _said(RegionalNodes, *(each.value for each in RegionalNodes)),
                _said(BreastSurgery, "MAST – mastectomy", "BCS – breast-conserving surgery"),
                _said(
                    AxillarySurgery,
                    "ALND – axillary lymph node dissection",
                    "SLNB – sentinel lymph node biopsy",
                    "SLNB and ALND – sentinel biopsy, then dissection",
                ),
                _said(Margin, "negative", "close", "positive"),
                _said(
                    Malignancy,
                    "LCIS – lobular carcinoma in situ of the breast",
                    "basal-cell carcinoma of the skin",
                    "carcinoma in situ of the skin",
                    "carcinoma in situ of the cervix",
                    "breast cancer",
                    "another cancer",
                ),
                _said(RadiotherapySite, "neck", "chest", "axilla of the same side", "elsewhere"),
                _said(ConsentKind, "the RecurIndex test", "the trial"),
                _said(
                    WithdrawalScope,
                    "treatment: no radiotherapy from now on",
                    "visits: none from now on",
                    "data collection: nothing new is collected",
                    "data use: nothing that comes later is used",
                ),
                _said(Arm, "IMNI – internal mammary nodes irradiated", "OMIT – internal mammary nodes not irradiated"),
                _said(Regimen, "HYPO – hypofractionated", "CONV – conventional"),
                _said(Phase, "MAIN – chest wall or whole breast, with nodes", "BOOST – tumour bed"),
                _said(
                    Assessment,
                    "physical examination",
                    "CBC – blood count",
                    "thyroid function",
                    "myocardial enzymes",
                    "chest CT",
                    "mammography",
                    "ultrasound of breasts and nodes",
                    "ECG – electrocardiogram",
                    "ECHO – echocardiography",
                    "toxicity",
                    "liver function",
                    "renal function",
                    "ultrasound of the liver",
                ),
                _said(
                    DiseaseStatus,
                    "no evidence of disease",
                    "suspicion of recurrence",
                    "recurrence",
                    "not assessed: does not count as an assessment",
                ),
                _said(
                    RecurrenceSite,
                    "breast",
                    "chest wall",
                    "axilla",
                    "supraclavicular nodes",
                    "infraclavicular nodes",
                    "internal mammary nodes",
                    "distant: anywhere else",
                ),
                _said(Behaviour, "invasive", "DCIS – ductal carcinoma in situ"),
                _said(Evidence, "histology", "cytology", "imaging", "clinical findings", "not known"),
                _said(DeathCause, "breast cancer", "another cause", "not known"),
                _said(
                    ToxicityScale,
                    "CTCAE – common terminology criteria for adverse events",
                    "RTOG – radiation therapy oncology group",
                ),
                _said(
                    SeriousCriterion,
                    "death",
                    "life-threatening",
                    "hospitalisation, or a longer stay",
                    "lasting disability",
                    "congenital anomaly",
                    "otherwise important",
                    "pregnancy: not serious, but reported just as quickly",
                ),
            )
        ),
    }
)
"""Of each kind of choice, what is chosen for each code. A choice without words here is a fault the tests find."""


def words_of(annotation: Any) -> Words | None:
    """The words for the choices a field holds, one or many of them; None when it holds no such choices."""
    if annotation in WORDS:
        return WORDS[annotation]
    return next((found for inner in _inside(annotation) if (found := words_of(inner))), None)


def facts_in(annotation: Any) -> type[BaseModel] | None:
    """The facts a field holds, one or many of them; None when it holds a plain value."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in _inside(annotation) if (found := facts_in(inner))), None)


def as_chosen(kind: type[BaseModel], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts with words in the place of codes, as a form shows them."""
    return _told(kind, facts, lambda words, code: words.get(code, code))


def as_kept(kind: type[BaseModel], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts with codes in the place of words, as events keep them. A code is taken as it is."""
    return _told(kind, facts, lambda words, said: next((code for code, text in words.items() if text == said), said))


def _told(kind: type[BaseModel], facts: Mapping[str, Any], other: Callable[[Words, Any], Any]) -> dict[str, Any]:
    return {
        name: _value(kind.model_fields[name].annotation, value, other) if name in kind.model_fields else value
        for name, value in facts.items()
    }


def _value(annotation: Any, value: Any, other: Callable[[Words, Any], Any]) -> Any:
    if isinstance(value, list | tuple):
        return [_value(annotation, each, other) for each in value]  # type: ignore[reportUnknownVariableType] - JSON
    inner = facts_in(annotation)
    if inner is not None and isinstance(value, Mapping):
        return _told(inner, value, other)  # type: ignore[reportUnknownArgumentType] - JSON
    words = words_of(annotation)
    return value if words is None or not isinstance(value, str) else other(words, value)


def _inside(annotation: Any) -> tuple[Any, ...]:
    """What an annotation is made of; the choices of a literal are no annotations."""
    return () if _is_literal(annotation) else get_args(annotation)


def _is_literal(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is Literal
