import { z } from 'zod';
import { exportFormats } from '../../../domain/exports.js';
import { component } from '../component.js';
import { count, id, timeOrNull } from './plain.js';

export const exportStarted = component('ExportStarted', z.strictObject({ id, format: z.enum(exportFormats) }));

export const exportProgress = component(
  'Export',
  z.strictObject({
    id,
    state: z.enum(['running', 'done', 'canceled', 'expired']),
    format: z.enum(exportFormats),
    rows: count,
    bytes: count,
    percent: count.describe('How much of its time it has gone over.'),
    expiresAt: timeOrNull.describe('Until when the file is kept.'),
    endedBecause: z.enum(['contactErased']).nullable().describe('Why it has expired before its time: somebody in it was erased.'),
    url: z.string().nullable().describe('Where the file is, for whoever has this; null where there is none.'),
    urlExpiresAt: timeOrNull.describe('After it, ask again for another `url`.'),
  }),
);
