import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { companyWords, createCompany } from '../../web/src/company.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('the company in a conversation', () => {
  it('is named, those who type before those who look, and goes when they say nothing more', () => {
    const company = createCompany();
    const words = () => companyWords(company.store.get().get('c'));
    expect(words()).toBeNull();
    company.hear({ conversationId: 'c', agentId: '1', name: 'Ben', state: 'viewing', forMs: 20_000 });
    company.hear({ conversationId: 'c', agentId: '2', name: 'Ana', state: 'viewing', forMs: 20_000 });
    // The same person in a second tab.
    company.hear({ conversationId: 'c', agentId: '3', name: 'Ana', state: 'viewing', forMs: 20_000 });
    company.hear({ conversationId: 'other', agentId: '4', name: 'Cleo', state: 'typing', forMs: 6_000 });
    expect(words()).toBe('Ana and Ben are looking at this');
    company.hear({ conversationId: 'c', agentId: '2', name: 'Ana', state: 'typing', forMs: 6_000 });
    expect(words()).toBe('Ana is replying…');
    jest.advanceTimersByTime(7_000);
    expect(words()).toBe('Ana and Ben are looking at this');
    company.hear({ conversationId: 'c', agentId: '3', name: 'Ana', state: 'left', forMs: 0 });
    expect(words()).toBe('Ben is looking at this');
    jest.advanceTimersByTime(14_000);
    expect(words()).toBeNull();
    company.close();
  });
});
