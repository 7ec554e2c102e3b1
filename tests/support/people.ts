import type { DemoWorkspace } from '../../main/seedDemo.js';
import type { Answer, System } from './system.js';

/** Somebody who is signed in, and the workspace as seen with the access token. */
export interface SignedInPerson {
  id: string;
  accessToken: string;
  refreshToken: string;
  as: DemoWorkspace;
}

export const tokenOfLink = (url: string): string => new URL(url).hash.replace('#sign-in=', '');

/** Signs somebody in by a link; the refresh token comes in the body. */
export const signIn = (system: System, token: string, more: object = { refreshTokenIn: 'body' }): Promise<Answer> =>
  system.request('POST', '/v1/auth/sign-in', { body: { token, ...more }, as: null });

/** Makes somebody a member of a workspace, by its key, and signs her or him in. */
export async function newPerson(system: System, role: string, workspace: DemoWorkspace = system.workspace): Promise<SignedInPerson> {
  const email = `${role}-${Math.random().toString(36).slice(2)}@people.example`;
  const { body: person } = await system.request('POST', '/v1/people', { body: { email, role }, as: workspace });
  const { body: link } = await system.request('POST', `/v1/people/${person.id}/sign-in-link`, { as: workspace });
  const { body } = await signIn(system, tokenOfLink(link.url));
  return { id: person.id, ...body, as: { ...workspace, apiKey: body.accessToken } };
}
