-- Whose delivery failed. Those that were here before do not say it.
alter table dead_letters add column trigger text;
