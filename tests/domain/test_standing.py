"""What stands once corrections and voids are resolved, as of any moment on either clock."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.patient import Patient, evolve, fold
from domain.standing import Standing
from events.catalogue import PatientEvent
from events.corrections import EntryCorrected, EntryVoided
from events.event import Event
from events.follow_up import ContactMade
from events.recorded import Recorded
from events.screening import PathologyReported, PatientScreened
from tests import facts
from tests.events.any_event import any_of
from tests.given import entry, patient_with, recording

JULY = datetime(2021, 7, 1, 12, tzinfo=UTC)
AUGUST = datetime(2021, 8, 1, 12, tzinfo=UTC)

SCREENED, GRADE_2, GRADE_3, GRADE_1 = (
    facts.screened(),
    facts.pathology(grade=2),
    facts.pathology(grade=3),
    facts.pathology(grade=1),
)


def _grades(standing: Standing) -> list[int | None]:
    return [found.event.grade for found in standing.every(PathologyReported)]


def test_an_empty_stream_holds_nothing() -> None:
    empty = Standing()
    assert (empty.version, empty.entries, empty.first(PatientScreened), empty.last(PatientScreened)) == (
        0,
        (),
        None,
        None,
    )
    assert not empty.has(PatientScreened)


def test_a_correction_stands_in_the_place_of_the_old_entry_which_stays_in_history() -> None:
    patient = patient_with(SCREENED, GRADE_2, facts.corrected(entry(2), GRADE_3))
    assert _grades(patient) == [3]
    corrected = patient.first(PathologyReported)
    assert corrected is not None
    assert (corrected.position, corrected.event_id, corrected.corrected_by) == (2, entry(2), entry(3))
    assert [found.event for found in patient.history[:2]] == [SCREENED, GRADE_2]
    assert patient.version == 3
    assert not patient.has(EntryCorrected)


def test_the_last_correction_wins_and_voiding_it_restores_the_one_before() -> None:
    first, second = facts.corrected(entry(2), GRADE_3), facts.corrected(entry(2), GRADE_1)
    assert _grades(patient_with(SCREENED, GRADE_2, first, second)) == [1]
    assert _grades(patient_with(SCREENED, GRADE_2, first, second, facts.voided(entry(4)))) == [3]
    assert _grades(patient_with(SCREENED, GRADE_2, first, second, facts.voided(entry(4)), facts.voided(entry(3)))) == [
        2
    ]


def test_a_void_entry_no_longer_counts_corrected_or_not() -> None:
    void = facts.voided(entry(2))
    assert _grades(patient_with(SCREENED, GRADE_2, void)) == []
    patient = patient_with(SCREENED, GRADE_2, facts.corrected(entry(2), GRADE_3), void)
    assert _grades(patient) == []
    assert not patient.has(EntryVoided)
    assert len(patient.history) == 4


def test_what_was_recorded_later_is_not_known_yet() -> None:
    told = (SCREENED, GRADE_2, facts.corrected(entry(2), GRADE_3))
    recorded = (JULY, JULY, AUGUST)
    assert _grades(patient_with(*told, recorded=recorded, knowledge=JULY)) == [2]
    assert _grades(patient_with(*told, recorded=recorded, knowledge=AUGUST - timedelta(seconds=1))) == [2]
    assert _grades(patient_with(*told, recorded=recorded, knowledge=AUGUST)) == [3]
    assert _grades(patient_with(*told, recorded=recorded)) == [3]


def test_what_happened_after_the_cutoff_does_not_count_however_early_it_was_recorded() -> None:
    told = (SCREENED, facts.contact("2021-06-30"), facts.contact("2021-07-01"), facts.contact("2021-07-02"))
    patient = patient_with(*told, recorded=JULY, cutoff=date(2021, 7, 1))
    assert [str(found.occurred_on) for found in patient.every(ContactMade)] == ["2021-06-30", "2021-07-01"]
    assert patient.version == 4


def test_a_date_known_in_part_counts_once_it_may_have_happened() -> None:
    told = (SCREENED, facts.contact("2021-07"), facts.contact("2022"))
    for cutoff, contacts in ((date(2021, 6, 30), 0), (date(2021, 7, 1), 1), (date(2022, 1, 1), 2)):
        assert len(patient_with(*told, cutoff=cutoff).every(ContactMade)) == contacts


def test_a_correction_that_moves_an_event_past_the_cutoff_takes_it_out() -> None:
    told = (SCREENED, facts.contact("2021-06-30"), facts.corrected(entry(2), facts.contact("2021-07-30")))
    assert patient_with(*told, cutoff=date(2021, 7, 1)).every(ContactMade) == ()
    back = (
        SCREENED,
        facts.contact("2021-07-30"),
        facts.corrected(entry(2), facts.contact("2021-06-30"), on="2021-09-01"),
    )
    assert len(patient_with(*back, cutoff=date(2021, 7, 1)).every(ContactMade)) == 1


_HAPPENINGS = st.lists(
    st.one_of([any_of(kind) for kind in (*PatientEvent.__args__,) if kind not in {EntryCorrected, EntryVoided}]),
    min_size=1,
    max_size=6,
)


@st.composite
def _histories(draw: st.DrawFn) -> Sequence[Recorded[Event]]:
    told: list[Event] = list(draw(_HAPPENINGS))
    for target in draw(st.lists(st.integers(1, len(told)), max_size=4)):
        fault = facts.voided(entry(target)) if draw(st.booleans()) else facts.corrected(entry(target), told[target - 1])
        told.append(fault)
    return recording(*told)


@settings(max_examples=150, deadline=None)
@given(_histories())
def test_one_by_one_is_the_same_as_all_at_once(history: Sequence[Recorded[Event]]) -> None:
    whole = fold("RJ-0001", history)
    stepwise = Patient(patient_id="RJ-0001")
    for recorded in history:
        stepwise = evolve(stepwise, recorded)
    assert stepwise == whole
    assert stepwise.entries == whole.entries


@settings(max_examples=150, deadline=None)
@given(_histories(), st.timedeltas(timedelta(days=-33000), timedelta(days=2000)).map(JULY.__add__))
def test_as_known_at_an_instant_is_as_it_stood_then(history: Sequence[Recorded[Event]], instant: datetime) -> None:
    """Nothing recorded later can change a report made as of an earlier instant."""
    then = [recorded for recorded in history if recorded.recorded_at <= instant]
    assert fold("RJ-0001", history, knowledge=instant).entries == fold("RJ-0001", then).entries


@settings(max_examples=100, deadline=None)
@given(_histories(), st.dates(date(1930, 1, 1), date(2026, 12, 31)))
def test_a_cutoff_only_takes_away(history: Sequence[Recorded[Event]], cutoff: date) -> None:
    whole, cut = fold("RJ-0001", history).entries, fold("RJ-0001", history, cutoff=cutoff).entries
    assert cut == tuple(found for found in whole if found.occurred_on.earliest <= cutoff)
