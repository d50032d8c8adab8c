"""Conduct of the trial: its opening, its protocol editions, analyses, audits, queries, and work set aside."""

from typing import ClassVar

from pydantic import AwareDatetime, Field

from events.clinical_date import Day
from events.event import NUMBER, Event, Facts


class Opening(Facts):
    """Which trial a log belongs to, and whether it is a simulated one."""

    trial: str = Field(default="IMNI PRECISION", max_length=200, title="Trial")
    registry: str = Field(default="NCT04517266", max_length=50, title="Registry number")
    simulated: bool = Field(default=False, title="Simulated")


class Analysis(Facts):
    """What was analysed, as of which moments; `digest` is the hex SHA-256 of the result."""

    endpoint: str = Field(min_length=1, max_length=50, title="Endpoint", examples=["EFS"])
    population: str = Field(min_length=1, max_length=50, title="Population", examples=["itt"])
    cutoff: Day | None = Field(default=None, title="Clinical cutoff")
    known_at: AwareDatetime | None = Field(default=None, title="As known at")
    position: int = Field(ge=0, title="Position of the log")
    edition: str = Field(max_length=20, title="Protocol edition")
    code_version: str = Field(max_length=100, title="Version of the program")
    n: int = Field(ge=0, title="Patients")
    events: int = Field(ge=0, title="Events")
    digest: str = Field(max_length=100, title="Digest of the result")


class Edition(Facts):
    """A protocol edition that comes into force."""

    edition: str = Field(min_length=1, max_length=20, title="Edition", examples=["2.0"])
    ethics_reference: str = Field(max_length=200, title="Ethics approval", examples=["RJ 2020-250"])


class Reading(Facts):
    """The trial's decision on an ambiguity of the protocol."""

    question: str = Field(pattern=r"^PQ-\d{2}$", title="Protocol question", examples=["PQ-04"])
    option: str = Field(
        min_length=1,
        max_length=100,
        title="Reading chosen",
        description="docs/protocol.md lists them.",
        examples=["<=44"],
    )


class DataCut(Facts):
    """A data cut: what happened after `cutoff` is not looked at."""

    name: str = Field(min_length=1, max_length=100, title="Name", examples=["interim 2022"])
    cutoff: Day = Field(title="Clinical cutoff", description="The last day that counts.")


class Query(Facts):
    """A question about the data."""

    query_id: str = Field(
        min_length=1,
        max_length=50,
        title="Query number",
        description="A number of your own that no query has yet; it appears in e-mails.",
        examples=["Q-1"],
        json_schema_extra={"pattern": NUMBER.pattern},
    )
    question: str = Field(
        min_length=1, max_length=1000, title="Question", description="What is asked; nothing that identifies her."
    )


class QueryAnswer(Facts):
    """An answer to a query."""

    query_id: str = Field(
        min_length=1, max_length=50, title="Query number", description="As on the page.", examples=["Q-1"]
    )
    answer: str = Field(
        min_length=1, max_length=1000, title="Answer", description="What was found; nothing that identifies her."
    )


class QueryReference(Facts):
    """Which query is meant."""

    query_id: str = Field(
        min_length=1, max_length=50, title="Query number", description="As on the page.", examples=["Q-1"]
    )


class Audit(Facts):
    """The six-monthly audit."""

    findings: str = Field(
        default="",
        max_length=5000,
        title="Findings",
        description="In short; each finding that waits for an answer is a query of its own.",
    )


class Drift(Facts):
    """A projection that did not show what the log says; `digest` is the hex SHA-256 of the rows it should have had."""

    projection: str = Field(min_length=1, max_length=100, title="Projection", examples=["patients"])
    position: int = Field(ge=0, title="Position of the log")
    code_version: str = Field(max_length=100, title="Version of the program")
    digest: str = Field(max_length=100, title="Digest of the rows it should have had")


class ResultsDisclosure(Facts):
    """That somebody was given results by arm, as of which moments; who that was stands in the envelope."""

    position: int = Field(ge=0, title="Position of the log")
    cutoff: Day | None = Field(default=None, title="Clinical cutoff")
    known_at: AwareDatetime | None = Field(default=None, title="As known at")
    reason: str = Field(min_length=3, max_length=1000, title="Reason", examples=["for the data monitoring committee"])


class SetAside(Facts):
    """A work item that failed again and again."""

    key: str = Field(min_length=1, max_length=200, title="Work item")
    problem: str = Field(min_length=1, max_length=1000, title="Problem")


class Release(Facts):
    """A work item to be tried again."""

    key: str = Field(
        min_length=1, max_length=200, title="Work item", description="Filled in by the link on the page Decisions."
    )


class TrialOpened(Opening, Event):
    """The log of a trial begins. A simulated trial says so for ever."""

    type: ClassVar[str] = "trial-opened.v1"


class ProtocolEditionActivated(Edition, Event):
    """A protocol edition came into force."""

    type: ClassVar[str] = "protocol-edition-activated.v1"


class ReadingChosen(Reading, Event):
    """An ambiguity of the protocol was decided."""

    type: ClassVar[str] = "reading-chosen.v1"


class DataCutDeclared(DataCut, Event):
    """A data cut was declared."""

    type: ClassVar[str] = "data-cut-declared.v1"


class AnalysisPerformed(Analysis, Event):
    """An endpoint was analysed; anyone can do it again and compare the digest."""

    type: ClassVar[str] = "analysis-performed.v1"


class ResultsDisclosed(ResultsDisclosure, Event):
    """Results by arm were given to somebody."""

    type: ClassVar[str] = "results-disclosed.v1"


class AuditPerformed(Audit, Event):
    """The trial was audited."""

    type: ClassVar[str] = "audit-performed.v1"


class ProjectionDrifted(Drift, Event):
    """A table that people or programs read was found to differ from the log, and was made anew."""

    type: ClassVar[str] = "projection-drifted.v1"


class QueryOpened(Query, Event):
    """A query was opened."""

    type: ClassVar[str] = "query-opened.v1"


class QueryAnswered(QueryAnswer, Event):
    """A query was answered."""

    type: ClassVar[str] = "query-answered.v1"


class QueryClosed(QueryReference, Event):
    """A query was closed."""

    type: ClassVar[str] = "query-closed.v1"


class WorkItemSetAside(SetAside, Event):
    """The engine stopped trying a work item; a person must look."""

    type: ClassVar[str] = "work-item-set-aside.v1"


class WorkItemReleased(Release, Event):
    """A work item that was set aside may be tried again."""

    type: ClassVar[str] = "work-item-released.v1"
