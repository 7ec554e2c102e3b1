import { createHash } from 'node:crypto';
import { type ArchivedFile, archivedTableNames, archiveFormatVersion, type Manifest, objectKey } from '../domain/archive.js';
import { Archive } from '../storage/archive/archive.js';
import { ArchiveDamaged } from '../storage/archive/archiveDamaged.js';
import { type ArchiveWeek, findWeek, forgetFiles, publishWeek as publish, writtenFiles } from '../storage/archive/archiveWeeks.js';
import { retentions } from '../storage/retention.js';
import { type ArchiveDependencies, archiveStep, storeOf } from './archiveStep.js';
import type { WeekPlan } from './planArchive.js';

/**
 * Writes a week's manifest, reads it back, and makes this writing the one that is read. All its files are proved by then; the
 * statement that publishes looks once more.
 */
export function publishWeek(dependencies: ArchiveDependencies) {
  const { database, logger } = dependencies;
  return archiveStep(dependencies, async ({ week, remove }: WeekPlan): Promise<{ rows: number; bytes: number }> => {
    const objects = storeOf(dependencies);
    const known = await findWeek(database, week);
    if (!known) throw new ArchiveDamaged(week, 'is no week that the archive knows');
    await refuseHeld(remove);
    const generation = known.generation + 1;
    const written = await writtenFiles(database, week, generation);
    // This was done before, and only its answer was lost.
    if (written.size === 0 && known.state === 'archived') return { rows: known.rows, bytes: known.bytes };
    const files = archivedTableNames.flatMap((table) => written.get(table)?.file ?? []);
    if (known.state === 'archived') await refuseOthersMissing(known, files, remove);
    const manifest: Manifest = {
      formatVersion: archiveFormatVersion,
      week,
      generation,
      startsAt: new Date(known.startMs).toISOString(),
      endsAt: new Date(known.endMs).toISOString(),
      files,
    };
    const key = objectKey(week, generation, 'manifest.json');
    const bytes = Buffer.from(JSON.stringify(manifest));
    await objects.put(key, bytes);
    if (!Buffer.from(await objects.get(key)).equals(bytes)) throw new ArchiveDamaged(key, 'is not what was put there');
    const total = { rows: sum(files.map(({ rows }) => rows)), bytes: sum(files.map((file) => file.bytes)) };
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (!(await publish(database, week, generation, { key, sha256, ...total, files: archivedTableNames.length })))
      throw new ArchiveDamaged(key, 'is of files that are not all proved');
    logger.info({ event: 'archive.stored', week, generation, ...total });
    return total;
  });

  /** A removal takes out whom it names and nobody else: files of a run that was to remove others are written anew. */
  async function refuseOthersMissing(known: ArchiveWeek, files: ArchivedFile[], remove: string[]): Promise<void> {
    const before = (await new Archive(dependencies.objects).manifestOf(known)).files;
    for (const file of files) {
      const kept = { ...before.find(({ table }) => table === file.table)?.workspaces };
      for (const id of remove) delete kept[id];
      const ids = new Set([...Object.keys(kept), ...Object.keys(file.workspaces)]);
      if ([...ids].every((id) => kept[id] === file.workspaces[id])) continue;
      await forgetFiles(database, known.week, known.generation + 1);
      throw new ArchiveDamaged(file.key, 'was written for another removal: the next run writes it anew');
    }
  }

  /** A hold that was set meanwhile is kept. */
  async function refuseHeld(remove: string[]): Promise<void> {
    const held = (await retentions(database)).filter(({ legalHold }) => legalHold).map(({ workspaceId }) => workspaceId);
    const both = remove.filter((id) => held.includes(id));
    if (both.length > 0) throw new ArchiveDamaged(both.join(', '), 'is under legal hold by now: nothing of it is removed');
  }
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
