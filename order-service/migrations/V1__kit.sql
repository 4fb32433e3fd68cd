create table outbox (
    position        bigint generated always as identity primary key,
    partitionkey    text        not null,
    attributes      jsonb       not null,
    data            bytea,
    attempts        integer     not null default 0,
    next_attempt_at timestamptz not null default now()
);
create index outbox_by_key on outbox (partitionkey, position);

create table inbox (
    source      text        not null,
    id          text        not null,
    received_at timestamptz not null default now(),
    primary key (source, id)
);

create table idempotency_keys (
    caller     uuid        not null,
    operation  text        not null,
    key        text        not null,
    request    text        not null,
    status     integer,
    location   text,
    body       text,
    created_at timestamptz not null default now(),
    primary key (caller, operation, key)
);
