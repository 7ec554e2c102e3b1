import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { allowances } from '../support/catalogue/allowances.js';
import { cases } from '../support/catalogue/cases.js';
import { declaredStatements } from '../support/catalogue/declared.js';
import { ExplainedDatabase, shownPlan } from '../support/catalogue/explain.js';
import { faultsOf } from '../support/catalogue/faults.js';
import { type OpenStage, openStage } from '../support/catalogue/stage.js';
import { makeWorld } from '../support/catalogue/world.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const messages = 200_000;

let own: TestDatabase;
let database: ExplainedDatabase;
let stage: OpenStage;

beforeAll(async () => {
  own = await createTestDatabase();
  const world = await makeWorld(own.url, messages);
  database = new ExplainedDatabase(own.url);
  stage = await openStage(database, world, 0);
}, 180_000);
afterAll(async () => {
  await stage?.close();
  await database?.close();
  await own.drop();
});

describe(`among ${messages} messages in 13 weeks`, () => {
  it.each(Object.keys(cases))('%s goes by indexes, into its own partitions, and touches few pages', async (name) => {
    const from = database.ran.length;
    await cases[name]?.(stage);
    const faults = database.ran
      .slice(from)
      .flatMap((ran) => faultsOf(ran, allowances[ran.name] ?? allowances[name]).map((fault) => `${ran.name} ${fault}`));
    if (process.env.SHOW_PLANS) {
      const shown = database.ran.slice(from).map((ran) => `${name}\t${ran.name}\t${ran.buffers} pages\t${ran.executionMs} ms\n`);
      const plans = faults.length > 0 ? database.ran.slice(from).map((ran) => shownPlan(ran.plan)) : [];
      process.stdout.write([...shown, ...plans].join(''));
    }
    expect(faults).toEqual([]);
  });

  it('is every named statement of the product', () => {
    const seen = new Set(database.ran.map(({ name }) => name));
    expect(declaredStatements().filter((name) => !seen.has(name))).toEqual([]);
  });
});
