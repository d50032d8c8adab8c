"""What a projection is: rows about one patient, computed from her stream and nothing else.

Rows depend on the stream and the edition only, never on the day they are computed, so that two rebuilds are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlmodel import SQLModel

from domain.patient import Patient
from domain.protocol.edition import Edition


@dataclass(frozen=True, slots=True)
class Projection:
    """A question, the table that answers it, and how a patient's rows are made. Every row names its `patient_id`.

    `rules` are those of the protocol that stand behind the rows: how they were read is told beside them.
    """

    name: str
    question: str
    table: type[SQLModel]
    rows: Callable[[Patient, Edition], Sequence[SQLModel]]
    rules: tuple[str, ...] = ()

    @property
    def consumer(self) -> str:
        """The name its checkpoint goes by."""
        return f"projection/{self.name}"
