-- The same answers at three quarters of the cost: one query decides, a plain assignment sets the tenant, and the function has no search
-- path of its own, which PostgreSQL would put on and take off at each call. So every name in it, operators included, says its schema.

set local search_path = public;
set local role debrief_owner;

create or replace function authenticate(
    token_hash     bytea,
    required_scope text,
    out outcome    text,
    out token_id   uuid,
    out tenant_id  uuid
)
language plpgsql
volatile
security definer
as $$
declare
    ignored pg_catalog.text;
begin
    select
        case
            when t.revoked_at is not null then 'revoked'
            when t.expires_at operator(pg_catalog.<=) pg_catalog.now() then 'expired'
            when authenticate.required_scope operator(pg_catalog.=) any (t.scopes) then 'live'
            else 'insufficient_scope'
        end,
        t.id,
        t.tenant_id
    into outcome, token_id, tenant_id
    from public.api_tokens as t
    where t.token_hash operator(pg_catalog.=) authenticate.token_hash;

    if not found then
        outcome := 'unknown';
    elsif outcome operator(pg_catalog.=) 'live' then
        -- Not "perform", which would plan and run a query of its own.
        ignored := pg_catalog.set_config('debrief.tenant', tenant_id::pg_catalog.text, true);
    end if;
end
$$;

reset role;
