create table effects (id uuid primary key, text text not null);
