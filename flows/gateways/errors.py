"""What can go wrong at other people's machines, split by what the caller does.

GatewayError
├── TryAgain                    the same call later, under the same key
│   ├── LaboratoryUnavailable   no answer, or an answer that says "later"
│   ├── NotDelivered            a channel did not take the message
│   └── AuthorityUnavailable    the time-stamping authority gave no usable answer
└── AskAPerson                  trying again would change nothing
    ├── OrderAmbiguous          the laboratory cannot say which order is ours: never order again
    ├── LaboratoryRefused       the laboratory says no
    ├── MalformedReport         the laboratory's answer is not FHIR R4
    ├── MessageRefused          a channel refuses the message for good
    ├── NotStamped              a time stamp is not of this text, or not by this authority
    └── ChannelUnreadable       a configured channel address cannot be understood
"""

from __future__ import annotations


class GatewayError(Exception):
    """The root of what can go wrong at a gateway."""


class TryAgain(GatewayError):
    """The same call may succeed later, and does no harm when it already had."""


class AskAPerson(GatewayError):
    """Trying again would change nothing: a person must look."""


class LaboratoryUnavailable(TryAgain):
    """The laboratory gave no usable answer. `asked` says what for; an order may or may not have arrived."""

    def __init__(self, asked: str, problem: str) -> None:
        super().__init__(asked, problem)
        self.asked, self.problem = asked, problem

    def __str__(self) -> str:
        return f"the laboratory did not answer ({self.asked}): {self.problem}; it is asked again later"


class OrderAmbiguous(AskAPerson):
    """The laboratory cannot say which order is ours. It must not be ordered again before a person has settled it."""

    def __init__(self, order_key: str, problem: str) -> None:
        super().__init__(order_key, problem)
        self.order_key, self.problem = order_key, problem

    def __str__(self) -> str:
        return f"order {self.order_key} is ambiguous at the laboratory: {self.problem}; call the laboratory"


class LaboratoryRefused(AskAPerson):
    """The laboratory refused what was asked. `status` is the HTTP status."""

    def __init__(self, asked: str, status: int, problem: str) -> None:
        super().__init__(asked, status, problem)
        self.asked, self.status, self.problem = asked, status, problem

    def __str__(self) -> str:
        return f"the laboratory refused ({self.asked}) with status {self.status}: {self.problem}"


class MalformedReport(AskAPerson):
    """A whole answer of the laboratory cannot be read as FHIR R4."""

    def __init__(self, asked: str, problem: str) -> None:
        super().__init__(asked, problem)
        self.asked, self.problem = asked, problem

    def __str__(self) -> str:
        return f"the laboratory's answer cannot be read ({self.asked}): {self.problem}"


class _NotSent(GatewayError):
    def __init__(self, key: str, failed: tuple[str, ...], delivered: tuple[str, ...]) -> None:
        super().__init__(key, failed, delivered)
        self.key, self.failed, self.delivered = key, failed, delivered

    def __str__(self) -> str:
        taken = f"; taken by {', '.join(self.delivered)}" if self.delivered else ""
        return f"message {self.key} was not delivered by {'; '.join(self.failed)}{taken}"


class NotDelivered(_NotSent, TryAgain):
    """A channel did not take the message now. `delivered` names the channels that did: leave them out next time."""


class MessageRefused(_NotSent, AskAPerson):
    """A channel refuses the message for good: unknown mailbox, wrong password. Attributes as `NotDelivered`."""


class ChannelUnreadable(AskAPerson):
    """A configured channel address cannot be understood. Names its place in the list only: it may hold a password."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place

    def __str__(self) -> str:
        return (
            f"notification address number {self.place} is not one that Apprise understands; "
            "write it like mailto://user:password@host?to=someone@host"
        )
