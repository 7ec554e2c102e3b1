import { Context } from '@temporalio/activity';
import { auditHeadsPageSize } from '../domain/auditLimits.js';
import { nilUuid } from '../domain/ids.js';
import type { AnchorResult } from '../domain/maintenance.js';
import { anchorKeysOf } from '../storage/anchorKeys.js';
import { writeAnchor } from '../storage/auditAnchors.js';
import { type ChainHead, chainHeads } from '../storage/auditChain.js';
import type { MaintenanceDependencies } from './dependencies.js';

/** Notes the ends of all chains of the audit that have moved outside the database. */
export function anchorAudit({ database, objects, masterKeys, logger }: MaintenanceDependencies) {
  return async (): Promise<AnchorResult> => {
    const heads: ChainHead[] = [];
    for (let after = nilUuid; ; ) {
      const page = await chainHeads(database, after, auditHeadsPageSize);
      heads.push(...page);
      Context.current().heartbeat();
      if (page.length < auditHeadsPageSize) break;
      after = (page.at(-1) as ChainHead).workspaceId;
    }
    if (!objects) logger.warn({ event: 'audit.not_anchored', reason: 'neither S3_BUCKET nor ARCHIVE_DIRECTORY is set' });
    const key = objects && (await writeAnchor(objects, await anchorKeysOf(objects, masterKeys), new Date(), heads));
    logger.info({ event: 'audit.anchored', key: key ?? null, workspaces: heads.length });
    return { key: key ?? null, workspaces: heads.length };
  };
}
