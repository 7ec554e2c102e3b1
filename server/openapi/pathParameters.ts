import { z } from 'zod';
import { breakerScopes } from '../../domain/breaker.js';
import { queueNames } from '../../domain/queues.js';
import { backPath } from '../requestSchemas.js';
import { id } from './answers/plain.js';

const text = (example: string) => z.string().meta({ examples: [example] });

/** What a part of a path can name. The document says which, so that tests know what to put in its place. */
export const pathParameters = {
  message: { schema: id, description: 'Id of a message.' },
  conversation: { schema: id, description: 'Id of a conversation, which is also that of its contact.' },
  contact: { schema: text('+14155552671'), description: 'The number of a contact in E.164 form, or its id.' },
  redrive: { schema: id, description: 'Id of a redrive.' },
  export: { schema: id, description: 'Id of an export.' },
  cancellation: { schema: id, description: 'Id of a cancellation.' },
  webhookEndpoint: { schema: id, description: 'Id of a webhook endpoint.' },
  webhookDelivery: { schema: id, description: 'Id of a delivery of that endpoint.' },
  notification: { schema: id, description: 'Id of a notification.' },
  apiKey: { schema: text('3f9a2c71'), description: 'Id of an API key.' },
  person: { schema: id, description: 'Id of a person.' },
  queue: { schema: z.enum(queueNames), description: 'Name of a queue.' },
  suppressedNumber: { schema: text('+14155552671'), description: 'The number of a person, in E.164 form.' },
  sender: { schema: text('+14155550100'), description: 'The number of a sender in E.164 form, or the SID of a Messaging Service.' },
  provider: { schema: text('twilio'), description: 'Name of a provider.' },
  version: { schema: backPath.shape.version, description: 'Number of a version of the configuration.' },
  breakerScope: { schema: z.enum(breakerScopes), description: 'Whether the breaker is that of an account or of a sender.' },
  breakerSubject: { schema: text('twilio'), description: 'The provider of the account, or the number of the sender.' },
} as const satisfies Record<string, { schema: z.ZodType; description: string }>;
export type PathParameter = keyof typeof pathParameters;
