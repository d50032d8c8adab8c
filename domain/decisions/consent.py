"""Commands of consent."""

from typing import ClassVar

from domain.decisions.command import Report
from events.consent import Consent, ConsentSigned, ConsentWithdrawn, Withdrawal
from events.event import Event


class RecordConsent(Consent, Report):
    """A consent form was signed: for the genomic test, or for the trial."""

    wire: ClassVar[str] = "record-consent"
    title: ClassVar[str] = "Consent"
    records: ClassVar[type[Event]] = ConsentSigned
    identity: ClassVar[tuple[str, ...] | None] = ("kind", "form_version")


class RecordWithdrawal(Withdrawal, Report):
    """The patient withdrew consent. Each scope stops just the work it covers; what is on record stays."""

    wire: ClassVar[str] = "record-withdrawal"
    title: ClassVar[str] = "Withdrawal of consent"
    records: ClassVar[type[Event]] = ConsentWithdrawn
