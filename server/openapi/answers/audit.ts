import { z } from 'zod';
import type { AuditEntry } from '../../../storage/auditChain.js';
import type { AuditFault } from '../../../storage/verifyAudit.js';
import { component } from '../component.js';
import { type AsJson, count, id, time } from './plain.js';

const entry = component(
  'AuditEntry',
  z.strictObject({
    seq: count.describe('Its place in the chain.'),
    id,
    at: time,
    actor: z.string(),
    action: z.string(),
    details: z.record(z.string(), z.unknown()),
    messageId: id.nullable(),
    hash: z.string().describe('Covers this entry and, by the one before it, all that came before. Hex.'),
  }) satisfies z.ZodType<AsJson<AuditEntry>>,
);

export const auditPage = z.strictObject({
  data: z.array(entry),
  nextBefore: count.nullable().describe('The place to go on before; null at the end.'),
});

const fault = z.strictObject({
  kind: z.enum(['changed', 'entryMissing', 'placeMissing', 'cut', 'rewritten', 'unchained']),
  seq: count.nullable(),
  entryId: z.string().nullable(),
  detail: z.string(),
}) satisfies z.ZodType<AuditFault>;

export const auditVerification = component(
  'AuditVerification',
  z.strictObject({
    intact: z.boolean(),
    fault: fault.nullable(),
    verified: count.describe('Places that were looked at and fit.'),
    lastSeq: count,
    nextAfterSeq: count.nullable().describe('Where to go on; null where all was looked at.'),
    anchored: z.strictObject({ seq: count, at: time }).nullable().describe('The newest place that is kept outside the database.'),
    anchorProblem: z.string().nullable(),
  }),
);
