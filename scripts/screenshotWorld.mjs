// A workspace as an afternoon leaves it, for screenshots: made through the API and the simulator, as anybody could.

const minuteMs = 60_000;
/** A machine with much else to do may need so long for one step. */
const waitMsMax = 120_000;

/** @param what a sentence of what did not happen in time */
async function until(look, what) {
  for (const endMs = Date.now() + waitMsMax; Date.now() < endMs; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(typeof what === 'function' ? what() : what);
}

/** Fills the first workspace of a running stack; answers ids of the conversations that pages show. */
export async function fillWorkspace({ url, simulatorUrl, workspaces: [workspace] }) {
  async function request(method, path, body) {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${workspace.apiKey}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  }
  const send = (to, body, more = {}) => request('POST', '/v1/messages', { to, body, ...more });
  const at = (id, ...statuses) => {
    let status;
    return until(
      async () => statuses.includes(({ status } = await request('GET', `/v1/messages/${id}`)).status),
      () => `message ${id} is ${status}, and not ${statuses.join(' or ')}`,
    );
  };
  const sent = async (to, body, more) => {
    const message = await send(to, body, more);
    await at(message.id, 'delivered', 'failed', 'undelivered', 'scheduled');
    return message;
  };
  async function received(from, body) {
    const { twilioAccountSid: accountSid, twilioAuthToken: authToken, senders } = workspace;
    const callback = `${url}/callbacks/twilio/${workspace.id}/inbound`;
    await fetch(`${simulatorUrl}/_control/inbound`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ accountSid, authToken, url: callback, from, to: senders[0], body }),
    });
  }

  const [maria, jonas, priya] = workspace.contacts;
  const many = Array.from({ length: 24 }, (_, one) => `+1212555${3_100 + one}`);
  await Promise.all(many.map((to, one) => sent(to, `Your appointment on ${['Monday', 'Tuesday', 'Friday'][one % 3]} is confirmed.`)));
  for (const [place, to] of many.slice(0, 5).entries())
    await received(to, ['Thanks!', 'Can we make it 10?', 'Who is this?', 'OK', 'See you'][place]);

  await sent(maria, 'Hello Maria, your parcel arrives today between 2 and 4.');
  await received(maria, 'Great. Could the driver ring the side door? The bell at the front is broken.');
  await sent(maria, 'Of course, I have told him. He will ring at the side door.');
  await received(maria, 'Thank you so much 🙏');
  const talk = await sent(maria, 'You are welcome. Have a good afternoon!');

  const failed = await sent('+14155552602', 'Your table for two is ready.');
  const odd = await sent(priya, 'مرحبا، طلبك جاهز للاستلام ‮(reversed)‬ <b onclick="x">bold?</b>');
  await received(priya, '👩‍👩‍👧‍👦'.repeat(12));
  const stopped = await sent('+12125553201', 'Ten percent off this weekend.');
  await received('+12125553201', 'STOP');
  await until(async () => (await request('GET', `/v1/conversations/${stopped.conversationId}`)).optedOut, 'the STOP was not taken up');
  const leaves = new Date(Date.now() + 20 * 60 * minuteMs).toISOString();
  const scheduled = await sent(jonas, 'See you tomorrow at nine.', { sendAt: leaves });
  await sent(jonas, 'Hello Jonas, I have put you down for tomorrow.');

  const people = [
    { email: 'ana@demo.example', role: 'agent', name: 'Ana Silva' },
    { email: 'ben@demo.example', role: 'agent', name: 'Ben Okri' },
  ];
  for (const person of people) await request('POST', '/v1/people', person);
  const { data: assignees } = await request('GET', '/v1/assignees');
  const ana = assignees.find(({ name }) => name === 'Ana Silva');
  const { data } = await request('GET', '/v1/conversations?limit=30');
  for (const { id } of data.slice(6, 9)) await request('PATCH', `/v1/conversations/${id}`, { assigneeId: ana.id });
  for (const { id } of data.slice(20, 24)) await request('PATCH', `/v1/conversations/${id}`, { status: 'closed' });

  // What an operator finds: messages that failed, one that nobody knows of whether it was sent, and an endpoint that does not answer.
  const rule = (bodyIncludes, action) =>
    fetch(`${simulatorUrl}/_control/rules`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ match: { bodyIncludes }, action, times: 1 }),
    });
  const ended = async (to, body, action, ...statuses) => {
    await rule(body, action);
    const message = await send(to, body, { metadata: { order: '4711' } });
    await at(message.id, ...statuses);
    return message;
  };
  const parked = await ended('+12125553301', 'Your code is 884 201.', { http500: 'before' }, 'parked');
  for (const [place, code] of [30_007, 30_006, 30_007].entries())
    await ended(`+1212555331${place}`, `Delivery ${place + 1} is on its way.`, { error: { code } }, 'failed');
  const endpoint = await request('POST', '/v1/webhook-endpoints', { url: 'http://127.0.0.1:9/hooks/postrider', description: 'Orders' });
  await request('POST', `/v1/webhook-endpoints/${endpoint.id}/test`);
  await request('POST', '/v1/api-keys', { name: 'Shop', scopes: ['messages:send', 'messages:read'] });
  await request('PATCH', '/v1/workspace/limits', { burst: 60, reason: 'the sale begins on Friday' });
  for (let one = 0; one < 6; one += 1)
    await send(`+1212555340${one}`, 'The newsletter of December.', { priority: 'bulk', sendAt: leaves, category: 'marketing' });

  return {
    talk: talk.conversationId,
    failed: failed.conversationId,
    odd: odd.conversationId,
    optedOut: stopped.conversationId,
    scheduled: scheduled.conversationId,
    /** Ids of messages, for pages about one. */
    messages: { delivered: talk.id, failed: failed.id, parked: parked.id },
  };
}
