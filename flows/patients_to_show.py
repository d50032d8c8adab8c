"""Whose pages are not of now: a few are shown at a time, so that whoever has news waits for no more of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

_AT_ONCE = 40


class PatientsToShow:
    """Patients with news, and apart from them those whose pages could not be made: these keep nobody else waiting."""

    def __init__(self) -> None:
        self._news: dict[str, None] = {}
        self._again: dict[str, None] = {}

    def hear(self, patient_ids: Iterable[str]) -> None:
        """There is news of these."""
        for patient_id in patient_ids:
            self._news.pop(patient_id, None)
            self._news[patient_id] = None

    def with_news(self) -> list[str]:
        """Those with the newest news; none of them has to be shown again for an older one."""
        found = list(self._news)[-_AT_ONCE:]
        for patient_id in found:
            del self._news[patient_id]
            self._again.pop(patient_id, None)
        return sorted(found)

    def to_try_again(self) -> list[str]:
        """Those who could not be shown, whoever has waited longest first."""
        found = list(self._again)[:_AT_ONCE]
        for patient_id in found:
            del self._again[patient_id]
        return sorted(found)

    def not_shown(self, patient_ids: Collection[str]) -> None:
        """These could not be shown."""
        self._again |= dict.fromkeys(patient_ids)
