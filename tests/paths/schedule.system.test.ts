import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { nextAllowedMs } from '../../domain/quietHours.js';
import { quietHoursTable } from '../../domain/quietHoursTable.js';
import { recipientPlace } from '../../domain/recipientPlace.js';
import { sql } from '../support/database.js';
import { eventually, patience } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

const to = '+12125550141';
const dayMs = 86_400_000;

let system: System;

beforeAll(async () => {
  system = await startSystem({ workspaces: 2 });
}, 60_000);
afterAll(() => system.stop(), 60_000);

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const cancel = (id: string, as = system.workspace) => system.request('POST', `/v1/messages/${id}/cancel`, { as });
const statusesOf = async (id: string): Promise<string[]> =>
  (await system.request('GET', `/v1/messages/${id}/trace`)).body.events.map(({ status }: { status: string }) => status);
const stateOf = (id: string, step: string) =>
  eventually(async () => {
    const { body } = await system.request('GET', `/v1/messages/${id}/trace`);
    return body.workflow?.state?.step === step && body.workflow.state;
  });

/** A number whose recipient has quiet hours now, or has none now: one of these two always has. */
function recipientInQuietHours(quiet: boolean): string {
  const now = Date.now();
  const isQuiet = (number: string) =>
    [0, 5 * 60_000].map((ahead) => nextAllowedMs(recipientPlace(number), now + ahead, quietHoursTable) > now + ahead);
  const found = ['+12125550142', '+81312345678', '+442079460958', '+18085550142', '+61255501234'].find((number) =>
    isQuiet(number).every((each) => each === quiet),
  );
  if (!found) throw new Error('nobody on earth is like that at this moment');
  return found;
}

describe('a scheduled message', () => {
  it('is shown as scheduled, leaves at its time and not before, and does not block who comes after it', async () => {
    const sendAt = inMs(4_000);
    const { status, body } = await system.send({ to, body: 'scheduled one', sendAt, validitySeconds: 600 });
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: 'scheduled', sendAt, category: 'transactional' });
    expect(Date.parse(body.validUntil)).toBe(Date.parse(sendAt) + 600_000);
    expect(await stateOf(body.id, 'scheduled')).toMatchObject({ status: 'scheduled', waitingFor: 'schedule' });
    expect(await system.message(body.id, ['scheduled'])).toMatchObject({ sendAt });

    const later = await system.send({ to, body: 'not waiting for it' });
    await system.message(later.body.id, ['delivered'], { withinMs: 3_500 });
    expect(await system.ledger('scheduled one')).toEqual([]);

    await system.message(body.id, ['delivered'], { withinMs: 20_000 });
    const [entry] = await system.ledger('scheduled one');
    expect(entry?.requestReceivedAtMs).toBeGreaterThanOrEqual(Date.parse(sendAt));
    expect((await statusesOf(body.id)).slice(0, 2)).toEqual(['scheduled', 'queued']);
  }, 30_000);

  it('is answered as the first when it is sent again under its key, also when its time is over', async () => {
    const message = { to, body: 'again', sendAt: inMs(500) };
    const first = await system.send(message, 'scheduled-again');
    await system.message(first.body.id, ['delivered']);
    await sql(system.databaseUrl, `update message set send_at = send_at - interval '1 day' where id = $1`, [first.body.id]);
    const again = await system.send(message, 'scheduled-again');
    expect([again.status, again.body.id]).toEqual([202, first.body.id]);
    const other = await system.send({ ...message, sendAt: inMs(700) }, 'scheduled-again');
    expect(other.body.code).toBe('idempotency_key_reused');
  });

  it.each([
    ['yesterday', -dayMs],
    ['in two years', 730 * dayMs],
  ])('is refused for %s, over HTTP and over a socket', async (_when, ahead) => {
    const message = { to, body: 'refused', sendAt: inMs(ahead) };
    const { status, body } = await system.send(message);
    expect([status, body.code, body.errors[0].field]).toEqual([422, 'invalid_request', 'sendAt']);
    const socket = await system.socket();
    expect(await socket.emitWithAck('message:outbound', message)).toMatchObject({ ok: false, code: 'invalid_request' });
  });

  it('says in Temporal for when it is scheduled', async () => {
    const { body } = await system.send({ to, body: 'in december', sendAt: inMs(20 * dayMs) });
    await stateOf(body.id, 'scheduled');
    const connection = await Connection.connect({ address: system.temporalAddress });
    try {
      const client = new Client({ connection, namespace: system.temporalNamespace, dataConverter: system.dataConverter });
      const metadata = await client.workflow.getHandle(`msg/${system.workspace.id}/${body.id}`).query<any>('__temporal_workflow_metadata');
      expect(metadata.currentDetails).toBe(`scheduled for ${body.sendAt.slice(0, 10)} ${body.sendAt.slice(11, 16)} UTC`);
    } finally {
      await connection.close();
    }
    expect((await cancel(body.id)).status).toBe(200);
  });
});

describe('a message that is of no use any more', () => {
  it('expires on time, however long it would have to wait for its slot', async () => {
    const as = system.workspaces[1] as System['workspace'];
    await sql(system.databaseUrl, 'update workspace set rate_per_second = 1, burst = 1, limits_epoch = limits_epoch + 1 where id = $1', [
      as.id,
    ]);
    const sent = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        system.send({ to: `+1212555${3_000 + index}`, body: `short-lived ${index}.`, validitySeconds: 5 }, undefined, as),
      ),
    );
    const ended = await Promise.all(sent.map(({ body }) => system.message(body.id, ['delivered', 'expired'], { withinMs: 12_000, as })));
    const expired = ended.filter(({ status }) => status === 'expired');
    expect(expired.length).toBeGreaterThan(5);
    for (const { updatedAt, validUntil } of expired) expect(Date.parse(updatedAt) - Date.parse(validUntil)).toBeLessThan(10_000 * patience);
    expect(await system.ledger('short-lived')).toHaveLength(20 - expired.length);
  }, 40_000);
});

describe('marketing', () => {
  it('waits for the hours of its recipient, and says so', async () => {
    const number = recipientInQuietHours(true);
    const { body } = await system.send({ to: number, body: 'quiet, please', category: 'marketing' });
    expect(body).toMatchObject({ status: 'scheduled', category: 'marketing' });
    expect(Date.parse(body.sendAt)).toBe(nextAllowedMs(recipientPlace(number), Date.parse(body.sendAt), quietHoursTable));
    expect(Date.parse(body.validUntil)).toBe(Date.parse(body.sendAt) + 14_400_000);
    expect(await stateOf(body.id, 'scheduled')).toMatchObject({ waitingFor: 'quietHours' });
    expect((await cancel(body.id)).status).toBe(200);
    expect(await system.ledger('quiet, please')).toEqual([]);
  });

  it('leaves at once where the hours are open, and what is not marketing leaves at any hour', async () => {
    const open = await system.send({ to: recipientInQuietHours(false), body: 'good morning', category: 'marketing' });
    const code = await system.send({ to: recipientInQuietHours(true), body: 'your code' });
    await system.message(open.body.id, ['delivered']);
    await system.message(code.body.id, ['delivered']);
  });

  it('that finds the hours closed when it is about to leave is put off, and keeps its validity', async () => {
    // Accepted as transactional, and made marketing on its way: as a wait that runs into the quiet hours.
    const number = recipientInQuietHours(true);
    const { body } = await system.send({ to: number, body: 'too late tonight', category: 'marketing', sendAt: inMs(20 * dayMs) });
    await stateOf(body.id, 'scheduled');
    await sql(system.databaseUrl, `update message set send_at = now(), valid_until = now() + interval '1 hour' where id = $1`, [body.id]);
    const connection = await Connection.connect({ address: system.temporalAddress });
    try {
      // Makes the run read its row, which says that its time has come.
      await new Client({ connection, namespace: system.temporalNamespace, dataConverter: system.dataConverter }).workflow
        .getHandle(`msg/${system.workspace.id}/${body.id}`)
        .signal('cancelRequested');
    } finally {
      await connection.close();
    }
    const put = await eventually(async () => {
      const statuses = await statusesOf(body.id);
      return statuses.length >= 3 && statuses;
    });
    expect(put).toEqual(['scheduled', 'queued', 'scheduled']);
    const { body: now } = await system.request('GET', `/v1/messages/${body.id}`);
    expect(Date.parse(now.sendAt)).toBeLessThan(Date.now() + 3 * dayMs);
    const validAfterMs = Date.parse(now.validUntil) - Date.parse(now.sendAt);
    expect(Math.abs(validAfterMs - 3_600_000)).toBeLessThan(30_000);
    expect(await stateOf(body.id, 'scheduled')).toMatchObject({ waitingFor: 'quietHours' });
    expect(await system.ledger('too late tonight')).toEqual([]);
    expect((await cancel(body.id)).status).toBe(200);
  });
});

describe('a canceled message', () => {
  it('never leaves; its workflow closes at once, and canceling again answers the same', async () => {
    const { body } = await system.send({ to, body: 'better not', sendAt: inMs(3_000) });
    await stateOf(body.id, 'scheduled');
    const canceled = await cancel(body.id);
    expect([canceled.status, canceled.body.status]).toEqual([200, 'canceled']);
    expect(await stateOf(body.id, 'closed')).toMatchObject({ status: 'canceled' });
    const again = await cancel(body.id);
    expect([again.status, again.body.id, again.body.status]).toEqual([200, body.id, 'canceled']);
    expect(await statusesOf(body.id)).toEqual(['scheduled', 'canceled']);
    const [row] = await sql(system.databaseUrl, 'select recorded_at is not null as recorded from message where id = $1', [body.id]);
    expect(row).toEqual({ recorded: true });
    expect(await system.ledger('better not')).toEqual([]);
  });

  it('may be canceled over a socket', async () => {
    const { body } = await system.send({ to, body: 'not over the socket', sendAt: inMs(60_000) });
    await stateOf(body.id, 'scheduled');
    const socket = await system.socket();
    expect(await socket.emitWithAck('message:cancel', { messageId: body.id })).toMatchObject({ ok: true, id: body.id, status: 'canceled' });
  });

  it('is none where it is too late: the answer says what has become of it', async () => {
    const { body } = await system.send({ to, body: 'too late' });
    await system.message(body.id, ['delivered']);
    const late = await cancel(body.id);
    expect([late.status, late.body.code, late.body.messageStatus]).toEqual([409, 'too_late_to_cancel', 'delivered']);
  });

  it('can only be one’s own', async () => {
    const { body } = await system.send({ to, body: 'mine', sendAt: inMs(60_000) });
    await stateOf(body.id, 'scheduled');
    const theirs = await cancel(body.id, system.workspaces[1]);
    expect([theirs.status, theirs.body.code]).toEqual([404, 'not_found']);
    expect((await cancel('no-id')).status).toBe(404);
    expect((await cancel(body.id)).status).toBe(200);
  });

  it('is either canceled or sent, never both, whichever came first', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const { body } = await system.send({ to: `+1212555${String(4_000 + index)}`, body: `race ${index}.` });
        const answer = await eventually(async () => {
          const tried = await cancel(body.id);
          return tried.status !== 503 && tried;
        });
        return { index, id: body.id, canceled: answer.status === 200 };
      }),
    );
    for (const { index, id, canceled } of outcomes) {
      await system.message(id, [canceled ? 'canceled' : 'delivered']);
      expect({ index, sent: (await system.ledger(`race ${index}.`)).length }).toEqual({ index, sent: canceled ? 0 : 1 });
    }
  }, 60_000);
});
