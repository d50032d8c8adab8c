"""Who a patient is: said, shown and forgotten. What is shown is on record before it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from domain.decisions.consent import (
    DiscloseIdentity,
    ForgetPatient,
    IdentifyPatient,
    require_identity,
    require_not_forgotten,
)
from events.clinical_date import ClinicalDate
from events.event import Event
from events.recorded import Recorded
from store.identity import Identity
from store.transact import Entry, TrialLog
from store.vault import Vault


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What forgetting a patient did: what was recorded, and whether the database holds no trace of her key already."""

    written: tuple[Recorded[Event], ...]
    wiped: bool


def identify(
    trial_log: TrialLog, vault: Vault, patient_id: str, identity: Identity, entry: Entry
) -> tuple[Recorded[Event], ...]:
    """Keep who a patient is, in the place of what was said before. Raises `Rejection`, `VaultError`.

    Her key is on the disk before what it encrypts is, so that nothing is ever on record that cannot be read.
    """
    require_not_forgotten(trial_log.patient(patient_id))
    encrypted = vault.encrypt(patient_id, identity)
    command = IdentifyPatient(
        occurred_on=_day(trial_log, entry), key_id=encrypted.key_id, ciphertext=encrypted.ciphertext
    )
    return trial_log.transact(patient_id, command, entry)


def disclose(trial_log: TrialLog, vault: Vault, patient_id: str, reason: str, entry: Entry) -> Identity:
    """Who a patient is, to be shown to the author of the entry. Raises `Rejection`, `VaultError`."""
    identity = vault.decrypt(patient_id, require_identity(trial_log.patient(patient_id)).event)
    command = DiscloseIdentity(occurred_on=_day(trial_log, entry), shown_at=entry.at, reason=reason)
    trial_log.transact(patient_id, command, entry)
    return identity


def forget(trial_log: TrialLog, patient_id: str, command: ForgetPatient, entry: Entry) -> Forgotten:
    """Forget who a patient is, for good: the database destroys her key as it takes the entry. Raises `Rejection`.

    Said again it records nothing, and wipes what a kill may have left of the key.
    """
    written = trial_log.transact(patient_id, command, entry)
    return Forgotten(written, trial_log.log.wipe())


def _day(trial_log: TrialLog, entry: Entry) -> ClinicalDate:
    """The day at the site on which an entry is made."""
    return ClinicalDate.parse(entry.at.astimezone(trial_log.edition().site_zone).date())
