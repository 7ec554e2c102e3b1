import type { Role } from '../domain/roles.js';
import type { Database, Statement } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';
import { auditValues, type ByHand } from './audit.js';

/** A person as a workspace sees its members. */
export interface Member {
  id: string;
  email: string;
  /** What this workspace calls the person. */
  name: string;
  role: Role;
  /** When the person became a member. */
  createdAt: Date;
}

type MemberRow = Member & Record<string, unknown>;

const columns = `p.id, p.email, m.name, m.role, m.created_at as "createdAt"`;

const listStatement: Statement = {
  name: 'members_of_workspace',
  text: `select ${columns} from membership m join person p on p.id = m.person_id where m.workspace_id = $1 order by m.created_at, p.id`,
};
const findStatement: Statement = {
  name: 'member_of_workspace',
  text: `select ${columns} from membership m join person p on p.id = m.person_id where m.workspace_id = $1 and m.person_id = $2`,
};

/** Who belongs to a workspace, the oldest members first. */
export function listMembers(database: Database, workspaceId: string): Promise<Member[]> {
  return database.forWorkspace<MemberRow>(workspaceId, listStatement, [workspaceId]);
}

/** One member, or undefined. */
export async function findMember(database: Database, workspaceId: string, personId: string): Promise<Member | undefined> {
  const [member] = await database.forWorkspace<MemberRow>(workspaceId, findStatement, [workspaceId, personId]);
  return member;
}

/** The audit's entry of a change: parameters 1 the workspace, 2 to 4 from `auditValues`, and what `from` has of the person. */
const audited = (action: string, details: string, from: string) => `audited as (
  insert into audit_event (workspace_id, id, actor, action, details)
  select $1::uuid, $2::uuid, $3::text, '${action}', $4::jsonb || ${details} from ${from}
)`;
const auditOf = (byHand: ByHand) => auditValues(byHand).slice(0, 3);

const addStatement: Statement = {
  name: 'add_member',
  text: `with locked as (select id from workspace where id = $1 for update),
    known as (
      insert into person (id, email) values ($5, $6) on conflict (email) do update set email = excluded.email returning id
    ),
    added as (
      insert into membership (workspace_id, person_id, name, role)
      select l.id, k.id, $7, $8 from locked l, known k where (select count(*) from membership where workspace_id = $1) < $9
      on conflict do nothing returning person_id, role
    ),
    ${audited('person.added', `jsonb_build_object('personId', a.person_id, 'role', a.role)`, 'added a')}
    select k.id, exists (select 1 from added) as added, exists (select 1 from membership where workspace_id = $1 and person_id = k.id) as before from known k`,
};

/**
 * Makes somebody a member, known by the address or new. Says where that was done before, and where the workspace has `max`
 * members; nothing is changed then.
 */
export async function addMember(
  database: Database,
  workspaceId: string,
  { email, name, role, max }: Pick<Member, 'email' | 'name' | 'role'> & { max: number },
  byHand: ByHand,
): Promise<{ id: string; outcome: 'added' | 'was there' | 'full' }> {
  const [row] = await database.asIdentity<{ id: string; added: boolean; before: boolean }>(addStatement, [
    workspaceId,
    ...auditOf(byHand),
    uuidv7(),
    email.toLowerCase(),
    name,
    role,
    max,
  ]);
  if (!row) throw new Error(`workspace ${workspaceId} does not exist`);
  return { id: row.id, outcome: row.added ? 'added' : row.before ? 'was there' : 'full' };
}

// The workspace's row is locked first: of two owners who go at the same time, the second waits, and then is the last.
const lockStatement = (name: string, change: string, action: string, details: string): Statement => ({
  name,
  text: `with locked as (select id from workspace where id = $1 for update),
    members as (select m.* from membership m join locked l on l.id = m.workspace_id for update of m),
    one as (select * from members where person_id = $5),
    others as (select count(*) as owners from members where role = 'owner' and person_id <> $5),
    may as (select one.* from one, others where one.role <> 'owner' or $6::text = 'owner' or others.owners > 0),
    changed as (${change}),
    ${audited(action, details, 'may b')}
    select exists (select 1 from one) as found, exists (select 1 from may) as done`,
});
const changeStatement = lockStatement(
  'change_member_role',
  'update membership m set role = $6 from may where m.workspace_id = $1 and m.person_id = may.person_id returning 1',
  'person.role_changed',
  `jsonb_build_object('personId', b.person_id, 'before', b.role, 'after', $6::text)`,
);
const removeStatement = lockStatement(
  'remove_member',
  'delete from membership m using may where m.workspace_id = $1 and m.person_id = may.person_id and $6::text is null returning 1',
  'person.removed',
  `jsonb_build_object('personId', b.person_id, 'before', b.role)`,
);

export type MemberChange = 'done' | 'last owner' | 'not found';

/** Gives a member another role, or, with none, removes him. The last owner stays. */
export async function changeMember(
  database: Database,
  workspaceId: string,
  personId: string,
  role: Role | null,
  byHand: ByHand,
): Promise<MemberChange> {
  const [row] = await database.asIdentity<{ found: boolean; done: boolean }>(role === null ? removeStatement : changeStatement, [
    workspaceId,
    ...auditOf(byHand),
    personId,
    role,
  ]);
  return row?.done ? 'done' : row?.found ? 'last owner' : 'not found';
}

const operatorStatement: Statement = {
  name: 'make_operator',
  text: `insert into person (id, email, operator) values ($1, $2, $3)
    on conflict (email) do update set operator = excluded.operator returning id`,
};

/** Lets somebody work in every workspace, or no more; answers the person's id. */
export async function setOperator(database: Database, email: string, operator: boolean): Promise<string> {
  const [row] = await database.asIdentity<{ id: string }>(operatorStatement, [uuidv7(), email.toLowerCase(), operator]);
  return row?.id ?? '';
}
