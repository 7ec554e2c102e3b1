import { type ConfigurationChange, changesBetween, planUndo } from '../domain/configuration.js';
import { Problem } from '../domain/errors.js';
import { versionMax } from '../domain/limits.js';
import { callWaiting } from '../lives/callWaiting.js';
import type { ByHand } from '../storage/audit.js';
import { type ConfigurationVersion, setBack, versionsBefore } from '../storage/configurationVersions.js';
import { readLimits } from '../storage/limits.js';
import type { Services } from './services.js';
import { isRepeat } from './storedMessage.js';

/** A version as people see it: who, when, why, and what it changed. */
export interface VersionView {
  version: number;
  at: string;
  actor: string;
  reason: string | null;
  undoes: number | null;
  changes: ConfigurationChange[];
}

/** The versions before a number, newest first, and the number to go on before; null at the end. */
export async function listVersions(
  { settings }: Services,
  workspaceId: string,
  before: number,
  limit: number,
): Promise<{ data: VersionView[]; nextBefore: number | null }> {
  const found = await versionsBefore(settings, workspaceId, before, limit);
  const data = found.slice(0, limit).map((one, index) => viewOf(one, found[index + 1]));
  return { data, nextBefore: found.length > limit ? (data.at(-1)?.version ?? null) : null };
}

const viewOf = (
  { version, at, actor, reason, undoes, configuration }: ConfigurationVersion,
  earlier?: ConfigurationVersion,
): VersionView => ({
  version,
  at: at.toISOString(),
  actor,
  reason,
  undoes,
  changes: earlier ? changesBetween(earlier.configuration, configuration) : [],
});

/** One way back: undo what a version changed and leave what others changed, or restore all as it was then. */
export type WayBack = 'undo' | 'restore';

export interface BackRequest {
  way: WayBack;
  version: number;
  /** Only say what would be changed. */
  dryRun: boolean;
  /** Take back as well what was changed again since. */
  evenChangedSince: boolean;
}

export interface WentBack {
  dryRun: boolean;
  changes: ConfigurationChange[];
  /** Of the changes, those to settings that were changed again since. */
  changedSince: ConfigurationChange[];
}

/**
 * Sets a workspace's configuration back, or says what that would change. Throws Problem: `not_found` for a version that is not
 * there; `confirmation_required` where an undo would take back a later change too; `idempotency_key_reused`.
 */
export async function goBack(services: Services, workspaceId: string, request: BackRequest, byHand: ByHand): Promise<WentBack> {
  const { way, version, dryRun, evenChangedSince } = request;
  const [target, earlier] = await versionsBefore(services.settings, workspaceId, version + 1, 1);
  if (target?.version !== version) throw new Problem('not_found', 'this workspace has no version of its configuration with that number');
  if (way === 'undo' && !earlier) throw new Problem('not_found', 'this is the first version: there is none before it to go back to');
  const plan = (now: ConfigurationVersion['configuration']) =>
    way === 'undo' && earlier
      ? planUndo(earlier.configuration, target.configuration, now)
      : { changes: changesBetween(now, target.configuration), changedSince: [] };

  if (dryRun) {
    const [newest] = await versionsBefore(services.settings, workspaceId, versionMax + 1, 1);
    return { dryRun, ...plan((newest ?? target).configuration) };
  }
  const action = way === 'undo' ? 'configuration.undone' : 'configuration.restored';
  let done: WentBack = { dryRun, changes: [], changedSince: [] };
  if (await isRepeat(services, { workspaceId }, byHand, [action])) return done;
  const before = await readLimits(services.database, workspaceId);
  await setBack(services.settings, workspaceId, { version, action }, byHand, (now) => {
    const planned = plan(now);
    if (planned.changedSince.length > 0 && !evenChangedSince) {
      const names = planned.changedSince.map(({ section, name }) => `${section}.${name}`).join(', ');
      throw new Problem(
        'confirmation_required',
        `${names} was changed again after version ${version}: undo the later versions first, or add "confirm": "changed-since"`,
      );
    }
    done = { dryRun, ...planned };
    return planned.changes;
  });
  services.workspaces.forget(workspaceId);
  await callWaiting(services, workspaceId, before, await readLimits(services.database, workspaceId));
  return done;
}
