/**
 * What a migration must keep to so that the version before it goes on working while it is applied, and under load. Each
 * violation is a sentence that names the file, the statement and the cure. Tested by tests/migrations.test.ts.
 */

/** Migrations of before are applied by now and stay as they are. */
export const rulesSince = '20261128230000';

/** Tables with so many rows that an index on them takes minutes. */
const bigTables = ['message', 'message_event', 'message_key', 'send_attempt', 'callback_receipt', 'provider_reference', 'webhook_delivery'];

interface Statement {
  sql: string;
  /** What the comment right before it gives as the reason for breaking a rule. */
  reason: string | undefined;
}

const token = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"[^"]*"|\$(\w*)\$[\s\S]*?\$\1\$|;|[^-/'"$;]+|./g;

/** The statements of a script, in lower case and without comments and the insides of strings. */
function statementsOf(script: string): Statement[] {
  const statements: Statement[] = [];
  let sql = '';
  let comments: string[] = [];
  for (const [part] of script.matchAll(token)) {
    if (part.startsWith('--')) comments.push(part);
    else if (part.startsWith('/*')) continue;
    else if (part.startsWith("'") || (part.startsWith('$') && part.length > 1)) sql += "''";
    else if (part !== ';') sql += part;
    else {
      const reason = /^--\s*contract:\s*(\S.*)$/m.exec(comments.join('\n'))?.[1];
      if (sql.trim()) statements.push({ sql: sql.trim().replace(/\s+/g, ' ').toLowerCase(), reason });
      sql = '';
      comments = [];
    }
  }
  if (sql.trim()) statements.push({ sql: sql.trim().replace(/\s+/g, ' ').toLowerCase(), reason: undefined });
  return statements;
}

const name = String.raw`(?:public\.)?"?(\w+)"?`;
const contract =
  'write "-- contract: <why no running version needs it any more>" right before the statement, or expand now and contract in a later version';

/** What is wrong with one statement, as [what, cure]; `made` are the tables that the migration makes itself. */
function faultsOf({ sql, reason }: Statement, made: Set<string>): [string, string][] {
  const faults: [string, string][] = [];
  const alters = new RegExp(`^alter table (?:if exists )?(?:only )?${name}`).exec(sql)?.[1];
  const isOwn = alters !== undefined && made.has(alters);
  if (!reason && !isOwn) {
    if (
      /^drop (?!policy|trigger)/.test(sql) ||
      /^alter table .*\bdrop (column|constraint|table|(?!not null|default|expression|identity)\w+)/.test(sql)
    )
      faults.push(['drops what the version before may use', contract]);
    if (/^alter .*\brename\b/.test(sql)) faults.push(['renames what the version before uses', contract]);
    if (/^alter table .*\balter (column )?\S+ (set data )?type\b/.test(sql))
      faults.push(['changes a type, which writes the table anew under a lock', contract]);
    if (/^alter table .*\balter (column )?\S+ set not null\b/.test(sql))
      faults.push(['refuses nulls that the version before may write', contract]);
    if (/^alter table .*\badd (column )?(?!constraint)(if not exists )?\S+ [^,]*\bnot null\b(?![^,]*\b(default|generated)\b)/.test(sql))
      faults.push(['adds a column that the version before does not fill', 'give it a default, or allow nulls']);
  }
  const indexed = new RegExp(`^create (?:unique )?index (?!concurrently)(?:if not exists )?(?:\\w+ )?on (?!only )${name}`).exec(sql)?.[1];
  if (indexed && bigTables.includes(indexed) && !made.has(indexed) && !reason)
    faults.push([
      `builds an index on ${indexed}, which stops its writers until it is built`,
      'make it "on only" the parent, and on each partition concurrently; where the table is known to be small, say so in "-- contract: <why>"',
    ]);
  return faults;
}

/** Every way in which a migration breaks the rules. `migration` is the name of its folder. */
export function migrationViolations(migration: string, script: string): string[] {
  const file = `prisma/migrations/${migration}/migration.sql`;
  if (!/^\d{14}_[a-z0-9]+(_[a-z0-9]+)+$/.test(migration))
    return [`${file}: the folder's name must be <YYYYMMDDHHMMSS>_<verb_noun>, since migrations are applied in the order of their names`];
  if (migration.slice(0, 14) < rulesSince) return [];
  const statements = statementsOf(script);
  const made = new Set(statements.flatMap(({ sql }) => new RegExp(`^create table (?:if not exists )?${name}`).exec(sql)?.[1] ?? []));
  const faults = statements.flatMap((statement) =>
    faultsOf(statement, made).map(([what, cure]) => `${file}: "${statement.sql.slice(0, 80)}" ${what}: ${cure}`),
  );
  if (!/^set (local )?lock_timeout\b/.test(statements[0]?.sql ?? ''))
    faults.unshift(
      `${file}: may wait for a lock without end, and everybody else behind it: begin it with "set local lock_timeout = '3s';"`,
    );
  const transactional = statements.find(({ sql }) => /^(begin|start transaction|commit|rollback)\b/.test(sql));
  if (transactional) faults.push(`${file}: "${transactional.sql}": a migration is one transaction already, leave it out`);
  return faults;
}
