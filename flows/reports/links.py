"""Addresses that stay: the newest version of a page by its key, and a form filled in as far as it is known.

`deployments.prefect_shortcuts` leads from them to where Prefect keeps the page or the form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote, urlencode
from zlib import crc32

PAGES, FORMS = "/pages/", "/forms/"


def page_link(text: str, key: str) -> str:
    """A link to the newest version of a page."""
    return f"[{text}]({PAGES}{key})"


def patient_link(patient_id: str) -> str:
    """A link to a patient's page, shown as her id; where nobody is named, the trial is meant."""
    return page_link(patient_id, artifact_key(patient_id)) if patient_id else "the trial"


def form_link(text: str, wire: str, patient_id: str = "", **known: object) -> str:
    """A link to a command's form, with the patient and the facts that are known already filled in, as it shows them."""
    entry = _as_chosen(wire, known)
    form = {**({"patient_id": patient_id} if patient_id else {}), **({"entry": entry} if entry else {})}
    asked = (
        urlencode({"parameters": json.dumps({"form": form}, separators=(",", ":"))}, quote_via=quote) if form else ""
    )
    return f"[{text}]({FORMS}{wire}{'?' if asked else ''}{asked})"


def _as_chosen(wire: str, known: Mapping[str, object]) -> Mapping[str, object]:
    """Facts in the words of the form's choices."""
    from domain.decide import PATIENT_COMMANDS, TRIAL_COMMANDS  # not for whoever only leads on from a link
    from flows.form_lists import as_listed
    from flows.form_words import as_chosen

    command = PATIENT_COMMANDS.get(wire) or TRIAL_COMMANDS.get(wire)
    return as_listed(command, as_chosen(command, known)) if command and known else known


def artifact_key(patient_id: str) -> str:
    """The key of a patient's page, no two alike: Prefect allows lower-case letters, digits and dashes."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in patient_id.lower())
    told_apart = "" if plain.upper() == patient_id else f"-{crc32(patient_id.encode()):08x}"
    return f"patient-{plain}{told_apart}"
