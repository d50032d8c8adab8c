"""Prefect's own SQLite keeps what it has answered, whatever happens to the power."""

from pathlib import Path

from sqlalchemy import text

from deployments.prefect_database import QueueingSqlite

_FULL = 2


async def test_what_prefect_has_answered_is_on_the_disk(tmp_path: Path) -> None:
    engine = await QueueingSqlite(connection_url=f"sqlite+aiosqlite:///{tmp_path / 'prefect.db'}").engine()
    async with engine.connect() as connection:
        assert (await connection.execute(text("pragma synchronous"))).scalar_one() == _FULL
        assert (await connection.execute(text("pragma journal_mode"))).scalar_one() == "wal"
