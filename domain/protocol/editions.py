"""The protocol editions in order, and the one in force for a trial: an edition, read as the trial has decided."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from domain.protocol import v2_0
from domain.protocol.dose_constraints import constraints_read
from domain.protocol.edition import Edition, GenomicRule, Margins
from domain.protocol.table_1 import columns_read, without_toxicity
from domain.rejections import NoSuchEntry
from domain.standing import Standing
from events.conduct import ProtocolEditionActivated, ReadingChosen

EDITIONS: Mapping[str, Edition] = MappingProxyType({edition.id: edition for edition in (v2_0.EDITION,)})


def edition_named(name: str, editions: Mapping[str, Edition] | None = None) -> Edition:
    """An edition by its number; of those this program holds when no others are given. Raises `NoSuchEntry`."""
    known = EDITIONS if editions is None else editions
    if name not in known:
        raise NoSuchEntry("edition", name, "no such protocol edition", f"Use one of {', '.join(known)}")
    return known[name]


def edition_in_force(trial: Standing, editions: Mapping[str, Edition] | None = None) -> Edition:
    """The edition activated last, under the readings the trial has chosen; it knows those it supersedes."""
    chosen = {entry.event.question: entry.event.option for entry in trial.every(ReadingChosen)}
    in_force: Edition | None = None
    for activated in trial.every(ProtocolEditionActivated):
        written = edition_named(activated.event.edition, editions)
        in_force = replace(read_as(written, chosen), activated_on=activated.occurred_on.latest, supersedes=in_force)
    return in_force or read_as(v2_0.EDITION, chosen)


def read_as(edition: Edition, chosen: Mapping[str, str]) -> Edition:
    """The same edition under other readings of its ambiguities."""
    written = edition.as_written or edition
    readings = MappingProxyType({**edition.readings, **chosen})
    genomic = GenomicRule(written.genomic.low_at_most, threshold_is_low=readings["PQ-04"] == "<=44")
    return replace(
        edition,
        readings=readings,
        genomic=genomic,
        columns=columns_read(written.columns, readings),
        dose_constraints=constraints_read(written.dose_constraints, readings),
        margins=_margins_read(written.margins, readings),
        weekly=written.weekly if readings["PQ-22"] == "every-visit" else without_toxicity(written.weekly),
        as_written=written,
    )


def _margins_read(margins: Margins, readings: Mapping[str, str]) -> Margins:
    """How non-inferiority is judged, and information counted, under the readings of PQ-06 to PQ-09."""
    return replace(
        margins,
        horizon_years=margins.horizon_years if readings["PQ-06"] == "5-year" else 2,
        judged_by="hazard-ratio" if readings["PQ-07"] == "hazard-ratio-2.30" else "difference",
        counted="events" if readings["PQ-08"] == "show-information" else "patients",
        experimental_expected=readings["PQ-09"] == "expected",
    )
