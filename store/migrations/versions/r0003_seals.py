"""Seals: signed roots over the log, kept in the order they were made; and checkpoints that no replacing moves back."""

from alembic import op

from store.migrations.revising import revise

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SQLITE = (
    """create table seal(
        size          integer primary key check(size > 0),
        previous_size integer not null,
        root          blob    not null check(length(root) = 32),
        peaks         blob    not null,
        sealed_at     integer not null,
        key_id        text    not null,
        signature     blob    not null) strict""",
    """create table seal_token(
        size      integer primary key references seal(size),
        authority text    not null,
        token     blob    not null) strict""",
    """create trigger seal_guard before insert on seal begin
        select case when new.previous_size is not (select coalesce(max(size), 0) from seal)
                or new.size <= new.previous_size or new.size > (select coalesce(max(position), 0) from event)
            then raise(abort, 'a seal goes on where the last one ended, and no further than the log') end; end""",
    """create trigger seal_no_update before update on seal begin
        select raise(abort, 'no seal is ever changed'); end""",
    """create trigger seal_no_delete before delete on seal begin
        select raise(abort, 'no seal is ever deleted'); end""",
    """create trigger seal_token_guard before insert on seal_token
        when exists(select 1 from seal_token where size = new.size) begin
        select raise(abort, 'a seal has its time stamp already'); end""",
    """create trigger seal_token_no_update before update on seal_token begin
        select raise(abort, 'no time stamp is ever changed'); end""",
    """create trigger seal_token_no_delete before delete on seal_token begin
        select raise(abort, 'no time stamp is ever deleted'); end""",
    # INSERT OR REPLACE would walk round the guard on updates.
    """create trigger checkpoint_not_replaced before insert on checkpoint
        when exists(select 1 from checkpoint where consumer = new.consumer) begin
        select raise(abort, 'a checkpoint only moves forward'); end""",
    "pragma user_version = 3",
)


def upgrade() -> None:
    """Make the seals' tables and their guards."""
    revise(op.get_bind(), _SQLITE, "r0003_seals.sql")
