-- A database that was restored: since when what it knows is missing what happened, and whether that has been found out.
-- While it has not, every account is held by a breaker (docs/adr/0018).
set local lock_timeout = '3s';

create table restoration (
  id uuid primary key,
  -- The moment of the backup, and of the restore.
  backup_at timestamptz(3) not null,
  restored_at timestamptz(3) not null default now(),
  -- Who reconciles has it until then; one that dies loses it to the next.
  claimed_until timestamptz(3) not null default '-infinity',
  reconciled_at timestamptz(3),
  summary jsonb
);
grant select, insert, update on restoration to maintenance;
