"""The allocation list: made once from a secret, bound by a commitment, revealed one place at a time."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from domain.allocation.design import ListDesign
from domain.allocation.minimisation import Weighed, balanced
from domain.allocation.schemes import Content, contents
from domain.merkle import inclusion_proof, merkle_root, verify_inclusion
from domain.rejections import NotPermitted
from events.randomisation import (
    AllocationListCommitted,
    Arm,
    Balancing,
    FactorLevel,
    Minimisation,
    PatientRandomised,
    Scheme,
)


@dataclass(frozen=True, slots=True)
class Draw:
    """One place of the list, revealed with the proof of what stood there.

    Under minimisation that is the chance in `balancing`; else it is the arm itself. `sequence_number` counts the trial.
    """

    sequence_number: int
    arm: Arm
    salt: str
    proof: tuple[str, ...]
    balancing: Balancing | None = None

    @property
    def content(self) -> Content:
        """What stood at the place."""
        return self.balancing.chance if self.balancing else self.arm


@dataclass(frozen=True, repr=False)
class AllocationList:
    """The list and the secret it follows from. Its representation shows neither.

    `prepared` are the arms of a list prepared elsewhere; all others follow from the seed.
    """

    design: ListDesign
    seed: bytes
    prepared: tuple[Arm, ...] = ()

    def __repr__(self) -> str:
        return f"AllocationList({self.design.scheme.scheme}, capacity {self.design.capacity})"

    @cached_property
    def contents(self) -> tuple[Content, ...]:
        """What stands at every place, in order."""
        return self.prepared or contents(self.design, self.seed)

    def arms(self) -> tuple[Arm, ...]:
        """The arm of every place, in order; none under minimisation, where the patients decide too."""
        return tuple(content for content in self.contents if isinstance(content, Arm))

    def committed(self) -> Mapping[str, str]:
        """What may be published before the first patient: `commitment` and `merkle_root` in hex."""
        secret = self.seed + "".join(self.prepared).encode()
        commitment = sha256(self.design.canonical() + self._salt(0) + secret).hexdigest()
        return {"commitment": commitment, "merkle_root": merkle_root(self._leaves()).hex()}

    def draw(
        self,
        place: int,
        *,
        first_place: int = 1,
        levels: tuple[FactorLevel, ...] = (),
        before: Sequence[Weighed] = (),
    ) -> Draw:
        """Reveal one place, counted from 1 in this list. Raises `NotPermitted` when the list is exhausted.

        Under minimisation the arm is weighed by the patient's `levels` and those allocated `before` from this list.
        """
        self._require_place(place)
        content = self.contents[place - 1]
        proof = tuple(step.hex() for step in inclusion_proof(self._leaves(), place - 1))
        salt, number = self._salt(place).hex(), first_place - 1 + place
        if isinstance(content, Arm):
            return Draw(number, content, salt, proof)
        balancing = Balancing(chance=content, levels=levels)
        return Draw(number, weighed_arm(self.design.scheme, balancing, before), salt, proof, balancing)

    def _require_place(self, place: int) -> None:
        if not 1 <= place <= self.design.capacity:
            raise NotPermitted(
                "allocation list",
                f"place {place}",
                f"the list has {self.design.capacity} places",
                "Stop randomising and tell the statistician: a new list must be committed first",
            )

    def _salt(self, place: int) -> bytes:
        return hmac.new(self.seed, b"salt" + place.to_bytes(8, "big"), sha256).digest()

    def _leaves(self) -> list[bytes]:
        return [leaf(place, self._salt(place), content) for place, content in enumerate(self.contents, start=1)]


def weighed_arm(scheme: Scheme, balancing: Balancing, before: Sequence[Weighed]) -> Arm:
    """The arm that a revealed chance gives. Anybody can work it out again."""
    assert isinstance(scheme, Minimisation)
    return balanced(scheme, balancing, before)


def leaf(place: int, salt: bytes, content: Content) -> bytes:
    """The leaf that binds what stands at a place of a list; the salt keeps it unguessable until it is revealed."""
    held = content.encode() if isinstance(content, Arm) else f"chance {content}".encode()
    return sha256(place.to_bytes(8, "big") + salt + held).digest()


def revealed(randomised: PatientRandomised) -> Draw:
    """The place that a patient's entry reveals."""
    told = randomised
    return Draw(told.sequence_number, told.arm, told.salt, told.proof, told.balancing)


def proves(draw: Draw, committed: AllocationListCommitted) -> bool:
    """Whether a revealed draw stood at its place of the committed list."""
    index = draw.sequence_number - committed.first_place
    if not 0 <= index < committed.capacity:
        return False
    return verify_inclusion(
        leaf(index + 1, bytes.fromhex(draw.salt), draw.content),
        index,
        committed.capacity,
        [bytes.fromhex(step) for step in draw.proof],
        bytes.fromhex(committed.merkle_root),
    )
