import { z } from 'zod';
import { uuidPattern } from '../../../domain/ids.js';
import { messageStatuses } from '../../../domain/messageStatus.js';
import { priorities } from '../../../domain/priority.js';
import { component } from '../component.js';

/** What JSON makes of a value: a time is its text. */
export type AsJson<T> = T extends Date
  ? string
  : T extends readonly (infer One)[]
    ? AsJson<One>[]
    : T extends object
      ? { [K in keyof T]: AsJson<T[K]> }
      : T;

export const id = z.string().regex(uuidPattern).meta({ format: 'uuid' });
/** ISO 8601, in UTC. */
export const time = z.iso.datetime();
export const timeOrNull = time.nullable();
export const count = z.number().int().min(0);

export const messageStatus = component('MessageStatus', z.enum(messageStatuses));
export const lane = component('Lane', z.enum(priorities));

export const messageError = component(
  'MessageError',
  z.strictObject({
    code: z.string().describe('Stable: see the reference of errors.'),
    message: z.string().describe('A sentence for people.'),
  }),
);

/** A page of a list: `nextCursor` is null on the last. */
export const pageOf = <T extends z.ZodType>(item: T) => z.strictObject({ data: z.array(item), nextCursor: z.string().nullable() });

/** A list that is always whole. */
export const listOf = <T extends z.ZodType>(item: T) => z.strictObject({ data: z.array(item) });
