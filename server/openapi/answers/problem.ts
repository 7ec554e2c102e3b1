import { z } from 'zod';
import { type ProblemCode, problems } from '../../../domain/errors.js';
import { scopeNames } from '../../../domain/scopes.js';
import type { ProblemBody } from '../../problemResponses.js';
import { component } from '../component.js';
import { messageStatus } from './plain.js';

const codes = Object.keys(problems) as [ProblemCode, ...ProblemCode[]];

export const problem = component(
  'Problem',
  z.strictObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(codes).describe('Stable: programs decide by it.'),
    detail: z.string().describe('What was wrong with this request, and what to do; for people.'),
    requestId: z.string().describe('Names the request in the logs, as X-Request-Id does.'),
    errors: z
      .array(z.strictObject({ field: z.string(), message: z.string() }))
      .describe('Each field that is wrong.')
      .exactOptional(),
    idempotencyKey: z.string().describe('The key to try again with.').exactOptional(),
    messageStatus: messageStatus.describe('Of the message that the request is about.').exactOptional(),
    scope: z.enum(scopeNames).describe('What the caller lacks.').exactOptional(),
  }) satisfies z.ZodType<ProblemBody>,
);
