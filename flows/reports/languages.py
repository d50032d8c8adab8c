"""The headings of a report in the language it is read in: the text that is looked up is the English one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import resources

from flows.reports.report import Language

Say = Callable[[str], str]

_VARIES = re.compile(r"^(?P<said>.+?)(?P<rest> \(n = \d+\)| \[[0-9a-f]+\])$")
"""A heading with a number or an id behind it, which is the same in every language."""


def saying(language: Language) -> Say:
    """How headings and fixed labels are said; what has no translation stays English, and is seen to."""
    return partial(_said, {} if language == "en" else _words(language))


def _said(words: Mapping[str, str], text: str) -> str:
    if text in words or not (varying := _VARIES.match(text)):
        return words.get(text, text)
    return words.get(varying["said"], varying["said"]) + varying["rest"]


@cache
def _words(language: str) -> Mapping[str, str]:
    found = resources.files("flows.reports").joinpath(f"headings_{language}.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(found)
    return words
