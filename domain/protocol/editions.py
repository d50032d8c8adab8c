"""The protocol editions in order, and the one in force for a trial: an edition, read as the trial has decided."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from domain.protocol import v2_0
from domain.protocol.edition import Edition, GenomicRule
from domain.protocol.table_1 import columns_read, without_toxicity
from domain.rejections import NoSuchEntry
from domain.standing import Standing
from events.conduct import ProtocolEditionActivated, ReadingChosen

EDITIONS: Mapping[str, Edition] = MappingProxyType({edition.id: edition for edition in (v2_0.EDITION,)})


def edition_named(name: str) -> Edition:
    """An edition by its number. Raises `NoSuchEntry`."""
    if name not in EDITIONS:
        raise NoSuchEntry("edition", name, "no such protocol edition", f"Use one of {', '.join(EDITIONS)}")
    return EDITIONS[name]


def edition_in_force(trial: Standing) -> Edition:
    """The edition activated last, under the readings the trial has chosen."""
    activated = trial.last(ProtocolEditionActivated)
    edition = edition_named(activated.event.edition) if activated else v2_0.EDITION
    chosen = {entry.event.question: entry.event.option for entry in trial.every(ReadingChosen)}
    return read_as(edition, chosen)


def read_as(edition: Edition, chosen: Mapping[str, str]) -> Edition:
    """The same edition under other readings of its ambiguities."""
    readings = MappingProxyType({**edition.readings, **chosen})
    genomic = GenomicRule(edition.genomic.low_at_most, threshold_is_low=readings["PQ-04"] == "<=44")
    toxicity = readings["PQ-22"] == "every-visit"
    return replace(
        edition,
        readings=readings,
        genomic=genomic,
        columns=columns_read(edition.columns, readings),
        weekly=edition.weekly if toxicity else without_toxicity(edition.weekly),
    )
