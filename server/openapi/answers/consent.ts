import { z } from 'zod';
import { suppressionStates, topics } from '../../../domain/consent.js';
import type { Suppression } from '../../../storage/suppressions.js';
import { component } from '../component.js';
import { type AsJson, count, id, time } from './plain.js';

export const suppression = component(
  'Suppression',
  z.strictObject({
    id,
    phoneNumber: z.string().nullable().describe('Null where its contact was erased.'),
    contactId: id.nullable().describe('A keyed hash of the number.'),
    topic: z.enum(topics).describe('What it stops.'),
    state: z.enum(suppressionStates),
    source: z.enum(['message', 'provider', 'api', 'operator']),
    evidence: z.string().describe('The words or the code that it rests on, or the reason that was given.'),
    actor: z.string(),
    messageId: id.nullable().describe('The message that said so: one that came in, or one that the provider refused.'),
    stopped: count.describe('Messages that were taken out of the queue by it.'),
    createdAt: time,
    updatedAt: time,
  }) satisfies z.ZodType<AsJson<Suppression>>,
);

export const lifted = z.strictObject({ lifted: z.array(z.enum(topics)) });
