import { conversationChange, conversationsQuery, historyQuery, readRequest } from '../../requestSchemas.js';
import { assignee, conversation, message } from '../answers/message.js';
import { listOf, pageOf } from '../answers/plain.js';
import type { Operations } from '../operation.js';

export const conversations = {
  '/conversations': {
    get: {
      id: 'listConversations',
      scope: 'messages:read',
      summary: 'List conversations, newest first',
      description:
        'Those that fit all that is asked for. `q` finds by the beginnings of names and numbers; a contact can be found about a second after it was first written with.',
      query: conversationsQuery,
      answers: { 200: pageOf(conversation) },
      example: { query: { limit: 20 } },
    },
  },
  '/conversations/:id': {
    get: {
      id: 'getConversation',
      scope: 'messages:read',
      summary: 'Read a conversation',
      params: { id: 'conversation' },
      answers: { 200: conversation },
    },
    patch: {
      id: 'changeConversation',
      scope: 'messages:send',
      summary: 'Give a conversation to somebody, close it, or open it again',
      description:
        'With `ifAssigneeId` it is given only where it is that person’s still, or nobody’s: so two do not take it from each other unseen.',
      params: { id: 'conversation' },
      body: conversationChange,
      answers: { 200: conversation },
      problems: ['assigned_meanwhile', 'unknown_assignee'],
      example: { body: { status: 'closed' } },
    },
  },
  '/conversations/:id/read': {
    post: {
      id: 'readConversation',
      scope: 'messages:send',
      summary: 'Say that a conversation was read, up to an event',
      description: 'For the whole workspace. What comes in after that event is unread.',
      params: { id: 'conversation' },
      body: readRequest,
      answers: { 200: conversation },
      example: { body: { upToSeq: 1 } },
    },
  },
  '/conversations/:id/unread': {
    post: {
      id: 'unreadConversation',
      scope: 'messages:send',
      summary: 'Make a conversation unread again',
      params: { id: 'conversation' },
      answers: { 200: conversation },
    },
  },
  '/assignees': {
    get: {
      id: 'listAssignees',
      scope: 'messages:read',
      summary: 'List who may be given a conversation',
      answers: { 200: listOf(assignee) },
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
