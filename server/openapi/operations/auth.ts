import { logoutRequest, refreshRequest, signInRequest, workspacesQuery } from '../../identitySchemas.js';
import { accessToken, me, signInWays, workspaces } from '../answers/people.js';
import type { Operations } from '../operation.js';

/** Who asks is not known yet, or asks who he is: no workspace, and no scope. */
export const auth = {
  '/auth/sign-in': {
    get: { id: 'signInWays', scope: null, summary: 'Say how people may sign in', answers: { 200: signInWays } },
    post: {
      id: 'signIn',
      scope: null,
      summary: 'Sign in by a link',
      description: 'The refresh token is in a cookie, unless it is asked for.',
      body: signInRequest,
      answers: { 200: accessToken },
      problems: ['sign_in_refused'],
      example: { body: { token: 'prsignin_…', refreshTokenIn: 'body' } },
    },
  },
  '/auth/refresh': {
    post: {
      id: 'refresh',
      scope: null,
      summary: 'Take the next access token',
      description: 'By the cookie, or by a refresh token, which is good once.',
      body: refreshRequest,
      answers: { 200: accessToken },
      problems: ['sign_in_refused'],
      example: { body: { refreshToken: 'prrefresh_…' } },
    },
  },
  '/auth/logout': {
    post: {
      id: 'signOut',
      scope: null,
      summary: 'End a sign-in',
      body: logoutRequest,
      answers: { 204: null },
      example: { body: { refreshToken: 'prrefresh_…' } },
    },
  },
  '/auth/workspaces': {
    get: {
      id: 'listWorkspaces',
      scope: null,
      summary: 'List the workspaces that may be named',
      description: 'Of an operator of the installation all of them: by name, the first 50 that fit.',
      query: workspacesQuery,
      answers: { 200: workspaces },
    },
  },
  '/auth/me': {
    get: { id: 'getMe', scope: null, summary: 'Say whose a token is, and what it may do where', answers: { 200: me } },
  },
} as const satisfies Operations;
