"""One ambiguity of the protocol text, and the ways it can be read."""

from typing import Literal, NamedTuple

Severity = Literal["A", "B", "C"]


class Question(NamedTuple):
    """One ambiguity of the protocol text. Severity A changes who is in or what is analysed; B operations; C wording.

    `options` are the readings the text allows, the default first. `followed` are those this program can follow: another
    one would need an amendment. `bears_on` names the rules that depend on the answer.
    """

    id: str
    severity: Severity
    wording: str
    options: tuple[str, ...]
    bears_on: tuple[str, ...] = ()
    is_wired: bool = False

    @property
    def default(self) -> str:
        """The reading in force until the trial chooses another."""
        return self.options[0]

    @property
    def followed(self) -> tuple[str, ...]:
        """The readings the trial may choose here."""
        return self.options if self.is_wired else self.options[:1]
