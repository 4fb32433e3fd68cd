-- One row for each event and destination, however often it was delivered here. There is no index on what an event says of
-- itself: the longest that PostgreSQL takes is shorter than the longest attribute, and no dead letter may be refused.
create table dead_letters (
    id               uuid primary key,
    fingerprint      uuid        not null unique,
    attributes       jsonb       not null,
    data             bytea       not null,
    unreadable       text,
    destination      text,
    code             integer,
    reason           text,
    received_at      timestamptz not null,
    last_received_at timestamptz not null,
    deliveries       integer     not null default 1
);

create table replays (
    dead_letter uuid        not null references dead_letters,
    replayed_at timestamptz not null,
    replayed_by uuid        not null,
    primary key (dead_letter, replayed_at)
);
