"""What each scope of a withdrawal stops, and what it leaves alone; and who is asked again after an amendment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.protocol.v2_0 import EDITION
from domain.work_item import Work
from domain.worklist import worklist
from events.consent import ConsentSigned, WithdrawalScope
from events.event import Event
from events.genomics import GenomicResultReported
from tests.facts import (
    cancelled,
    completed,
    consented,
    consented_to_test,
    death,
    disputed,
    eligibility_confirmed,
    eligible,
    enrolled,
    fraction,
    fractions,
    ordered,
    plan_reviewed,
    planned,
    query,
    recurrence,
    result,
    scheduled,
    screened,
    serious,
    voided,
    withdrew,
    work_set_aside,
)
from tests.given import entry, patient_with
from tests.schedules import TABLE_1

FOLLOWED = enrolled(completed(), scheduled(*TABLE_1))
UNTESTED = eligible(consented_to_test(), without=[GenomicResultReported])

WITHOUT_CONSENT = eligible(without=[ConsentSigned])
TREATED = enrolled(planned(), plan_reviewed(), *fractions(15))
CONTRADICTED = eligible(result("44", class_reported="high"), without=[ConsentSigned])
REMINDER = next(
    item.key
    for item in worklist(patient_with(*FOLLOWED), EDITION, date(2021, 2, 26))
    if item.work is Work.SEND_REMINDER
)

REACTIONS: dict[Work, tuple[tuple[Event, ...], str, set[str]]] = {
    Work.COMPLETE_SCREENING: ((screened(),), "2021-01-06", set()),
    Work.OBTAIN_CONSENT: (WITHOUT_CONSENT, "2021-01-06", set()),
    Work.SETTLE_RISK_CLASS: (CONTRADICTED, "2021-01-06", set()),
    Work.SETTLE_ORDER: ((*UNTESTED, disputed()), "2021-01-06", {"TREATMENT", "VISITS"}),
    Work.SETTLE_CANCELLED_ORDER: (
        (*UNTESTED, cancelled(), cancelled(order_key="recurindex/RJ-0001/2")),
        "2021-01-06",
        set(),
    ),
    Work.CONFIRM_ELIGIBILITY: (eligible(), "2021-01-08", set()),
    Work.RANDOMISE: ((*eligible(), eligibility_confirmed()), "2021-01-09", set()),
    Work.REVIEW_PLAN: (enrolled(planned()), "2021-02-01", {"VISITS"}),
    Work.RECORD_TREATMENT_END: (TREATED, "2021-02-20", {"TREATMENT", "VISITS"}),
    Work.RELEASE_WORK: ((*FOLLOWED, work_set_aside(key=REMINDER)), "2021-02-26", {"TREATMENT"}),
    Work.ASSESS_SERIOUS_EVENT: (
        (*FOLLOWED, serious()),
        "2021-03-12",
        {"TREATMENT", "VISITS", "DATA_COLLECTION", "DATA_USE"},
    ),
    Work.ORDER_GENOMIC_TEST: (UNTESTED, "2021-01-06", set()),
    Work.COLLECT_GENOMIC_RESULT: ((*UNTESTED, ordered()), "2021-01-06", {"TREATMENT", "VISITS"}),
    Work.PLAN_RADIOTHERAPY: (enrolled(), "2021-01-12", {"VISITS"}),
    Work.DELIVER_FRACTION: (enrolled(planned(), plan_reviewed(), fraction()), "2021-02-02", {"VISITS"}),
    Work.SCHEDULE_FOLLOW_UP: (enrolled(completed()), "2021-02-20", {"TREATMENT", "VISITS"}),
    Work.SEND_REMINDER: (FOLLOWED, "2021-02-26", {"TREATMENT"}),
    Work.SEE_PATIENT: (FOLLOWED, "2021-03-12", {"TREATMENT"}),
    Work.ANSWER_QUERY: ((*FOLLOWED, query()), "2021-03-12", {"TREATMENT", "VISITS"}),
    Work.ADJUDICATE_OUTCOME: (
        (*FOLLOWED, recurrence("CHEST_WALL", on="2021-03-10")),
        "2021-03-12",
        {"TREATMENT", "VISITS", "DATA_COLLECTION", "DATA_USE"},
    ),
    Work.REPORT_SERIOUS_EVENT: (
        (*FOLLOWED, serious()),
        "2021-03-12",
        {"TREATMENT", "VISITS", "DATA_COLLECTION", "DATA_USE"},
    ),
}
"""Each reaction, when it comes up, and the scopes a withdrawal may have without stopping it."""


def work(*events: Event, on: str) -> set[Work]:
    return {item.work for item in worklist(patient_with(*events), EDITION, date.fromisoformat(on))}


@pytest.mark.parametrize("scope", WithdrawalScope)
@pytest.mark.parametrize("reaction", REACTIONS)
def test_each_scope_stops_exactly_what_it_names(reaction: Work, scope: WithdrawalScope) -> None:
    events, on, survives = REACTIONS[reaction]
    assert reaction in work(*events, on=on)
    assert (reaction in work(*events, withdrew(scope, on=on), on=on)) == (scope in survives)


def test_every_kind_of_work_is_tried_under_every_scope() -> None:
    assert set(REACTIONS) == set(Work)


def test_scopes_add_up() -> None:
    both = withdrew("TREATMENT", "VISITS", on="2021-03-12")
    assert Work.SEE_PATIENT not in work(*FOLLOWED, both, on="2021-03-12")


def test_a_withdrawal_from_treatment_asks_how_treatment_ended() -> None:
    begun = enrolled(planned(), plan_reviewed(), fraction(), withdrew("TREATMENT", on="2021-02-02"))
    assert Work.RECORD_TREATMENT_END in work(*begun, on="2021-02-02")


def test_a_void_withdrawal_stops_nothing() -> None:
    wrong = (*FOLLOWED, withdrew("DATA_USE", on="2021-03-12"))
    assert Work.SEE_PATIENT in work(*wrong, voided(entry(len(wrong))), on="2021-03-12")


AMENDED = replace(EDITION, id="2.1")


def asked_again(*events: Event) -> list[str]:
    items = worklist(patient_with(*events), AMENDED, date(2021, 3, 12))
    return [item.key for item in items if item.work is Work.OBTAIN_CONSENT]


class TestConsentToAnAmendment:
    ITEM = "obtain-consent/RJ-0001/TRIAL/2.1"

    def test_who_signed_an_older_form_is_on_the_list(self) -> None:
        assert asked_again(*FOLLOWED) == [self.ITEM]
        assert Work.OBTAIN_CONSENT not in work(*FOLLOWED, on="2021-03-12")

    def test_the_new_form_takes_her_off_it(self) -> None:
        assert asked_again(*FOLLOWED, consented("2021-03-12", form_version="2.1")) == []

    def test_a_form_to_something_else_does_not(self) -> None:
        assert asked_again(*FOLLOWED, consented_to_test("2021-03-12", form_version="2.1")) == [self.ITEM]

    @pytest.mark.parametrize("since", [withdrew("VISITS", on="2021-03-01"), death("2021-03-01")])
    def test_who_is_seen_no_more_is_not_asked(self, since: Event) -> None:
        assert asked_again(*FOLLOWED, since) == []

    def test_a_form_without_a_version_asks_nothing(self) -> None:
        unversioned = consented(form_version="")
        events = [unversioned if event == consented() else event for event in FOLLOWED]
        assert asked_again(*events) == []
