-- The one way from a token to a tenant: debrief_api cannot read api_tokens, but may ask this function about a hash that it knows.

set local search_path = public;
set local role debrief_owner;

-- One row, always. The tenant is set for the transaction only where the outcome is 'live', so the statement that follows in the same
-- pipeline may run whatever this one found: it then sees no row. The two ids come with every token that exists, for whoever logs the call.
--
-- Volatile, since set_config in a stable function would run at plan time; in plpgsql, since it keeps its plan for the next call, while
-- a function in SQL would be planned at each.
create function authenticate(
    token_hash     bytea,
    required_scope text,
    out outcome    text,
    out token_id   uuid,
    out tenant_id  uuid
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    token record;
begin
    select t.id, t.tenant_id, t.scopes, t.expires_at, t.revoked_at
    into token
    from public.api_tokens as t
    where t.token_hash = authenticate.token_hash;

    if not found then
        outcome := 'unknown';
        return;
    end if;

    token_id := token.id;
    tenant_id := token.tenant_id;
    outcome := case
        when token.revoked_at is not null then 'revoked'
        when token.expires_at <= now() then 'expired'
        when required_scope = any (token.scopes) then 'live'
        else 'insufficient_scope'
    end;

    if outcome = 'live' then
        perform set_config('debrief.tenant', tenant_id::text, true);
    end if;
end
$$;

-- The owner's default privileges say so already; here it is said where a reader looks for it.
revoke execute on function authenticate(bytea, text) from public;
grant execute on function authenticate(bytea, text) to debrief_api;

comment on function authenticate(bytea, text) is
    'Resolves a token''s SHA-256 and the scope a request needs to live, unknown, expired, revoked or insufficient_scope; where live, '
    'confines the transaction to the token''s tenant (debrief.tenant)';

reset role;
