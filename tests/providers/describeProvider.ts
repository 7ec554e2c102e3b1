import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Account, SendOutcome, SendRequest, SmsProvider } from '../../providers/provider.js';
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

export interface SignedCallback {
  url: string;
  signature: string;
  form: Record<string, string>;
}

/** A provider and the other side of its line. */
export interface ProviderStage {
  provider: SmsProvider;
  /** The same provider where nobody listens. */
  unreachable: SmsProvider;
  account: Account;
  /** An account with other credentials. */
  stranger: Account;
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
  callbacks(): SignedCallback[];
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
        expect(await acceptedId(request)).not.toBe(await acceptedId(request));
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

    describe('listMessages', () => {
      test('finds a message whose answer was lost', async () => {
        await stage.shapeNext('cut after');
        const request = requestOf();
        await send(request);
        expect((await list()).filter(({ body }) => body === request.body)).toMatchObject([{ to: stage.to, from: stage.from }]);
      });

      test('finds none that was not taken', async () => {
        await stage.shapeNext('error before');
        const request = requestOf();
        await send(request);
        expect((await list()).filter(({ body }) => body === request.body)).toEqual([]);
      });

      test('finds only messages of that recipient, that sender, that time and that account', async () => {
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
        await expect(
          stage.unreachable.listMessages(stage.account, { to: stage.to, from: stage.from, fromMs: 0, toMs: 1 }),
        ).rejects.toThrow();
      });
    });

    describe('a callback', () => {
      const callbackOf = (id: string, status: string) =>
        eventually(`${status} of ${id}`, () =>
          stage.callbacks().find(({ form }) => {
            const callback = stage.provider.parseStatusCallback(form);
            return callback?.providerMessageId === id && callback.status === status;
          }),
        );

      test('tells of the message that was sent, to the URL that was given', async () => {
        const id = await acceptedId();
        const { url, form } = await callbackOf(id, 'delivered');
        expect(url).toBe(stage.callbackUrl);
        expect(stage.provider.parseStatusCallback(form)).toEqual({
          providerMessageId: id,
          accountSid: stage.account.accountSid,
          status: 'delivered',
          providerStatus: expect.stringMatching(/./),
          error: null,
        });
      });

      test('tells why a message failed', async () => {
        await stage.shapeNext('fail later');
        const { form } = await callbackOf(await acceptedId(), 'failed');
        expect(stage.provider.parseStatusCallback(form)?.error).toEqual({ code: stage.codes.failLater, message: expect.any(String) });
      });

      test("is believed with the account's own secret, its own URL and its own fields, and not otherwise", async () => {
        const { url, signature, form } = await callbackOf(await acceptedId(), 'delivered');
        const { provider, account } = stage;
        expect(provider.verifyCallback(account, { url, signature, form })).toBe(true);
        expect(provider.verifyCallback({ ...account, authToken: stage.stranger.authToken }, { url, signature, form })).toBe(false);
        expect(provider.verifyCallback(account, { url: `${url}&more=1`, signature, form })).toBe(false);
        expect(provider.verifyCallback(account, { url, signature, form: { ...form, more: '1' } })).toBe(false);
        expect(provider.verifyCallback(account, { url, signature: '', form })).toBe(false);
        expect(
          provider.verifyCallback(account, { url, signature: `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`, form }),
        ).toBe(false);
      });

      test('that is none is not read', () => {
        expect(stage.provider.parseStatusCallback({})).toBeUndefined();
        expect(stage.provider.parseStatusCallback({ hello: 'world' })).toBeUndefined();
      });
    });
  });
}
