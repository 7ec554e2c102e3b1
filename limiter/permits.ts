/**
 * A right to send one message now. A held token is kept out of the workspace's burst until it is `used` or dropped, so it may
 * be used late without breaking the limit; a slot is booked for its time and may be used a moment later.
 */
export interface Permit {
  readonly limitsEpoch: number;
  /** False once it is too old; then it must be dropped. */
  isGood(): boolean;
  /** The message leaves now. */
  used(): void;
  /** It is not used by who has it: the next message of this process may have it. */
  drop(): void;
}

/** What a permit is good for: so many tokens, for messages of this sender where that has a limit of its own. */
export interface PermitTerms {
  origin: 'lease' | 'now' | 'slot';
  cost: number;
  sender: string | undefined;
  limitsEpoch: number;
  /** Monotonic milliseconds. */
  usableUntil: number;
}

/** The permits of one workspace that this process has handed out and that are not used, and those that were dropped. */
export class Permits {
  private readonly open = new Map<Permit, PermitTerms>();
  private spares: Permit[] = [];
  /** Monotonic time of the last use of a held one. */
  lastUsedAt = 0;

  issue(terms: PermitTerms): Permit {
    const { open } = this;
    const permit: Permit = {
      limitsEpoch: terms.limitsEpoch,
      isGood: () => open.has(permit) && performance.now() < terms.usableUntil,
      used: () => {
        if (open.delete(permit) && terms.origin !== 'slot') this.lastUsedAt = performance.now();
      },
      drop: () => {
        if (permit.isGood()) this.spares.push(permit);
        else open.delete(permit);
      },
    };
    open.set(permit, terms);
    return permit;
  }

  /** A dropped permit that still holds, for a message of the same cost and sender. */
  takeSpare(cost: number, sender: string | undefined, limitsEpoch: number): Permit | undefined {
    if (this.spares.length === 0) return undefined;
    this.spares = this.spares.filter((spare) => {
      if (spare.isGood() && spare.limitsEpoch >= limitsEpoch) return true;
      this.open.delete(spare);
      return false;
    });
    const index = this.spares.findLastIndex((spare) => {
      const terms = this.open.get(spare);
      return terms?.cost === cost && terms.sender === sender;
    });
    return index === -1 ? undefined : this.spares.splice(index, 1)[0];
  }

  /**
   * Held tokens that may still be used, by where they came from and by sender; slots are booked and not held. Whoever forgets to close a permit must not keep
   * it out of the burst for ever; one of older limits is void.
   */
  unused(limitsEpoch: number): { lease: number; now: number; senders: Record<string, number> } {
    const sum = { lease: 0, now: 0, senders: {} as Record<string, number> };
    for (const [permit, { origin, cost, sender }] of this.open) {
      if (!permit.isGood() || permit.limitsEpoch < limitsEpoch) {
        this.open.delete(permit);
        continue;
      }
      if (origin === 'slot') continue;
      sum[origin] += cost;
      if (sender !== undefined) sum.senders[sender] = (sum.senders[sender] ?? 0) + cost;
    }
    return sum;
  }
}
