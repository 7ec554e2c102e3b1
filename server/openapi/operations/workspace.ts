import { auditPageQuery, auditVerificationQuery, backRequest, searchRequest, senderRequest, versionsPage } from '../../requestSchemas.js';
import {
  breakerRequest,
  errorPolicyRequest,
  limitsRequest,
  providerAccountRequest,
  retentionRequest,
  routesRequest,
} from '../../settingsSchemas.js';

import { auditPage, auditVerification } from '../answers/audit.js';
import { listOf } from '../answers/plain.js';
import {
  breaker,
  errorPolicy,
  limiter,
  limits,
  providerAccount,
  retention,
  routes,
  search,
  sender,
  versions,
  wentBack,
  workspace as workspaceAnswer,
} from '../answers/workspace.js';
import type { Operations } from '../operation.js';

const back = {
  scope: 'workspace:manage',
  params: { version: 'version' },
  body: backRequest,
  takesKey: true,
  answers: { 200: wentBack },
  problems: ['confirmation_required'],
  example: { body: { dryRun: true } },
} as const;
const atProvider = { params: { provider: 'provider' }, answers: { 200: providerAccount } } as const;

export const workspace = {
  '/workspace': {
    get: {
      id: 'getWorkspace',
      scope: 'workspace:read',
      summary: 'Read the workspace: its senders, its limits, and what is stopped',
      hasEtag: true,
      answers: { 200: workspaceAnswer },
    },
  },
  '/workspace/senders/:sender': {
    put: {
      id: 'putSender',
      scope: 'workspace:manage',
      summary: 'Add a sender, or say at which provider it lives',
      params: { sender: 'sender' },
      body: senderRequest,
      answers: { 200: sender, 201: sender },
      example: { body: { provider: 'twilio' } },
    },
  },
  '/workspace/providers': {
    get: {
      id: 'listProviders',
      scope: 'workspace:read',
      summary: 'List providers, and the accounts at them',
      hasEtag: true,
      answers: { 200: listOf(providerAccount) },
    },
  },
  '/workspace/providers/:provider': {
    get: {
      ...atProvider,
      id: 'getProvider',
      scope: 'workspace:read',
      summary: 'Read the account at a provider',
      hasEtag: true,
    },
    put: {
      ...atProvider,
      id: 'putProvider',
      scope: 'workspace:manage',
      summary: 'Set the account at a provider',
      description: 'The body has the values that `needs` of the provider names. Secrets are taken and never shown.',
      body: providerAccountRequest,
      problems: ['credentials_missing'],
      example: { body: { accountSid: 'AC0123456789abcdef0123456789abcdef', authToken: '0123456789abcdef0123456789abcdef' } },
    },
    delete: {
      ...atProvider,
      id: 'deleteProvider',
      scope: 'workspace:manage',
      summary: 'Remove the account at a provider',
    },
  },
  '/workspace/limits': {
    get: {
      id: 'getLimits',
      scope: 'workspace:read',
      summary: 'Read the limits',
      hasEtag: true,
      answers: { 200: limits },
    },
    patch: {
      id: 'changeLimits',
      scope: 'workspace:manage',
      summary: 'Change the limits',
      description: 'They hold for every send from then on. What is not named stays.',
      body: limitsRequest,
      answers: { 200: limits },
      problems: ['unknown_sender'],
      example: { body: { ratePerSecond: 20, burst: 100 } },
    },
  },
  '/workspace/limiter': {
    get: {
      id: 'getLimiter',
      scope: 'workspace:read',
      summary: 'See what the limiter has free and booked, and when the queue will have left',
      answers: { 200: limiter },
    },
  },
  '/workspace/errors': {
    get: {
      id: 'getErrorPolicy',
      scope: 'workspace:read',
      summary: 'Read what is done about each class of errors',
      hasEtag: true,
      answers: { 200: errorPolicy },
    },
    patch: {
      id: 'changeErrorPolicy',
      scope: 'workspace:manage',
      summary: 'Decide otherwise for classes of errors',
      description: 'An object replaces what was decided for the class before, null takes it back.',
      body: errorPolicyRequest,
      answers: { 200: errorPolicy },
      example: { body: { NETWORK: { attemptsMax: 5 } } },
    },
  },
  '/workspace/retention': {
    get: {
      id: 'getRetention',
      scope: 'workspace:read',
      summary: 'Read how long messages are kept',
      answers: { 200: retention },
    },
    patch: {
      id: 'changeRetention',
      scope: 'workspace:manage',
      summary: 'Change how long messages and their texts are kept',
      description: 'Older messages are removed, also from the archive; older texts before that. A legal hold keeps everything.',
      body: retentionRequest,
      answers: { 200: retention },
      problems: ['retention_impossible'],
      example: { body: { messageDays: 365 } },
    },
  },
  '/workspace/versions': {
    get: {
      id: 'listVersions',
      scope: 'workspace:read',
      summary: 'List what the settings were, and who changed them',
      query: versionsPage,
      answers: { 200: versions },
      example: { query: { limit: 20 } },
    },
  },
  '/workspace/versions/:version/undo': {
    post: { ...back, id: 'undoVersion', summary: 'Undo what one version changed' },
  },
  '/workspace/versions/:version/restore': {
    post: { ...back, id: 'restoreVersion', summary: 'Set all settings back to what they were' },
  },
  '/workspace/routes': {
    get: {
      id: 'getRoutes',
      scope: 'workspace:read',
      summary: 'Read by which providers messages leave',
      answers: { 200: routes },
    },
    put: {
      id: 'putRoutes',
      scope: 'workspace:manage',
      summary: 'Set by which providers messages leave, by country',
      body: routesRequest,
      answers: { 200: routes },
      example: { body: { routes: { '*': [{ provider: 'twilio', weight: 100 }] } } },
    },
  },
  '/workspace/search': {
    get: {
      id: 'getSearch',
      scope: 'workspace:read',
      summary: 'See whether messages can be found by their words',
      answers: { 200: search },
    },
    patch: {
      id: 'changeSearch',
      scope: 'workspace:manage',
      summary: 'Switch the search by words on or off',
      description: 'Only keyed hashes of words are kept. Switched off, they are removed.',
      body: searchRequest,
      answers: { 200: search },
      example: { body: { words: true } },
    },
  },
  '/workspace/audit': {
    get: {
      id: 'listAudit',
      scope: 'audit:read',
      summary: 'List what people and keys did, newest first',
      query: auditPageQuery,
      answers: { 200: auditPage },
      example: { query: { limit: 20 } },
    },
  },
  '/workspace/audit/verification': {
    get: {
      id: 'verifyAudit',
      scope: 'audit:read',
      summary: 'Verify that nothing of the audit was changed or taken out',
      description: 'Goes on after `nextAfterSeq`, where that is not null.',
      query: auditVerificationQuery,
      answers: { 200: auditVerification },
    },
  },
  '/workspace/breakers': {
    get: {
      id: 'listBreakers',
      scope: 'workspace:read',
      summary: 'List the breakers of accounts and senders',
      answers: { 200: listOf(breaker) },
    },
  },
  '/workspace/breakers/:scope/:subject': {
    put: {
      id: 'forceBreaker',
      scope: 'workspace:manage',
      summary: 'Force a breaker open or closed for a time, or leave it to itself',
      params: { scope: 'breakerScope', subject: 'breakerSubject' },
      body: breakerRequest,
      answers: { 200: breaker },
      example: { body: { state: 'closed', forSeconds: 60, reason: 'the provider says that it is well again' } },
    },
  },
} as const satisfies Operations;
