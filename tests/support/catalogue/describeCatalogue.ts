import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../database.js';
import { allowances } from './allowances.js';
import { cases } from './cases.js';
import { declaredStatements } from './declared.js';
import { ExplainedDatabase, type Ran, shownPlan } from './explain.js';
import { faultsOf } from './faults.js';
import { type OpenStage, openStage } from './stage.js';
import { makeWorld, type World } from './world.js';

/** What was made and seen, for those who look further. */
export interface Catalogued {
  readonly world: World;
  readonly ran: readonly Ran[];
}

/** Runs every case among so many messages, and looks at how Postgres went about each statement. */
export function describeCatalogue(messages: number, { workspaces, timeoutMs }: { workspaces: number; timeoutMs: number }): Catalogued {
  let own: TestDatabase;
  let world: World;
  let database: ExplainedDatabase;
  let stage: OpenStage;

  beforeAll(async () => {
    own = await createTestDatabase();
    world = await makeWorld(own.url, messages, { workspaces });
    database = new ExplainedDatabase(own.url);
    stage = await openStage(database, world, 0);
  }, timeoutMs);
  afterAll(async () => {
    await stage?.close();
    await database?.close();
    await own.drop();
  });

  describe(`among ${messages} messages in 13 weeks`, () => {
    it.each(Object.keys(cases))('%s goes by indexes, into its own partitions, and touches few pages', async (name) => {
      const from = database.ran.length;
      await cases[name]?.(stage);
      const ran = database.ran.slice(from);
      const faults = ran.flatMap((one) => faultsOf(one, allowances[one.name] ?? allowances[name]).map((fault) => `${one.name} ${fault}`));
      if (process.env.SHOW_PLANS) {
        const shown = ran.map((one) => `${name}\t${one.name}\t${one.buffers} pages\t${one.executionMs} ms\n`);
        const plans = faults.length > 0 ? ran.map((one) => shownPlan(one.plan)) : [];
        process.stdout.write([...shown, ...plans].join(''));
      }
      expect(faults).toEqual([]);
    });

    it('is every named statement of the product', () => {
      const seen = new Set([...database.ran, ...stage.keys.ran].map(({ name }) => name));
      expect(declaredStatements().filter((name) => !seen.has(name))).toEqual([]);
    });
  });

  return {
    get world() {
      return world;
    },
    get ran() {
      return database.ran;
    },
  };
}
