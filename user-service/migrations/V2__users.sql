create table users (
    id            uuid primary key,
    -- Cases and prefixes are compared alike on every server, and starts_with() finds its index.
    email         text collate pg_c_utf8,
    name          text collate pg_c_utf8,
    street        text,
    city          text,
    postal_code   text,
    country       text,
    version       integer     not null,
    registered_at timestamptz not null,
    changed_at    timestamptz not null,
    deleted_at    timestamptz,
    check (num_nulls(street, city, postal_code, country) in (0, 4)),
    -- A deleted user is a tombstone: nothing personal is left, and nobody else gets the id.
    check (num_nonnulls(email, name) = case when deleted_at is null then 2 else 0 end),
    check (deleted_at is null or street is null)
);

create unique index users_email on users (lower(email));
create index users_name on users (lower(name));
