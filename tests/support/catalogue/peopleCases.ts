import { addMember, changeMember, findMember, listMembers, setOperator } from '../../../storage/people.js';
import { SessionRegister } from '../../../storage/sessionRegister.js';
import { endSession, findSession, refreshSession, signInByIdentity, signInByLink } from '../../../storage/sessions.js';
import { createSignInLink } from '../../../storage/signInLinks.js';
import { workspacesByName } from '../../../storage/workspaceList.js';
import type { Case } from './cases.js';
import type { Stage } from './stage.js';
import { secretOf } from './world.js';

const byHand = { actor: 'operator', reason: 'to see how' };
const heard = { isLive: true, onChange: () => undefined };
const person = ({ idOf }: Stage, number: number) => idOf('person', 0, number);
const session = (stage: Stage, number: number) => ({ personId: person(stage, number), sessionId: stage.idOf('session', 0, number) });

/** Who belongs to a workspace, asked for by that. */
export const memberCases: Record<string, Case> = {
  'people.listMembers': ({ database, workspaceId }) => listMembers(database, workspaceId),
  'people.findMember': (stage) => findMember(stage.database, stage.workspaceId, person(stage, 1)),
  'people.addMember': ({ database, workspaceId, newId }) =>
    addMember(database, workspaceId, { email: `${newId()}@people.example`, name: 'new', role: 'agent', max: 1_000 }, byHand),
  'people.changeMember': async (stage) => [
    await changeMember(stage.database, stage.workspaceId, person(stage, 2), 'viewer', byHand),
    await changeMember(stage.database, stage.workspaceId, person(stage, 3), null, byHand),
  ],
  'signInLinks.createSignInLink': (stage) => createSignInLink(stage.database, person(stage, 4), stage.workspaceId, byHand),
};

/** Who signs in is looked for over all workspaces, by design: as role identity, by a secret or by what a provider said. */
export const identityCases: Record<string, Case> = {
  'people.setOperator': ({ database, newId }) => setOperator(database, `${newId()}@people.example`, true),
  'sessions.signInByLink': ({ database }) => signInByLink(database, secretOf('signin', 5)),
  'sessions.signInByIdentity': ({ database }) =>
    signInByIdentity(database, { issuer: 'https://login.example.com', subject: 'six', email: 'canary-0-6@people.example' }),
  'sessions.refreshSession': ({ database }) => refreshSession(database, secretOf('refresh', 7)),
  'sessions.endSession': async (stage) => {
    await endSession(stage.database, session(stage, 8));
    await endSession(stage.database, { refreshToken: secretOf('refresh', 9) });
  },
  'workspaceList.workspacesByName': ({ database }) => workspacesByName(database, 'o', 50),
  'sessions.findSession': (stage) => {
    const { personId, sessionId } = session(stage, 10);
    return findSession(stage.database, personId, sessionId);
  },
  'sessionRegister.SessionRegister': (stage) => new SessionRegister(stage.database, heard).find(session(stage, 11)),
};
