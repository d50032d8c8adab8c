"""Consent: what the patient agreed to, what she took back, and who she is as long as she agrees that it is known."""

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from events.event import Event, Facts, Visibility


class ConsentKind(StrEnum):
    """GENOMIC_TEST: the RecurIndex test, before screening ends. TRIAL: the trial itself."""

    GENOMIC_TEST = "GENOMIC_TEST"
    TRIAL = "TRIAL"


class WithdrawalScope(StrEnum):
    """What is taken back. TREATMENT: radiotherapy. VISITS: being seen. DATA_COLLECTION: new data. DATA_USE: its use."""

    TREATMENT = "TREATMENT"
    VISITS = "VISITS"
    DATA_COLLECTION = "DATA_COLLECTION"
    DATA_USE = "DATA_USE"


class Consent(Facts):
    """A signed consent form."""

    kind: ConsentKind = Field(title="Consent to")
    form_version: str = Field(
        default="",
        max_length=50,
        title="Version of the consent form",
        description="As printed on the form: after an amendment she is asked to consent again by it.",
        examples=["2.0"],
    )
    language: str = Field(
        default="zh", max_length=10, title="Language of the form", description="zh: Chinese. en: English."
    )


class Withdrawal(Facts):
    """What the patient withdrew from; each scope stops just the reactions it names."""

    scopes: tuple[WithdrawalScope, ...] = Field(min_length=1, title="Withdrawn from")


class EncryptedIdentity(Facts):
    """Who the patient is, readable only with her own key: `ciphertext` is base64, `key_id` names the key (hex)."""

    key_id: str = Field(pattern=r"^[0-9a-f]{16}$", title="Key")
    ciphertext: str = Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$", max_length=20_000, title="Identity, encrypted")


class Forgetting(Facts):
    """At whose request, on which ground and why nobody may know any more who the patient is."""

    requested_by: Literal["patient", "ethics-committee", "authority", "site", "sponsor"] = Field(title="Requested by")
    ground: str = Field(default="", max_length=500, title="Ethics or legal ground", examples=["PIPL, article 47"])
    reason: str = Field(min_length=3, max_length=1000, title="Reason", examples=["she no longer wants to be called"])


class Disclosure(Facts):
    """That somebody was shown who the patient is; who that was stands in the envelope."""

    shown_at: AwareDatetime = Field(title="Shown at")
    reason: str = Field(min_length=3, max_length=1000, title="Reason", examples=["to call her for the 12-month visit"])


class ConsentSigned(Consent, Event):
    """The patient signed a consent form."""

    type: ClassVar[str] = "consent-signed.v1"


class ConsentWithdrawn(Withdrawal, Event):
    """The patient withdrew consent, wholly or in part."""

    type: ClassVar[str] = "consent-withdrawn.v1"


class PatientIdentified(EncryptedIdentity, Event):
    """The site said who the patient is. A later identification replaces it."""

    type: ClassVar[str] = "patient-identified.v1"
    visibility: ClassVar[Visibility] = "identifying"


class PatientForgotten(Forgetting, Event):
    """The patient's key was destroyed: who she is can never be read again. All else on record stays."""

    type: ClassVar[str] = "patient-forgotten.v1"


class IdentityDisclosed(Disclosure, Event):
    """Somebody was shown who the patient is."""

    type: ClassVar[str] = "identity-disclosed.v1"
