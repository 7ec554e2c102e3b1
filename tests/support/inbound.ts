import twilio from 'twilio';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { eventually } from './eventually.js';
import type { System } from './system.js';

export interface Text {
  from: string;
  body: string;
  to?: string;
  as?: DemoWorkspace;
  times?: number;
  optOutType?: string;
}

export const inboundUrl = (system: System, workspaceId = system.workspace.id) => `${system.url}/callbacks/twilio/${workspaceId}/inbound`;

/** A text from a person's phone, by way of the provider; answers what the webhook was answered each time, and the provider's id. */
export function receive(
  system: System,
  { from, body, as = system.workspace, to = as.senders[0] as string, ...more }: Text,
): Promise<{ messageSid: string; results: (number | string)[] }> {
  const { twilioAccountSid: accountSid, twilioAuthToken: authToken } = as;
  return system.control('POST', '/inbound', { accountSid, authToken, url: inboundUrl(system, as.id), from, to, body, ...more });
}

/** A request to a webhook with fields of one's own choice, signed with a token. */
export async function postSigned(url: string, form: Record<string, string>, token: string): Promise<{ status: number; body: any }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': twilio.getExpectedTwilioSignature(token, url, form),
    },
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: response.status === 204 ? null : await response.json() };
}

/** The messages of one person's conversation, newest first; none where there is no conversation. */
export async function conversationWith(system: System, phoneNumber: string, as = system.workspace): Promise<any[]> {
  const { body: list } = await system.request('GET', '/v1/conversations?limit=100', { as });
  const found = list.data.find(({ contact }: { contact: { phoneNumber: string } }) => contact.phoneNumber === phoneNumber);
  return found ? (await system.request('GET', `/v1/conversations/${found.id}/messages`, { as })).body.data : [];
}

/** The message that a person has written, once it is in the conversation. */
export function received(system: System, phoneNumber: string, body: string, as = system.workspace): Promise<any> {
  return eventually(async () =>
    (await conversationWith(system, phoneNumber, as)).find((message) => message.direction === 'inbound' && message.body === body),
  );
}

/** What the workspace's list says of a number. */
export async function suppressionsOf(system: System, phoneNumber: string, as = system.workspace): Promise<any[]> {
  const { body } = await system.request('GET', '/v1/suppressions?limit=100', { as });
  return body.data.filter((one: { phoneNumber: string }) => one.phoneNumber === phoneNumber);
}
