-- A replay is found by its position in the outbox when the Broker refuses it for good.
alter table replays add column position bigint, add column refused text;
create index replays_by_position on replays (position);

-- Dead letters may be deleted, and do not stay for ever.
alter table replays drop constraint replays_dead_letter_fkey,
    add constraint replays_dead_letter_fkey foreign key (dead_letter) references dead_letters on delete cascade;
create index dead_letters_by_age on dead_letters (last_received_at);
