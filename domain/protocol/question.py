"""One ambiguity of the protocol text, and the ways it can be read."""

from typing import Literal, NamedTuple

Severity = Literal["A", "B", "C"]


class Question(NamedTuple):
    """One ambiguity of the protocol text. Severity A changes who is in or what is analysed; B operations; C wording.

    `options` are the readings the text allows, the default first. `bears_on` names the rules that depend on the answer.
    Every option can be chosen, unless one of two things is said: `no_rule`, why no rule of the engine depends on the
    question; `only_default`, why a rule that does can follow nothing but the default.
    """

    id: str
    severity: Severity
    wording: str
    options: tuple[str, ...]
    bears_on: tuple[str, ...] = ()
    no_rule: str = ""
    only_default: str = ""

    @property
    def default(self) -> str:
        """The reading in force until the trial chooses another."""
        return self.options[0]

    @property
    def is_wired(self) -> bool:
        """Whether a rule of the engine asks which reading is in force."""
        return not (self.no_rule or self.only_default)

    @property
    def followed(self) -> tuple[str, ...]:
        """The readings the trial may choose here."""
        return self.options if self.is_wired else self.options[:1]

    @property
    def why_not(self) -> str:
        """Why only the default can be chosen; empty when every option can."""
        return f"no rule of the engine depends on it: {self.no_rule}" if self.no_rule else self.only_default
