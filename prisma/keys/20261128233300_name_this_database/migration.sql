-- Says which database of keys this is, so that another one is not taken for it.
create table keys_database (
  singleton boolean primary key default true check (singleton),
  id uuid not null
);
insert into keys_database (id) values (gen_random_uuid());
grant select on keys_database to maintenance;
