import { Router } from 'express';
import { auditVerifyPlacesMax } from '../../domain/auditLimits.js';
import { AnchorKeyError, anchorKeysOf } from '../../storage/anchorKeys.js';
import { AnchorError, type AnchoredHead, readAnchors } from '../../storage/auditAnchors.js';
import { type AuditEntry, auditPage } from '../../storage/auditChain.js';
import { verifyAudit } from '../../storage/verifyAudit.js';
import { onlyMethods } from '../problemResponses.js';
import { auditPageQuery, auditVerificationQuery } from '../requestSchemas.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { workspaceIdOf } from './authenticate.js';

/** What people and keys did: read, and verified. Nothing changes it. */
export function workspaceAuditRouter(services: Services): Router {
  const { database } = services;
  const router = Router();

  router
    .route('/')
    .get(async (request, response) => {
      const { limit, before = Number.MAX_SAFE_INTEGER } = validate(auditPageQuery, request.query);
      const found: AuditEntry[] = await auditPage(database, workspaceIdOf(response), before, limit + 1);
      const data = found.slice(0, limit);
      response.json({ data, nextBefore: found.length > limit ? (data.at(-1)?.seq ?? null) : null });
    })
    .all(onlyMethods('GET'));

  router
    .route('/verification')
    .get(async (request, response) => {
      const { afterSeq } = validate(auditVerificationQuery, request.query);
      const workspaceId = workspaceIdOf(response);
      const { heads, problem } = await anchorsOf(services, workspaceId);
      const { fault, complete, ...rest } = await verifyAudit(database, workspaceId, heads, { afterSeq, placesMax: auditVerifyPlacesMax });
      const newest = heads.at(-1);
      response.json({
        intact: fault === null && problem === null,
        fault,
        ...rest,
        nextAfterSeq: fault === null && !complete ? rest.lastSeq : null,
        // What was added since can still be cut off without a trace.
        anchored: newest ? { seq: newest.seq, at: newest.at } : null,
        anchorProblem: problem,
      });
    })
    .all(onlyMethods('GET'));

  return router;
}

async function anchorsOf(
  { objects, masterKeys }: Services,
  workspaceId: string,
): Promise<{ heads: AnchoredHead[]; problem: string | null }> {
  if (!objects) return { heads: [], problem: null };
  try {
    const all = await readAnchors(objects, await anchorKeysOf(objects, masterKeys), 'newest day', new Date());
    return { heads: all.filter((head) => head.workspaceId === workspaceId), problem: null };
  } catch (error) {
    if (error instanceof AnchorError || error instanceof AnchorKeyError) return { heads: [], problem: error.message };
    throw error;
  }
}
