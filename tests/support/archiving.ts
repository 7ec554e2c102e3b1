import { Client, Connection } from '@temporalio/client';
import { archiveWorkflowId, weekName } from '../../domain/archive.js';
import { taskQueues } from '../../domain/taskQueues.js';
import { type ArchiveResult } from '../../workflows/archivePartitions.js';
import { sql } from './database.js';
import type { System } from './system.js';

const weekMs = 7 * 24 * 60 * 60_000;

/** Names of weeks that are long over, the oldest first, and when they begin. */
export function oldWeeks(count: number): { week: string; start: Date }[] {
  // Far enough back to be due, whatever day it is.
  const newest = Date.now() - 100 * 24 * 60 * 60_000;
  return Array.from({ length: count }, (_, index) => {
    const at = newest - (count - index) * weekMs;
    const week = weekName(at);
    const start = new Date(Math.floor((at - 4 * 24 * 60 * 60_000) / weekMs) * weekMs + 4 * 24 * 60 * 60_000);
    return { week, start };
  });
}

/** The archive of a system, asked through Temporal as the schedule and the operator's command ask. */
export async function archiving(system: System) {
  const connection = await Connection.connect({ address: system.temporalAddress });
  const { workflow } = new Client({ connection, namespace: system.temporalNamespace, dataConverter: system.dataConverter });
  const begin = (type: string, workflowId: string, args: unknown[]) =>
    workflow.start(type, { workflowId, args, taskQueue: taskQueues.maintenance });
  return {
    startWeek: (week: string) => begin('archiveWeek', archiveWorkflowId(week), [{ week, remove: [] }]),
    /** What the schedule starts. */
    run: async (): Promise<ArchiveResult> => (await begin('archivePartitions', `run-${Date.now()}`, [])).result(),
    restore: async (week: string) => (await begin('restoreWeek', archiveWorkflowId(week), [week])).result(),
    release: async (week: string) => (await begin('releaseWeek', archiveWorkflowId(week), [week])).result(),
    states: async () =>
      sql<{ week: string; state: string; trouble: string | null; generation: number }>(
        system.databaseUrl,
        'select week, state, trouble, generation from archive_week order by week',
      ),
    /** Partitions of a week that are there, in the hot or the cold tables. */
    partitions: async (week: string) =>
      (
        await sql<{ name: string }>(
          system.databaseUrl,
          `select relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'partitions' and relkind = 'p' and relname like $1 and relname not like 'message_word%'`,
          [`%${week.toLowerCase().replace('-', '')}`],
        )
      ).map(({ name }) => name),
    close: () => connection.close(),
  };
}

/** Every message of a conversation, page by page, as the API shows it. */
export async function wholeConversation(system: System, id: string, limit = 50, as = system.workspace): Promise<any[]> {
  const found: any[] = [];
  for (let cursor = ''; ; ) {
    const { status, body } = await system.request('GET', `/v1/conversations/${id}/messages?limit=${limit}${cursor}`, { as });
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    found.push(...body.data);
    if (body.nextCursor === null) return found;
    cursor = `&cursor=${body.nextCursor}`;
  }
}

/** The same message apart from where it lies. */
export const withoutPlace = ({ archived: _, ...message }: any) => message;
