"""Telephone and identity card numbers in free text, which would stay readable in the log for ever.

Only numbers are looked for: a name cannot be told from any other word. Sources: mobile numbers of mainland China are
eleven digits and begin with 13 to 19; resident identity numbers end with a check character (GB 11643-1999).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotated_types import MaxLen
from pydantic import BaseModel

from domain.rejections import Implausible
from events.conduct import Query
from events.event import NUMBER
from events.safety import SeriousAdverseEvent

_SENTENCES = 500
"""A field that takes so many characters takes sentences; a shorter one takes a code, and some codes have 11 digits."""

_MOBILE = re.compile(r"(?<![0-9])(?<![0-9]\.)(?:86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9])")
_RESIDENT = re.compile(r"(?<![0-9])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9Xx](?![0-9])")
_WAY_OUT = "Leave the number out and send it again; what is needed to reach her is kept by `imni identify`"
_NUMBER = "Give it one such as Q-1: letters, digits, dots, dashes, slashes and underscores, without blanks"
_NUMBERED = ((Query, "query_id"), (SeriousAdverseEvent, "sae_id"))
"""What people give a number of their own, by which it is called in mails and in names of runs."""


def require_no_identity_in_text(said: BaseModel) -> None:
    """Raises `Implausible` when a text holds what looks like a telephone or identity card number; never repeats it.

    Nor may a name stand where a number is given: that has no blanks, and letters of the alphabet only.
    """
    for kind, field in _NUMBERED:
        if isinstance(said, kind) and NUMBER.fullmatch(getattr(said, field)) is None:
            raise Implausible(field, "(not repeated)", "is no number, and stands in mails and names of runs", _NUMBER)
    for field, text, sentences in _texts(said):
        if any(_checks(found.group()) for found in _RESIDENT.finditer(text)):
            raise Implausible(field, "(not repeated)", "holds what looks like an identity card number", _WAY_OUT)
        if sentences and _MOBILE.search(text):
            raise Implausible(field, "(not repeated)", "holds what looks like a telephone number", _WAY_OUT)


def _texts(said: BaseModel) -> Iterator[tuple[str, str, bool]]:
    """Each text said: its field, itself, and whether it may be sentences. What has a pattern is no text."""
    for name, info in type(said).model_fields.items():
        value = getattr(said, name)
        if isinstance(value, str) and not any(getattr(rule, "pattern", None) for rule in info.metadata):
            longest = max((rule.max_length for rule in info.metadata if isinstance(rule, MaxLen)), default=0)
            yield name, value, longest >= _SENTENCES


def _checks(number: str) -> bool:
    """Whether a resident identity number's last character is the one that follows from the others."""
    digits = [10 if digit in "Xx" else int(digit) for digit in number]
    return sum(digit * 2 ** (17 - place) for place, digit in enumerate(digits)) % 11 == 1
