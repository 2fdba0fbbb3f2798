-- A session's score in its own row, and the owner's way to sessions and scorecards: what the summary's triggers (0006) rest on. A file
-- of its own, since these changes lock the tables for readers, too; they take an instant.

set local search_path = public;
set local role debrief_owner;

-- Null where there is no scorecard. Nothing but the trigger of 0006 writes it: with the score in the session's row, the old and the new
-- version of that row say all that the sums need, also where session and scorecard go in one statement. It is not checked again here,
-- since scorecards.overall_score is.
alter table sessions add column score integer;

-- A session's row is written anew when its status changes and when its score comes: room for that in its page spares the indexes.
alter table sessions set (fillfactor = 90);

-- Triggers and debrief summary act as the owner, for all tenants.
create policy owner on sessions to debrief_owner using (true) with check (true);
create policy owner on scorecards to debrief_owner using (true) with check (true);

grant select (score) on sessions to debrief_api;

-- The platform writes all columns but that one.
revoke insert, update on sessions from debrief_platform;
grant insert (tenant_id, id, user_id, scenario_id, status, started_at, ended_at, duration_seconds, created_at),
    update (tenant_id, id, user_id, scenario_id, status, started_at, ended_at, duration_seconds, created_at)
    on sessions to debrief_platform;

comment on column sessions.score is 'The overall_score of its scorecard, kept by triggers: to be read, never written';

reset role;
