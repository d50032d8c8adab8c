"""Every projection: the one place where one is registered."""

from store.projections.endpoint_records import ENDPOINT_RECORDS
from store.projections.laboratory_orders import LABORATORY_ORDERS
from store.projections.patients import PATIENTS
from store.projections.projection import Projection

PROJECTIONS: tuple[Projection, ...] = (PATIENTS, LABORATORY_ORDERS, ENDPOINT_RECORDS)
