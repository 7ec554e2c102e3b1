import { weekEndMs } from '../../../domain/weeks.js';
import { type PlanNode, type Ran, stepsOf } from './explain.js';

/** Tables that are read whole where that is the shortest way, and why that stays short. */
export const small: Readonly<Record<string, string>> = {
  workspace: 'a row a workspace',
  workspace_sequence: 'a row a workspace',
  api_key: 'a few a workspace',
  provider_account: 'one a provider and workspace',
  sender: 'a few a workspace',
  breaker: 'a few a workspace',
  provider_health: 'one a provider and workspace',
  webhook_endpoint: 'a few a workspace',
  restoration: 'a row a restore',
  archive_week: 'a row a week',
  archive_file: 'four a week',
  master_key: 'a few in all',
  keys_database: 'one row',
  word_index: 'a row a workspace that is searched by words',
  metric_cursor: 'a row a workspace',
  error_rate_alarm: 'a row a workspace that fails',
  outbox: 'empty, but for an outage of Temporal',
};

/** What a statement may do beyond the usual, and why. */
export interface Allowance {
  /** It looks into the partitions of every week, by an index in each. */
  everyWeek?: true;
  /** Pages that it may touch. */
  buffersMax?: number;
  /** Rows that it may look at in vain. */
  inVainMax?: number;
  why: string;
}

const buffersMax = 300;
const inVainMax = 500;

/** The ISO week of today, as partitions are named: those after it are empty, and no reason to worry. */
const thisWeek = (() => {
  const monday = new Date(weekEndMs(Date.now(), -1));
  const thursday = new Date(monday.getTime() + 3 * 86_400_000);
  const year = thursday.getUTCFullYear();
  const number = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * 86_400_000)) + 1;
  return `${year}w${String(number).padStart(2, '0')}`;
})();

const leaf = /^(.+?)(?:_(\d{4}w\d{2}))?(?:_h(\d+))?$/;
const buffersOf = (step: PlanNode) => (step['Shared Hit Blocks'] ?? 0) + (step['Shared Read Blocks'] ?? 0);

/** What is wrong with the way a statement took, in sentences; none where all is well. */
export function faultsOf(ran: Ran, allowance: Allowance | undefined): string[] {
  const faults: string[] = [];
  const found = new Map<string, Set<string>>();
  for (const step of stepsOf(ran.plan)) {
    const relation = step['Relation Name'];
    // A step that never ran was pruned when the statement began.
    if (relation === undefined || step['Actual Loops'] === 0 || step['Node Type'] === 'ModifyTable') continue;
    const [, table = relation, week, part] = step.Schema === 'partitions' ? (leaf.exec(relation) ?? []) : [];
    if (week !== undefined && week > thisWeek) continue;
    if (week !== undefined || part !== undefined) {
      found.set(table, (found.get(table) ?? new Set()).add(`${week ?? ''}/${part ?? ''}`));
    }
    // An empty partition is read by no page.
    if (step['Node Type'] === 'Seq Scan' && !(table in small) && buffersOf(step) > 0) faults.push(`reads all of ${relation}`);
    const inVain = (step['Rows Removed by Filter'] ?? 0) * step['Actual Loops'];
    if (inVain > (allowance?.inVainMax ?? inVainMax) && !(table in small)) faults.push(`looks at ${inVain} rows of ${relation} in vain`);
  }
  for (const [table, places] of found) {
    const weeks = new Set([...places].map((place) => place.split('/')[0]));
    const named = new Set(ran.workspaceIds).size;
    if (ran.role !== 'maintenance' && places.size > weeks.size * named) {
      faults.push(`looks into ${places.size} partitions of ${table} for ${named} workspaces in ${weeks.size} weeks`);
    }
    if (weeks.size > 2 && !allowance?.everyWeek) faults.push(`looks into ${weeks.size} weeks of ${table}`);
  }
  if (ran.buffers > (allowance?.buffersMax ?? buffersMax)) faults.push(`touches ${ran.buffers} pages`);
  return faults;
}
