import { z } from 'zod';
import { messageStatuses } from './messageStatus.js';

/** A control request that cannot be done; the sentence goes to the caller. */
export class ControlError extends Error {
  constructor(
    readonly httpStatus: number,
    message: string,
  ) {
    super(message);
  }
}

const errorCode = z.number().int().min(10_000).max(99_999);
const times = z.number().int().min(1).max(1_000).default(1);

/** What `POST /_control/inbound` takes. */
export const inboundSchema = z
  .strictObject({
    vendor: z.enum(['twilio', 'telnyx', 'gateway']).default('twilio'),
    accountSid: z.string().min(1),
    authToken: z.string().min(1).optional(),
    url: z.url({ protocol: /^https?$/ }),
    from: z.string().min(1),
    to: z.string().min(1),
    body: z.string(),
    messagingServiceSid: z.string().optional(),
    optOutType: z.enum(['STOP', 'START', 'HELP']).optional(),
    times,
  })
  .refine(({ vendor, accountSid }) => vendor !== 'twilio' || /^AC[0-9a-f]{32}$/i.test(accountSid), {
    path: ['accountSid'],
    error: 'must be AC and 32 hex digits',
    // Also beside other faults, all of which are named at once.
    when: () => true,
  });

/** What `POST /_control/callback` takes. */
export const callbackSchema = z.strictObject({
  sid: z.string(),
  status: z.enum(messageStatuses),
  errorCode: errorCode.optional(),
  authToken: z.string().min(1).optional(),
  /** Also move the message itself to this status, so that the list and the fetch agree with the callback. */
  record: z.boolean().default(false),
  times,
});

/** The query of the lists: entries after number `since`, at most `limit`. */
export const listSchema = z.strictObject({
  accountSid: z.string().optional(),
  since: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).default(Number.MAX_SAFE_INTEGER),
});

/** Checks control input, or throws a sentence that names each wrong field. */
export function readInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input ?? {});
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.') || 'the input'}: ${issue.message}`);
  throw new ControlError(400, `This is not valid: ${faults.join('; ')}.`);
}
