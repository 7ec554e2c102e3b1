import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attemptsThatLeft } from '../support/attempts.js';
import { sql } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

const withinMs = 60_000;

let system: System;

beforeAll(async () => {
  system = await startSystem({ workspaces: 2, env: { RECONCILE_DELAYS_S: '1,2,3', PROVIDER_HOLD_S: '2' } });
  const eager = system.workspaces[1]?.id;
  await sql(system.databaseUrl, `update workspace set ambiguous_policy = 'prefer-delivery' where id = $1`, [eager]);
  await refuseAnswers();
}, 60_000);
afterAll(() => system.stop(), 60_000);

/** From now on the commit that stores a provider's answer fails, as where the database shuts down; a callback's does not. */
async function refuseAnswers(): Promise<void> {
  await sql(
    system.databaseUrl,
    `create function refuse_answer() returns trigger language plpgsql as $$
      begin raise exception 'the database is shutting down' using errcode = '57P01'; end $$;
    create constraint trigger refuse_answer after update on send_attempt deferrable initially deferred
      for each row when (new.evidence = 'the answer to the request') execute function refuse_answer()`,
  );
}

/** Waits until the send step has given up, and the workflow has tried to store the answer in vain. */
async function isKeptByItsWorkflow(id: string, as: System['workspace']): Promise<void> {
  await eventually(async () => {
    const { body } = await system.request('GET', `/v1/messages/${id}/trace`, { as });
    return body.workflow?.state?.error?.code === 'database_timeout' && body.message.status === 'dispatching';
  }, withinMs);
}

describe('a commit that fails after the answer of the provider', () => {
  it('loses nothing and sends nothing twice: the callback brings the id, or the answer is stored when it can be', async () => {
    // Nobody but the answer knows the ids of these two.
    await system.control('POST', '/rules', {
      match: { bodyIncludes: 'answered' },
      action: { listLagMs: 600_000, callbacks: { drop: 1 } },
    });
    const [cautious, eager] = system.workspaces as [System['workspace'], System['workspace']];
    const texts = [
      { body: 'answered, cautious', as: cautious, ends: 'accepted' },
      { body: 'answered, eager', as: eager, ends: 'accepted' },
      { body: 'told by its callback', as: cautious, ends: 'delivered' },
    ];
    const sent = await Promise.all(
      texts.map(async (text, index) => {
        const { body } = await system.send({ to: `+1212555014${index}`, body: text.body }, undefined, text.as);
        return { ...text, id: body.id as string };
      }),
    );
    for (const { id, as, ends } of sent) if (ends === 'accepted') await isKeptByItsWorkflow(id, as);
    await sql(system.databaseUrl, 'drop trigger refuse_answer on send_attempt');

    for (const { id, as, body, ends } of sent) {
      const message = await system.message(id, [ends], { withinMs, as });
      const entries = await system.ledger(body);
      expect(entries).toHaveLength(1);
      expect(message).toMatchObject({ providerMessageId: entries[0]?.sid, error: null });
      expect(await attemptsThatLeft(system, id, as)).toHaveLength(1);
    }
  }, 180_000);
});
