"""Randomisation: a list fixed before the first patient, one draw a patient, each draw provable."""

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from events.event import Event, Facts, Visibility

HEX_DIGEST = r"^[0-9a-f]{64}$"
BASE64 = r"^[A-Za-z0-9+/]*={0,2}$"


class Arm(StrEnum):
    """IMNI: internal mammary nodes irradiated (control). OMIT: not irradiated (experimental)."""

    IMNI = "IMNI"
    OMIT = "OMIT"


class Simple(Facts):
    """Each place is the toss of a coin."""

    scheme: Literal["SIMPLE"] = "SIMPLE"


class PermutedBlocks(Facts):
    """Blocks of sizes chosen at random, each holding both arms equally often."""

    scheme: Literal["PERMUTED_BLOCKS"] = "PERMUTED_BLOCKS"
    block_sizes: tuple[int, ...] = (2, 4, 6)


class BigStick(Facts):
    """The toss of a coin, unless one arm leads by `max_imbalance`: then the other.

    Source: Soares and Wu 1983, doi 10.1080/03610928308828586.
    """

    scheme: Literal["BIG_STICK"] = "BIG_STICK"
    max_imbalance: int = Field(default=3, ge=1, le=100)


class Urn(Facts):
    """Wei's urn UD(alpha, beta): `alpha` balls of each arm, and after each draw `beta` more of the other arm.

    Source: Wei 1978, doi 10.1214/aos/1176344068.
    """

    scheme: Literal["URN"] = "URN"
    alpha: int = Field(default=0, ge=0, le=100)
    beta: int = Field(default=1, ge=1, le=100)


class Factor(Facts):
    """A factor that minimisation balances, and how much it weighs."""

    name: str = Field(min_length=1, max_length=50)
    weight: int = Field(default=1, ge=1, le=100)


class Minimisation(Facts):
    """Pocock and Simon: the arm that leaves the factors better balanced is given with `preferred_pct` per cent.

    Source: Pocock and Simon 1975, doi 10.2307/2529712.
    """

    scheme: Literal["MINIMISATION"] = "MINIMISATION"
    factors: tuple[Factor, ...] = Field(min_length=1)
    preferred_pct: int = Field(default=80, ge=51, le=99)


class PreparedElsewhere(Facts):
    """The list was made by somebody else and taken over place by place."""

    scheme: Literal["PREPARED_ELSEWHERE"] = "PREPARED_ELSEWHERE"
    prepared_by: str = Field(min_length=1, max_length=200, examples=["SPSS 21, Ruijin"])


Scheme = Simple | PermutedBlocks | BigStick | Urn | Minimisation | PreparedElsewhere
"""How the places of a list are filled."""


class CommittedList(Facts):
    """A list that is fixed and secret: `commitment` and `merkle_root` (hex) bind every place of it.

    `ciphertext` (base64) is the secret it follows from, readable only with the key outside the database; empty for a
    list whose secret is a file of its own.
    """

    scheme: Scheme = Field(discriminator="scheme")
    capacity: int = Field(ge=1, le=10_000)
    generator: str = Field(max_length=200)
    commitment: str = Field(pattern=HEX_DIGEST)
    merkle_root: str = Field(pattern=HEX_DIGEST)
    ciphertext: str = Field(default="", pattern=BASE64, max_length=20_000)


class Closing(Facts):
    """No patient is randomised any more."""


class Revelation(Facts):
    """A list is shown, and why. `seed` (hex) and the arms `prepared` elsewhere are what everybody may know from now on.

    Both are left out while patients are still randomised: the list is then seen by one statistician only.
    """

    number: int = Field(ge=1, title="List")
    reason: str = Field(min_length=1, max_length=500)
    seed: str | None = Field(default=None, pattern=HEX_DIGEST)
    prepared: tuple[Arm, ...] = ()


class FactorLevel(Facts):
    """Where a patient stands on a factor."""

    factor: str = Field(min_length=1, max_length=50)
    level: str = Field(min_length=1, max_length=50)


class Balancing(Facts):
    """Under minimisation: the chance the place held (0 to 99), and the levels the arm was weighed by."""

    chance: int = Field(ge=0, le=99)
    levels: tuple[FactorLevel, ...]


class Allocation(Facts):
    """An allocation made outside this engine."""

    arm: Arm = Field(title="Arm allocated")
    allocated_by: str = Field(default="", max_length=200, title="Allocated by", examples=["SPSS 21 list, Ruijin"])


class AllocationListCommitted(CommittedList, Event):
    """A list was fixed. It holds from place `first_place` of the trial on, until another one is committed."""

    type: ClassVar[str] = "allocation-list-committed.v2"

    number: int = Field(ge=1)
    first_place: int = Field(ge=1)


class AllocationDrawn(Event):
    """One place of the list was used. The arm stands in the patient's own stream."""

    type: ClassVar[str] = "allocation-drawn.v1"
    visibility: ClassVar[Visibility] = "allocation"

    sequence_number: int = Field(ge=1)
    patient_id: str


class RecruitmentClosed(Closing, Event):
    """The last patient was randomised: no place is drawn any more."""

    type: ClassVar[str] = "recruitment-closed.v1"


class AllocationListRevealed(Revelation, Event):
    """Somebody was shown a list, place by place; with its `seed` everybody can make it again."""

    type: ClassVar[str] = "allocation-list-revealed.v1"
    visibility: ClassVar[Visibility] = "allocation"


class PatientRandomised(Event):
    """The patient was randomised; `salt` and `proof` (hex) show what stood at this place of the list.

    That is the arm, or under minimisation the chance in `balancing`, from which anybody can work out the arm.
    """

    type: ClassVar[str] = "patient-randomised.v2"
    visibility: ClassVar[Visibility] = "allocation"

    arm: Arm
    sequence_number: int = Field(ge=1)
    salt: str
    proof: tuple[str, ...]
    balancing: Balancing | None = None


class AllocationTakenOver(Allocation, Event):
    """The patient was randomised elsewhere, before this engine kept the list."""

    type: ClassVar[str] = "allocation-taken-over.v1"
    visibility: ClassVar[Visibility] = "allocation"


AllocationEvent = AllocationListCommitted | AllocationDrawn | RecruitmentClosed | AllocationListRevealed
"""What can happen in the allocation stream."""
