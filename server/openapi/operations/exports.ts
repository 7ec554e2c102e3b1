import { byHandRequest, exportRequest } from '../../requestSchemas.js';
import { exportProgress, exportStarted } from '../answers/exports.js';
import type { Operations } from '../operation.js';

export const messageExports = {
  '/exports': {
    post: {
      id: 'startExport',
      scope: 'messages:read',
      summary: 'Write messages into a file',
      description: 'The newest message comes first. What is stored after this was asked for is not in it.',
      body: exportRequest,
      takesKey: true,
      answers: { 202: exportStarted },
      problems: ['export_too_long', 'exports_not_available', 'word_search_off'],
      example: { body: { format: 'csv', since: '2026-11-01T00:00:00Z', until: '2026-11-28T00:00:00Z', status: 'delivered' } },
    },
  },
  '/exports/:id': {
    get: {
      id: 'getExport',
      scope: 'messages:read',
      summary: 'See how far an export is, and where its file is',
      params: { id: 'export' },
      answers: { 200: exportProgress },
    },
  },
  '/exports/:id/cancel': {
    post: {
      id: 'cancelExport',
      scope: 'messages:read',
      summary: 'End an export, and remove what it has written',
      params: { id: 'export' },
      body: byHandRequest,
      takesKey: true,
      answers: { 200: exportProgress },
      example: { body: {} },
    },
  },
} as const satisfies Operations;
