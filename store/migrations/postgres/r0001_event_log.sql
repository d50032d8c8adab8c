-- The log, its meta data, and the checkpoints of its consumers. Projections have a schema of their own beside it.
--
-- Two roles, which own nothing: imni_app records and reads, imni_auditor sees the audit view only.
do $$ begin
  -- Roles are the cluster's, so another installation on it may be making them at this moment.
  perform pg_advisory_xact_lock(hashtext('imni roles'));
  if not exists(select 1 from pg_roles where rolname = 'imni_app') then create role imni_app; end if;
  if not exists(select 1 from pg_roles where rolname = 'imni_auditor') then create role imni_auditor; end if;
end $$;

create table log_meta(key text primary key, value text not null);

create table event(
  position       bigint primary key,
  stream         text   collate "C" not null check(length(stream) between 1 and 200),
  version        bigint not null check(version >= 0),
  event_id       bytea  not null check(length(event_id) = 16),
  type           text   collate "C" not null,
  occurred_on    text   collate "C" not null,
  recorded_at    bigint not null,
  visibility     text   collate "C" not null,
  causation_id   bytea,
  correlation_id bytea,
  provenance     bytea  not null,
  data           bytea  not null,
  digest         bytea  not null check(length(digest) = 32),
  constraint event_id_used_once unique(event_id),
  constraint event_version_used_once unique(stream, version)
) with (autovacuum_vacuum_insert_scale_factor = 0.05);

create table checkpoint(
  consumer    text   primary key,
  position    bigint not null default 0,
  epoch       bigint not null default 0,
  owner       text,
  lease_until bigint not null default 0,
  updated_at  bigint not null default 0
) with (fillfactor = 50);

create function append_only() returns trigger language plpgsql as $$ begin
  raise exception 'the log is append-only: % is never changed or deleted', tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;

-- Always: even for a superuser in a session that calls itself a replica.
create trigger event_append_only before update or delete or truncate on event
  for each statement execute function append_only();
create trigger log_meta_append_only before update or delete or truncate on log_meta
  for each statement execute function append_only();
alter table event enable always trigger event_append_only;
alter table log_meta enable always trigger log_meta_append_only;

create function forward_only() returns trigger language plpgsql as $$ begin
  if tg_op = 'UPDATE' and new.position >= old.position and new.consumer = old.consumer then return new; end if;
  raise exception 'a checkpoint only moves forward' using errcode = 'integrity_constraint_violation';
end $$;
create trigger checkpoint_forward before update or delete on checkpoint
  for each row execute function forward_only();
alter table checkpoint enable always trigger checkpoint_forward;

-- Each field with its length ahead of it, as `store/leaf.py` says. Source: RFC 9162, 2.1.1.
create function framed(field bytea) returns bytea language sql immutable parallel safe as $$
  select int4send(coalesce(length(field), 0)) || coalesce(field, ''::bytea) $$;

create function framed(field text) returns bytea language sql immutable parallel safe as $$
  select framed(convert_to(field, 'UTF8')) $$;

create function framed(field bigint) returns bytea language sql immutable parallel safe as $$
  select int4send(8) || int8send(field) $$;

create function leaf_hash(
  stream text, version bigint, event_id bytea, type text, occurred_on text, recorded_at bigint, visibility text,
  causation_id bytea, correlation_id bytea, provenance bytea, data bytea
) returns bytea language sql immutable parallel safe as $$ select sha256(
  '\x00'::bytea || framed(stream) || framed(version) || framed(event_id) || framed(type) || framed(occurred_on)
  || framed(recorded_at) || framed(visibility) || framed(causation_id) || framed(correlation_id)
  || framed(provenance) || framed(data)) $$;

-- The one way in. The lock is held from here to the commit, so that commit order is position order, without gaps.
-- `expected` holds the version each of `appended` must be at; the other arrays hold one element an event, stream after
-- stream. A real log never shows an earlier instant than before, whatever its writers' clocks do; a simulated one takes
-- no entry dated before the last of its stream.
create function append(
  appended text[], expected bigint[], streams text[], versions bigint[], event_ids bytea[], types text[],
  occurred text[], recorded bigint[], visibilities text[], causations bytea[], correlations bytea[],
  provenances bytea[], payloads bytea[], out first_position bigint, out last_position bigint, out already boolean
) language plpgsql security definer set search_path = imni, pg_temp as $$
declare
  simulated boolean; head bigint; newest bigint; current bigint; made bigint; how_many int := cardinality(event_ids);
begin
  perform pg_advisory_xact_lock(hashtext('imni log'));
  for place in 1 .. cardinality(appended) loop
    select e.version into current from event e where e.stream = appended[place] order by e.version desc limit 1;
    if coalesce(current + 1, 0) <> expected[place] then
      -- Only who finds the stream moved on pays for the question whether it was moved by this very call.
      select count(*), min(e.position), max(e.position) into made, first_position, last_position
        from unnest(streams, versions, event_ids, types, payloads) n(stream, version, event_id, type, data)
        join event e using (stream, version, event_id, type, data);
      already := made = how_many and last_position - first_position + 1 = how_many;
      if already then return; end if;
      raise exception 'stream moved on' using detail = appended[place], hint = coalesce(current + 1, 0)::text;
    end if;
    current := null;
  end loop;
  select m.value = 'True' into simulated from log_meta m where m.key = 'simulated';
  select e.position, e.recorded_at into head, newest from event e order by e.position desc limit 1;
  head := coalesce(head, 0);
  if simulated then
    newest := null;
    perform went_back(streams, versions, recorded);
  end if;
  insert into event
    select head + o, stream, version, event_id, type, occurred_on, at, visibility, causation_id, correlation_id,
      provenance, data, leaf_hash(stream, version, event_id, type, occurred_on, at, visibility, causation_id,
        correlation_id, provenance, data)
    from (
      select n.*, case when simulated then recorded_at else greatest(newest, max(recorded_at) over (order by o)) end at
      from unnest(streams, versions, event_ids, types, occurred, recorded, visibilities, causations, correlations,
        provenances, payloads) with ordinality n(stream, version, event_id, type, occurred_on, recorded_at, visibility,
        causation_id, correlation_id, provenance, data, o)) dated;
  perform pg_notify('imni_event', (head + how_many)::text);
  first_position := head + 1; last_position := head + how_many; already := false;
end $$;

create function went_back(streams text[], versions bigint[], recorded bigint[]) returns void
language plpgsql set search_path = imni, pg_temp as $$
declare back text;
begin
  select stream into back from (
    select n.stream, at, coalesce(lag(at) over (partition by n.stream order by o), e.recorded_at) ahead
    from unnest(streams, versions, recorded) with ordinality n(stream, version, at, o)
    left join event e on e.stream = n.stream and e.version = n.version - 1) dated
    where at < ahead limit 1;
  if found then raise exception 'clock went back' using detail = back; end if;
end $$;

-- Going on with the rows of a copy, for the owner only: each must follow from what is here, and be what was recorded.
create function go_on(
  positions bigint[], streams text[], versions bigint[], event_ids bytea[], types text[], occurred text[],
  recorded bigint[], visibilities text[], causations bytea[], correlations bytea[], provenances bytea[],
  payloads bytea[], digests bytea[]
) returns void language plpgsql set search_path = imni, pg_temp as $$
declare bad bigint;
begin
  perform pg_advisory_xact_lock(hashtext('imni log'));
  select n.position into bad from (
    select n.*, row_number() over (order by o) + coalesce((select max(position) from event), 0) due_position,
      coalesce(lag(n.version) over (partition by n.stream order by o),
        (select max(e.version) from event e where e.stream = n.stream), -1) + 1 due_version
    from unnest(positions, streams, versions, event_ids, types, occurred, recorded, visibilities, causations,
      correlations, provenances, payloads, digests) with ordinality n(position, stream, version, event_id, type,
      occurred_on, recorded_at, visibility, causation_id, correlation_id, provenance, data, digest, o)) n
  where position <> due_position or version <> due_version or digest <> leaf_hash(stream, version, event_id, type,
    occurred_on, recorded_at, visibility, causation_id, correlation_id, provenance, data)
  order by o limit 1;
  if found then raise exception 'does not follow' using detail = bad::text; end if;
  insert into event select * from unnest(positions, streams, versions, event_ids, types, occurred, recorded,
    visibilities, causations, correlations, provenances, payloads, digests);
  perform pg_notify('imni_event', positions[cardinality(positions)]::text);
end $$;

create view audit as select
  position, stream, version, type, occurred_on,
  to_char(to_timestamp(recorded_at / 1000000) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
    || '.' || lpad((recorded_at % 1000000)::text, 6, '0') || 'Z' recorded_at,
  told #>> '{actor,id}' actor, told #>> '{actor,role}' "role", told ->> 'on_behalf_of' on_behalf_of,
  told ->> 'reason' reason, told #>> '{source,kind}' source, told #>> '{source,reference}' reference,
  told ->> 'protocol_edition' protocol_edition, visibility, encode(event_id, 'hex') event_id,
  encode(causation_id, 'hex') causation_id, encode(correlation_id, 'hex') correlation_id,
  convert_from(data, 'UTF8') data, encode(digest, 'hex') digest
  from event, lateral (select convert_from(provenance, 'UTF8')::jsonb told) provenance_read;

create schema if not exists imni_projections;
revoke all on schema imni, imni_projections from public;
revoke all on all tables in schema imni from public;
revoke all on all functions in schema imni from public;
grant usage on schema imni to imni_app, imni_auditor;
grant usage, create on schema imni_projections to imni_app;
grant select on all tables in schema imni to imni_app;
grant insert, update on checkpoint to imni_app;
grant execute on function append to imni_app;
grant select on audit to imni_auditor;
do $$ begin execute format('grant imni_app to %I', current_user); end $$;
