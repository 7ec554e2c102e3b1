import type { FinalState, LedgerEntry, RequestNote, StoredMessage } from './ledgerEntries.js';
import { JsonLines } from './ledgerFile.js';
import { isBeforeSending, isTerminal, type MessageStatus } from './messageStatus.js';

/** All that was accepted, what became of it, and every request that asked. Kept in memory, and in two files when asked. */
export class Ledger {
  readonly entries: LedgerEntry[] = [];
  readonly finals: FinalState[] = [];
  readonly requests: RequestNote[] = [];
  private readonly messages = new Map<string, StoredMessage>();
  private readonly byAccount = new Map<string, StoredMessage[]>();
  private readonly byRecipient = new Map<string, StoredMessage[]>();
  private readonly byReference = new Map<string, StoredMessage>();
  private readonly entryFile: JsonLines<LedgerEntry> | undefined;
  private readonly finalFile: JsonLines<FinalState> | undefined;

  /** @param path the entries' file; final states go to `<path>.final`. Without it nothing outlives the process. */
  constructor(path?: string) {
    if (path === undefined) return;
    this.entryFile = new JsonLines(path);
    this.finalFile = new JsonLines(`${path}.final`);
    for (const entry of this.entryFile.found.splice(0)) this.index(entry);
    for (const final of this.finalFile.found.splice(0)) {
      this.finals.push(final);
      const message = this.messages.get(final.sid);
      const { status, errorCode, dateSentMs, atMs } = final;
      if (message) Object.assign(message, { status, errorCode, dateSentMs, dateUpdatedMs: atMs });
    }
  }

  /** Records an accept. From here on the message exists, whatever the client will be told. */
  append(accepted: Omit<LedgerEntry, 'n'>): StoredMessage {
    const entry = { n: this.entries.length + 1, ...accepted };
    this.entryFile?.append(entry);
    return this.index(entry);
  }

  /**
   * Moves a message to a status.
   *
   * @param isLast nothing follows in its life, so the state is final even when it is only `sent`
   */
  setStatus(message: StoredMessage, status: MessageStatus, errorCode: number | null, atMs: number, isLast: boolean): void {
    message.status = status;
    message.errorCode = errorCode;
    message.dateUpdatedMs = atMs;
    if (!isBeforeSending(status) && status !== 'failed' && status !== 'canceled') message.dateSentMs ??= atMs;
    if (!isLast && !isTerminal(status)) return;
    const { sid, accountSid } = message.entry;
    const final = { n: this.finals.length + 1, sid, accountSid, status, errorCode, atMs, dateSentMs: message.dateSentMs };
    this.finals.push(final);
    this.finalFile?.append(final);
  }

  note(request: Omit<RequestNote, 'n'>): void {
    this.requests.push({ n: this.requests.length + 1, ...request });
  }

  find(sid: string): StoredMessage | undefined {
    return this.messages.get(sid);
  }

  /** The message that was accepted under a reference of the client's. */
  findReference(accountSid: string, reference: string): StoredMessage | undefined {
    return this.byReference.get(`${accountSid} ${reference}`);
  }

  /** Messages of an account, oldest first; with `to`, only those to one recipient. */
  messagesOf(accountSid: string, to?: string): readonly StoredMessage[] {
    return (to === undefined ? this.byAccount.get(accountSid) : this.byRecipient.get(`${accountSid} ${to}`)) ?? [];
  }

  /** Messages whose life was cut short by the end of a former process. */
  unfinished(): StoredMessage[] {
    const finished = new Set(this.finals.map((final) => final.sid));
    return [...this.messages.values()].filter((message) => !finished.has(message.entry.sid));
  }

  /** Forgets everything, in memory and in the files. */
  clear(): void {
    for (const list of [this.entries, this.finals, this.requests]) list.length = 0;
    for (const map of [this.messages, this.byAccount, this.byRecipient, this.byReference]) map.clear();
    this.entryFile?.clear();
    this.finalFile?.clear();
  }

  close(): void {
    this.entryFile?.close();
    this.finalFile?.close();
  }

  private index(entry: LedgerEntry): StoredMessage {
    const message: StoredMessage = {
      entry,
      status: entry.messagingServiceSid ? 'accepted' : 'queued',
      errorCode: null,
      dateSentMs: null,
      dateUpdatedMs: entry.acceptedAtMs,
      redacted: false,
      authToken: null,
      callbacks: [],
    };
    this.entries.push(entry);
    this.messages.set(entry.sid, message);
    if (entry.reference !== undefined) this.byReference.set(`${entry.accountSid} ${entry.reference}`, message);
    pushTo(this.byAccount, entry.accountSid, message);
    pushTo(this.byRecipient, `${entry.accountSid} ${entry.to}`, message);
    return message;
  }
}

function pushTo(map: Map<string, StoredMessage[]>, key: string, message: StoredMessage): void {
  const list = map.get(key);
  if (list) list.push(message);
  else map.set(key, [message]);
}
