import type { DemoWorkspace } from '../../main/seedDemo.js';
import type { Answer, System } from './system.js';

export const telnyxProfile = '0198c1f0-0000-7000-8000-00000000000a';

/** A request about the workspace's accounts at providers. */
export function providers(system: System, as: DemoWorkspace, method: string, name = '', body?: unknown): Promise<Answer> {
  return system.request(method, `/v1/workspace/providers${name && `/${name}`}`, { as, ...(body !== undefined && { body }) });
}

/** What an account needs to reach the simulator, which speaks all of them. */
export async function credentialsFor(system: System, name: string, account: string): Promise<Record<string, string>> {
  if (name === 'telnyx') {
    const { publicKey } = await system.control('GET', '/telnyx');
    return { messagingProfileId: account, apiKey: 'KEY0123456789abcdefghij', publicKey };
  }
  const { path, secret } = await system.control('GET', `/gateway/${account}`);
  return { account, secret, url: `${system.simulatorUrl}${path}` };
}

/** Says that all numbers of a workspace live at a provider now. */
export async function moveSenders(system: System, as: DemoWorkspace, provider: string): Promise<void> {
  for (const sender of as.senders) {
    const moved = await system.request('PUT', `/v1/workspace/senders/${encodeURIComponent(sender)}`, { as, body: { provider } });
    if (moved.status !== 200) throw new Error(JSON.stringify(moved.body));
  }
}

/** Moves a workspace from Twilio to another provider, over the API. */
export async function moveTo(system: System, as: DemoWorkspace, name: string, account: string): Promise<void> {
  const set = await providers(system, as, 'PUT', name, await credentialsFor(system, name, account));
  await moveSenders(system, as, name);
  const removed = await providers(system, as, 'DELETE', 'twilio');
  if (set.status !== 200 || removed.status !== 200) throw new Error(JSON.stringify([set.body, removed.body]));
}
