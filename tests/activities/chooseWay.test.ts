import { describe, expect, it } from '@jest/globals';
import { chooseWay, closedToAll, waitBefore } from '../../activities/chooseWay.js';
import type { Dependencies } from '../../activities/dependencies.js';
import { type Breaker, newBreaker } from '../../domain/breaker.js';
import type { OutboundMessage } from '../../domain/message.js';
import type { Way } from '../../domain/ways.js';
import type { Workspace } from '../../storage/workspaces.js';

const nowMs = 1_700_000_000_000;
const minute = 60_000;
const way = (provider: string, inMs: number, openSinceMs: number): Way => ({
  provider,
  sender: { id: provider, phoneNumber: '+14155550100', provider },
  standing: { kind: 'open', untilMs: nowMs + inMs, sinceMs: nowMs - openSinceMs },
});

describe('a message before an open breaker', () => {
  it('sleeps until the first one lets somebody try, and names whose that is', () => {
    expect(waitBefore([way('a', 9_000, 1_000), way('b', 5_000, 1_000)], nowMs, 0)).toEqual({
      kind: 'wait',
      waitMs: 5_001,
      waitingFor: 'breaker',
      provider: 'b',
      token: null,
    });
  });

  it('comes back apart from others, the farther the longer it lasts', () => {
    const latest = (openSinceMs: number) => waitBefore([way('a', 5_000, openSinceMs)], nowMs, 0.999_999).waitMs;
    expect(latest(1_000)).toBe(7_001);
    expect(latest(5 * minute)).toBe(35_001);
    expect(latest(60 * minute)).toBe(65_001);
  });

  it('looks in between whether a person has closed it', () => {
    const forced = (openSinceMs: number) => waitBefore([way('a', 10 * 60 * minute, openSinceMs)], nowMs, 0).waitMs;
    expect(forced(0)).toBe(10_001);
    expect(forced(2 * minute)).toBe(minute + 1);
    expect(forced(60 * minute)).toBe(5 * minute + 1);
  });
});

const sender = { id: 's', phoneNumber: '+14155550100', provider: 'a' };
const account = { provider: 'a', accountSid: 'AC1', authToken: '' };
const workspaceWith = (more: Partial<Workspace> = {}) =>
  ({ id: 'w', senders: [sender], accounts: [account], routes: {}, breakers: [], limits: { senders: {} }, ...more }) as unknown as Workspace;
const message = (more: Partial<OutboundMessage> = {}) =>
  ({ messageId: 'm', workspaceId: 'w', to: '+14155552671', senderId: 's', from: sender.phoneNumber, ...more }) as OutboundMessage;
/** Whatever is asked of a database or another process is a fault. */
const nobody = new Proxy({} as Dependencies, {
  get: (_, name) =>
    new Proxy(
      {},
      {
        get: () => () => {
          throw new Error(`asked ${String(name)}`);
        },
      },
    ),
});
const first = { attempts: 0, tried: new Set<string>() };
const open = (): Breaker => ({ ...newBreaker({ scope: 'account', subject: 'a' }, 0), state: 'open', retryAtMs: Date.now() + 60_000 });

describe('the way of a message in a workspace with one account', () => {
  it('is its own, and nobody is asked for it', async () => {
    expect(closedToAll(workspaceWith(), message())).toBeUndefined();
    expect(await chooseWay(nobody, workspaceWith(), message(), first)).toEqual({ kind: 'way', account, sender, probes: [] });
    expect(await chooseWay(nobody, workspaceWith(), message({ routed: true }), { ...first, attempts: 3 })).toMatchObject({ kind: 'way' });
  });

  it('is closed while its breaker is open, and nobody is asked for that either', async () => {
    const closed = { kind: 'wait', waitingFor: 'breaker', provider: 'a' };
    expect(closedToAll(workspaceWith({ breakers: [open()] }), message())).toMatchObject(closed);
    expect(await chooseWay(nobody, workspaceWith({ breakers: [open()] }), message(), first)).toMatchObject(closed);
  });

  it('is not there without an account, or where it was tried in vain', async () => {
    expect(await chooseWay(nobody, workspaceWith({ accounts: [] }), message(), first)).toEqual({ kind: 'none' });
    expect(await chooseWay(nobody, workspaceWith(), message(), { attempts: 0, tried: new Set(['a']) })).toEqual({ kind: 'all tried' });
  });
});
