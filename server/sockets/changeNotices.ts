import type { Namespace } from 'socket.io';
import { changesToldEveryMs } from '../../domain/socketLimits.js';

/**
 * Tells those in one room of a workspace that something has changed, at most once in `changesToldEveryMs`. What comes sooner is
 * told together when that time is over, so that the last change is never left out.
 */
export class ChangeNotices {
  private readonly quiet = new Map<string, { changed: boolean; timer: NodeJS.Timeout }>();

  constructor(
    private readonly namespaceOf: (workspaceId: string) => Namespace | undefined,
    private readonly room: string,
    private readonly eventName: string,
  ) {}

  changed(workspaceId: string): void {
    const quiet = this.quiet.get(workspaceId);
    if (quiet) {
      quiet.changed = true;
      return;
    }
    const watched = this.namespaceOf(workspaceId)?.adapter.rooms.has(this.room);
    if (!watched) return;
    this.namespaceOf(workspaceId)?.to(this.room).emit(this.eventName, { at: new Date().toISOString() });
    const timer = setTimeout(() => this.endQuiet(workspaceId), changesToldEveryMs);
    this.quiet.set(workspaceId, { changed: false, timer });
  }

  close(): void {
    for (const { timer } of this.quiet.values()) clearTimeout(timer);
    this.quiet.clear();
  }

  private endQuiet(workspaceId: string): void {
    const changed = this.quiet.get(workspaceId)?.changed;
    this.quiet.delete(workspaceId);
    if (changed) this.changed(workspaceId);
  }
}
