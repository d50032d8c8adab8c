"""Commands of the trial's own stream; queries and set-aside work are a patient's or the trial's."""

from typing import ClassVar

from domain.decisions.command import Ask, Report
from domain.decisions.reporting import recorded_as, report
from domain.protocol.editions import edition_named
from domain.protocol.readings import BY_ID, Question
from domain.queries import DRIFT, standing_queries
from domain.rejections import NoSuchEntry, NotPermitted
from domain.set_aside import set_aside
from domain.standing import Standing
from events.conduct import (
    Analysis,
    AnalysisPerformed,
    Audit,
    AuditPerformed,
    DataCut,
    DataCutDeclared,
    Drift,
    Edition,
    Opening,
    ProjectionDrifted,
    ProtocolEditionActivated,
    Query,
    QueryAnswer,
    QueryAnswered,
    QueryClosed,
    QueryOpened,
    QueryReference,
    Reading,
    ReadingChosen,
    Release,
    ResultsDisclosed,
    ResultsDisclosure,
    SetAside,
    TrialOpened,
    WorkItemReleased,
    WorkItemSetAside,
)
from events.event import Event


class OpenTrial(Opening, Report):
    """Open the log of a trial."""

    wire: ClassVar[str] = "open-trial"
    title: ClassVar[str] = "Opening of the trial"
    by_engine: ClassVar[bool] = True
    records: ClassVar[type[Event]] = TrialOpened
    identity: ClassVar[tuple[str, ...] | None] = ()
    opens_stream: ClassVar[bool] = True


class ActivateEdition(Edition, Report):
    """A protocol edition comes into force."""

    wire: ClassVar[str] = "activate-edition"
    title: ClassVar[str] = "Protocol edition"
    day_is: ClassVar[str] = "The day from which it holds."
    usual_role: ClassVar[str] = "principal-investigator"
    records: ClassVar[type[Event]] = ProtocolEditionActivated
    identity: ClassVar[tuple[str, ...] | None] = ("edition",)


class ChooseReading(Reading, Ask):
    """Decide how an ambiguity of the protocol is read."""

    wire: ClassVar[str] = "choose-reading"
    title: ClassVar[str] = "Reading of the protocol"
    day_is: ClassVar[str] = "The day on which it was decided."
    usual_role: ClassVar[str] = "principal-investigator"


class DeclareDataCut(DataCut, Report):
    """What happens after the cutoff is not analysed under this name."""

    wire: ClassVar[str] = "declare-data-cut"
    title: ClassVar[str] = "Data cut"
    day_is: ClassVar[str] = "The day on which it is declared: today, as a rule."
    usual_role: ClassVar[str] = "statistician"
    records: ClassVar[type[Event]] = DataCutDeclared
    identity: ClassVar[tuple[str, ...] | None] = ("name",)


class RecordAudit(Audit, Report):
    """The six-monthly audit took place."""

    wire: ClassVar[str] = "record-audit"
    title: ClassVar[str] = "Audit"
    day_is: ClassVar[str] = "The day of the audit."
    usual_role: ClassVar[str] = "auditor"
    records: ClassVar[type[Event]] = AuditPerformed
    identity: ClassVar[tuple[str, ...] | None] = ("occurred_on",)


class RecordAnalysis(Analysis, Report):
    """An endpoint was analysed."""

    wire: ClassVar[str] = "record-analysis"
    title: ClassVar[str] = "Analysis"
    by_engine: ClassVar[bool] = True
    records: ClassVar[type[Event]] = AnalysisPerformed


class RecordDrift(Drift, Report):
    """A projection was found to differ from the log."""

    wire: ClassVar[str] = "record-drift"
    title: ClassVar[str] = "Drift of a projection"
    by_engine: ClassVar[bool] = True
    records: ClassVar[type[Event]] = ProjectionDrifted


class DiscloseResults(ResultsDisclosure, Report):
    """Somebody is about to be given results by arm."""

    wire: ClassVar[str] = "disclose-results"
    title: ClassVar[str] = "Disclosure of results"
    by_engine: ClassVar[bool] = True
    records: ClassVar[type[Event]] = ResultsDisclosed


class OpenQuery(Query, Report):
    """Ask a question about a patient's data, or put down what an audit found; it waits until it is answered."""

    wire: ClassVar[str] = "open-query"
    title: ClassVar[str] = "Query"
    day_is: ClassVar[str] = "The day on which it is asked: today, as a rule."
    records: ClassVar[type[Event]] = QueryOpened
    identity: ClassVar[tuple[str, ...] | None] = ("query_id",)


class AnswerQuery(QueryAnswer, Report):
    """What was found. The query then waits for whoever asked to close it."""

    wire: ClassVar[str] = "answer-query"
    title: ClassVar[str] = "Answer to a query"
    day_is: ClassVar[str] = "The day of the answer: today, as a rule."
    records: ClassVar[type[Event]] = QueryAnswered
    about: ClassVar[tuple[type[Event], str] | None] = (QueryOpened, "query_id")


class CloseQuery(QueryReference, Report):
    """The answer settles the query: nobody is reminded of it any more."""

    wire: ClassVar[str] = "close-query"
    title: ClassVar[str] = "Closed query"
    day_is: ClassVar[str] = "The day on which it is closed: today, as a rule."
    records: ClassVar[type[Event]] = QueryClosed
    about: ClassVar[tuple[type[Event], str] | None] = (QueryOpened, "query_id")
    identity: ClassVar[tuple[str, ...] | None] = ("query_id",)


class SetWorkAside(SetAside, Report):
    """Stop trying a work item until a person has looked."""

    wire: ClassVar[str] = "set-work-aside"
    title: ClassVar[str] = "Work set aside"
    by_engine: ClassVar[bool] = True
    records: ClassVar[type[Event]] = WorkItemSetAside


class ReleaseWork(Release, Report):
    """Let the engine try again what was set aside."""

    wire: ClassVar[str] = "release-work"
    title: ClassVar[str] = "Work released"
    day_is: ClassVar[str] = "The day on which it is released: today, as a rule."
    records: ClassVar[type[Event]] = WorkItemReleased


def require_known_edition(command: ActivateEdition, trial: Standing) -> list[Event]:
    """Keep the activation of an edition this program holds. Raises `NoSuchEntry`."""
    edition_named(command.edition)
    return report(command, trial)


def choose_reading(command: ChooseReading, trial: Standing) -> list[Event]:
    """The reading chosen; none when it is in force already. Raises `NoSuchEntry`, `NotPermitted`."""
    question = choosable(command.question, command.option)
    chosen = [entry for entry in trial.every(ReadingChosen) if entry.event.question == question.id]
    in_force = chosen[-1].event.option if chosen else question.default
    if in_force == command.option:
        return []
    return [ReadingChosen(occurred_on=command.occurred_on, question=question.id, option=command.option)]


def choosable(name: str, option: str) -> Question:
    """The question, when the option is one the trial may choose. Raises `NoSuchEntry`, `NotPermitted`."""
    if name not in BY_ID:
        raise NoSuchEntry("question", name, "no such protocol question", f"Use one of {', '.join(BY_ID)}")
    question = BY_ID[name]
    if option not in question.options:
        raise NoSuchEntry("option", option, f"not an option of {name}", f"Use one of {', '.join(question.options)}")
    if option not in question.followed:
        raise NotPermitted(
            "option",
            option,
            f"only {question.default} can be chosen for {name}: {question.why_not}",
            f"Leave {name} as it is; another reading needs an amendment of the protocol, or another program",
        )
    return question


def record_drift(command: RecordDrift, trial: Standing) -> list[Event]:
    """The drift, and the query that asks people about it; none while an earlier one waits for its answer."""
    happened = report(command, trial)
    asked = [entry for entry in trial.every(QueryOpened) if entry.event.query_id.startswith(f"{DRIFT}/")]
    waits = any(query.topic == DRIFT and query.answer is None for query in standing_queries(trial))
    if not happened or waits:
        return happened
    question = (
        f"Projection {command.projection} did not show what the log says at event {command.position}. It was made "
        "anew; what was read from it before may have been wrong. Who wrote to the database beside the program, and "
        "what does imni verify say?"
    )
    query_id = f"{DRIFT}/{len(asked) + 1}"
    return [*happened, QueryOpened(occurred_on=command.occurred_on, query_id=query_id, question=question)]


def set_aside_or_release(command: SetWorkAside | ReleaseWork, standing: Standing) -> list[Event]:
    """Set work aside, or release it; none when it is so already. The same item may go back and forth."""
    is_aside = command.key in set_aside(standing)
    if is_aside == isinstance(command, SetWorkAside):
        return []
    return [recorded_as(command)]
