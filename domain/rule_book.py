"""An edition as the trial's rule book: every value it holds, by chapter, each with its source and how sure we are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from domain.endpoints import ENDPOINTS
from domain.protocol.edition import Criterion, DoseConstraint, Edition, Prescription, SeriousEventClock, VisitColumn
from domain.protocol.readings import BY_ID
from domain.protocol.v2_0_facts import GENOMIC_TEST, IDENTITY, SAMPLE_SIZE, TOXICITY, NamedValue
from domain.rule_book_words import NOTES, assessment_words, clock_words, dose_words
from events.follow_up import Assessment
from events.radiotherapy import PlannedPhase


class Chapter(NamedTuple):
    """A chapter of the rule book."""

    title: str
    values: tuple[NamedValue, ...]

    @property
    def note(self) -> str:
        """What a reader must know beforehand; empty when nothing."""
        return NOTES.get(self.title, "")


def rule_book(edition: Edition) -> tuple[Chapter, ...]:
    """Every named value of an edition, in the order of the protocol, each with the questions that bear on it."""
    return tuple(Chapter(title, tuple(_questioned(value) for value in values)) for title, values in _chapters(edition))


def _questioned(value: NamedValue) -> NamedValue:
    bearing = (question.id for question in BY_ID.values() if value.id in question.bears_on)
    return value._replace(questions=tuple(sorted({*value.questions, *bearing})))


def _chapters(edition: Edition) -> tuple[Chapter, ...]:
    kinds = {"IC": "Inclusion", "DR": "Design rules", "EC": "Exclusion"}
    return (
        Chapter("The trial", IDENTITY),
        *(
            Chapter(title, tuple(_criterion(c) for c in edition.criteria if c.id.startswith(kind)))
            for kind, title in kinds.items()
        ),
        Chapter("Clinical risk factors", tuple(_risk_factors(edition))),
        Chapter("Genomic test", (*GENOMIC_TEST, _genomic(edition), _orders_again(edition))),
        Chapter("Radiotherapy", tuple(_radiotherapy(edition))),
        Chapter("Dose to target and organs", tuple(_constraint(each) for each in edition.dose_constraints)),
        Chapter("Visits", tuple(_visits(edition))),
        Chapter("Toxicity and recurrence", TOXICITY),
        Chapter("Clocks of serious adverse events", tuple(_clock(each) for each in edition.clocks)),
        Chapter("Endpoints", tuple(_endpoints())),
        Chapter("Sample size and analysis", (*SAMPLE_SIZE, *_margins(edition))),
    )


def table_1(edition: Edition) -> tuple[tuple[Assessment, tuple[str, ...]], ...]:
    """The matrix of Table 1: each assessment with the columns it is due in; `0` is before treatment."""
    columns = {"0": edition.baseline, "weekly": edition.weekly, **{c.id: c.assessments for c in edition.columns}}
    return tuple((each, tuple(name for name, due in columns.items() if each in due)) for each in Assessment)


def _criterion(criterion: Criterion) -> NamedValue:
    return NamedValue(criterion.id, criterion.wording, "", criterion.source, criterion.status)


def _risk_factors(edition: Edition) -> Iterator[NamedValue]:
    for factor in edition.risk_factors:
        yield NamedValue(factor.id, factor.wording, "", "Trial design", "verbatim")
    needed = f"{edition.risk_factors_needed} factors or more"
    yield NamedValue("RISK", "Clinically high risk", needed, "Trial design", "verbatim", ("PQ-03",))


def _genomic(edition: Edition) -> NamedValue:
    value = f"{edition.genomic.low_at_most} or less is low, more is high"
    return NamedValue("GENOMIC", "Genomic risk by the 18-gene score", value, "Trial design", "verbatim", ("PQ-04",))


def _orders_again(edition: Edition) -> NamedValue:
    wording = "So often the engine orders again by itself after the laboratory cancelled; then a person decides"
    value = str(edition.orders_after_cancellation)
    return NamedValue("ORDERS", wording, value, "hospital practice", "placeholder")


def _radiotherapy(edition: Edition) -> Iterator[NamedValue]:
    for prescription in edition.prescriptions.values():
        yield from _prescription(prescription)
    wording = "Dose a patient must have had of the planned one to be analysed per protocol"
    share = f"{100 * edition.per_protocol_dose_share:.0f} %"
    yield NamedValue("DOSE", wording, share, "Statistical analysis", "placeholder", ("PQ-13",))
    first = (
        f"fractions 1 to {edition.cbct_first_fractions}, then weekly; action level {edition.cbct_action_level_mm} mm"
    )
    yield NamedValue("CBCT", "Cone-beam CT", first, "Treatment verification", "verbatim", ("PQ-32",))
    checked = f"the first {edition.plan_reviews} patients randomised, before their first fraction"
    yield NamedValue(
        "PLAN-QA",
        "Delineation, coverage and organ doses are checked by a senior radiation oncologist",
        checked,
        "Treatment verification",
        "interpreted",
        ("PQ-33",),
    )


def _prescription(prescription: Prescription) -> Iterator[NamedValue]:
    for phase in (prescription.main, prescription.boost):
        wording = (
            "Boost after breast conservation" if phase is prescription.boost else "Chest wall or breast, and nodes"
        )
        name = f"RT-{prescription.regimen}-{phase.phase}"
        yield NamedValue(name, wording, _dose(phase), "Interventions", "verbatim", ("PQ-30",))


def _dose(phase: PlannedPhase) -> str:
    return f"{phase.total_cgy / 100:.2f} Gy in {phase.fractions} of {phase.per_fraction_cgy / 100:.2f} Gy"


_SENSE = {"at-least": "at least", "at-most": "at most", "below": "below"}


def _constraint(constraint: DoseConstraint) -> NamedValue:
    wording, unit = dose_words(constraint.structure, constraint.metric)
    value = f"{_SENSE[constraint.sense]} {constraint.per_protocol} {unit}"
    value += f"; acceptable from {constraint.acceptable} {unit}" if constraint.acceptable is not None else ""
    questions = ("PQ-05", "PQ-31") if constraint.structure == "PTV" else ()
    source, name = constraint.source.removeprefix("Protocol: "), f"{constraint.structure} {constraint.metric}"
    return NamedValue(name, wording, value, source, constraint.status, questions)


def _clock(clock: SeriousEventClock) -> NamedValue:
    hours = int(clock.limit.total_seconds() // 3600)
    limit = f"{hours} hours" if hours <= 48 else f"{hours // 24} days"
    value = f"{limit} {clock_words(clock.applies, clock.starts)}"
    return NamedValue(clock.id, clock.wording, value, "ICH E2A, hospital practice", "placeholder")


def _visits(edition: Edition) -> Iterator[NamedValue]:
    baseline = ", ".join(assessment_words(each) for each in edition.baseline)
    source = "Pre-treatment evaluation"
    yield NamedValue("BASELINE", "Before treatment", baseline, source, "verbatim", ("PQ-23",))
    weekly = f"every 7 days from the start of radiotherapy, ± {edition.weekly_window_days} days"
    yield NamedValue("WEEKLY", "During radiotherapy", weekly, "Follow up", "placeholder")
    for column in edition.columns:
        yield _column(column)
    yield NamedValue("TABLE-1", "What is assessed when", "Table 1, below", "Follow up, Table 1", "verbatim")
    yearly = "every year, as the last column of Table 1"
    yield NamedValue("YEARLY", "Visits after 5 years", yearly, "Follow up", "verbatim", ("PQ-21",))
    anchors = (
        "end of radiotherapy; last fraction when stopped early; randomisation plus the planned course when never begun"
    )
    yield NamedValue("ANCHOR", "Visits are counted from", anchors, "Follow up, Table 1", "interpreted")


def _column(column: VisitColumn) -> NamedValue:
    after = f"{column.months} months" if column.months else f"{column.days} days"
    value = f"{after} after radiotherapy, ± {column.window_days} days"
    questions = ("PQ-20",) if column.id == "4w" else ()
    return NamedValue(column.id, "Visit of Table 1", value, "Table 1", column.status, questions)


def _endpoints() -> Iterator[NamedValue]:
    for endpoint in ENDPOINTS.values():
        source = endpoint.source.removeprefix("Protocol: ")
        yield NamedValue(endpoint.code, endpoint.wording, "", source, "verbatim", endpoint.questions)


def _margins(edition: Edition) -> Iterator[NamedValue]:
    margins, source = edition.margins, "Power and sample size"
    value = f"hazard ratio {margins.hazard_ratio}; beside it {100 * margins.difference:.0f} points at 5 years"
    yield NamedValue("MARGIN", "Non-inferiority margin", value, source, "verbatim", ("PQ-07", "PQ-09"))
    yield NamedValue("ALPHA", "One-sided level of the test", str(margins.one_sided_alpha), source, "verbatim")
    yield NamedValue("HORIZON", "The primary endpoint is judged at", "5 years", source, "verbatim", ("PQ-06",))
    accrual = f"{edition.target_patients} patients in {edition.planned_accrual_months} months"
    yield NamedValue("ACCRUAL", "Planned enrolment", accrual, source, "verbatim")
