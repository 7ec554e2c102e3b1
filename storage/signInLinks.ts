import { signInLinkLifeMs } from '../domain/identityLimits.js';
import type { Database, Statement } from '../platform/database.js';
import { auditValues, type ByHand } from './audit.js';
import { newSecret } from './oneTimeSecrets.js';

/** A link's secret, which is kept nowhere, and its end. */
export interface SignInLink {
  token: string;
  endsAt: Date;
}

const createStatement: Statement = {
  name: 'create_sign_in_link',
  text: `with old as (delete from sign_in_link where person_id = $2 and ends_at < now() - interval '1 day'),
    link as (
      insert into sign_in_link (sha256, person_id, only_workspace, ends_at)
      select $1, p.id, $3::uuid, now() + $4::bigint * interval '1 millisecond' from person p
      where p.id = $2 and p.disabled_at is null
        and ($3::uuid is null or exists (select 1 from membership m where m.person_id = p.id and m.workspace_id = $3::uuid))
      returning person_id, only_workspace, ends_at
    ),
    noted as (
      insert into audit_event (workspace_id, id, actor, action, details)
      select m.workspace_id, case when m.workspace_id = $3::uuid then $5::uuid else gen_random_uuid() end, $6::text,
        'person.sign_in_link', $7::jsonb || jsonb_build_object('personId', l.person_id)
      from link l join membership m on m.person_id = l.person_id and (l.only_workspace is null or m.workspace_id = l.only_workspace)
    )
    select ends_at from link`,
};

/**
 * Makes a link that signs a person in once, within the hour.
 *
 * @param onlyWorkspace the workspace that asks for it: the link opens that one alone, or a workspace could go wherever its
 *   members may. Null for who runs the installation.
 * @returns undefined where there is no such person, or no such member
 */
export async function createSignInLink(
  database: Database,
  personId: string,
  onlyWorkspace: string | null,
  byHand: ByHand,
): Promise<SignInLink | undefined> {
  const { text: token, hash } = newSecret('signin');
  const values = [hash, personId, onlyWorkspace, signInLinkLifeMs, ...auditValues(byHand).slice(0, 3)];
  const [row] = await database.asIdentity<{ ends_at: Date }>(createStatement, values);
  return row && { token, endsAt: row.ends_at };
}
