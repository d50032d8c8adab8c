-- The keys of patients' identities: each made once, and destroyed once, by the very event that forgets her.
create table patient_key(
  patient_id   text   collate "C" primary key,
  wrapped_key  bytea  check(length(wrapped_key) = 60),
  destroyed_at bigint,
  check((wrapped_key is null) = (destroyed_at is not null))
);

create function is_forgotten(patient_id text) returns boolean language sql stable set search_path = imni, pg_temp as $$
  select exists(select 1 from event where stream in ('patient/' || patient_id, 'simulated-patient/' || patient_id)
    and type = 'patient-forgotten.v1') $$;

create function keep_key() returns trigger language plpgsql security definer set search_path = imni, pg_temp as $$ begin
  if tg_op = 'INSERT' and (new.wrapped_key is null) = is_forgotten(new.patient_id) then return new; end if;
  if tg_op = 'UPDATE' and old.destroyed_at is null and new.wrapped_key is null and new.patient_id = old.patient_id
    and is_forgotten(new.patient_id) then return new; end if;
  raise exception 'a key is made once, destroyed once by the forgetting of its patient, and never comes back'
    using errcode = 'integrity_constraint_violation';
end $$;

create trigger patient_key_kept before insert or update or delete on patient_key
  for each row execute function keep_key();
create trigger patient_key_append_only before truncate on patient_key for each statement execute function append_only();
alter table patient_key enable always trigger patient_key_kept;
alter table patient_key enable always trigger patient_key_append_only;

-- In the same transaction as the event, however it comes in: appended, or restored from a copy.
create function destroy_key() returns trigger language plpgsql security definer set search_path = imni, pg_temp as $$ begin
  insert into patient_key values (split_part(new.stream, '/', 2), null, new.recorded_at)
    on conflict (patient_id) do update set wrapped_key = null, destroyed_at = excluded.destroyed_at
    where patient_key.destroyed_at is null;
  return null;
end $$;
create trigger patient_forgotten after insert on event
  for each row when (new.type = 'patient-forgotten.v1') execute function destroy_key();
alter table event enable always trigger patient_forgotten;

revoke all on patient_key from public;
revoke all on function is_forgotten, keep_key, destroy_key from public;
grant select, insert on patient_key to imni_app;
