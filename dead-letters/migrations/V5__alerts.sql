-- What Alertmanager has told last of each alarm: a repetition changes nothing.
create table alerts (
    alarm uuid primary key,
    starts_at timestamptz not null,
    status text not null,
    changes integer not null,
    changed_at timestamptz not null
);
