import type { DemoWorkspace } from '../../main/seedDemo.js';
import { sql } from './database.js';
import { type DoubtfulCase, doubtfulCases, faultsOf, type Told } from './doubtfulCases.js';
import { type System, startSystem } from './system.js';

const ends = ['delivered', 'undelivered', 'failed', 'parked', 'unknown', 'expired', 'canceled'];
const atOnce = 30;
/** Real times are 26 s, 5, 30 and 120 s; the protocol is the same. */
const hurried = { RECONCILE_DELAYS_S: '1,3,5', PROVIDER_HOLD_S: '2', PROVIDER_RESPONSE_TIMEOUT_MS: '1500' };

export interface DoubtfulResult {
  faults: string[];
  /** How many messages ended how, by policy, and whether the provider had taken them. */
  table: Record<string, Record<string, number>>;
}

/** Sends all cases of a seed through one running system and compares each end with the provider's ledger. */
export async function runDoubtful(seed: number, count: number, withinMs: number): Promise<DoubtfulResult> {
  const system = await startSystem({ workspaces: 2, env: hurried });
  try {
    const [careful, eager] = system.workspaces as [DemoWorkspace, DemoWorkspace];
    await sql(system.databaseUrl, `update workspace set ambiguous_policy = 'prefer-delivery' where id = $1`, [eager.id]);
    for (const as of [careful, eager])
      await system.request('PATCH', '/v1/workspace/limits', { body: { ratePerSecond: 200, burst: 200 }, as });
    const cases = doubtfulCases(seed, count);
    const result: DoubtfulResult = { faults: [], table: {} };
    let next = 0;
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let one = cases[next++]; one; one = cases[next++]) {
          const as = one.policy === 'prefer-delivery' ? eager : careful;
          const told = await play(system, one, as, `+1212556${String(1_000 + next)}`, withinMs);
          const sids = (await system.ledger(one.name)).map(({ sid }) => sid);
          result.faults.push(...faultsOf(one, told, sids));
          tally(result.table, one, told);
        }
      }),
    );
    return result;
  } finally {
    await system.stop();
  }
}

/** The equal messages of one case, sent at once, and what became of them. */
async function play(system: System, one: DoubtfulCase, as: DemoWorkspace, to: string, withinMs: number): Promise<Told[]> {
  const action = {
    [one.fault]: one.accepted ? 'after' : 'before',
    callbacks: one.callbacks,
    ...(one.listLagMs && { listLagMs: one.listLagMs }),
  };
  await system.control('POST', '/rules', { match: { bodyIncludes: one.name }, action, times: one.equals });
  return Promise.all(
    Array.from({ length: one.equals }, async (): Promise<Told> => {
      const { body } = await system.send({ to, body: one.name }, undefined, as);
      const { status, providerMessageId, error } = await system.message(body.id, ends, { as, withinMs });
      const trace = await system.request('GET', `/v1/messages/${body.id}/trace`, { as });
      return { status, providerMessageId, error, attempts: trace.body.attempts };
    }),
  );
}

function tally(table: DoubtfulResult['table'], { policy, accepted, fault }: DoubtfulCase, told: Told[]): void {
  const row = (table[`${policy}, ${fault} ${accepted ? 'after' : 'before'} the accept`] ??= {});
  for (const { status, attempts } of told) {
    const how = attempts.some((attempt) => attempt.status === 'abandoned')
      ? 'sent once more, flagged'
      : status === 'delivered'
        ? 'adopted'
        : status;
    row[how] = (row[how] ?? 0) + 1;
  }
}
