"""The log, its meta data, and the checkpoints of its consumers."""

from alembic import op

from store.migrations.revising import revise

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SQLITE = (
    "create table log_meta(key text primary key, value text not null) strict, without rowid",
    """create table event(
        position       integer primary key,
        stream         text    not null check(length(stream) between 1 and 200),
        version        integer not null check(version >= 0),
        event_id       blob    not null unique check(length(event_id) = 16),
        type           text    not null,
        occurred_on    text    not null,
        recorded_at    integer not null,
        visibility     text    not null,
        causation_id   blob,
        correlation_id blob,
        provenance     blob    not null,
        data           blob    not null,
        digest         blob    not null check(length(digest) = 32),
        unique(stream, version)) strict""",
    """create table checkpoint(
        consumer    text    primary key,
        position    integer not null default 0,
        epoch       integer not null default 0,
        owner       text,
        lease_until integer not null default 0,
        updated_at  integer not null default 0) strict, without rowid""",
    """create trigger event_no_update before update on event begin
        select raise(abort, 'the log is append-only: no event is ever changed'); end""",
    """create trigger event_no_delete before delete on event begin
        select raise(abort, 'the log is append-only: no event is ever deleted'); end""",
    # Without this guard INSERT OR REPLACE walks round the delete trigger.
    """create trigger event_guard before insert on event begin
        select case when new.position is not (select coalesce(max(position), 0) + 1 from event)
            then raise(abort, 'the log is append-only: position must be the next one') end;
        select case when new.version is not
            (select coalesce(max(version), -1) + 1 from event where stream = new.stream)
            then raise(abort, 'the log is append-only: version must be the next one') end;
        select case when exists(select 1 from event where event_id = new.event_id)
            then raise(abort, 'the log is append-only: event_id is in use') end;
        end""",
    """create trigger log_meta_guard before insert on log_meta
        when exists(select 1 from log_meta where key = new.key) begin
        select raise(abort, 'what kind of log this is never changes'); end""",
    """create trigger log_meta_no_update before update on log_meta begin
        select raise(abort, 'what kind of log this is never changes'); end""",
    """create trigger log_meta_no_delete before delete on log_meta begin
        select raise(abort, 'what kind of log this is never changes'); end""",
    """create trigger checkpoint_forward before update of position on checkpoint when new.position < old.position begin
        select raise(abort, 'a checkpoint only moves forward'); end""",
    """create view audit as select
        position, stream, version, type, occurred_on,
        strftime('%Y-%m-%dT%H:%M:%S', recorded_at / 1000000, 'unixepoch')
            || printf('.%06dZ', recorded_at % 1000000) recorded_at,
        json_extract(cast(provenance as text), '$.actor.id') actor,
        json_extract(cast(provenance as text), '$.actor.role') role,
        json_extract(cast(provenance as text), '$.on_behalf_of') on_behalf_of,
        json_extract(cast(provenance as text), '$.reason') reason,
        json_extract(cast(provenance as text), '$.source.kind') source,
        json_extract(cast(provenance as text), '$.source.reference') reference,
        json_extract(cast(provenance as text), '$.protocol_edition') protocol_edition,
        visibility, lower(hex(event_id)) event_id, lower(hex(causation_id)) causation_id,
        lower(hex(correlation_id)) correlation_id, cast(data as text) data, lower(hex(digest)) digest
        from event""",
    "pragma user_version = 1",
)


def upgrade() -> None:
    """Make the tables, the triggers that keep the log append-only, and the auditor's view."""
    revise(op.get_bind(), _SQLITE, "r0001_event_log.sql")
