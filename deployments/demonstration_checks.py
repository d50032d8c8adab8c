"""What the demonstration claims of itself, and how each claim is checked against somebody else's books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.analysis.analyse import analyse
from domain.analysis.result import Analysis
from domain.analysis.survival_table import SurvivalTable
from domain.endpoint_analysis import Question, endpoint_records, survival_table
from domain.patient import Patient
from domain.ready import ready
from domain.worklist import engine_worklist
from events.follow_up import ReminderSent
from events.genomics import GenomicTestOrdered
from flows.live_patients import patients_as_of
from flows.reports.report_contents import Check
from flows.resources import Resources
from flows.verified import verified
from store.projections.rebuilding import rebuild

if TYPE_CHECKING:
    from deployments.laboratory import DemonstrationLaboratory
    from deployments.mailbox import Mailbox
    from domain.simulation.visit_book import EndpointCode
    from flows.simulate_trial import SimulatedTrial


@dataclass(frozen=True)
class Surroundings:
    """Those who keep books of their own about the same trial."""

    laboratory: DemonstrationLaboratory
    mailbox: Mailbox
    truth: SimulatedTrial


def checked(given: Resources, around: Surroundings) -> tuple[Check, ...]:
    """Every claim, checked."""
    patients, _ = patients_as_of(given.trial_log)
    return (
        _verifies(given),
        _ordered_once(patients, around.laboratory),
        _reminded_once(patients, around.mailbox),
        _nothing_open(given, patients),
        _projections_equal(given),
        *(_agrees_with_truth(given, patients, code, around.truth) for code in ("EFS", "LRRFS", "OS")),
    )


def _verifies(given: Resources) -> Check:
    found = verified(given.settings)
    return Check("The log verifies", found.ok, f"{found.events} events, {len(found.findings)} findings")


def _ordered_once(patients: Sequence[Patient], laboratory: DemonstrationLaboratory) -> Check:
    ours = {order.event.order_key for patient in patients for order in patient.every(GenomicTestOrdered)}
    theirs = laboratory.orders()
    doubled = [key for key, tally in theirs.items() if tally.orders != 1]
    posts = sum(tally.posts for tally in theirs.values())
    found = f"{len(theirs)} orders at the laboratory, {len(ours)} in the log, {posts} attempts, {len(doubled)} doubled"
    return Check("Every order stands exactly once at the laboratory", set(theirs) == ours and not doubled, found)


def _reminded_once(patients: Sequence[Patient], mailbox: Mailbox) -> Check:
    sent = sum(len(patient.every(ReminderSent)) for patient in patients)
    found = f"{sent} in the log, {len(mailbox.copies())} in the mailbox, {len(mailbox.duplicates())} doubled"
    return Check(
        "Every reminder arrived exactly once", sent == len(mailbox.copies()) and not mailbox.duplicates(), found
    )


def _nothing_open(given: Resources, patients: Sequence[Patient]) -> Check:
    edition = given.trial_log.edition()
    left = [
        item.key
        for patient in patients
        for item in ready(
            engine_worklist(patient, edition, given.today), given.now_at_site, edition.reminders.quiet_hours
        )
    ]
    return Check(
        "Nothing is left for the engine to do", not left, f"{len(left)} open items {', '.join(left[:3])}".strip()
    )


def _projections_equal(given: Resources) -> Check:
    rebuilt = rebuild(given.trial_log)
    found = ", ".join(f"{each.name} {'equal' if each.equal else 'DRIFTED'}" for each in rebuilt)
    return Check("Projections rebuilt from nothing equal the live ones", all(each.equal for each in rebuilt), found)


def _agrees_with_truth(
    given: Resources, patients: Sequence[Patient], code: EndpointCode, truth: SimulatedTrial
) -> Check:
    edition = given.trial_log.edition()
    records = endpoint_records(patients, Question(code), edition)
    ours = {record.patient: (record.days, record.observed, record.arm) for record in records}
    theirs = {each.patient: (each.days, each.observed, str(each.arm)) for each in truth.truth(code)}
    differing = sorted(patient for patient in {*ours, *theirs} if ours.get(patient) != theirs.get(patient))
    of_log = analyse(survival_table(records), edition.margins)
    of_truth = analyse(_table(theirs), edition.margins)
    found = f"{of_log.events} events of {of_log.n}; {_hazard_ratio(of_log)} and {_hazard_ratio(of_truth)}"
    if differing:
        found += f"; differing patients: {', '.join(differing[:5])}"
    return Check(f"{code} from the log equals {code} of the simulator's truth", of_log == of_truth, found)


def _table(theirs: Mapping[str, tuple[int, bool, str]]) -> SurvivalTable:
    rows = [theirs[patient] for patient in sorted(theirs)]
    return SurvivalTable(
        time=tuple(float(days) for days, _, _ in rows),
        status=tuple(int(observed) for _, observed, _ in rows),
        arm=tuple(int(arm == "OMIT") for _, _, arm in rows),
    )


def _hazard_ratio(analysis: Analysis) -> str:
    return f"hazard ratio {analysis.cox.hr:.4f}" if analysis.cox.estimable else "hazard ratio not estimable"
