"""Addresses that stay: the newest version of a page by its key, and a form filled in as far as it is known.

`deployments.prefect_shortcuts` leads from them to where Prefect keeps the page or the form.
"""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode
from zlib import crc32

PAGES, FORMS = "/pages/", "/forms/"


def page_link(text: str, key: str) -> str:
    """A link to the newest version of a page."""
    return f"[{text}]({PAGES}{key})"


def patient_link(patient_id: str) -> str:
    """A link to a patient's page, shown as her id."""
    return page_link(patient_id, artifact_key(patient_id))


def form_link(text: str, wire: str, patient_id: str = "", **known: object) -> str:
    """A link to a command's form, with the patient and the facts that are known already filled in."""
    form = {**({"patient_id": patient_id} if patient_id else {}), **({"entry": known} if known else {})}
    asked = (
        urlencode({"parameters": json.dumps({"form": form}, separators=(",", ":"))}, quote_via=quote) if form else ""
    )
    return f"[{text}]({FORMS}{wire}{'?' if asked else ''}{asked})"


def artifact_key(patient_id: str) -> str:
    """The key of a patient's page, no two alike: Prefect allows lower-case letters, digits and dashes."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in patient_id.lower())
    told_apart = "" if plain.upper() == patient_id else f"-{crc32(patient_id.encode()):08x}"
    return f"patient-{plain}{told_apart}"
