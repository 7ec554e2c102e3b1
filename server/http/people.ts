import { type Response, Router } from 'express';
import { Problem } from '../../domain/errors.js';
import { membersMax } from '../../domain/identityLimits.js';
import { isUuid } from '../../domain/ids.js';
import { scopesOfRole } from '../../domain/roles.js';
import { addMember, changeMember, findMember, listMembers, type Member, type MemberChange } from '../../storage/people.js';
import { createSignInLink } from '../../storage/signInLinks.js';
import { requireGrants } from '../grants.js';
import { personRequest, roleRequest } from '../identitySchemas.js';
import { onlyMethods } from '../problemResponses.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';
import { actorOf, callerOf, workspaceIdOf } from './authenticate.js';
import { jsonBody } from './jsonBody.js';

/** Who belongs to the workspace, and as what. Each change is in its audit, with ids alone. */
export function peopleRouter({ database, publicBaseUrl }: Services): Router {
  const router = Router();

  const member = async (response: Response, id: unknown): Promise<Member> => {
    const found = isUuid(String(id)) ? await findMember(database, workspaceIdOf(response), String(id)) : undefined;
    if (!found) throw new Problem('not_found', 'nobody with that id belongs to this workspace');
    return found;
  };
  /** Whoever changes somebody's role must be able to do all that it may. */
  const over = async (response: Response, id: unknown): Promise<Member> => {
    const found = await member(response, id);
    requireGrants(callerOf(response), scopesOfRole[found.role], `a person with the role ${found.role} is changed`);
    return found;
  };
  const refuse = (change: MemberChange) => {
    if (change === 'last owner') throw new Problem('last_owner', 'a workspace keeps one owner: make somebody else an owner first');
    if (change === 'not found') throw new Problem('not_found', 'nobody with that id belongs to this workspace');
  };

  router
    .route('/')
    .get(async (_request, response) => {
      response.json({ data: await listMembers(database, workspaceIdOf(response)) });
    })
    .post(...jsonBody, async (request, response) => {
      const person = validate(personRequest, request.body);
      requireGrants(callerOf(response), scopesOfRole[person.role], `the role ${person.role} is given`);
      const workspaceId = workspaceIdOf(response);
      const { id, outcome } = await addMember(database, workspaceId, { ...person, max: membersMax }, { actor: actorOf(response) });
      if (outcome === 'full') throw new Problem('too_many_people', `a workspace has ${membersMax} people at most: remove one`);
      if (outcome === 'was there')
        throw new Problem('already_a_member', `that person belongs to the workspace: PATCH /v1/people/${id} changes the role`);
      response
        .status(201)
        .location(`/v1/people/${id}`)
        .json(await member(response, id));
    })
    .all(onlyMethods('GET', 'POST'));

  router
    .route('/:id')
    .get(async (request, response) => {
      response.json(await member(response, request.params.id));
    })
    .patch(...jsonBody, async (request, response) => {
      const { role, reason } = validate(roleRequest, request.body);
      const { id } = await over(response, request.params.id);
      requireGrants(callerOf(response), scopesOfRole[role], `the role ${role} is given`);
      refuse(await changeMember(database, workspaceIdOf(response), id, role, { actor: actorOf(response), reason }));
      response.json(await member(response, id));
    })
    .delete(async (request, response) => {
      const { id } = await over(response, request.params.id);
      refuse(await changeMember(database, workspaceIdOf(response), id, null, { actor: actorOf(response) }));
      response.status(204).end();
    })
    .all(onlyMethods('GET', 'PATCH', 'DELETE'));

  router
    .route('/:id/sign-in-link')
    .post(async (request, response) => {
      // Who has the link is that person, in this workspace.
      const { id } = await over(response, request.params.id);
      const link = await createSignInLink(database, id, workspaceIdOf(response), { actor: actorOf(response) });
      if (!link) throw new Problem('not_found', 'that person can not sign in any more');
      response.set('Cache-Control', 'no-store');
      response.status(201).json({ url: signInUrl(publicBaseUrl, link.token), expiresAt: link.endsAt.toISOString() });
    })
    .all(onlyMethods('POST'));

  return router;
}

/** In the fragment, which no browser sends to a server, so that the secret is in no log. */
const signInUrl = (baseUrl: string, token: string) => `${baseUrl}/#sign-in=${token}`;
