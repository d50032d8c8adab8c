-- Seals: signed roots over the log, kept in the order they were made.
create table seal(
  size          bigint primary key references event(position),
  previous_size bigint not null,
  root          bytea  not null check(length(root) = 32),
  peaks         bytea  not null,
  sealed_at     bigint not null,
  key_id        text   not null,
  signature     bytea  not null
);

create table seal_token(
  size      bigint primary key references seal(size),
  authority text   not null,
  token     bytea  not null
);

-- Whoever was slower makes no seal, and finds that none was returned.
create function follows_the_last_seal() returns trigger language plpgsql as $$ begin
  perform pg_advisory_xact_lock(hashtext('imni seals'));
  if new.size > new.previous_size
    and new.previous_size = (select coalesce(max(s.size), 0) from imni.seal s) then return new; end if;
  return null;
end $$;
create trigger seal_guard before insert on seal for each row execute function follows_the_last_seal();
alter table seal enable always trigger seal_guard;

create trigger seal_append_only before update or delete or truncate on seal
  for each statement execute function append_only();
alter table seal enable always trigger seal_append_only;

create trigger seal_token_append_only before update or delete or truncate on seal_token
  for each statement execute function append_only();
alter table seal_token enable always trigger seal_token_append_only;

revoke all on all functions in schema imni from public;
grant select, insert on seal, seal_token to imni_app;
