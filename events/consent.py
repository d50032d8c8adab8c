"""Consent: what the patient agreed to, and what she took back."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from events.event import Event, Facts


class ConsentKind(StrEnum):
    """What is consented to: the genomic test before screening ends, or the trial itself."""

    GENOMIC_TEST = "GENOMIC_TEST"
    TRIAL = "TRIAL"


class WithdrawalScope(StrEnum):
    """What a withdrawal takes back. Data before it stays in the analysis."""

    TREATMENT = "TREATMENT"
    VISITS = "VISITS"
    DATA_COLLECTION = "DATA_COLLECTION"
    DATA_USE = "DATA_USE"


class Consent(Facts):
    """A signed consent form."""

    kind: ConsentKind = Field(title="Consent to")
    form_version: str = Field(default="", max_length=50, title="Version of the consent form", examples=["2.0"])
    language: str = Field(default="zh", max_length=10, title="Language of the form")


class Withdrawal(Facts):
    """What the patient withdrew from; each scope stops just the reactions it names."""

    scopes: tuple[WithdrawalScope, ...] = Field(min_length=1, title="Withdrawn from")


class ConsentSigned(Consent, Event):
    """The patient signed a consent form."""

    type: ClassVar[str] = "consent-signed.v1"


class ConsentWithdrawn(Withdrawal, Event):
    """The patient withdrew consent, wholly or in part."""

    type: ClassVar[str] = "consent-withdrawn.v1"
