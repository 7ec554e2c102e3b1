import { historyQuery, page } from '../../requestSchemas.js';
import { conversation, message } from '../answers/message.js';
import { pageOf } from '../answers/plain.js';
import type { Operations } from '../operation.js';

export const conversations = {
  '/conversations': {
    get: {
      id: 'listConversations',
      scope: 'messages:read',
      summary: 'List conversations, newest first',
      query: page,
      answers: { 200: pageOf(conversation) },
      example: { query: { limit: 20 } },
    },
  },
  '/conversations/:id/messages': {
    get: {
      id: 'listMessages',
      scope: 'messages:read',
      summary: 'List the messages of a conversation, newest first',
      params: { id: 'conversation' },
      query: historyQuery,
      answers: { 200: pageOf(message) },
      problems: ['archive_unavailable', 'archive_damaged', 'word_search_off'],
      example: { query: { limit: 20 } },
    },
  },
} as const satisfies Operations;
