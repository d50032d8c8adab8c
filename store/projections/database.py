"""The projections' tables, in the same database as the log, so that rows and checkpoint are one transaction."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from hashlib import sha256

from sqlalchemy import Engine, create_engine, event, text
from sqlmodel import Session, SQLModel, col, delete, select

from store.projections.projection import Projection
from store.transact import TrialLog

_engines: dict[str, Engine] = {}


@contextmanager
def writing(trial_log: TrialLog) -> Generator[Session]:
    """One transaction that nobody else writes beside."""
    with Session(_engine(trial_log)) as session, session.begin():
        session.connection()
        yield session


def _engine(trial_log: TrialLog) -> Engine:
    url = trial_log.log.url
    if url not in _engines:
        engine = create_engine(url, connect_args={"timeout": 30})
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("begin immediate"))
        SQLModel.metadata.create_all(engine)
        _engines[url] = engine
    return _engines[url]


def _leave_transactions_to_us(connection: object, record: object) -> None:
    # The driver would begin a transaction only at the first write, too late to keep readers' snapshot and ours apart.
    connection.isolation_level = None  # type: ignore[attr-defined]


def checkpoint(session: Session, projection: Projection) -> int:
    """The last position a projection has taken in."""
    found = session.connection().execute(
        text("select position from checkpoint where consumer = :consumer"), {"consumer": projection.consumer}
    ).scalar()
    return int(found or 0)


def advance(session: Session, projection: Projection, position: int) -> None:
    """Move a projection's checkpoint, in the transaction of its rows."""
    session.connection().execute(
        text(
            "insert into checkpoint(consumer, position) values (:consumer, :position) "
            "on conflict(consumer) do update set position = excluded.position"
        ),
        {"consumer": projection.consumer, "position": position},
    )


def replace_rows(
    session: Session, projection: Projection, patient_ids: Sequence[str], rows: Sequence[SQLModel]
) -> None:
    """Put these rows in the place of all rows of these patients."""
    patient_id = col(projection.table.patient_id)  # type: ignore[attr-defined]
    for start in range(0, len(patient_ids), 500):
        session.connection().execute(delete(projection.table).where(patient_id.in_(patient_ids[start : start + 500])))
    session.add_all(rows)


def empty(session: Session, projection: Projection) -> None:
    """Remove every row of a projection."""
    session.connection().execute(delete(projection.table))


def digest_of(rows: Sequence[SQLModel]) -> str:
    """SHA-256 (hex) over rows in any order: equal for equal content."""
    lines = sorted(json.dumps(row.model_dump(mode="json"), sort_keys=True) for row in rows)
    return sha256("\n".join(lines).encode()).hexdigest()


def live_rows(session: Session, projection: Projection) -> Sequence[SQLModel]:
    """Every row as it stands."""
    return session.exec(select(projection.table)).all()
