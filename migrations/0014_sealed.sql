-- Secrets that must be read again: keys that sign, tokens of other systems. What must only be recognised
-- (passwords, API keys, refresh tokens) is stored as a hash and stands elsewhere. The keys that seal are
-- settings of the program: the database and its backups hold nothing that opens a row.
create table sealed_secrets (
    secret_id       uuid primary key,
    -- Null: a secret of the installation.
    organization_id uuid references organizations,
    -- What it is for, such as github.token. Purpose, organization and id are sealed in: a row that was
    -- copied over another does not open.
    purpose         text not null,
    -- The key that opens it, by its name in BUGSAGE_SEAL_KEYS.
    key_id          text not null,
    -- AES-256-GCM: 12 bytes of nonce, the secret, 16 bytes of tag.
    sealed          bytea not null,
    sealed_at       timestamptz not null
);
-- `bugsage keys reseal` asks for those of other keys than the newest.
create index sealed_secrets_key on sealed_secrets (key_id);

alter table sealed_secrets enable row level security;
create policy tenant on sealed_secrets for all to bugsage_app
    using (organization_id = current_organization())
    with check (organization_id = current_organization());
create policy installation on sealed_secrets for all to bugsage_app
    using (organization_id is null)
    with check (organization_id is null);
grant select, insert, update, delete on sealed_secrets to bugsage_app;
