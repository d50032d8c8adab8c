"""The projections' tables, in the same database as the log, so that rows and checkpoint are one transaction."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect, text
from sqlmodel import Session, SQLModel, delete, select

from store.checkpoints import Checkpoints
from store.migrations.upgrade_postgres import sqlalchemy_url
from store.open_log import POSTGRES
from store.projections.projection import Projection
from store.transact import TrialLog

_MOST_IDS = 500


def writing(trial_log: TrialLog) -> AbstractContextManager[Session]:
    """One transaction in which projections and their checkpoints are written."""
    return transaction(trial_log.log.url)


@contextmanager
def transaction(url: str) -> Generator[Session]:
    """One transaction that nobody else writes projections beside."""
    with Session(_engine(url)) as session, session.begin():
        SQLModel.metadata.create_all(session.connection())
        yield session


@cache
def _engine(url: str) -> Engine:
    # No pool: a connection kept open would go on reading a log file that was restored from backup meanwhile.
    if url.startswith(POSTGRES):
        engine = create_engine(sqlalchemy_url(url), poolclass=NullPool)
        event.listen(engine, "begin", _begin_alone)
    else:
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": 30, "isolation_level": None})
        event.listen(engine, "begin", _begin_immediate)
    return engine


def _begin_immediate(connection: Connection) -> None:
    # The driver would begin a transaction only at the first write, when somebody else may have written since we read.
    connection.exec_driver_sql("begin immediate")


def _begin_alone(connection: Connection) -> None:
    # In the projections' own schema, and without keeping anybody from appending to the log.
    connection.exec_driver_sql("set local role imni_app")
    connection.exec_driver_sql("set local search_path = imni_projections, imni")
    connection.exec_driver_sql("select pg_advisory_xact_lock(hashtext('imni projections'))")


def checkpoints(session: Session) -> Checkpoints:
    """The checkpoints, in the transaction of the rows."""
    connection = session.connection()

    def execute(statement: str, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        result = connection.execute(text(statement), dict(values))
        return result.all() if result.returns_rows else ()

    return Checkpoints(execute)


def replace_rows(
    session: Session, projection: Projection, patient_ids: Sequence[str], rows: Sequence[SQLModel]
) -> None:
    """Put these rows in the place of all rows of these patients."""
    patient_id = inspect(projection.table).columns["patient_id"]
    for start in range(0, len(patient_ids), _MOST_IDS):
        some = patient_ids[start : start + _MOST_IDS]
        session.connection().execute(delete(projection.table).where(patient_id.in_(some)))
    session.add_all(rows)


def empty(session: Session, projection: Projection) -> None:
    """Remove every row of a projection."""
    session.connection().execute(delete(projection.table))


def digest_of(rows: Iterable[SQLModel]) -> str:
    """SHA-256 (hex) over rows in any order: equal for equal content."""
    lines = sorted(json.dumps(row.model_dump(mode="json"), sort_keys=True) for row in rows)
    return sha256("\n".join(lines).encode()).hexdigest()


def live_rows(session: Session, projection: Projection) -> Iterator[SQLModel]:
    """Every row as it stands, a few in memory at a time."""
    return iter(session.exec(select(projection.table), execution_options={"yield_per": _MOST_IDS}))
