import pg from 'pg';
import { Database, planSettings, type Statement } from '../../../platform/database.js';
import { createLogger } from '../../../platform/logger.js';

const { prepareValue } = require('pg/lib/utils') as { prepareValue(value: unknown): unknown };

/** One step of a plan, as EXPLAIN (FORMAT JSON) writes it. */
export interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Schema?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  'Actual Loops': number;
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: PlanNode[];
}

/** A statement as it ran for a case: who as, with what, and how Postgres went about it. */
export interface Ran {
  /** Its name, or the beginning of its text where it has none. */
  name: string;
  text: string;
  values: unknown[];
  role: 'app' | 'ingest' | 'identity' | 'maintenance';
  /** The workspaces that its transaction named; none for maintenance and identity. */
  workspaceIds: string[];
  plan: PlanNode;
  /** Pages that it looked at, planning left out. */
  buffers: number;
  executionMs: number;
}

/** Statements of maintenance have no names: each run of one is planned anew. */
const settingsOf = {
  app: planSettings.hot,
  ingest: planSettings.hot,
  identity: planSettings.hot,
  maintenance: [...planSettings.maintenance, 'plan_cache_mode=force_custom_plan'],
};

/**
 * The product's database, whose statements are explained before each of them runs: under its role and tenant, prepared, by the
 * plan that the product gets, and rolled back.
 */
export class ExplainedDatabase extends Database {
  readonly ran: Ran[] = [];
  private readonly explainer: pg.Pool;

  constructor(url: string) {
    super(url, 2, createLogger('silent'));
    this.explainer = new pg.Pool({ connectionString: url, max: 1 });
    // The database may be dropped while the last connection is still closing.
    this.explainer.on('connect', (client) => client.on('error', () => undefined));
    // Prisma's statements come by a pool of their own, from within transactions that are under way.
    this.settingsPool.on('connect', (client) => this.listenTo(client));
  }

  override async forWorkspace<T extends Record<string, unknown>>(workspaceId: string, statement: Statement, values: unknown[]) {
    await this.explain(statement.name, statement.text, values, 'app', [workspaceId]);
    return super.forWorkspace<T>(workspaceId, statement, values);
  }

  override async forWorkspaces<T extends Record<string, unknown>>(workspaceIds: Iterable<string>, statement: Statement, values: unknown[]) {
    const ids = [...workspaceIds];
    await this.explain(statement.name, statement.text, values, 'ingest', ids);
    return super.forWorkspaces<T>(ids, statement, values);
  }

  override async asMaintenance<T extends Record<string, unknown>>(text: string, values: unknown[] = []) {
    await this.explain(text.replaceAll(/\s+/g, ' ').trim().slice(0, 60), text, values, 'maintenance', []);
    return super.asMaintenance<T>(text, values);
  }

  override async asIdentity<T extends Record<string, unknown>>(statement: Statement, values: unknown[]) {
    await this.explain(statement.name, statement.text, values, 'identity', []);
    return super.asIdentity<T>(statement, values);
  }

  override async close(): Promise<void> {
    await super.close();
    await this.explainer.end();
  }

  /** Statements of settings: small tables, so only their texts are of interest. */
  readonly ofSettings = new Set<string>();
  private listenTo(client: pg.PoolClient): void {
    const query = client.query.bind(client) as (...all: unknown[]) => unknown;
    Object.assign(client, {
      query: (...all: unknown[]) => {
        const [first] = all as [string | { text: string }];
        this.ofSettings.add(typeof first === 'string' ? first : first.text);
        return query(...all);
      },
    });
  }

  private async explain(name: string, text: string, values: unknown[], role: Ran['role'], workspaceIds: string[]): Promise<void> {
    const client = await this.explainer.connect();
    try {
      const literals = values.map((value) => literalOf(client, value)).join(', ');
      const settings = settingsOf[role].map((setting) => `set local ${setting}`).join('; ');
      await client.query(`begin; set local role ${role}; ${settings}`);
      if (role !== 'maintenance') await client.query(`set local app.ws = '${[...new Set(workspaceIds)].sort().join()}'`);
      await client.query(`prepare looked as ${text}`);
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode; 'Execution Time': number }] }>(
        `explain (analyze, buffers, verbose, format json) execute looked${literals === '' ? '' : `(${literals})`}`,
      );
      const [{ Plan: plan, 'Execution Time': executionMs }] = (rows[0] as (typeof rows)[0])['QUERY PLAN'];
      const buffers = (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
      this.ran.push({ name, text, values, role, workspaceIds, plan, buffers, executionMs });
    } catch (error) {
      throw new Error(`${name} could not be explained: ${String(error)}`, { cause: error });
    } finally {
      await client.query('rollback');
      await client.query('deallocate all');
      client.release();
    }
  }
}

/** A value as a literal, in the form in which the driver sends it. */
function literalOf(client: pg.PoolClient, value: unknown): string {
  const prepared = prepareValue(value);
  if (prepared === null || prepared === undefined) return 'null';
  if (Buffer.isBuffer(prepared)) return `'\\x${prepared.toString('hex')}'`;
  return client.escapeLiteral(String(prepared));
}

/** All steps of a plan that ran, from the top. */
export function stepsOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(stepsOf)];
}

/** A plan for people: a line for each step that ran. */
export function shownPlan(plan: PlanNode, depth = 0): string {
  const { 'Node Type': type, 'Relation Name': relation = '', 'Index Name': index = '', 'Index Cond': condition = '' } = plan;
  const [rows, loops, inVain = 0] = [plan['Actual Rows'], plan['Actual Loops'], plan['Rows Removed by Filter']];
  const pages = (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
  const line = `${'  '.repeat(depth)}${[type, relation, index, condition].filter(Boolean).join(' ')}: ${rows} rows × ${loops}, ${inVain} in vain, ${pages} pages\n`;
  return (loops === 0 ? '' : line) + (plan.Plans ?? []).map((inner) => shownPlan(inner, depth + 1)).join('');
}
