"""Every projection: the one place where one is registered."""

from domain.rejections import NoSuchEntry
from store.projections.endpoint_records import ENDPOINT_RECORDS
from store.projections.laboratory_orders import LABORATORY_ORDERS
from store.projections.patients import PATIENTS
from store.projections.projection import Projection

PROJECTIONS: tuple[Projection, ...] = (PATIENTS, LABORATORY_ORDERS, ENDPOINT_RECORDS)


def projection_named(name: str) -> Projection:
    """The projection of a name. Raises `NoSuchEntry`."""
    for projection in PROJECTIONS:
        if projection.name == name:
            return projection
    known = ", ".join(projection.name for projection in PROJECTIONS)
    raise NoSuchEntry("NAME", repr(name), "no such projection", f"Use one of {known}")
