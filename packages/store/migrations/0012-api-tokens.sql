-- Who may do what with the console, beside the holder of its own token. A token is known by its SHA-256 alone: it has 256 bits
-- of chance, so that a slow hash would add nothing.
create table api_tokens (
  id bigint generated always as identity primary key,
  name text not null check (name ~ '^[a-z][a-z0-9-]{0,62}$'),
  role text not null check (role in ('viewer', 'operator', 'controller')),
  -- Null: all of them.
  campaigns bigint[] check (cardinality(campaigns) > 0),
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);

create unique index api_tokens_in_force on api_tokens (name) where revoked_at is null;

-- How much somebody has had shown to them of late.
create index audit_events_disclosures on audit_events (actor, at)
  where action in ('numbers.revealed', 'numbers.revealed.ended', 'number.traced');
