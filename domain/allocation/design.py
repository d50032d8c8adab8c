"""How an allocation list is made: its scheme and how many places it has."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import assert_never

from domain.allocation.generator import GENERATOR
from domain.rejections import Implausible
from events.randomisation import BigStick, Minimisation, PermutedBlocks, PreparedElsewhere, Scheme, Simple, Urn

MOST_PLACES = 10_000
SIMPLE = Simple()


@dataclass(frozen=True, slots=True)
class ListDesign:
    """What a list is made by. Raises `Implausible` for a design that cannot hold both arms equally likely."""

    scheme: Scheme = SIMPLE
    capacity: int = 260

    def __post_init__(self) -> None:
        if not 1 <= self.capacity <= MOST_PLACES:
            raise Implausible(
                "capacity",
                str(self.capacity),
                f"a list has 1 to {MOST_PLACES} places",
                "Take a fifth more than patients are planned",
            )
        if isinstance(self.scheme, PermutedBlocks):
            _require_even(self.scheme.block_sizes)
        if isinstance(self.scheme, Minimisation):
            _require_distinct([factor.name for factor in self.scheme.factors])

    def canonical(self) -> bytes:
        """The bytes the commitment covers."""
        blocks = self.scheme.block_sizes if isinstance(self.scheme, PermutedBlocks) else ()
        value = {"blocks": blocks, "capacity": self.capacity, "generator": GENERATOR}
        value |= self.scheme.model_dump(mode="json", exclude={"block_sizes"})
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()

    def in_words(self) -> str:
        """The scheme as a person calls it."""
        match self.scheme:
            case Simple():
                return "simple"
            case PermutedBlocks(block_sizes=sizes):
                return f"permuted blocks of {', '.join(map(str, sizes))}"
            case BigStick(max_imbalance=most):
                return f"big stick, imbalance at most {most}"
            case Urn(alpha=alpha, beta=beta):
                return f"urn UD({alpha}, {beta})"
            case Minimisation(factors=factors, preferred_pct=preferred):
                weighed = ", ".join(f"{factor.name} x {factor.weight}" for factor in factors)
                return f"minimisation of {weighed}; the preferred arm with {preferred} %"
            case PreparedElsewhere(prepared_by=prepared_by):
                return f"prepared elsewhere: {prepared_by}"
            case _:
                assert_never(self.scheme)


def _require_even(block_sizes: tuple[int, ...]) -> None:
    if not block_sizes or any(size < 2 or size % 2 for size in block_sizes):
        raise Implausible(
            "block_sizes",
            str(block_sizes),
            "a block holds both arms equally often",
            "Use even sizes such as 2, 4, 6",
        )


def _require_distinct(names: list[str]) -> None:
    if len(set(names)) < len(names):
        raise Implausible("factors", ", ".join(names), "a factor is named twice", "Name each factor once")
