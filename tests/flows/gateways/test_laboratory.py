"""The laboratory gateway against the demonstration laboratory, over HTTP, with every fault it knows."""

from __future__ import annotations

import asyncio
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal, get_args

import httpx
import pytest

from deployments.laboratory import DemonstrationLaboratory, Fault
from deployments.laboratory.spoiling import Spoiling
from flows.gateways.errors import (
    AskAPerson,
    ChannelUnreadable,
    GatewayError,
    LaboratoryRefused,
    LaboratoryUnavailable,
    MalformedReport,
    MessageRefused,
    NotDelivered,
    OrderAmbiguous,
    TryAgain,
)
from flows.gateways.fhir_orders import service_request
from flows.gateways.fhir_systems import Systems
from flows.gateways.laboratory import Laboratory, Placed

KEY = "recurindex/RJ-0042/1"
PATIENT = "RJ-0042"
DAY = date(2021, 3, 1)


async def place(gateway: Laboratory, *patients: str) -> None:
    for patient in patients:
        await gateway.order(f"recurindex/{patient}/1", patient, DAY)


async def test_an_order_asked_for_twice_exists_once(laboratory: DemonstrationLaboratory, gateway: Laboratory) -> None:
    first = await gateway.order(KEY, PATIENT, DAY)
    again = await gateway.order(KEY, PATIENT, DAY)

    assert (first.newly, again) == (True, Placed(first.laboratory_order_id, newly=False))
    assert (laboratory.orders()[KEY].orders, laboratory.orders()[KEY].posts) == (1, 2)


async def test_many_at_once_under_one_key_are_one_order(
    laboratory: DemonstrationLaboratory, gateway: Laboratory
) -> None:
    placed = await asyncio.gather(*(gateway.order(KEY, PATIENT, DAY) for _ in range(20)))

    assert sum(order.newly for order in placed) == 1
    assert laboratory.orders()[KEY].orders == 1


async def test_each_attempt_is_an_order_of_its_own(laboratory: DemonstrationLaboratory, gateway: Laboratory) -> None:
    await gateway.order(KEY, PATIENT, DAY)
    second = await gateway.order("recurindex/RJ-0042/2", PATIENT, DAY)

    assert second.newly
    assert {key: held.orders for key, held in laboratory.orders().items()} == {KEY: 1, "recurindex/RJ-0042/2": 1}


@pytest.mark.parametrize("kind", ["failing", "lost-answer"])
@pytest.mark.parametrize("status", [500, 503, 429, 408])
async def test_a_failure_is_tried_again_and_ends_with_one_order(
    laboratory: DemonstrationLaboratory, gateway: Laboratory, kind: Literal["failing", "lost-answer"], status: int
) -> None:
    laboratory.suffer(Fault(kind=kind, status=status, times=2))

    for _ in range(2):
        with pytest.raises(LaboratoryUnavailable, match=str(status)):
            await gateway.order(KEY, PATIENT, DAY)
    placed = await gateway.order(KEY, PATIENT, DAY)

    assert placed.newly is (kind == "failing")
    assert (laboratory.orders()[KEY].orders, laboratory.orders()[KEY].posts) == (1, 3)


async def test_a_slow_laboratory_is_given_up_on_and_holds_the_order_all_the_same(
    laboratory: DemonstrationLaboratory,
) -> None:
    laboratory.suffer(Fault(kind="slow", seconds=1.0))
    async with Laboratory(laboratory.url, "LOG", timeout=0.2) as impatient:
        with pytest.raises(LaboratoryUnavailable, match=r"no answer within 0\.2 s"):
            await impatient.order(KEY, PATIENT, DAY)
        assert not (await impatient.order(KEY, PATIENT, DAY)).newly

    assert laboratory.orders()[KEY].orders == 1


async def test_a_laboratory_that_is_down_is_unavailable_until_it_is_back() -> None:
    laboratory = DemonstrationLaboratory()
    laboratory.start()
    laboratory.stop()
    async with Laboratory(laboratory.url, "LOG") as gateway:
        with pytest.raises(LaboratoryUnavailable):
            await gateway.order(KEY, PATIENT, DAY)
        with pytest.raises(LaboratoryUnavailable):
            await gateway.reports_since(None)
        with laboratory:
            assert (await gateway.order(KEY, PATIENT, DAY)).newly


async def test_a_refusal_asks_a_person_and_says_why(laboratory: DemonstrationLaboratory, gateway: Laboratory) -> None:
    laboratory.suffer(Fault(kind="refusing"))

    with pytest.raises(LaboratoryRefused, match="422: the laboratory does not accept this"):
        await gateway.order(KEY, PATIENT, DAY)
    assert KEY not in {key for key, held in laboratory.orders().items() if held.orders}


async def test_two_orders_under_one_key_are_ambiguous_and_never_become_three(
    laboratory: DemonstrationLaboratory, gateway: Laboratory
) -> None:
    body = service_request(KEY, PATIENT, DAY, Systems("LOG")).model_dump_json()
    async with httpx.AsyncClient() as careless:
        for _ in range(2):
            await careless.post(f"{laboratory.url}/ServiceRequest", content=body)

    with pytest.raises(OrderAmbiguous, match=r"RJ-0042/1 is ambiguous.*call the laboratory"):
        await gateway.order(KEY, PATIENT, DAY)
    assert laboratory.orders()[KEY].orders == 2


async def test_a_412_is_ambiguous(laboratory: DemonstrationLaboratory, gateway: Laboratory) -> None:
    laboratory.suffer(Fault(kind="ambiguous"))

    with pytest.raises(OrderAmbiguous):
        await gateway.order(KEY, PATIENT, DAY)
    assert laboratory.orders()[KEY].orders == 0


async def test_our_key_held_for_another_patient_is_ambiguous(gateway: Laboratory) -> None:
    await gateway.order(KEY, "RJ-0099", DAY)

    with pytest.raises(OrderAmbiguous, match="for patient RJ-0099"):
        await gateway.order(KEY, PATIENT, DAY)


async def test_half_an_answer_to_an_order_is_malformed_and_the_order_is_still_one(
    laboratory: DemonstrationLaboratory, gateway: Laboratory
) -> None:
    laboratory.suffer(Fault(kind="malformed"))

    with pytest.raises(MalformedReport, match=r"order recurindex/RJ-0042/1"):
        await gateway.order(KEY, PATIENT, DAY)
    assert not (await gateway.order(KEY, PATIENT, DAY)).newly
    assert laboratory.orders()[KEY].orders == 1


@pytest.mark.parametrize("key", ["", "a b", "a&b=c", "recurindex//1", "a|b", "a\nb"])
async def test_a_key_that_cannot_travel_is_refused_before_anything_is_sent(
    laboratory: DemonstrationLaboratory, gateway: Laboratory, key: str
) -> None:
    with pytest.raises(ValueError, match="order_key"):
        await gateway.order(key, PATIENT, DAY)
    assert laboratory.orders() == {}


async def test_the_order_number_is_found_in_the_location_when_there_is_no_body() -> None:
    location = {"Location": "http://elsewhere/fhir/ServiceRequest/abc-7/_history/1"}
    answers = httpx.MockTransport(lambda request: httpx.Response(201, headers=location))
    async with httpx.AsyncClient(transport=answers) as client:
        assert await Laboratory("http://elsewhere/fhir", "LOG", client).order(KEY, PATIENT, DAY) == Placed(
            "abc-7", newly=True
        )
    nowhere = httpx.MockTransport(lambda request: httpx.Response(201))
    async with httpx.AsyncClient(transport=nowhere) as client:
        with pytest.raises(MalformedReport, match="Location"):
            await Laboratory("http://elsewhere/fhir", "LOG", client).order(KEY, PATIENT, DAY)


async def test_a_report_comes_in_our_words(laboratory: DemonstrationLaboratory, gateway: Laboratory) -> None:
    laboratory.set_clock(datetime(2021, 3, 1, 8, tzinfo=UTC))
    laboratory.fix_scores({PATIENT: {"score_18gene": "44.10", "ri_lr": "30", "ri_dr": "36.0"}})
    await place(gateway, PATIENT)

    (report,) = (await gateway.reports_since(None)).reports

    assert (report.status, report.version, report.order_key, report.patient_id) == ("final", "1", KEY, PATIENT)
    assert report.issued_at == datetime(2021, 3, 1, 8, tzinfo=UTC)
    assert (report.laboratory, report.assay_version) == (
        "Demonstration laboratory",
        "RecurIndex demonstration assay 1.0",
    )
    assert [(score.name, str(score.value), score.reported_class) for score in report.scores] == [
        ("score_18gene", "44.10", "high"),
        ("ri_lr", "30", "low"),
        ("ri_dr", "36.0", "low"),
    ]


@pytest.mark.parametrize("written", ["0", "43", "44", "44.0", "44.1", "44.10", "44.00000000000000000001", "100"])
async def test_a_score_keeps_every_digit_it_was_written_with(
    laboratory: DemonstrationLaboratory, gateway: Laboratory, written: str
) -> None:
    laboratory.fix_scores({PATIENT: {"score_18gene": written}})
    await place(gateway, PATIENT)

    (report,) = (await gateway.reports_for(KEY)).reports
    assert str(report.scores[0].value) == written


async def test_a_report_is_out_when_the_turn_around_is_over(
    laboratory: DemonstrationLaboratory, gateway: Laboratory
) -> None:
    laboratory.set_clock(datetime(2021, 3, 1, tzinfo=UTC))
    laboratory.set_turn_around(14)
    await place(gateway, PATIENT)
    laboratory.set_clock(datetime(2021, 3, 14, 23, tzinfo=UTC))
    assert (await gateway.reports_since(None)).reports == ()

    laboratory.set_clock(datetime(2021, 3, 20, tzinfo=UTC))
    (report,) = (await gateway.reports_since(None)).reports
    assert report.issued_at == datetime(2021, 3, 15, tzinfo=UTC)


async def test_the_cursor_brings_what_is_new_and_misses_nothing(
    laboratory: DemonstrationLaboratory, gateway: Laboratory
) -> None:
    await place(gateway, "RJ-0000", "RJ-0001", "RJ-0002")
    first = await gateway.reports_since(None)
    await place(gateway, "RJ-0003")
    laboratory.suffer(Fault(kind="corrected", order_key="recurindex/RJ-0001/1"))
    then = await gateway.reports_since(first.cursor)

    assert [report.patient_id for report in first.reports] == ["RJ-0000", "RJ-0001", "RJ-0002"]
    assert [(report.patient_id, report.status) for report in then.reports] == [
        ("RJ-0002", "final"),  # the boundary is told again: nothing that shares its instant is missed
        ("RJ-0003", "final"),
        ("RJ-0001", "corrected"),
    ]


async def test_nothing_new_keeps_the_cursor(gateway: Laboratory) -> None:
    assert (await gateway.reports_since(None)).cursor is None
    later = "2999-01-01T00:00:00Z"
    assert (await gateway.reports_since(later)).cursor == later


async def test_all_pages_are_read(laboratory: DemonstrationLaboratory, gateway: Laboratory) -> None:
    patients = [f"RJ-{number:04}" for number in range(120)]
    await place(gateway, *patients)

    assert [report.patient_id for report in (await gateway.reports_since(None)).reports] == patients


async def test_reports_for_one_order_leave_out_the_others(gateway: Laboratory) -> None:
    await place(gateway, "RJ-0001", PATIENT, "RJ-0003")

    found = await gateway.reports_for(KEY)
    assert ([report.order_key for report in found.reports], found.cursor) == ([KEY], None)


async def test_a_repeated_answer_repeats_the_same_version(
    laboratory: DemonstrationLaboratory, gateway: Laboratory
) -> None:
    await place(gateway, PATIENT)
    laboratory.suffer(Fault(kind="repeated"))

    first, second = (await gateway.reports_since(None)).reports
    assert first == second


async def test_a_second_report_of_the_same_test_has_its_own_number(
    laboratory: DemonstrationLaboratory, gateway: Laboratory
) -> None:
    laboratory.suffer(Fault(kind="duplicated"))
    await place(gateway, PATIENT)

    first, second = (await gateway.reports_since(None)).reports
    assert first.report_id != second.report_id
    assert (first.order_key, first.scores) == (second.order_key, second.scores)


async def test_out_of_order_the_newer_version_comes_first(
    laboratory: DemonstrationLaboratory, gateway: Laboratory
) -> None:
    laboratory.fix_scores({PATIENT: {"score_18gene": "44"}})
    laboratory.suffer(Fault(kind="corrected", scores={"score_18gene": Decimal("46")}))
    laboratory.suffer(Fault(kind="out-of-order"))
    await place(gateway, PATIENT)

    reports = (await gateway.reports_since(None)).reports
    assert [(report.version, report.status, str(report.scores[0].value)) for report in reports] == [
        ("2", "corrected", "46"),
        ("1", "final", "44"),
    ]


async def test_a_report_for_another_patient_says_so(laboratory: DemonstrationLaboratory, gateway: Laboratory) -> None:
    laboratory.suffer(Fault(kind="wrong-patient", patient_id="RJ-0099"))
    await place(gateway, PATIENT)
    (wrong,) = (await gateway.reports_since(None)).reports
    assert (wrong.order_key, wrong.patient_id) == (KEY, "RJ-0099")

    laboratory.suffer(Fault(kind="corrected", order_key=KEY))
    (right,) = (await gateway.reports_since(None)).reports
    assert (right.report_id, right.version, right.patient_id) == (wrong.report_id, "2", PATIENT)


async def test_corrections_keep_what_was_corrected_before(
    laboratory: DemonstrationLaboratory, gateway: Laboratory
) -> None:
    laboratory.fix_scores({PATIENT: {"score_18gene": "44", "ri_lr": "20"}})
    await place(gateway, PATIENT)
    laboratory.suffer(Fault(kind="corrected", order_key=KEY, scores={"score_18gene": Decimal("46")}))
    laboratory.suffer(Fault(kind="corrected", order_key=KEY, scores={"ri_lr": Decimal("21")}))

    (report,) = (await gateway.reports_since(None)).reports
    assert (report.version, [str(score.value) for score in report.scores]) == ("3", ["46", "21"])


async def test_entered_in_error_and_cancelled_carry_no_score(
    laboratory: DemonstrationLaboratory, gateway: Laboratory
) -> None:
    await place(gateway, PATIENT, "RJ-0043")
    laboratory.suffer(Fault(kind="entered-in-error", order_key=KEY))
    laboratory.suffer(Fault(kind="cancelled", order_key="recurindex/RJ-0043/1"))

    withdrawn, cancelled = (await gateway.reports_since(None)).reports
    assert (withdrawn.status, withdrawn.version, withdrawn.scores) == ("entered-in-error", "2", ())
    assert (cancelled.status, cancelled.remark) == ("cancelled", "tumour content too low")


async def test_a_preliminary_report_is_handed_on_with_its_status(
    laboratory: DemonstrationLaboratory, gateway: Laboratory
) -> None:
    laboratory.suffer(Fault(kind="preliminary"))
    await place(gateway, PATIENT)
    (early,) = (await gateway.reports_since(None)).reports
    laboratory.suffer(Fault(kind="final", order_key=KEY))
    (final,) = (await gateway.reports_since(None)).reports

    assert (early.status, early.version, final.status, final.version) == ("preliminary", "1", "final", "2")
    assert early.scores == final.scores


PROBLEMS: dict[Spoiling, str] = {
    "unknown-status": "status 'ready'",
    "unknown-score": "score_21gene",
    "wrong-unit": "unit '%'",
    "missing-value": "score_18gene has no value",
    "not-a-number": "valueQuantity.value",
    "negative-score": "is -1",
    "score-above-100": "is 100.1",
    "score-twice": "given twice",
    "no-score": "final but has no score",
    "no-subject": "subject is missing",
    "no-order": "basedOn names 0 orders",
    "no-version": "versionId is missing",
    "no-time": "issued is missing",
    "not-fhir": "issued",
    "wrong-test": "is not RecurIndex",
    "unknown-class": "neither L (low) nor H (high)",
}


async def test_every_spoiled_report_is_set_aside_and_hides_no_other(
    laboratory: DemonstrationLaboratory, gateway: Laboratory
) -> None:
    assert set(PROBLEMS) == set(get_args(Spoiling))
    for number, by in enumerate(PROBLEMS):
        patient = f"RJ-{number:04}"
        laboratory.suffer(Fault(kind="unreadable", by=by, order_key=f"recurindex/{patient}/1"))
        await place(gateway, patient)
    await place(gateway, PATIENT)

    batch = await gateway.reports_since(None)

    assert [report.patient_id for report in batch.reports] == [PATIENT]
    assert [report.report_id for report in batch.unreadable] == [f"RI-{number + 1:05}" for number in range(16)]
    for by, unreadable in zip(PROBLEMS, batch.unreadable, strict=True):
        assert PROBLEMS[by] in unreadable.problem
        assert unreadable.version == ("" if by == "no-version" else "1")
    assert batch.cursor is not None


async def test_a_search_that_answers_half_a_bundle_is_malformed_once(
    laboratory: DemonstrationLaboratory, gateway: Laboratory
) -> None:
    await place(gateway, PATIENT)
    laboratory.suffer(Fault(kind="malformed", on="reports"))

    with pytest.raises(MalformedReport, match="reports"):
        await gateway.reports_since(None)
    assert len((await gateway.reports_since(None)).reports) == 1


@pytest.mark.parametrize("answer", ["[]", '"final"', '{"resourceType":"Patient"}', "", '{"resourceType":"Bundle"}'])
async def test_an_answer_that_is_no_search_result_is_malformed(answer: str) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, text=answer))
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(MalformedReport):
            await Laboratory("http://laboratory.example", "LOG", client).reports_since(None)


@pytest.mark.parametrize("further", ["http://stranger.example/DiagnosticReport?page=2", "/DiagnosticReport?page=2"])
async def test_pages_that_lead_elsewhere_or_in_circles_are_not_followed(further: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        link = [{"relation": "next", "url": further}]
        return httpx.Response(200, json={"resourceType": "Bundle", "type": "searchset", "link": link})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(MalformedReport, match="pages"):
            await Laboratory("http://laboratory.example", "LOG", client).reports_since(None)
    assert set(asked) == {"laboratory.example"}
    assert len(asked) <= 2


async def test_entries_that_are_hardly_json_objects_do_not_stop_the_batch() -> None:
    odd: list[object] = [
        {"resourceType": "DiagnosticReport"},
        {"resourceType": "DiagnosticReport", "id": "x", "meta": [], "contained": [1], "result": 3},
    ]
    entries: list[object] = [7, {"resource": "text"}, *({"resource": resource} for resource in odd)]
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=bundle))
    async with httpx.AsyncClient(transport=transport) as client:
        batch = await Laboratory("http://laboratory.example", "LOG", client).reports_since(None)

    assert batch.reports == ()
    assert [report.report_id.startswith(("unidentified-", "x")) for report in batch.unreadable] == [True, True]


async def test_a_handed_in_client_is_left_open(laboratory: DemonstrationLaboratory) -> None:
    async with httpx.AsyncClient() as client:
        await Laboratory(laboratory.url, "LOG", client).aclose()
        assert not client.is_closed


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (LaboratoryUnavailable("order k", "status 500"), TryAgain),
        (OrderAmbiguous("k", "two"), AskAPerson),
        (LaboratoryRefused("order k", 422, "no"), AskAPerson),
        (MalformedReport("reports", "half"), AskAPerson),
        (NotDelivered("k", ("mail: 451",), ("wecom",)), TryAgain),
        (MessageRefused("k", ("mail: 550",), ()), AskAPerson),
        (ChannelUnreadable(1), AskAPerson),
    ],
)
def test_errors_say_what_to_do_and_survive_pickling(error: GatewayError, kind: type[GatewayError]) -> None:
    again = pickle.loads(pickle.dumps(error))

    assert isinstance(again, kind)
    assert (str(again), again.__dict__) == (str(error), error.__dict__)
