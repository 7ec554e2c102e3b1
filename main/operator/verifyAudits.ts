import { readConfigOf } from '../../platform/config.js';
import { Database } from '../../platform/database.js';
import { createLogger } from '../../platform/logger.js';
import { masterKeysOf } from '../../platform/masterKeys.js';
import { openObjectStore } from '../../platform/objectStore/openObjectStore.js';
import { anchorKeysOf } from '../../storage/anchorKeys.js';
import { readAnchors } from '../../storage/auditAnchors.js';
import { type AuditVerdict, verifyAudit } from '../../storage/verifyAudit.js';
import { workspaceIds } from '../../storage/workspaceIds.js';

export interface WorkspaceVerdict extends AuditVerdict {
  workspaceId: string;
  /** The place up to which nothing can have been cut off without being found, and since when; null where none was anchored. */
  anchored: { seq: number; at: string } | null;
}

/**
 * Verifies the audit of one workspace, or of all, against every anchor that there is. Throws ConfigError, AnchorError, AnchorKeyError, or where
 * there is no such workspace.
 */
export async function verifyAudits(onlyWorkspaceId: string | undefined): Promise<WorkspaceVerdict[]> {
  const databaseUrl = readConfigOf('DATABASE_URL');
  const masterKeys = masterKeysOf({
    ENCRYPTION_KEY: readConfigOf('ENCRYPTION_KEY'),
    ENCRYPTION_KEYS_OLD: readConfigOf('ENCRYPTION_KEYS_OLD'),
  });
  const objects = openObjectStore({
    ARCHIVE_DIRECTORY: readConfigOf('ARCHIVE_DIRECTORY'),
    S3_BUCKET: readConfigOf('S3_BUCKET'),
    S3_ENDPOINT: readConfigOf('S3_ENDPOINT'),
    S3_REGION: readConfigOf('S3_REGION'),
    S3_ACCESS_KEY_ID: readConfigOf('S3_ACCESS_KEY_ID'),
    S3_SECRET_ACCESS_KEY: readConfigOf('S3_SECRET_ACCESS_KEY'),
  });
  const heads = objects ? await readAnchors(objects, await anchorKeysOf(objects, masterKeys), 'all', new Date()) : [];
  const database = new Database(databaseUrl, 2, createLogger('warn'));
  try {
    const known = await workspaceIds(database, onlyWorkspaceId);
    // A workspace that is gone with all its audit is missed as well.
    const ids = new Set([...known, ...heads.flatMap(({ workspaceId }) => (onlyWorkspaceId ? [] : [workspaceId]))]);
    if (ids.size === 0) throw new Error(onlyWorkspaceId ? `there is no workspace ${onlyWorkspaceId}` : 'there are no workspaces');
    const verdicts: WorkspaceVerdict[] = [];
    for (const workspaceId of ids) {
      const own = heads.filter((head) => head.workspaceId === workspaceId);
      const newest = own.at(-1);
      const anchored = newest ? { seq: newest.seq, at: newest.at } : null;
      verdicts.push({ workspaceId, ...(await verifyAudit(database, workspaceId, own)), anchored });
    }
    return verdicts;
  } finally {
    await database.close();
  }
}

/** The verdicts as lines for people. */
export function printVerdicts(verdicts: WorkspaceVerdict[]): string {
  return verdicts
    .map(({ workspaceId, verified, fault, anchored }) => {
      const until = anchored ? `anchored up to ${anchored.seq} at ${anchored.at}` : 'not anchored yet';
      const said = fault ? `BROKEN at ${fault.seq ?? 'no place'} (${fault.kind}): ${fault.detail}` : `intact, ${verified} entries`;
      return `${workspaceId}  ${said}; ${until}\n`;
    })
    .join('');
}
