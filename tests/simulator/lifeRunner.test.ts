import { expect, test } from '@jest/globals';
import type { CallbackSender } from '../../simulator/callbackSender.js';
import { Ledger } from '../../simulator/ledger.js';
import { LifeRunner } from '../../simulator/lifeRunner.js';
import type { Timers } from '../../simulator/timers.js';

test('a message that was delivered stays so, although the timers of a late process fire in another order', async () => {
  const fired: (() => void)[] = [];
  const timers = { after: (_delayMs: number, action: () => void) => fired.push(action) } as unknown as Timers;
  const ledger = new Ledger();
  const message = ledger.append({
    sid: 'SM1',
    accountSid: `AC${'0'.repeat(32)}`,
    to: '+12125550123',
    from: '+14155550100',
    messagingServiceSid: null,
    body: 'Hello',
    numMedia: 0,
    statusCallback: null,
    acceptedAtMs: 0,
    requestReceivedAtMs: 0,
    validityPeriodS: 60,
  });
  const steps = [
    { status: 'sent' as const, delayMs: 20 },
    { status: 'delivered' as const, delayMs: 60 },
  ];
  await new LifeRunner(ledger, {} as CallbackSender, timers).begin(message, { steps, callbacks: [], hurry: false });
  for (const fire of fired.reverse()) fire();
  expect(message.status).toBe('delivered');
  expect(ledger.finals.map(({ status }) => status)).toEqual(['delivered']);
});
