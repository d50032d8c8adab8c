"""Where the demonstration laboratory gets its scores from: drawn by hashing, or told to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from hashlib import sha256

Scores = Mapping[str, Decimal]
ScoreSource = Callable[[str, str], Scores]
"""From order key and patient id to the scores of the report, by name."""

_LOW_SHARE = Decimal("0.7")
_LOW_UP_TO = Decimal(44)
_NAMES = ("score_18gene", "ri_lr", "ri_dr")


def drawn(seed: str) -> ScoreSource:
    """Scores drawn from the order key alone: the same for the same seed, about seven in ten low."""

    def scores(order_key: str, patient_id: str) -> Scores:
        return {name: _score(f"{seed}/{order_key}/{name}") for name in _NAMES}

    return scores


def reported_class(value: Decimal) -> str:
    """The laboratory's own reading of a score, as a FHIR interpretation code: L or H."""
    return "L" if value <= _LOW_UP_TO else "H"


def share(text: str) -> Decimal:
    """A number in [0, 1) that depends on the text alone."""
    return Decimal(int.from_bytes(sha256(text.encode()).digest()[:6], "big")) / Decimal(2**48)


def _score(text: str) -> Decimal:
    place = share(text)
    if place < _LOW_SHARE:
        value = 5 + (_LOW_UP_TO - 5) * place / _LOW_SHARE
    else:
        value = _LOW_UP_TO + 1 + (Decimal(50) * (place - _LOW_SHARE) / (1 - _LOW_SHARE))
    return value.quantize(Decimal("0.1"))
