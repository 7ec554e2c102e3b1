import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Account, CallbackRequest, SendOutcome, SendRequest, SmsProvider } from '../../providers/provider.js';
import { ProviderUnavailable } from '../../providers/provider.js';
import { eventually } from '../simulator/eventually.js';

/** What the provider's side does to the next send. `before` and `after` say whether it takes the message first. */
export type Fate =
  | 'reject'
  | 'limit the rate'
  | 'error before'
  | 'error after'
  | 'cut after'
  | 'silence after'
  | 'garbage after'
  | 'fail later';

/** A provider and the other side of its line. */
export interface ProviderStage {
  provider: SmsProvider;
  /** The same provider where nobody listens. */
  unreachable: SmsProvider;
  account: Account;
  /** Another account. */
  stranger: Account;
  /** The account, with another secret than the one that callbacks are signed with. */
  forger: Account;
  /** What the signature of a callback covers besides its body. */
  signs: { url: boolean; time: boolean };
  from: string;
  to: string;
  callbackUrl: string;
  /** An id of the provider's form that it never gave. */
  unknownId: string;
  /** The code of `reject`, and of `fail later`. */
  codes: { reject: string; failLater: string };
  shapeNext(fate: Fate): Promise<void>;
  /** Bodies of the messages that the provider's side has taken. */
  taken(): Promise<string[]>;
  /** How many sends have reached the provider's side, taken or not. */
  reached(): Promise<number>;
  /** How long the last message that was taken is of use there, seconds. */
  validitySeconds(): Promise<number>;
  /** Somebody writes to `from`. Answers the provider's id of it. */
  writeIn(text: { from: string; to: string; body: string }): Promise<string>;
  callbacks(): CallbackRequest[];
  close(): Promise<void>;
}

/** What every provider must do: one suite, run on each. */
export function describeProvider(name: string, open: () => Promise<ProviderStage>): void {
  describe(`the provider ${name}`, () => {
    let stage: ProviderStage;
    let count = 0;
    beforeAll(async () => void (stage = await open()));
    afterAll(() => stage.close());

    const requestOf = (fields: Partial<SendRequest> = {}): SendRequest => ({
      to: stage.to,
      from: stage.from,
      body: `message ${(count += 1)}`,
      mediaUrls: [],
      reference: `reference-${count}`,
      statusCallback: stage.callbackUrl,
      validitySeconds: 3_600,
      ...fields,
    });
    const agreed = () => Promise.resolve(true);
    const inTime = () => true;
    const send = (request = requestOf()): Promise<SendOutcome> => stage.provider.send(stage.account, request, agreed, inTime);
    const isTaken = async (body: string) => (await stage.taken()).includes(body);
    const list = (fields = {}) =>
      stage.provider.listMessages(stage.account, { to: stage.to, from: stage.from, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, ...fields });

    async function acceptedId(request = requestOf()): Promise<string> {
      const outcome = await send(request);
      if (outcome.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
      return outcome.providerMessageId;
    }

    test('has its name', () => expect(stage.provider.name).toBe(name));

    describe('send', () => {
      test('answers the id of a message that was taken', async () => {
        const request = requestOf();
        const outcome = await send(request);
        expect(outcome).toEqual({ kind: 'accepted', providerMessageId: expect.stringMatching(/./), status: 'accepted' });
        expect(await isTaken(request.body)).toBe(true);
        const id = outcome.kind === 'accepted' ? outcome.providerMessageId : '';
        expect(await stage.provider.fetchMessage(stage.account, id)).toMatchObject({ id, body: request.body });
      });

      test('gives two equal texts two ids', async () => {
        const request = requestOf();
        expect(await acceptedId(request)).not.toBe(await acceptedId({ ...request, reference: `${request.reference}-again` }));
      });

      test('answers the code of a message that was refused', async () => {
        await stage.shapeNext('reject');
        expect(await send()).toEqual({ kind: 'rejected', code: stage.codes.reject, message: expect.stringMatching(/./) });
      });

      test('tells too many requests from a refusal, and when to come back', async () => {
        await stage.shapeNext('limit the rate');
        const request = requestOf();
        expect(await send(request)).toEqual({ kind: 'rateLimited', code: expect.stringMatching(/./), retryAfterMs: 2_000 });
        expect(await isTaken(request.body)).toBe(false);
      });

      test.each(['error before', 'error after', 'cut after', 'silence after', 'garbage after'] as const)(
        'does not claim to know what became of a message that met %s',
        async (fate) => {
          await stage.shapeNext(fate);
          const request = requestOf();
          expect(await send(request)).toEqual({ kind: 'ambiguous', reason: expect.stringMatching(/./) });
          expect(await isTaken(request.body)).toBe(fate !== 'error before');
        },
      );

      test('says so where surely nothing was sent: nobody there', async () => {
        const beforeWrite = jest.fn(agreed);
        expect(await stage.unreachable.send(stage.account, requestOf(), beforeWrite, inTime)).toEqual({
          kind: 'notSent',
          reason: expect.stringMatching(/./),
        });
        expect(beforeWrite).not.toHaveBeenCalled();
      });

      test.each([
        ['does not agree', () => Promise.resolve(false)],
        ['fails', () => Promise.reject(new Error('no database'))],
      ])('says so where surely nothing was sent: `beforeWrite` %s', async (_what, beforeWrite) => {
        const reached = await stage.reached();
        expect(await stage.provider.send(stage.account, requestOf(), beforeWrite, inTime)).toEqual({
          kind: 'notSent',
          reason: expect.stringMatching(/./),
        });
        // A request that had left would be there before the next one.
        await send();
        expect(await stage.reached()).toBe(reached + 1);
      });

      test('says so where surely nothing was sent: the time is over when `beforeWrite` has agreed', async () => {
        const request = requestOf();
        let isInTime = true;
        const frozen = async () => {
          isInTime = false;
          return true;
        };
        expect(await stage.provider.send(stage.account, request, frozen, () => isInTime)).toEqual({
          kind: 'notSent',
          reason: expect.stringMatching(/./),
        });
        await send();
        expect(await isTaken(request.body)).toBe(false);
      });

      test('asks `beforeWrite` once, and writes nothing before it agreed', async () => {
        const reached = await stage.reached();
        const beforeWrite = jest.fn(async () => (await stage.reached()) === reached);
        expect(await stage.provider.send(stage.account, requestOf(), beforeWrite, inTime)).toMatchObject({ kind: 'accepted' });
        expect(beforeWrite).toHaveBeenCalledTimes(1);
      });
    });

    describe('what it can do', () => {
      const when = (capability: keyof SmsProvider['capabilities']) => stage.provider.capabilities[capability];

      test('a repeat under the same reference is sent twice, unless it says that it is not', async () => {
        await stage.shapeNext('error after');
        const request = requestOf();
        await send(request);
        const ids = [await acceptedId(request), await acceptedId(request)];
        const taken = (await stage.taken()).filter((body) => body === request.body);
        expect([taken.length, new Set(ids).size]).toEqual(when('isIdempotent') ? [1, 1] : [3, 2]);
      });

      test('it is told how long a message is of use, if it says that it keeps to that', async () => {
        await acceptedId(requestOf({ validitySeconds: 77 }));
        const validity = await stage.validitySeconds();
        if (when('limitsValidity')) expect(validity).toBe(77);
        else expect(validity).not.toBe(77);
      });

      test('it sends from a Messaging Service, and finds that again, if it says that it has such', async () => {
        const service = `MG${'5'.repeat(32)}`;
        if (!when('hasMessagingServices')) return;
        const request = requestOf({ from: service });
        const id = await acceptedId(request);
        const other = await acceptedId();
        const found = (await list({ from: service })).map((message) => message.id);
        expect([found.includes(id), found.includes(other)]).toEqual([true, false]);
      });

      test('it has a list, or says so whenever it is asked for one', async () => {
        if (when('canList')) expect((await list()).length).toBeGreaterThan(0);
        else await expect(list()).rejects.toThrow(ProviderUnavailable);
      });

      test('an account of it has one secret, and each value a rule', () => {
        const { account, provider } = stage;
        const fields = Object.entries(provider.accountFields);
        expect(fields.filter(([, { keptAs }]) => keptAs === 'authToken')).toHaveLength(1);
        for (const [name, { keptAs, schema }] of fields) {
          const value = keptAs === 'setting' ? account.settings[name] : account[keptAs];
          expect([name, schema.safeParse(value).success, schema.safeParse('').success]).toEqual([name, true, false]);
        }
      });
    });

    describe('fetchMessage', () => {
      test('shows the message as the provider has it', async () => {
        const request = requestOf({ body: 'Grüße 😀 & more\n' });
        const before = Date.now();
        const id = await acceptedId(request);
        const message = await stage.provider.fetchMessage(stage.account, id);
        expect(message).toEqual({
          id,
          to: request.to,
          from: request.from,
          body: request.body,
          status: expect.stringMatching(/^(accepted|sent|delivered)$/),
          createdAtMs: expect.any(Number),
          error: null,
        });
        // Providers tell times in seconds.
        expect(Math.abs((message?.createdAtMs ?? 0) - before)).toBeLessThan(2_000);
      });

      test('shows why a message failed', async () => {
        await stage.shapeNext('fail later');
        const id = await acceptedId();
        const failed = await eventually('the failure', async () => {
          const message = await stage.provider.fetchMessage(stage.account, id);
          return message?.status === 'failed' && message;
        });
        expect(failed.error).toEqual({ code: stage.codes.failLater, message: expect.any(String) });
      });

      test('answers undefined for an id that the provider does not know', async () => {
        expect(await stage.provider.fetchMessage(stage.account, stage.unknownId)).toBeUndefined();
      });

      test('answers undefined for a message of another account', async () => {
        expect(await stage.provider.fetchMessage(stage.stranger, await acceptedId())).toBeUndefined();
      });

      test('throws where the provider can not be asked', async () => {
        await expect(stage.unreachable.fetchMessage(stage.account, stage.unknownId)).rejects.toThrow();
      });
    });

    describe('listMessages, where there is a list,', () => {
      test('finds a message whose answer was lost', async () => {
        if (!stage.provider.capabilities.canList) return;
        await stage.shapeNext('cut after');
        const request = requestOf();
        await send(request);
        expect((await list()).filter(({ body }) => body === request.body)).toMatchObject([{ to: stage.to, from: stage.from }]);
      });

      test('finds none that was not taken', async () => {
        if (!stage.provider.capabilities.canList) return;
        await stage.shapeNext('error before');
        const request = requestOf();
        await send(request);
        expect((await list()).filter(({ body }) => body === request.body)).toEqual([]);
      });

      test('finds only messages of that recipient, that sender, that time and that account', async () => {
        if (!stage.provider.capabilities.canList) return;
        const id = await acceptedId();
        const ids = async (fields = {}) => (await list(fields)).map((message) => message.id);
        expect(await ids()).toContain(id);
        expect(await ids({ to: stage.from })).toEqual([]);
        expect(await ids({ from: stage.to })).toEqual([]);
        expect(await ids({ fromMs: Date.now() + 60_000 })).toEqual([]);
        expect(await ids({ toMs: Date.now() - 60_000 })).toEqual([]);
        const strangers = await stage.provider.listMessages(stage.stranger, {
          to: stage.to,
          from: stage.from,
          fromMs: 0,
          toMs: Number.MAX_SAFE_INTEGER,
        });
        expect(strangers).toEqual([]);
      });

      test('throws where the provider can not be asked', async () => {
        if (!stage.provider.capabilities.canList) return;
        await expect(
          stage.unreachable.listMessages(stage.account, { to: stage.to, from: stage.from, fromMs: 0, toMs: 1 }),
        ).rejects.toThrow();
      });
    });

    describe('a callback', () => {
      const read = ({ body }: CallbackRequest) => {
        const fields = stage.provider.readCallback(body);
        return fields && stage.provider.parseStatusCallback(fields);
      };
      const callbackOf = (id: string, status: string) =>
        eventually(`${status} of ${id}`, () =>
          stage.callbacks().find((one) => {
            const callback = read(one);
            return callback?.providerMessageId === id && callback.status === status;
          }),
        );

      test('tells of the message that was sent, to the URL that was given', async () => {
        const id = await acceptedId();
        const callback = await callbackOf(id, 'delivered');
        expect(callback.url).toBe(stage.callbackUrl);
        expect(read(callback)).toEqual({
          providerMessageId: id,
          status: 'delivered',
          providerStatus: expect.stringMatching(/./),
          error: null,
        });
      });

      test('tells why a message failed', async () => {
        await stage.shapeNext('fail later');
        const callback = await callbackOf(await acceptedId(), 'failed');
        expect(read(callback)?.error).toEqual({ code: stage.codes.failLater, message: expect.any(String) });
      });

      test("is believed with the account's own secret and its own text, and not otherwise", async () => {
        const callback = await callbackOf(await acceptedId(), 'delivered');
        const { provider, account, signs } = stage;
        const isBelieved = (fields: Partial<CallbackRequest> = {}, as = account) => provider.verifyCallback(as, { ...callback, ...fields });
        expect(isBelieved()).toBe(true);
        expect(isBelieved({}, stage.stranger)).toBe(false);
        expect(isBelieved({}, stage.forger)).toBe(false);
        expect(isBelieved({ body: callback.body.replace('delivered', 'delivereD') })).toBe(false);
        expect(isBelieved({ body: '' })).toBe(false);
        expect(isBelieved({ headers: {} })).toBe(false);
        for (const [name, value = ''] of Object.entries(callback.headers).filter(([header]) => header.includes('signature'))) {
          const changed = value.slice(0, -8) + (value.at(-8) === 'A' ? 'B' : 'A') + value.slice(-7);
          for (const wrong of ['', changed, `A${value}`, value.slice(0, 12), '\u0000'])
            expect([name, wrong, isBelieved({ headers: { ...callback.headers, [name]: wrong } })]).toEqual([name, wrong, false]);
        }
        expect(isBelieved({ url: `${callback.url}&more=1` })).toBe(!signs.url);
        for (const laterMs of [-600_000, 600_000]) expect(isBelieved({ receivedAtMs: callback.receivedAtMs + laterMs })).toBe(!signs.time);
      });

      test.each(['', '{', '[]', 'null', '{}', '{"hello":"world"}', 'hello=world', '{"id":1,"status":{}}', '{"data":{"payload":[]}}'])(
        'that is none is not read: %j',
        (body) => {
          const fields = stage.provider.readCallback(body) ?? {};
          expect(stage.provider.parseStatusCallback(fields)).toBeUndefined();
          expect(stage.provider.parseInbound(fields)).toBeUndefined();
        },
      );
    });

    test('a message that comes in is believed and read, as no receipt of another', async () => {
      const { provider, account, from, to } = stage;
      const body = 'Grüße 😀 & more\n';
      const id = await stage.writeIn({ from: to, to: from, body });
      const came = await eventually('the message', () =>
        stage.callbacks().find((one) => provider.parseInbound(provider.readCallback(one.body) ?? {})?.providerMessageId === id),
      );
      expect(provider.verifyCallback(account, came)).toBe(true);
      const fields = provider.readCallback(came.body) ?? {};
      expect(provider.parseInbound(fields)).toEqual({
        providerMessageId: id,
        from: to,
        to: from,
        body,
        mediaUrls: [],
        optOutType: undefined,
      });
      expect(provider.parseStatusCallback(fields)?.status).toBeUndefined();
    });
  });
}
