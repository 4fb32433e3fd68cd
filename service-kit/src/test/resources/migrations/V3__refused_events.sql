-- Events that the Broker will never take, until an admin publishes them again or drops them. In a table of their own: an
-- instance of an earlier release reads the outbox, and would send them again and let the others of their key wait.
create table refused_events (
    position     bigint primary key,
    partitionkey text        not null,
    attributes   jsonb       not null,
    data         bytea,
    reason       text        not null,
    refused_at   timestamptz not null default now()
);
