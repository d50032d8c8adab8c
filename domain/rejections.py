"""Refusals, each naming the field, its value, the rule and the way out.

Rejection                 the command is not carried out; nothing was written
├── Incomplete            something is still missing: complete it and ask again
├── OutOfOrder            an earlier step has not happened yet, or a later one already has
├── Contradiction         the log says otherwise: correct or void that entry first
├── Implausible           the value cannot be true as given
├── NotPermitted          the protocol forbids it; asking again will not help
└── NoSuchEntry           the patient, entry, query or list named does not exist
"""


class Rejection(Exception):
    """A command that is not carried out. `rule` names the protocol section or the engine's own rule."""

    def __init__(self, field: str, value: str, rule: str, way_out: str) -> None:
        super().__init__(field, value, rule, way_out)
        self.field = field
        self.value = value
        self.rule = rule
        self.way_out = way_out

    def __str__(self) -> str:
        return f"{self.field} {self.value}: {self.rule}. {self.way_out}"


class Incomplete(Rejection):
    """Facts are missing."""


class OutOfOrder(Rejection):
    """The step does not follow from where the patient stands."""


class Contradiction(Rejection):
    """The same fact is already on record, and says something else."""


class Implausible(Rejection):
    """The value cannot be true."""


class NotPermitted(Rejection):
    """The protocol forbids it."""


class NoSuchEntry(Rejection):
    """What the command names does not exist."""
