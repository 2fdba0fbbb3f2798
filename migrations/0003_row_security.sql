-- Who sees which rows and columns. The API's statements name no tenant: these policies are the one place that does.
--
-- Row security is enabled and forced, so that it binds the owner of the tables as well; only superusers and roles with BYPASSRLS are
-- exempt, and PostgreSQL's own checks of foreign keys. A later migration that has to change tenants' rows must therefore do so as
-- debrief_platform: debrief_owner sees none. pg_dump needs one of the exempt.

set local search_path = public;
set local role debrief_owner;

alter table tenants enable row level security, force row level security;
alter table users enable row level security, force row level security;
alter table scenarios enable row level security, force row level security;
alter table sessions enable row level security, force row level security;
alter table transcripts enable row level security, force row level security;
alter table scorecards enable row level security, force row level security;
alter table api_tokens enable row level security, force row level security;

-- The admin commands (tenant, token) and authenticate() act as the owner.
create policy owner on tenants to debrief_owner using (true) with check (true);
create policy owner on api_tokens to debrief_owner using (true) with check (true);

-- The platform serves all tenants. By policies, since nobody can grant BYPASSRLS on managed servers.
create policy platform on tenants to debrief_platform using (true) with check (true);
create policy platform on users to debrief_platform using (true) with check (true);
create policy platform on scenarios to debrief_platform using (true) with check (true);
create policy platform on sessions to debrief_platform using (true) with check (true);
create policy platform on transcripts to debrief_platform using (true) with check (true);
create policy platform on scorecards to debrief_platform using (true) with check (true);

grant select, insert, update, delete on tenants, users, scenarios, sessions, transcripts, scorecards to debrief_platform;

-- The workers: the tenant that authenticate() has set for the transaction, and no row where it has set none. The setting is then '',
-- not null, once a transaction of the connection has set it, and '' is no uuid. Without the sub-select the setting would be read
-- and cast for each row, and no index used.
create policy tenant on users for select to debrief_api
    using (tenant_id = (select nullif(current_setting('debrief.tenant', true), '')::uuid));
create policy tenant on scenarios for select to debrief_api
    using (tenant_id = (select nullif(current_setting('debrief.tenant', true), '')::uuid));
create policy tenant on sessions for select to debrief_api
    using (tenant_id = (select nullif(current_setting('debrief.tenant', true), '')::uuid));
create policy tenant on transcripts for select to debrief_api
    using (tenant_id = (select nullif(current_setting('debrief.tenant', true), '')::uuid));
create policy tenant on scorecards for select to debrief_api
    using (tenant_id = (select nullif(current_setting('debrief.tenant', true), '')::uuid));

-- What the endpoints answer with, column by column: no email, no tenant_id (a policy needs no right to its columns), nothing of
-- tenants and api_tokens, and nothing that a later migration adds.
grant select (id, full_name, role) on users to debrief_api;
grant select (id, name, call_type, status, created_at) on scenarios to debrief_api;
grant select (id, user_id, scenario_id, status, started_at, ended_at, duration_seconds, created_at) on sessions to debrief_api;
grant select (session_id, turns) on transcripts to debrief_api;
grant select (id, session_id, overall_score, verdict, headline, categories, callouts, created_at) on scorecards to debrief_api;

reset role;
