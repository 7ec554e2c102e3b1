import type { Namespace } from 'socket.io';
import { queuesToldEveryMs } from '../../domain/limits.js';
import { queuesRoom } from './rooms.js';

/**
 * Tells those who watch a workspace's queues that something in them has changed, at most once in `queuesToldEveryMs`. What
 * comes sooner is told together when that time is over, so that the last change is never left out.
 */
export class QueueNotices {
  private readonly quiet = new Map<string, { changed: boolean; timer: NodeJS.Timeout }>();

  constructor(private readonly namespaceOf: (workspaceId: string) => Namespace | undefined) {}

  changed(workspaceId: string): void {
    const quiet = this.quiet.get(workspaceId);
    if (quiet) {
      quiet.changed = true;
      return;
    }
    const watched = this.namespaceOf(workspaceId)?.adapter.rooms.has(queuesRoom);
    if (!watched) return;
    this.namespaceOf(workspaceId)?.to(queuesRoom).emit('queues:changed', { at: new Date().toISOString() });
    const timer = setTimeout(() => this.endQuiet(workspaceId), queuesToldEveryMs);
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
