"""Which rules stand behind what people read, so that each page and table says how the protocol was read for it."""

from domain.endpoints import ENDPOINTS
from domain.protocol.v2_0_questions import QUESTIONS

ENTERING = tuple(
    sorted({rule for question in QUESTIONS for rule in question.bears_on if rule.startswith(("IC", "EC", "DR"))})
)
"""The criteria that a question bears on: who is in."""

WORK = (*ENTERING, "GENOMIC", "GENOMIC-HIGH", "PQ-26", "PLAN-QA", "TABLE-1", "4w", "BASELINE")
"""What makes the open work of a patient."""

DEPARTURES = (*ENTERING, "GENOMIC", "PQ-26", "PLAN-QA", "PTV", "CBCT", "SHIFT", "TABLE-1", "4w", "EFS", "LRRFS")
"""What a deviation is held against."""

RESULTS = tuple(ENDPOINTS)
"""The endpoints."""
