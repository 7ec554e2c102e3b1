import type { RivalMessage } from './settings.js';

const from = '+12125550000';
const accountSid = `AC${'0'.repeat(32)}`;
const authorization = `Basic ${Buffer.from(`${accountSid}:rival`).toString('base64')}`;

/** Hands a message to the provider; answers its id. Rejects where that answers otherwise than with 201. */
export async function post(simulatorUrl: string, { to, body, callbackUrl }: RivalMessage): Promise<string> {
  const response = await fetch(`${simulatorUrl}/2010-04-01/Accounts/${accountSid}/Messages.json`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams({ To: to, From: from, Body: body, StatusCallback: callbackUrl }),
  });
  const answer = (await response.json()) as { sid: string };
  if (response.status !== 201) throw new Error(`the provider answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer.sid;
}
