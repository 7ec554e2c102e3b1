/** How many of the newest messages are whose: so that who floods is refused before the others are. */

/** Over so long, at least, and up to twice that. */
const windowMs = 5_000;
/** More than this many times the average of those that send is more than one's share; few messages are nobody's flood. */
const shareMax = 2;
const messagesMin = 20;

export class AcceptShares {
  private readonly counts = new Map<string, number>();
  private total = 0;
  private beganMs = 0;

  /** Notes a message that was asked to be accepted, whether it was or not. */
  note(workspaceId: string, nowMs: number): void {
    if (nowMs - this.beganMs >= 2 * windowMs) this.forgetHalf(nowMs);
    this.counts.set(workspaceId, (this.counts.get(workspaceId) ?? 0) + 1);
    this.total += 1;
  }

  /** Whether a workspace sends far more than the average of those that send. One that is alone never does. */
  isGreedy(workspaceId: string): boolean {
    const own = this.counts.get(workspaceId) ?? 0;
    return own >= messagesMin && own > (shareMax * this.total) / this.counts.size;
  }

  /** What is older counts half; so it fades. */
  private forgetHalf(nowMs: number): void {
    this.beganMs = nowMs - windowMs;
    this.total = 0;
    for (const [workspaceId, count] of this.counts) {
      const half = Math.floor(count / 2);
      if (half === 0) this.counts.delete(workspaceId);
      else this.counts.set(workspaceId, half);
      this.total += half;
    }
  }
}
