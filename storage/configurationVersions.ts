import type { Configuration, ConfigurationChange } from '../domain/configuration.js';
import type { SettingsStore, Transaction } from '../platform/prisma.js';
import { type ByHand, noteAuditIn } from './audit.js';

/** What a workspace was set to from a time on. */
export interface ConfigurationVersion {
  version: number;
  at: Date;
  actor: string;
  reason: string | null;
  /** The version that this one undid, or went back to. */
  undoes: number | null;
  configuration: Configuration;
}

/**
 * The head of a statement that changes settings: names who does it, and why, to the trigger that keeps versions. The
 * change must select from `who`, or Postgres leaves it out.
 */
export const namesWho = (actor: number, reason: number) =>
  `who as materialized (select set_config('app.actor', $${actor}::text, true), set_config('app.reason', coalesce($${reason}::text, ''), true))`;

/** The same for a transaction of several statements, before the first. `undoes`: the version that it goes back to or undoes. */
export async function nameWho(transaction: Transaction, { actor, reason = '' }: ByHand, undoes?: number): Promise<void> {
  await transaction.$queryRaw`select set_config('app.actor', ${actor}, true), set_config('app.reason', ${reason}, true),
    set_config('app.undoes', ${undoes === undefined ? '' : String(undoes)}, true)`;
}

/** Versions before a number, the newest first; one more than `limit`, for what the oldest shown one changed. */
export async function versionsBefore(
  settings: SettingsStore,
  workspaceId: string,
  before: number,
  limit: number,
): Promise<ConfigurationVersion[]> {
  const rows = await settings.forWorkspace(workspaceId, (transaction) =>
    transaction.configurationVersion.findMany({
      where: { workspaceId, version: { lt: before } },
      orderBy: { version: 'desc' },
      take: limit + 1,
    }),
  );
  return rows.map((row) => ({ ...row, configuration: row.configuration as unknown as Configuration }));
}

/** What is to be changed, judged by what the workspace is set to at that moment; undefined where nothing is to be done. */
export type Judge = (now: Configuration) => ConfigurationChange[] | undefined;

/**
 * Sets a workspace back, all or nothing: reads what it is set to under its lock, asks `judge`, writes, and notes it in the
 * audit. What `judge` throws is passed on, and nothing is changed.
 */
export async function setBack(
  settings: SettingsStore,
  workspaceId: string,
  { version, action }: { version: number; action: string },
  byHand: ByHand,
  judge: Judge,
): Promise<void> {
  await settings.forWorkspace(workspaceId, async (transaction) => {
    await transaction.$queryRaw`select 1 from workspace for no key update`;
    const [row] = await transaction.$queryRaw<{ now: Configuration }[]>`select configuration_of(${workspaceId}::uuid) as now`;
    const changes = row && judge(row.now);
    if (!changes || changes.length === 0) return;
    await nameWho(transaction, byHand, version);
    for (const section of Object.keys(writers)) {
      const own = changes.filter((change) => change.section === section);
      if (own.length > 0) await (writers[section] as Writer)(transaction, workspaceId, own);
    }
    await noteAuditIn(transaction, workspaceId, action, byHand, { version, changes });
  });
}

type Writer = (transaction: Transaction, workspaceId: string, changes: ConfigurationChange[]) => Promise<unknown>;

/** How each section of a configuration is written. A change of limits makes tokens that are out void, as any other does. */
const writers: Record<string, Writer> = {
  limits: (transaction, id, changes) =>
    transaction.workspace.update({
      where: { id },
      data: { ...Object.fromEntries(changes.map(({ name, to }) => [name, to])), limitsEpoch: { increment: 1 } },
    }),
  senderLimits: async (transaction, workspaceId, changes) => {
    for (const { name, to } of changes) {
      const { ratePerSecond, burst } = (to ?? { ratePerSecond: null, burst: null }) as {
        ratePerSecond: number | null;
        burst: number | null;
      };
      await transaction.sender.updateMany({ where: { workspaceId, id: name }, data: { ratePerSecond, burst } });
    }
    await transaction.workspace.update({ where: { id: workspaceId }, data: { limitsEpoch: { increment: 1 } } });
  },
  errorPolicy: async (transaction, id, changes) => {
    const { errorPolicy } = await transaction.workspace.findFirstOrThrow();
    await transaction.workspace.update({ where: { id }, data: { errorPolicy: merged(errorPolicy, changes) } });
  },
  routes: async (transaction, id, changes) => {
    const { routes } = await transaction.workspace.findFirstOrThrow();
    await transaction.workspace.update({ where: { id }, data: { routes: merged(routes, changes) } });
  },
  retention: (transaction, id, changes) =>
    transaction.workspace.update({ where: { id }, data: Object.fromEntries(changes.map(({ name, to }) => [name, to])) }),
  search: (transaction, id, changes) => transaction.workspace.update({ where: { id }, data: { wordSearch: changes.at(-1)?.to === true } }),
  doubt: (transaction, id, changes) =>
    transaction.workspace.update({ where: { id }, data: { ambiguousPolicy: String(changes.at(-1)?.to) } }),
};

/** Settings that are kept as one object, with some of them changed; what is null is taken out. */
function merged(kept: unknown, changes: ConfigurationChange[]): object {
  const all = { ...(kept as Record<string, unknown>), ...Object.fromEntries(changes.map(({ name, to }) => [name, to])) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}
