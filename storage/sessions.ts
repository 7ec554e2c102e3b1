import { refreshRaceMs, refreshTokenRememberedMs, sessionLifeMs } from '../domain/identityLimits.js';
import type { Role } from '../domain/roles.js';
import type { Database, Statement } from '../platform/database.js';
import { uuidv7 } from '../platform/uuid.js';
import { hashOfSecret, newSecret } from './oneTimeSecrets.js';

/** One sign-in as it began: its id, whose it is, and the first refresh token, which is kept nowhere. */
export interface SignIn {
  sessionId: string;
  personId: string;
  refreshToken: string;
}

/** Whoever is signed in, and what he is where. */
export interface SignedIn {
  personId: string;
  email: string;
  /** Works in every workspace. */
  isOperator: boolean;
  memberships: { workspaceId: string; workspaceName: string; role: Role }[];
}

// Of one person, in a statement that has the CTE `made` (session_id, person_id, only_workspace): an entry in the audit of each
// workspace that he may see by it.
const noted = (action: string, method: string) => `noted as (
  insert into audit_event (workspace_id, id, actor, action, details)
  select m.workspace_id, gen_random_uuid(), 'person ' || made.person_id, '${action}',
    jsonb_build_object('personId', made.person_id, 'sessionId', made.session_id, 'method', ${method})
  from made join membership m on m.person_id = made.person_id and (made.only_workspace is null or m.workspace_id = made.only_workspace)
)`;

// A statement that signs a person in has the CTE `who` (person_id, only_workspace); its parameters are 1 the new session's id, 2 its
// method, 3 the hash of its refresh token, 4 its life in milliseconds.
const signIn = (who: string) => `with ${who},
  made as (
    insert into session (id, person_id, method, only_workspace, ends_at)
    select $1, who.person_id, $2, who.only_workspace, now() + $4::bigint * interval '1 millisecond'
    from who join person p on p.id = who.person_id and p.disabled_at is null
    where p.operator and who.only_workspace is null or exists (
      select 1 from membership m where m.person_id = p.id and (who.only_workspace is null or m.workspace_id = who.only_workspace))
    returning id as session_id, person_id, only_workspace
  ),
  token as (insert into refresh_token (sha256, session_id) select $3, session_id from made),
  pruned as (delete from session s using made where s.person_id = made.person_id and s.ends_at < now() - interval '30 days'),
  ${noted('person.signed_in', '$2::text')}
  select person_id from made`;

const byLinkStatement: Statement = {
  name: 'sign_in_by_link',
  text: signIn(`who as (
    update sign_in_link set used_at = now() where sha256 = $5 and used_at is null and ends_at > now() returning person_id, only_workspace
  )`),
};
const byIdentityStatement: Statement = {
  name: 'sign_in_by_identity',
  text: signIn(`known as (select person_id from person_identity where issuer = $5 and subject = $6),
  -- The first time: invited by this address, which the provider has verified, and not yet known to it as somebody else.
  invited as (
    insert into person_identity (issuer, subject, person_id)
    select $5, $6, p.id from person p where p.email = $7::text and not exists (select 1 from known)
    on conflict do nothing returning person_id
  ),
  who as (select person_id, null::uuid as only_workspace from known union all select person_id, null from invited)`),
};

async function begin(database: Database, statement: Statement, method: string, values: unknown[]): Promise<SignIn | undefined> {
  const sessionId = uuidv7();
  const { text: refreshToken, hash } = newSecret('refresh');
  const [row] = await database.asIdentity<{ person_id: string }>(statement, [sessionId, method, hash, sessionLifeMs, ...values]);
  return row && { sessionId, personId: row.person_id, refreshToken };
}

/** Signs in whoever has the link, once. Undefined where it is unknown, used or over, or its person may go nowhere any more. */
export async function signInByLink(database: Database, link: string): Promise<SignIn | undefined> {
  const hash = hashOfSecret('signin', link);
  return hash && begin(database, byLinkStatement, 'link', [hash]);
}

/**
 * Signs in whom an OpenID provider knows.
 *
 * @param email the address that the provider has verified, or null where it has not: then only somebody who was here before gets in
 */
export function signInByIdentity(
  database: Database,
  { issuer, subject, email }: { issuer: string; subject: string; email: string | null },
): Promise<SignIn | undefined> {
  return begin(database, byIdentityStatement, 'oidc', [issuer, subject, email?.toLowerCase() ?? null]);
}

const refreshStatement: Statement = {
  name: 'refresh_session',
  text: `with shown as (
      select t.sha256, t.session_id, t.used_at, s.person_id, s.only_workspace, s.revoked_at is null and s.ends_at > now() as live
      from refresh_token t join session s on s.id = t.session_id where t.sha256 = $1 for update of t
    ),
    used as (
      update refresh_token t set used_at = now() from shown where t.sha256 = shown.sha256 and shown.used_at is null and shown.live
      returning t.session_id
    ),
    next as (insert into refresh_token (sha256, session_id) select $2, session_id from used),
    pruned as (
      delete from refresh_token t using used where t.session_id = used.session_id and t.used_at < now() - $3::bigint * interval '1 millisecond'
    ),
    -- Shown a second time, and not by two tabs at once: one of the two who have it is a thief, so it ends for both.
    made as (
      update session s set revoked_at = now(), revoked_for = 'a refresh token was used twice' from shown
      where s.id = shown.session_id and shown.live and shown.used_at < now() - $4::bigint * interval '1 millisecond'
      returning s.id as session_id, s.person_id, s.only_workspace
    ),
    ${noted('person.session_revoked', `'refresh token used twice'`)}
    select session_id, person_id, case
      when exists (select 1 from made) then 'reused' when not live then 'ended' when used_at is null then 'rotated' else 'raced' end as outcome
    from shown`,
};

export type Refreshed =
  | { outcome: 'rotated'; personId: string; sessionId: string; refreshToken: string }
  /** Another has just rotated it: nothing new to keep. */
  | { outcome: 'raced'; personId: string; sessionId: string }
  | { outcome: 'reused' | 'ended' | 'unknown' };

/** Takes a refresh token for the next one. One that was used before revokes the whole sign-in. */
export async function refreshSession(database: Database, token: string): Promise<Refreshed> {
  const hash = hashOfSecret('refresh', token);
  if (!hash) return { outcome: 'unknown' };
  const next = newSecret('refresh');
  const [row] = await database.asIdentity<{ session_id: string; person_id: string; outcome: 'rotated' | 'raced' | 'reused' | 'ended' }>(
    refreshStatement,
    [hash, next.hash, refreshTokenRememberedMs, refreshRaceMs],
  );
  if (!row) return { outcome: 'unknown' };
  const { outcome, session_id: sessionId, person_id: personId } = row;
  if (outcome === 'rotated') return { outcome, personId, sessionId, refreshToken: next.text };
  return outcome === 'raced' ? { outcome, personId, sessionId } : { outcome };
}

const endStatement: Statement = {
  name: 'end_session',
  text: `with made as (
      update session s set revoked_at = now(), revoked_for = 'signed out'
      where s.id = coalesce($1::uuid, (select session_id from refresh_token where sha256 = $2)) and s.revoked_at is null
      returning s.id as session_id, s.person_id, s.only_workspace
    ),
    ${noted('person.signed_out', `'sign-out'`)}
    select session_id from made`,
};

/** Ends a sign-in, named by its id or by a refresh token of it. Does nothing where there is none. */
export async function endSession(database: Database, by: { sessionId: string } | { refreshToken: string }): Promise<void> {
  if ('sessionId' in by) await database.asIdentity(endStatement, [by.sessionId, null]);
  else {
    const hash = hashOfSecret('refresh', by.refreshToken);
    if (hash) await database.asIdentity(endStatement, [null, hash]);
  }
}

const findStatement: Statement = {
  name: 'find_session',
  text: `select p.email, p.operator and s.only_workspace is null as "isOperator",
      (select coalesce(json_agg(json_build_object('workspaceId', m.workspace_id, 'workspaceName', w.name, 'role', m.role)
          order by m.created_at, m.workspace_id), '[]')
        from membership m join workspace w on w.id = m.workspace_id
        where m.person_id = p.id and (s.only_workspace is null or m.workspace_id = s.only_workspace)) as memberships
    from session s join person p on p.id = s.person_id
    where s.id = $1 and s.person_id = $2 and s.revoked_at is null and s.ends_at > now() and p.disabled_at is null`,
};

/** Whoever is signed in by this session, and what he is where; undefined where it has ended. */
export async function findSession(database: Database, personId: string, sessionId: string): Promise<SignedIn | undefined> {
  const [row] = await database.asIdentity<Omit<SignedIn, 'personId'> & Record<string, unknown>>(findStatement, [sessionId, personId]);
  return row && { personId, email: row.email, isOperator: row.isOperator, memberships: row.memberships };
}
