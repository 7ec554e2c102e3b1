import { personRequest, roleRequest } from '../../identitySchemas.js';
import { person, signInLink } from '../answers/people.js';
import { listOf } from '../answers/plain.js';
import type { Operations } from '../operation.js';

export const people = {
  '/people': {
    get: { id: 'listPeople', scope: 'people:read', summary: 'List people', answers: { 200: listOf(person) } },
    post: {
      id: 'addPerson',
      scope: 'people:manage',
      summary: 'Make somebody a member',
      description: 'Nobody gives a role that may more than he may himself.',
      body: personRequest,
      answers: { 201: person },
      problems: ['already_a_member', 'too_many_people'],
      example: { body: { email: 'ana@example.com', role: 'agent', name: 'Ana' } },
    },
  },
  '/people/:id': {
    get: { id: 'getPerson', scope: 'people:read', summary: 'Read a person', params: { id: 'person' }, answers: { 200: person } },
    patch: {
      id: 'changeRole',
      scope: 'people:manage',
      summary: 'Give somebody another role',
      params: { id: 'person' },
      body: roleRequest,
      answers: { 200: person },
      problems: ['last_owner'],
      example: { body: { role: 'viewer' } },
    },
    delete: {
      id: 'removePerson',
      scope: 'people:manage',
      summary: 'Take somebody out of the workspace',
      params: { id: 'person' },
      answers: { 204: null },
      problems: ['last_owner'],
    },
  },
  '/people/:id/sign-in-link': {
    post: {
      id: 'makeSignInLink',
      scope: 'people:manage',
      summary: 'Make a link that signs somebody in, once',
      params: { id: 'person' },
      answers: { 201: signInLink },
    },
  },
} as const satisfies Operations;
