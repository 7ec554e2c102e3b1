import { Canaries } from '../../load/canaries.js';
import { groupBy } from '../groupBy.js';
import type {
  History,
  JournalEntry,
  LedgerLine,
  RequestLine,
  SendSeen,
  ShownMessage,
  StoredAttempt,
  Struck,
  Submission,
} from '../history.js';

/** One submission with all that is known of it, joined by its text alone. */
export interface Life {
  submission: Submission;
  acknowledged: { id: string; conversationId: string; atMs: number } | undefined;
  refused: string | undefined;
  ledger: LedgerLine[];
  requests: RequestLine[];
  sends: SendSeen[];
  shown: ShownMessage | undefined;
  attempts: StoredAttempt[];
}

const states = {
  ended: ['delivered', 'undelivered', 'failed', 'canceled', 'expired'],
  /** Waits for a person, or for evidence that may come or not. */
  waiting: ['parked', 'unknown'],
};

/** A send that has ended is stored, or in Temporal's hands, within this, milliseconds. */
const handedOnMs = 5_000;
/** One that never ended was in its process's hands for this long at most, milliseconds: the time for an answer, and some. */
const inHandsMs = 10_000;
/** A signal may take hold this much after the journal was told of it, milliseconds. */
const takesHoldMs = 250;
const saysStop = /^\s*stop\s*$/i;
/** Row of the fault matrix in which no connection to the provider comes about. */
const providerDead = 28;
/** Outcomes of the simulator by which it left open whether it has accepted. */
export const leftOpen = /^(http500|cut|hang|notJson):/;

/** A history whose parts find each other. */
export class Joined {
  readonly lives: Life[];
  /** What the ledger has under no text of this run. */
  readonly strangers: LedgerLine[];
  /** Every STOP that the product has taken. */
  readonly stops: Extract<JournalEntry, { kind: 'wrote in' }>[];
  private readonly struck: Struck[];

  constructor(
    readonly history: History,
    run: string,
  ) {
    const canaries = new Canaries(run);
    const byNumber = new Map<number, Life>();
    for (const submission of this.of('submitted'))
      byNumber.set(submission.n, {
        submission,
        acknowledged: undefined,
        refused: undefined,
        ledger: [],
        requests: [],
        sends: [],
        shown: undefined,
        attempts: [],
      });
    for (const { n, id, conversationId, atMs } of this.of('acknowledged')) {
      const life = byNumber.get(n);
      if (life) life.acknowledged ??= { id, conversationId, atMs };
    }
    for (const { n, code } of this.of('refused')) {
      const life = byNumber.get(n);
      if (life) life.refused = code;
    }
    const lifeOf = (text: string | null) => {
      const life = byNumber.get(canaries.numberIn(text ?? '') ?? Number.NaN);
      return life?.submission.text === text ? life : undefined;
    };
    this.strangers = history.ledger.filter((line) => !lifeOf(line.body)?.ledger.push(line));
    for (const request of history.requests) lifeOf(request.body)?.requests.push(request);
    for (const send of history.sends) lifeOf(send.text)?.sends.push(send);
    const shown = new Map(history.shown.map((one) => [one.id, one]));
    const attempts = groupBy(history.attempts, ({ messageId }) => messageId);
    for (const life of byNumber.values()) {
      const { id } = life.acknowledged ?? {};
      if (id === undefined) continue;
      life.shown = shown.get(id);
      life.attempts = attempts.get(id) ?? [];
    }
    this.lives = [...byNumber.values()];
    this.stops = this.of('wrote in').filter(({ body }) => saysStop.test(body));
    this.struck = [...this.of('struck'), ...history.killedThemselves];
  }

  of<Kind extends JournalEntry['kind']>(kind: Kind): Extract<JournalEntry, { kind: Kind }>[] {
    return this.history.journal.filter((entry): entry is Extract<JournalEntry, { kind: Kind }> => entry.kind === kind);
  }

  workspace(life: Life) {
    return this.history.workspaces[life.submission.workspace];
  }

  /** Whether the simulator noted that it left one of its requests open, or a process was struck while this very send was in its hands. */
  hasCauseForDoubt({ requests, sends }: Life): boolean {
    return requests.some(({ outcome }) => leftOpen.test(outcome)) || sends.some((send) => this.wasStruck(send));
  }

  /** Texts at which the product's code throws are put aside for a person: that is what is promised of them. */
  hasCauseToBePut(life: Life): boolean {
    return life.submission.poison === true || this.hasCauseForDoubt(life);
  }

  /** It failed because the provider could not be reached as often as its workspace's policy tries, while there was none to reach. */
  wasUnreachable({ shown, submission }: Life): boolean {
    if (shown?.errorCode !== 'provider_unreachable') return false;
    return this.of('round').some(({ fault, healedAtMs }) => fault === providerDead && healedAtMs >= submission.submittedAtMs);
  }

  /** Whether its recipient has opted out. */
  wasStopped({ submission }: Life): boolean {
    return this.stops.some(({ workspace, from }) => workspace === submission.workspace && from === submission.to);
  }

  /** It was sent more than once on purpose, for a doubt, by the policy of its workspace, and each time an attempt says so. */
  isFlagged(life: Life): boolean {
    const abandoned = life.attempts.filter(({ status }) => status === 'abandoned').length;
    return this.workspace(life)?.policy === 'prefer-delivery' && this.hasCauseForDoubt(life) && life.ledger.length <= 1 + abandoned;
  }

  private wasStruck({ process, begunAtMs, endedAtMs }: SendSeen): boolean {
    const untilMs = endedAtMs === null ? begunAtMs + inHandsMs : endedAtMs + handedOnMs;
    const isHit = (one: Struck) => (one.process ?? process) === process && one.atMs >= begunAtMs - takesHoldMs && one.atMs <= untilMs;
    return this.struck.some(isHit);
  }
}

export const hasEnded = (status: string) => states.ended.includes(status);
export const isWaiting = (status: string) => states.waiting.includes(status);
