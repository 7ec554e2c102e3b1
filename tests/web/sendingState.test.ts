import { describe, expect, it } from '@jest/globals';
import type { MessageTrace } from '../../web/src/api.js';
import { ageText, sendingState } from '../../web/src/sendingState.js';
import { noteServerTime, serverNow, serverOffset } from '../../web/src/serverClock.js';
import { adviceOf, waitingText } from '../../web/src/story.js';
import { clockText } from '../../web/src/timeText.js';

const now = new Date('2026-11-29T12:00:00Z');
const workspace = { breakers: [], coolingDownUntil: null };
const until = '2026-11-29T12:00:03Z';

describe('what holds the sending up', () => {
  it('is nothing where nothing does', () => {
    expect(sendingState({ outbound: { count: 3, oldestAgeS: 4 }, workspace }, now)).toBeNull();
    expect(sendingState({ outbound: undefined, workspace: undefined }, now)).toBeNull();
  });

  it('is said with its age, its end, and what becomes of the messages', () => {
    const late = { count: 1_200, oldestAgeS: 200 };
    expect(sendingState({ outbound: late, workspace }, now)).toMatchObject({ title: 'Sending is delayed by 3 min', isTrouble: false });
    const paused = { ...workspace, coolingDownUntil: until };
    expect(sendingState({ outbound: late, workspace: paused }, now)?.title).toBe(`Limit reached: next at ${clockText(until, 'seconds')}`);
    const breakers = [{ scope: 'account' as const, subject: 'twilio', state: 'open' as const, retryAt: until, reason: null }];
    expect(sendingState({ outbound: late, workspace: { ...paused, breakers } }, now)).toMatchObject({
      title: 'Twilio takes no messages right now',
      text: expect.stringMatching(/1,200 messages wait kept|1,200 messages wait/),
      isTrouble: true,
    });
  });

  it('has ages as people say them', () => {
    expect([30, 89, 90, 3_600, 7_200].map(ageText)).toEqual(['30 s', '89 s', '2 min', '60 min', '2 h']);
  });
});

describe('a message that waits', () => {
  const state = (waitingFor: string, waitingUntil: string | null) =>
    ({ waitingFor, waitingUntil }) as unknown as MessageTrace['workflow']['state'];

  it('says for what, and until when', () => {
    expect(waitingText(state('slot', until))).toBe(`Limit reached: next at ${clockText(until, 'seconds')}`);
    expect(waitingText(state('earlier', null))).toBe('Waits for the message before it');
    expect(waitingText(null)).toBeNull();
  });

  it('or has ended badly, says what to do', () => {
    const error = (code: string) => ({ code, message: 'x' });
    expect(adviceOf({ status: 'failed', error: error('30006') })).toContain('landline');
    expect(adviceOf({ status: 'parked', error: null })).toContain('may have been sent');
  });
});

describe('a clock that is an hour off', () => {
  it('does not change what time it is', () => {
    const hourMs = 3_600_000;
    noteServerTime(new Date(Date.now() + hourMs).toUTCString(), Date.now(), Date.now());
    expect(Math.abs(serverNow().getTime() - Date.now() - hourMs)).toBeLessThan(2_000);
    noteServerTime(null, Date.now(), Date.now());
    expect(serverOffset.get()).not.toBe(0);
    noteServerTime(new Date().toUTCString(), Date.now(), Date.now());
    expect(serverOffset.get()).toBe(0);
  });
});
