import { describe, expect, it, test } from '@jest/globals';
import { faultsOf, type Tally } from '../../bench/measure.js';
import { nominalLoad, timesToSocket } from '../../bench/nominal.js';
import type { TargetWorkspace } from '../../bench/target.js';

const good: Tally = { messages: 100, accepted: 100, refused: 0, delivered: 100, failed: 0, unfinished: 0, lost: 0, doubled: 0 };

describe('figures', () => {
  it('add up where each message is accepted, and delivered once', () => expect(faultsOf(good)).toEqual([]));

  test.each<[Partial<Tally>, string]>([
    [{ accepted: 99, delivered: 99 }, '1 of 100 messages were neither accepted nor refused'],
    [{ accepted: 98, delivered: 98, refused: 2 }, '2 of 100 messages were refused'],
    [{ delivered: 97, unfinished: 3 }, '3 of 100 messages were accepted and had not ended when they were given up'],
    [{ delivered: 96, failed: 4 }, '4 of 100 messages ended otherwise than delivered'],
    [{ lost: 5 }, '5 of 100 messages were accepted and never came to the provider'],
    [{ doubled: 6 }, '6 of 100 messages came to the provider more than once'],
  ])('with %j are wrong, and say why', (tally, fault) => expect(faultsOf({ ...good, ...tally })).toEqual([fault]));
});

describe('the nominal load', () => {
  const workspaces = Array.from({ length: 50 }, (_, place): TargetWorkspace => ({ id: `w${place}`, apiKey: `k${place}` }));
  const inbound = { accountSid: 'AC', authToken: 'token', to: '+14155550100' };

  it('has 28 messages a second, of which a fifth come in and the others go out in time', () => {
    const load = nominalLoad(
      { url: 'http://postrider' },
      workspaces.map((workspace) => ({ ...workspace, inbound })),
      10,
    );
    expect(load.messages).toHaveLength(224);
    expect(load.inbound).toHaveLength(56);
    expect(load.dueMs).toHaveLength(224);
    expect(Math.max(...load.dueMs)).toBeLessThan(10_000);
    expect(load.inbound[0]).toMatchObject({
      ...inbound,
      url: expect.stringMatching(/^http:\/\/postrider\/callbacks\/twilio\/w\d+\/inbound$/),
    });
  });

  it('goes out as a whole where nobody can write to the workspaces', () => {
    const load = nominalLoad({ url: 'http://postrider' }, workspaces, 10);
    expect([load.messages.length, load.inbound.length]).toEqual([280, 0]);
  });
});

it('the time to a socket is that of the first that hears of the delivery, and of the messages of this load alone', () => {
  const life = {
    id: 'a',
    conversationId: 'c',
    scheduledAtMs: 0,
    acknowledgedAtMs: 100,
    statusAtMs: 150,
    status: 'delivered',
    endedAtMs: 160,
  };
  const event = { messageId: 'a', status: 'delivered', storedAtMs: 150 };
  const heard = [
    { ...event, status: 'sent', heardAtMs: 120 },
    { ...event, heardAtMs: 170 },
    { ...event, heardAtMs: 190 },
    { ...event, messageId: 'of another load', heardAtMs: 900 },
  ];
  expect(timesToSocket(heard, { lives: [life, null] })).toEqual({ toSocket: [70], onTheWay: [20, 40] });
});
