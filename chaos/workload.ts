import twilio from 'twilio';
import { Canaries } from '../load/canaries.js';
import { type Follower, follow } from '../load/follower.js';
import { HttpClient } from '../load/httpClient.js';
import type { Journal } from '../load/journal.js';
import { recipientOf } from '../load/recipients.js';
import { sendMessage } from '../load/sendMessage.js';
import type { HeardByOne, JournalEntry, Lane, Submission } from './history.js';
import type { Site } from './site.js';

/** Contacts of each workspace that get texts all the time; of the others each has one story. */
const contactsEach = 40;
const numbersEach = 10_000;
/** How long a client repeats a request that brings nothing but 503, 429 and silence, milliseconds. */
const patienceMs = 240_000;
/** A text from a phone, or a probe, is tried again this often; the provider does so too. */
const triesMax = 40;
const pauseMs = 500;
const connectionsMax = 400;

/** Shares of the messages that are more than a message. */
const shares = { repeated: 0.04, otherText: 0.01, inbound: 0.04, probe: 0.05, high: 0.2, bulk: 0.2 };
/** A story of somebody who writes STOP, about so often, milliseconds. */
const stopStoryEveryMs = 15_000;
const stopStoryTexts = 8;

/** Clients, people with phones, and somebody who means harm: they use the product over its public ways, and write down what they did and were told. */
export class Workload {
  private n = 0;
  private stories = 0;
  private readonly clients: HttpClient[];
  private readonly running = new Set<Promise<unknown>>();
  private timers: NodeJS.Timeout[] = [];
  private readonly known: { workspace: number; id: string }[] = [];
  private readonly followers: { workspace: number; conversationId: string; follower: Follower }[] = [];
  private readonly heardBefore: HeardByOne[] = [];

  constructor(
    private readonly site: Site,
    private readonly journal: Journal<JournalEntry>,
    private readonly canaries: Canaries,
    private readonly draw: () => number,
  ) {
    this.clients = site.urls.map((url) => new HttpClient(url, connectionsMax));
  }

  /** Opens one socket a workspace, and sends at this rate until it is stopped. */
  async start(ratePerSecond: number): Promise<void> {
    await Promise.all(this.site.stack.workspaces.map((_, workspace) => this.followFirstContact(workspace)));
    this.timers = [
      setInterval(() => this.keep(this.oneThing()), 1_000 / ratePerSecond),
      setInterval(() => this.tellStory(stopStoryTexts), stopStoryEveryMs),
    ];
  }

  /** Begins nothing more; resolves when all requests have been answered or given up. */
  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    while (this.running.size > 0) await Promise.all(this.running);
  }

  /** Ends the sockets, and answers what each has heard. */
  endSockets(): HeardByOne[] {
    const heard = this.followers.map(({ workspace, conversationId, follower }): HeardByOne => {
      follower.close();
      return { workspace, conversationId, heard: follower.heard, isComplete: true };
    });
    return [...heard, ...this.heardBefore];
  }

  close(): void {
    for (const client of this.clients) client.close();
  }

  /** So many requests at once. */
  burst(count: number): void {
    for (let index = 0; index < count; index++) this.keep(this.oneThing());
  }

  /** Texts at which armed processes throw. */
  submitPoison(count: number): void {
    for (let index = 0; index < count; index++)
      this.keep(this.submit({ workspace: index % this.workspaceCount, contact: this.story(), lane: 'normal', poison: true }));
  }

  /** Marketing to somebody for whom it is night, where there is such a place: it must wait. */
  submitAtNight(): void {
    const place = placesAtNight()[0];
    if (place) this.keep(this.submit({ workspace: 0, contact: 0, to: `${place}5550123`, lane: 'normal', night: true }));
  }

  /** So many bulk messages of one workspace, each to somebody else. */
  flood(count: number): void {
    const first = this.story();
    for (let index = 0; index < count; index++)
      this.keep(this.submit({ workspace: this.workspaceCount - 1, contact: first + (index % 1_000), lane: 'bulk' }));
  }

  /** Texts for one contact, who writes STOP while they are on their way; and a few afterwards, which must be refused. */
  tellStory(count: number): void {
    this.keep(this.stopWhileQueued(count));
  }

  private async stopWhileQueued(count: number): Promise<void> {
    const workspace = Math.floor(this.draw() * this.workspaceCount);
    const contact = this.story();
    const texts = Array.from({ length: count }, () => this.submit({ workspace, contact, lane: 'bulk' }));
    await texts[0];
    if (!(await this.writeIn(workspace, contact, 'STOP'))) return;
    for (let index = 0; index < 4; index++) await this.submit({ workspace, contact, lane: 'normal' });
    await Promise.all(texts);
  }

  /** A callback that is forged, of another tenant, or too large. */
  forgeCallback(drawn: number): void {
    this.keep(this.forge(drawn));
  }

  private async forge(drawn: number): Promise<void> {
    const [own, other] = this.site.stack.workspaces;
    if (!own || !other) return;
    const forgeries = [
      { what: 'a signature of nobody', token: 'f'.repeat(32), extra: {} },
      { what: 'signed by another tenant', token: other.twilioAuthToken, extra: {} },
      { what: 'larger than any', token: own.twilioAuthToken, extra: { Padding: 'x'.repeat(100_000) } },
    ];
    const { what, token, extra } = forgeries[Math.floor(drawn * forgeries.length)] as (typeof forgeries)[number];
    const url = `${this.site.stack.url}/callbacks/twilio/${own.id}/inbound`;
    const from = recipientOf(0);
    const form: Record<string, string> = {
      AccountSid: own.twilioAccountSid,
      MessageSid: `SM${'0'.repeat(32)}`,
      From: from,
      To: own.senders[0] as string,
      Body: 'STOP',
      ...extra,
    };
    const status = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': twilio.getExpectedTwilioSignature(token, url, form),
      },
      body: new URLSearchParams(form),
    }).then(
      (answer) => answer.status,
      () => undefined,
    );
    if (status !== undefined) await this.journal.append({ kind: 'forged', what, status });
  }

  /** Many sockets on the conversations that are followed; the answer ends them, once they are all back. */
  async openStorm(count: number): Promise<{ end(): Promise<void> }> {
    const storm = Array.from({ length: count }, (_, place) => {
      const { workspace, conversationId } = this.followers[place % this.followers.length] as (typeof this.followers)[number];
      return { workspace, conversationId, follower: this.follower(workspace, conversationId) };
    });
    const allBack = async () => {
      const giveUpAt = Date.now() + 30_000;
      while (storm.some(({ follower }) => !follower.opened()) && Date.now() < giveUpAt) await pause(50);
    };
    await allBack();
    return {
      end: async () => {
        await allBack();
        for (const { workspace, conversationId, follower } of storm) {
          follower.close();
          this.heardBefore.push({ workspace, conversationId, heard: follower.heard, isComplete: false });
        }
      },
    };
  }

  private get workspaceCount(): number {
    return this.site.stack.workspaces.length;
  }

  private keep(work: Promise<unknown>): void {
    const kept = work.catch(() => undefined).finally(() => this.running.delete(kept));
    this.running.add(kept);
  }

  /** A contact for a story of its own. */
  private story(): number {
    this.stories += 1;
    return contactsEach + ((this.stories * 37) % (numbersEach - 1_100));
  }

  private async oneThing(): Promise<void> {
    const workspace = Math.floor(this.draw() * this.workspaceCount);
    const kind = this.draw();
    const lane = kind < shares.high ? 'high' : kind < shares.high + shares.bulk ? 'bulk' : 'normal';
    const contact = Math.floor(this.draw() ** 2 * contactsEach);
    const more = this.draw();
    const id = await this.submit({ workspace, contact, lane });
    if (id === undefined) return;
    let below = shares.inbound;
    if (more < below) return void (await this.writeIn(workspace, contact, `Thanks, that suits me (${this.n})`));
    if (more < (below += shares.probe)) await this.probe(workspace);
  }

  private async submit(what: {
    workspace: number;
    contact: number;
    lane: Lane;
    to?: string;
    night?: true;
    poison?: true;
  }): Promise<string | undefined> {
    const n = ++this.n;
    const { workspace, contact, lane, night, poison } = what;
    const to = what.to ?? recipientOf(workspace * numbersEach + contact);
    const text = `${this.canaries.bodyOf(n)} for tenant ${workspace}${poison ? ' [poison]' : ''}`;
    const submission: Submission = {
      n,
      workspace,
      to,
      lane,
      text,
      submittedAtMs: Date.now(),
      ...(night && { night }),
      ...(poison && { poison }),
    };
    await this.journal.append({ kind: 'submitted', ...submission });
    const key = this.canaries.keyOf(n);
    const { apiKey } = this.site.stack.workspaces[workspace] as { apiKey: string };
    const message = { apiKey, idempotencyKey: key, to, body: text, more: { priority: lane, ...(night && { category: 'marketing' }) } };
    const client = {
      request: (request: Parameters<HttpClient['request']>[0]) => this.oneClient().request({ ...request, timeoutMs: 5_000 }),
    };
    const result = await sendMessage(client, message, Date.now() + patienceMs);
    if (result.kind === 'refused') {
      const code = /"code":"(\w+)"/.exec(result.reason)?.[1] ?? 'unknown';
      await this.journal.append({ kind: 'refused', n, code: result.reason.startsWith('given up') ? 'given up' : code, atMs: Date.now() });
      return undefined;
    }
    const { id, conversationId, acknowledgedAtMs: atMs } = result;
    await this.journal.append({ kind: 'acknowledged', n, id, conversationId, atMs });
    if (!night) this.known.push({ workspace, id });
    const drawn = this.draw();
    if (drawn < shares.repeated + shares.otherText) await this.repeat(n, message, drawn < shares.otherText);
    return id;
  }

  private async repeat(n: number, message: Parameters<typeof sendMessage>[1], otherText: boolean): Promise<void> {
    const body = otherText ? `${message.body}, or another` : message.body;
    const result = await sendMessage(this.oneClient(), { ...message, body }, Date.now() + patienceMs);
    const status = result.kind === 'accepted' ? 202 : Number(result.reason.slice(0, 3));
    if (result.kind === 'refused' && result.reason.startsWith('given up')) return;
    await this.journal.append({ kind: 'repeated', n, otherText, status, id: result.kind === 'accepted' ? result.id : null });
  }

  /** Somebody's text, brought by the provider until the product has taken it; whether it has. */
  private async writeIn(workspace: number, contact: number, body: string): Promise<boolean> {
    const as = this.site.stack.workspaces[workspace] as Site['stack']['workspaces'][number];
    const from = recipientOf(workspace * numbersEach + contact);
    for (let tries = 0; tries < triesMax; tries++) {
      const answer = await this.site
        .control<{ status: number | null }>('POST', '/inbound', {
          accountSid: as.twilioAccountSid,
          authToken: as.twilioAuthToken,
          url: `${this.site.stack.url}/callbacks/twilio/${as.id}/inbound`,
          from,
          to: as.senders[0] as string,
          body,
        })
        .catch(() => undefined);
      if (answer?.status === 204) {
        await this.journal.append({ kind: 'wrote in', workspace, from, body, atMs: Date.now() });
        return true;
      }
      await pause(pauseMs);
    }
    return false;
  }

  /** Asks for somebody else's message. */
  private async probe(as: number): Promise<void> {
    const others = this.known.filter(({ workspace }) => workspace !== as);
    const target = others[Math.floor(this.draw() * others.length)];
    if (!target) return;
    const { apiKey } = this.site.stack.workspaces[as] as { apiKey: string };
    const { status } = await this.oneClient().request({
      method: 'GET',
      path: `/v1/messages/${target.id}`,
      headers: { authorization: `Bearer ${apiKey}` },
    });
    if (status < 500 && status !== 429) await this.journal.append({ kind: 'probe', as, of: target.workspace, id: target.id, status });
  }

  private oneClient(): HttpClient {
    return this.clients[Math.floor(this.draw() * this.clients.length)] as HttpClient;
  }

  private async followFirstContact(workspace: number): Promise<void> {
    const id = await this.submit({ workspace, contact: 0, lane: 'high' });
    const entry = this.journal.lines().find((line) => line.kind === 'acknowledged' && line.id === id);
    if (entry?.kind !== 'acknowledged') throw new Error(`the first message of workspace ${workspace} was not accepted`);
    const { conversationId } = entry;
    this.followers.push({ workspace, conversationId, follower: this.follower(workspace, conversationId) });
  }

  private follower(workspace: number, conversationId: string): Follower {
    const { id: workspaceId, apiKey: key } = this.site.stack.workspaces[workspace] as { id: string; apiKey: string };
    return follow(this.site.urls, { workspaceId, key, conversationId, afterSeq: 0 });
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Prefixes of numbers in places where it is surely night now: after 22 and before 7. */
function placesAtNight(now = new Date()): string[] {
  const places = { '+1415': 'America/Los_Angeles', '+1212': 'America/New_York', '+1808': 'Pacific/Honolulu' };
  return Object.entries(places).flatMap(([prefix, timeZone]) => {
    const hour = Number(new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone }).format(now));
    return hour >= 22 || hour < 7 ? [prefix] : [];
  });
}
