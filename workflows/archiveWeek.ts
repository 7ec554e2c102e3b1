import { setCurrentDetails } from '@temporalio/workflow';
import type { WeekPlan } from '../activities/planArchive.js';
import { archivedTableNames, type WeekResult } from '../domain/archive.js';
import { steps } from './archiveActivities.js';

/**
 * Moves one week into the archive, or takes workspaces out of it whose time is over: checks, detaches, writes each table,
 * reads each back and compares it, publishes the manifest, and only then drops what it stands in for. It may die between any
 * two steps and within each; a run after it goes on from there.
 */
export async function archiveWeek({ week, remove }: WeekPlan): Promise<WeekResult> {
  const say = (step: string) => setCurrentDetails(`${week}: ${step}`);
  const ended = (outcome: WeekResult['outcome'], { rows, bytes } = { rows: 0, bytes: 0 }): WeekResult => {
    say(outcome);
    return { week, outcome, rows, bytes };
  };

  const next = await steps.checkWeek({ week, remove });
  if (next === 'nothing') return ended('nothing to do');
  if (next === 'wait') return ended('held');
  if (next === 'drop') {
    await steps.dropWeek({ week, remove: [] });
    return ended('nothing to do');
  }
  if (next === 'detach') {
    say('detaching');
    if (!(await steps.detachWeek({ week }))) return ended('held');
  }
  for (const table of archivedTableNames) {
    say(`writing ${table}`);
    await steps.storeTable({ week, table, remove });
  }
  for (const table of archivedTableNames) {
    say(`reading ${table} back`);
    await steps.proveTable({ week, table, remove });
  }
  say('publishing');
  const stored = await steps.publishWeek({ week, remove });
  say('dropping what the archive has');
  await steps.dropWeek({ week, remove });
  return ended(next === 'rewrite' ? 'rewritten' : 'archived', stored);
}
