"""The demonstration laboratory over HTTP: FHIR R4 where the trial looks, and `$` addresses where it is told things."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from fhir.resources.R4B.servicerequest import ServiceRequest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from deployments.laboratory.book import Order
from deployments.laboratory.faults import Asked, Fault
from deployments.laboratory.fhir_writing import bundle, encode, refusal
from deployments.laboratory.listing import Wanted, identified, listed
from deployments.laboratory.practice import Practice
from flows.gateways.fhir_systems import Systems, trial_of
from flows.gateways.fhir_words import TEST_CODE, TEST_SYSTEM


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer before faults are laid over it."""

    status: int
    resource: Any
    location: str = ""


class Clock(BaseModel):
    """The time at the laboratory (None: the system's), and days from order to report. What is left out stays."""

    model_config = ConfigDict(extra="forbid")

    now: AwareDatetime | None = None
    turn_around_days: float | None = Field(default=None, ge=0)


def application(practice: Practice) -> FastAPI:
    """The laboratory's web service."""
    app = FastAPI(title="Demonstration laboratory", docs_url=None, redoc_url=None, openapi_url=None)
    _orders(app, practice)
    _reports(app, practice)
    _controls(app, practice)
    return app


def _orders(app: FastAPI, practice: Practice) -> None:
    async def place(request: Request) -> Response:
        body = await request.body()
        wanted = parse_qs(request.headers.get("If-None-Exist", "")).get("identifier", [""])[0]
        practice.book.note_post(identified(wanted)[1] or "without key")
        return await _answered(practice, "orders", lambda: _place(practice, body, wanted, str(request.base_url)))

    async def find(request: Request) -> Response:
        trial, key = identified(request.query_params.get("identifier", ""))
        base = str(request.base_url)
        held = [
            (f"{base}ServiceRequest/{o.number}", o.resource, "match") for o in practice.book.orders_under(key, trial)
        ]
        return await _answered(practice, "orders", lambda: Answer(200, bundle(held, None)))

    app.add_api_route("/ServiceRequest", place, methods=["POST"])
    app.add_api_route("/ServiceRequest", find, methods=["GET"])


def _place(practice: Practice, body: bytes, wanted: str, base: str) -> Answer:
    try:
        request = ServiceRequest.model_validate_json(body)
        trial, order_key, patient_id = _asked_for(request)
    except ValueError as problem:
        return Answer(422, refusal("invalid", str(problem)[:500]))
    wanted_by, wanted_key = identified(wanted)
    held = practice.book.orders_under(wanted_key, wanted_by) if wanted else []
    if len(held) > 1:
        return Answer(412, refusal("multiple-matches", f"{len(held)} orders match {wanted}"))
    if held:
        return _order_answer(200, held[0], base)
    return _order_answer(201, practice.take_in(trial, order_key, patient_id, request.model_dump(mode="json")), base)


def _order_answer(status: int, order: Order, base: str) -> Answer:
    return Answer(status, order.resource, f"{base}ServiceRequest/{order.number}/_history/1")


def _asked_for(request: ServiceRequest) -> tuple[str, str, str]:
    """The trial, the order key and the patient of an order."""
    keys = [(trial_of(held.system or ""), held.value) for held in request.identifier or [] if held.value]
    named = [(trial, key) for trial, key in keys if trial]
    if len(named) != 1:
        raise ValueError(f"an order needs one {Systems('<trial>').order} identifier")
    ((trial, order_key),) = named
    subject = request.subject.identifier
    patient_id = subject.value if subject is not None and subject.system == Systems(trial).patient else None
    codes = [held.code for held in (request.code.coding if request.code else None) or [] if held.system == TEST_SYSTEM]
    if not patient_id or codes != [TEST_CODE]:
        raise ValueError(f"an order needs a {Systems(trial).patient} subject and the code {TEST_CODE}")
    if (request.status, request.intent) != ("active", "order"):
        raise ValueError("an order is active and of intent order")
    return trial, order_key, patient_id


def _reports(app: FastAPI, practice: Practice) -> None:
    async def find(request: Request) -> Response:
        try:
            wanted = Wanted.read(list(request.query_params.multi_items()))
        except ValueError as problem:
            return _response(Answer(400, refusal("invalid", str(problem))))
        base = str(request.base_url)
        return await _answered(practice, "reports", lambda: Answer(200, listed(practice, wanted, base)))

    app.add_api_route("/DiagnosticReport", find, methods=["GET"])


def _controls(app: FastAPI, practice: Practice) -> None:
    async def orders() -> dict[str, dict[str, int]]:
        return {key: {"orders": held, "posts": asked} for key, (held, asked) in practice.book.tallies().items()}

    async def suffer(fault: Fault) -> list[Fault]:
        practice.tell(fault)
        return practice.faults.waiting()

    async def recover() -> None:
        practice.faults.clear()

    async def waiting() -> list[Fault]:
        return practice.faults.waiting()

    async def clock(told: Clock) -> dict[str, datetime]:
        if "now" in told.model_fields_set:
            practice.book.tell("clock", told.now.astimezone(UTC).isoformat() if told.now else None)
        if told.turn_around_days is not None:
            practice.book.tell("turn-around", str(told.turn_around_days))
        return {"now": practice.now()}

    async def scores(table: dict[str, dict[str, Decimal]]) -> None:
        practice.fix_scores(table)

    app.add_api_route("/$orders", orders, methods=["GET"])
    app.add_api_route("/$faults", waiting, methods=["GET"])
    app.add_api_route("/$faults", suffer, methods=["POST"])
    app.add_api_route("/$faults", recover, methods=["DELETE"], status_code=204)
    app.add_api_route("/$clock", clock, methods=["PUT"])
    app.add_api_route("/$scores", scores, methods=["PUT"], status_code=204)


async def _answered(practice: Practice, asked: Asked, act: Callable[[], Answer]) -> Response:
    """Act and answer, with the next fault laid over it."""
    fault = practice.faults.in_answer(asked)
    match fault.kind if fault else None:
        case "failing":
            return _failure(fault)
        case "refusing":
            return _response(Answer(422, refusal("business-rule", "the laboratory does not accept this")))
        case "ambiguous":
            return _response(Answer(412, refusal("multiple-matches", "more than one order matches")))
        case _:
            return await _late_lost_or_torn(fault, act())


async def _late_lost_or_torn(fault: Fault | None, answer: Answer) -> Response:
    if fault is None:
        return _response(answer)
    if fault.kind == "lost-answer":
        return _failure(fault)
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return _response(answer)
    text = encode(answer.resource)
    return Response(text[: len(text) // 2], answer.status, media_type="application/fhir+json")


def _failure(fault: Fault | None) -> Response:
    return _response(Answer(fault.status if fault else 500, refusal("exception", "the laboratory has a bad day")))


def _response(answer: Answer) -> Response:
    headers = {"Location": answer.location} if answer.location else {}
    return Response(encode(answer.resource), answer.status, headers, media_type="application/fhir+json")
