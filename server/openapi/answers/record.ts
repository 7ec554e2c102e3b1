import { z } from 'zod';
import { component } from '../component.js';
import { messageTrace } from './message.js';
import { time } from './plain.js';

const { message, events, attempts, receipts, interventions, workflow } = messageTrace.shape;

/** The whole story of a message, signed. */
export const messageRecord = component(
  'MessageRecord',
  z.strictObject({
    postriderRecord: z.literal(1).describe('The version of this form.'),
    record: z.strictObject({
      workspace: z.strictObject({ id: z.string(), name: z.string() }),
      exported: z.strictObject({ at: time, by: z.string() }),
      message,
      events,
      attempts,
      receipts,
      interventions,
      workflow,
    }),
    signature: z.strictObject({
      algorithm: z.literal('HMAC-SHA256'),
      keyId: z.string().describe('Names the key, and says nothing of it.'),
      digests: z.record(z.string(), z.string()).describe('Of each part, by its path.'),
      value: z.string().describe('Over all digests.'),
    }),
  }),
);
