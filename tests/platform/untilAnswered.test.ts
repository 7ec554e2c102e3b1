import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConfigError } from '../../platform/config.js';
import { untilAnswered } from '../../platform/untilAnswered.js';

const everyMs = 1_000;
const refusal = new ConfigError(['this may not run']);
const away = new Error('nobody answers');

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Answers so one time after the other: an error is thrown, undefined is an answer. */
function answering(...answers: (Error | undefined)[]) {
  return jest.fn(async () => {
    const answer = answers.shift();
    if (answer) throw answer;
  });
}

describe('whether a process may run', () => {
  it('is asked once where it may', async () => {
    const look = answering();
    const { close } = await untilAnswered(look, everyMs);
    await jest.advanceTimersByTimeAsync(10 * everyMs);
    expect(look).toHaveBeenCalledTimes(1);
    close();
  });

  it('is refused at once where it may not', async () => {
    await expect(untilAnswered(answering(refusal), everyMs)).rejects.toBe(refusal);
  });

  it('is asked until somebody answers, and ends the process where the answer is no', async () => {
    const unanswered: unknown[] = [];
    const look = answering(away, away, refusal);
    const { failed } = await untilAnswered(look, everyMs, (error) => unanswered.push(error));
    const refused = expect(failed).rejects.toBe(refusal);
    await jest.advanceTimersByTimeAsync(2 * everyMs);
    await refused;
    expect(unanswered).toEqual([away, away]);
    await jest.advanceTimersByTimeAsync(10 * everyMs);
    expect(look).toHaveBeenCalledTimes(3);
  });

  it('is asked no more once the process ends', async () => {
    const look = answering(away, away, away);
    const { close } = await untilAnswered(look, everyMs);
    close();
    await jest.advanceTimersByTimeAsync(10 * everyMs);
    expect(look).toHaveBeenCalledTimes(1);
  });
});
