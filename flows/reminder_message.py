"""What a reminder says, in the language of the site. It names a patient by her pseudonymous id only."""

from __future__ import annotations

from typing import Literal, assert_never

from domain.protocol.reminder_steps import Wording
from domain.work_item import WorkItem
from flows.gateways.mail import Message

Language = Literal["zh", "en", "both"]


def message_of(item: WorkItem, language: Language = "both") -> Message:
    """The message of a reminder, under the key of the item."""
    assert item.note is not None
    note = item.note
    addressed = Wording(f"For {note.role.english}.", f"致：{note.role.chinese}。")
    title = _told(note.title, language, " / ")
    body = Wording(f"{addressed.english}\n{note.words.english}", f"{addressed.chinese}\n{note.words.chinese}")
    return Message(key=item.key, subject=f"{item.patient_id}: {title}", body=_told(body, language, "\n\n"))


def _told(wording: Wording, language: Language, between: str) -> str:
    match language:
        case "zh":
            return wording.chinese
        case "en":
            return wording.english
        case "both":
            return f"{wording.chinese}{between}{wording.english}"
        case _:
            assert_never(language)
