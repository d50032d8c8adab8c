"""The keys of patients' identities: each made once, and destroyed once, by the very event that forgets her."""

from alembic import op

from store.migrations.revising import revise

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FORGOTTEN = """exists(select 1 from event
            where stream in ('patient/' || new.patient_id, 'simulated-patient/' || new.patient_id)
            and type = 'patient-forgotten.v1')"""
_PATIENT = "substr(new.stream, instr(new.stream, '/') + 1)"

_SQLITE = (
    """create table patient_key(
        patient_id   text    primary key,
        wrapped_key  blob    check(length(wrapped_key) = 60),
        destroyed_at integer,
        check((wrapped_key is null) = (destroyed_at is not null))) strict, without rowid""",
    # Without this guard INSERT OR REPLACE walks round the others.
    f"""create trigger patient_key_guard before insert on patient_key begin
        select case when exists(select 1 from patient_key where patient_id = new.patient_id)
            then raise(abort, 'a key is made once: this patient has one, or was forgotten') end;
        select case when (new.wrapped_key is null) <> {_FORGOTTEN}
            then raise(abort, 'only who is forgotten has a destroyed key') end;
        end""",  # noqa: S608 - constants
    f"""create trigger patient_key_destroyed_only before update on patient_key begin
        select case when old.destroyed_at is not null
            then raise(abort, 'a destroyed key never comes back') end;
        select case when new.patient_id is not old.patient_id or new.wrapped_key is not null
            then raise(abort, 'a key is never changed') end;
        select case when not {_FORGOTTEN}
            then raise(abort, 'only who is forgotten has a destroyed key') end;
        end""",
    """create trigger patient_key_no_delete before delete on patient_key begin
        select raise(abort, 'what became of a key is never deleted'); end""",
    # In the same transaction as the event, however it comes in: appended, or restored from a copy.
    f"""create trigger patient_forgotten after insert on event when new.type = 'patient-forgotten.v1' begin
        update patient_key set wrapped_key = null, destroyed_at = new.recorded_at
            where patient_id = {_PATIENT} and destroyed_at is null;
        insert into patient_key select {_PATIENT}, null, new.recorded_at
            where not exists(select 1 from patient_key where patient_id = {_PATIENT});
        end""",  # noqa: S608 - constants
    "pragma user_version = 2",
)


def upgrade() -> None:
    """Make the table of keys, its guards, and the trigger that destroys a key with the event that says so."""
    revise(op.get_bind(), _SQLITE, "r0002_patient_keys.sql")
