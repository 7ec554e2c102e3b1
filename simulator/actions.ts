import { z } from 'zod';
import { messageStatuses } from './messageStatus.js';

const weekMs = 7 * 24 * 3_600_000;
const delayMs = z.number().min(0).max(weekMs);
const whenSchema = z.enum(['before', 'after']);
const httpStatus = z.number().int().min(200).max(599);
const errorCode = z.number().int().min(10_000).max(99_999);

const lifeStepSchema = z.strictObject({
  status: z.enum(messageStatuses),
  delayMs,
  errorCode: errorCode.optional(),
  word: z.string().min(1).max(40).optional(),
});

/** One status of a message's life; `delayMs` is measured from the accept. Its callback may say another word. */
export type LifeStep = z.infer<typeof lifeStepSchema>;

const callbacksSchema = z.strictObject({
  drop: z.union([z.number().min(0).max(1), z.array(z.enum(messageStatuses))]).optional(),
  times: z.number().int().min(1).max(100).optional(),
  shuffle: z.boolean().optional(),
  hurry: z.boolean().optional(),
  delayMs: delayMs.optional(),
  finalStatus: z.enum(['delivered', 'undelivered', 'failed']).optional(),
  errorCode: errorCode.optional(),
  statuses: z.array(lifeStepSchema).max(20).optional(),
});

/** What happens to the callbacks of a shaped message. */
export type CallbacksAction = z.infer<typeof callbacksSchema>;

/** The ways a request can end other than with 201: one action has at most one of them. */
const endings = ['rateLimited', 'error', 'http500', 'cut', 'hang', 'notJson'] as const;

/** What a rule does to a request; the README lists each in one line. */
export const actionSchema = z
  .strictObject({
    delayMs: delayMs.optional(),
    delayBeforeAcceptMs: delayMs.optional(),
    rateLimited: z.strictObject({ retryAfterS: z.number().int().min(0).max(86_400).optional() }).optional(),
    error: z.strictObject({ code: errorCode, httpStatus: httpStatus.optional() }).optional(),
    http500: whenSchema.optional(),
    cut: whenSchema.optional(),
    hang: whenSchema.optional(),
    notJson: whenSchema.optional(),
    listLagMs: delayMs.optional(),
    listedBody: z.string().max(1_600).optional(),
    callbacks: callbacksSchema.optional(),
  })
  .refine((action) => Object.keys(action).length > 0, 'needs at least one of its fields, for example {"http500": "after"}')
  .refine(
    (action) => endings.filter((ending) => action[ending] !== undefined).length <= 1,
    `may have only one of ${endings.join(', ')}, because a request ends in one way`,
  );

export type Action = z.infer<typeof actionSchema>;

/** The action chosen for one request, under the name that goes into the ledger. */
export interface ChosenAction {
  ruleName: string;
  action: Action;
}
