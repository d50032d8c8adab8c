"""Where the protocol can be read in more than one way: the question, the options, and the reading in force.

The options that change a result are wired to the rule that reads them; every result names the readings it used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Question:
    """One ambiguity of the protocol text. Severity A changes who is in or what is analysed; B operations; C wording."""

    id: str
    severity: Literal["A", "B", "C"]
    wording: str
    options: tuple[str, ...]
    default: str


QUESTIONS: tuple[Question, ...] = (
    Question(
        "PQ-01",
        "A",
        "Exclusion 12 joins 'surgery to radiotherapy over 3 months' and 'chemotherapy to radiotherapy over 8 weeks' "
        "with 'or', which would exclude most patients given chemotherapy",
        ("conditional", "either"),
        "conditional",
    ),
    Question(
        "PQ-02", "A", "pT1-2 stands in the title, not among the inclusion criteria", ("enforce", "ignore"), "enforce"
    ),
    Question("PQ-03", "A", "'At least two' risk factors (paper) or 'more than 2' (registry)", (">=2", ">2"), ">=2"),
    Question(
        "PQ-04", "A", "Is a score of exactly 44 low (methods) or undefined (background)?", ("<=44", "<44"), "<=44"
    ),
    Question(
        "PQ-11",
        "A",
        "Is death an event of locoregional recurrence-free survival?",
        ("interval", "survival"),
        "interval",
    ),
    Question(
        "PQ-12",
        "A",
        "Does ductal carcinoma in situ, of either breast, count as an event?",
        ("invasive-only", "dcis-counts"),
        "invasive-only",
    ),
    Question(
        "PQ-35",
        "A",
        "Is a death of unknown cause a breast cancer death?",
        ("unknown-is-other", "unknown-is-breast-cancer"),
        "unknown-is-other",
    ),
    Question(
        "PQ-44",
        "A",
        "Does a distant metastasis or a contralateral cancer end the observation of locoregional recurrence, or does a "
        "later locoregional recurrence still count? (The engine's own question: the register ends at PQ-43.)",
        ("other-cancer-ends-observation", "later-recurrence-counts"),
        "other-cancer-ends-observation",
    ),
)

DEFAULT_READINGS: Mapping[str, str] = {question.id: question.default for question in QUESTIONS}
