import { describe, expect, test } from '@jest/globals';
import { activeTraceId, inMessageTrace, inSpan, traceIdOf } from '../../platform/tracing.js';

describe('traces', () => {
  test('of a message have its id', () => {
    expect(traceIdOf('0190c7e2-8d5c-7a31-9b0e-3f5d1c2a4b6d')).toBe('0190c7e28d5c7a319b0e3f5d1c2a4b6d');
  });

  test('that are off do no more than the work itself', async () => {
    const promise = Promise.resolve(7);
    expect(inMessageTrace('0190c7e2-8d5c-7a31-9b0e-3f5d1c2a4b6d', 'accept', {}, () => promise)).toBe(promise);
    expect(inSpan('send', {}, () => promise)).toBe(promise);
    expect(activeTraceId()).toBeUndefined();
  });
});
