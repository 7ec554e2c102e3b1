import { describe, expect, test } from '@jest/globals';
import { AcceptShares } from '../../domain/acceptShares.js';
import { Problem } from '../../domain/errors.js';
import { type Priority, priorities } from '../../domain/priority.js';
import { Telemetry } from '../../platform/telemetry.js';
import type { Services } from '../../server/services.js';
import { shedLoad } from '../../server/shedLoad.js';

const servicesAt = (level: number, acceptShares = new AcceptShares()) =>
  ({ load: { level }, acceptShares, telemetry: new Telemetry('server') }) as unknown as Services;

/** What a message of this lane is told; undefined where it is accepted. */
function toldOf(
  services: Services,
  priority: Priority,
  workspaceId = 'one',
): [code: string, status: number, afterS: number | undefined] | undefined {
  try {
    shedLoad(services, workspaceId, priority);
    return undefined;
  } catch (error) {
    const { code, status, extra } = error as Problem;
    return [code, status, extra.retryAfterSeconds];
  }
}

describe('a message that comes while the system is busy', () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])('at level %d is refused as the order of degradation says', (level) => {
    const refused = priorities.filter((priority) => toldOf(servicesAt(level), priority));
    expect(refused.sort()).toEqual(level < 5 ? [] : level === 5 ? ['bulk'] : level === 6 ? ['bulk', 'normal'] : ['bulk', 'high', 'normal']);
  });

  test('is told when it may come back: bulk by 429, the others by 503', () => {
    expect(toldOf(servicesAt(7), 'bulk')).toEqual(['too_many_requests', 429, 15]);
    expect(toldOf(servicesAt(7), 'normal')).toEqual(['overloaded', 503, 5]);
  });

  test('is refused a level earlier where its workspace sends more than its share, and only there', () => {
    const shares = new AcceptShares();
    for (let n = 0; n < 300; n++) shares.note('flood', Date.now());
    for (let n = 0; n < 100; n++) shares.note(`other ${n % 10}`, Date.now());
    const services = servicesAt(5, shares);
    expect(toldOf(services, 'normal', 'flood')).toEqual(['overloaded', 503, 5]);
    expect(toldOf(services, 'normal', 'other 3')).toBeUndefined();
    expect(toldOf(servicesAt(3, shares), 'bulk', 'flood')).toBeUndefined();
  });
});
