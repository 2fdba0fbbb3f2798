-- The tables, their keys and the indexes of the API's statements.
--
-- Every key of a tenant's row leads with the tenant: a row can only refer to rows of its own tenant, and row security's condition is
-- the beginning of each index scan. Closed sets are text with a check, not enums, whose comparison is not leakproof: row security
-- would keep it from the indexes. Text that lists are sorted by is collated "C", by code point. Documents are json, not jsonb: they
-- are passed on as they were written.
--
-- Date-times are confined to the years 1 to 9999, which is what RFC 3339 can write; that shuts out 'infinity', too.

set local search_path = public;
set local role debrief_owner;

create table tenants (
    id         uuid primary key default gen_random_uuid(),
    name       text collate "C" not null,
    created_at timestamptz not null default now()
        check (created_at >= '0001-01-01 00:00:00+00' and created_at < '10000-01-01 00:00:00+00')
);

create table users (
    tenant_id  uuid not null references tenants,
    id         uuid not null default gen_random_uuid(),
    -- Part of an index, whose entries are limited to 2,704 bytes: the limit here is the one people can understand.
    full_name  text collate "C" not null check (char_length(full_name) <= 500),
    email      text not null,
    role       text not null check (role in ('rep', 'manager', 'admin')),
    created_at timestamptz not null default now()
        check (created_at >= '0001-01-01 00:00:00+00' and created_at < '10000-01-01 00:00:00+00'),
    primary key (tenant_id, id)
);

create index users_by_name on users (tenant_id, full_name, id);

create table scenarios (
    tenant_id  uuid not null references tenants,
    id         uuid not null default gen_random_uuid(),
    -- Part of an index, as users.full_name.
    name       text collate "C" not null check (char_length(name) <= 500),
    call_type  text not null,
    -- That 'active' sorts before 'archived' puts the active scenarios first.
    status     text collate "C" not null check (status in ('active', 'archived')),
    created_at timestamptz not null default now()
        check (created_at >= '0001-01-01 00:00:00+00' and created_at < '10000-01-01 00:00:00+00'),
    primary key (tenant_id, id)
);

create index scenarios_by_status_and_name on scenarios (tenant_id, status, name, id);

-- The tenant needs no foreign key of its own from here on: the user's and the session's include it.
create table sessions (
    tenant_id        uuid not null,
    id               uuid not null default gen_random_uuid(),
    user_id          uuid not null,
    scenario_id      uuid not null,
    status           text not null check (status in ('in_progress', 'completed', 'scored', 'failed')),
    started_at       timestamptz not null
        check (started_at >= '0001-01-01 00:00:00+00' and started_at < '10000-01-01 00:00:00+00'),
    ended_at         timestamptz
        check (ended_at >= '0001-01-01 00:00:00+00' and ended_at < '10000-01-01 00:00:00+00'),
    duration_seconds integer check (duration_seconds >= 0),
    created_at       timestamptz not null default now()
        check (created_at >= '0001-01-01 00:00:00+00' and created_at < '10000-01-01 00:00:00+00'),
    primary key (tenant_id, id),
    foreign key (tenant_id, user_id) references users,
    foreign key (tenant_id, scenario_id) references scenarios
);

-- The lists are newest first and read these backwards; descending ones were neither smaller nor faster. Neither includes the status,
-- which changes several times in a session's life: three in four of those updates then touch no index at all.
create index sessions_by_start on sessions (tenant_id, started_at, id);
create index sessions_by_user_and_start on sessions (tenant_id, user_id, started_at, id);
-- For the foreign key alone.
create index sessions_by_scenario on sessions (tenant_id, scenario_id);

create table transcripts (
    tenant_id  uuid not null,
    session_id uuid not null,
    turns      json not null check (json_typeof(turns) = 'array'),
    primary key (tenant_id, session_id),
    foreign key (tenant_id, session_id) references sessions on delete cascade
);

create table scorecards (
    tenant_id     uuid not null,
    id            uuid not null default gen_random_uuid(),
    session_id    uuid not null,
    overall_score integer not null check (overall_score between 0 and 100),
    verdict       text not null,
    headline      text not null,
    categories    json not null,
    callouts      json not null,
    created_at    timestamptz not null default now()
        check (created_at >= '0001-01-01 00:00:00+00' and created_at < '10000-01-01 00:00:00+00'),
    primary key (tenant_id, id),
    -- With the score, the summary of a period need not read the scorecards themselves.
    constraint scorecards_by_session unique (tenant_id, session_id) include (overall_score),
    foreign key (tenant_id, session_id) references sessions on delete cascade
);

-- Not led by the tenant: a token is what tells the tenant, and an admin revokes it by its id alone.
create table api_tokens (
    id         uuid primary key default gen_random_uuid(),
    tenant_id  uuid not null references tenants,
    name       text not null,
    token_hash bytea not null unique check (octet_length(token_hash) = 32),
    -- Enough to tell tokens apart, too little to be one.
    prefix     text not null check (char_length(prefix) <= 20),
    scopes     text[] not null check (
        scopes <@ array['sessions:read', 'scorecards:read', 'scenarios:read', 'users:read', 'analytics:read']
    ),
    created_at timestamptz not null default now()
        check (created_at >= '0001-01-01 00:00:00+00' and created_at < '10000-01-01 00:00:00+00'),
    expires_at timestamptz
        check (expires_at >= '0001-01-01 00:00:00+00' and expires_at < '10000-01-01 00:00:00+00'),
    revoked_at timestamptz
        check (revoked_at >= '0001-01-01 00:00:00+00' and revoked_at < '10000-01-01 00:00:00+00')
);

create index api_tokens_by_tenant on api_tokens (tenant_id, created_at, id);

comment on table tenants is 'Organisations whose data are kept apart; tenant_id everywhere else';
comment on table users is 'People of a tenant, whatever their role; those who take calls are the reps of the analytics';
comment on column users.email is 'Never leaves by the API: debrief_api has no right to it';
comment on table scenarios is 'What a practice call is about; archived ones stay for the sessions that refer to them';
comment on table sessions is 'Practice calls, written by the platform; nothing ties the status to ended_at';
comment on table transcripts is 'What was said in a session; deleted with it';
comment on column transcripts.turns is 'Array of {role, message, time}, passed on as it was written';
comment on table scorecards is 'How a session was judged, one at most each; deleted with it';
comment on table api_tokens is 'Who may call the API: written by debrief token, read by authenticate() alone';
comment on column api_tokens.token_hash is 'SHA-256 of the whole token; the token itself is nowhere';
comment on column api_tokens.prefix is 'The token''s first characters, for lists';
comment on column api_tokens.expires_at is 'The first moment at which it is no longer valid; null: never';
comment on column api_tokens.revoked_at is 'When it was revoked; once set the token is refused, whatever moment this names';
comment on index sessions_by_scenario is 'For the foreign key: the API reads no session by its scenario';

reset role;
