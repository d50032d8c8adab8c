"""Randomisation: a list fixed before the first patient, one draw a patient, each draw provable."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from events.event import Event, Facts, Visibility


class Arm(StrEnum):
    """Regional nodal irradiation with the internal mammary nodes (control) or without (experimental)."""

    IMNI = "IMNI"
    OMIT = "OMIT"


class AllocationScheme(StrEnum):
    """How the list was made."""

    SIMPLE = "SIMPLE"
    PERMUTED_BLOCKS = "PERMUTED_BLOCKS"


class Allocation(Facts):
    """An allocation made outside this engine."""

    arm: Arm = Field(title="Arm allocated")
    allocated_by: str = Field(default="", max_length=200, title="Allocated by", examples=["SPSS 21 list, Ruijin"])


class AllocationListCommitted(Event):
    """The list is fixed and secret: `commitment` and `merkle_root` (hex) bind every entry of it."""

    type: ClassVar[str] = "allocation-list-committed.v1"

    scheme: AllocationScheme
    block_sizes: tuple[int, ...]
    generator: str
    capacity: int
    commitment: str
    merkle_root: str


class AllocationDrawn(Event):
    """One place of the list was used. The arm stands in the patient's own stream."""

    type: ClassVar[str] = "allocation-drawn.v1"
    visibility: ClassVar[Visibility] = "allocation"

    sequence_number: int = Field(ge=1)
    patient_id: str


class PatientRandomised(Event):
    """The patient was randomised; `salt` and `proof` (hex) show that this arm stood at this place of the list."""

    type: ClassVar[str] = "patient-randomised.v1"
    visibility: ClassVar[Visibility] = "allocation"

    arm: Arm
    sequence_number: int = Field(ge=1)
    salt: str
    proof: tuple[str, ...]


class AllocationTakenOver(Allocation, Event):
    """The patient was randomised elsewhere, before this engine kept the list."""

    type: ClassVar[str] = "allocation-taken-over.v1"
    visibility: ClassVar[Visibility] = "allocation"
