import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Configuration, type ConfigurationChange, changesBetween, planUndo } from '../../domain/configuration.js';

const setting = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('a', 'b'), fc.record({ burst: fc.integer({ min: 0, max: 2 }) }));
const configuration: fc.Arbitrary<Configuration> = fc.dictionary(
  fc.constantFrom('limits', 'routes', '__proto__'),
  fc.dictionary(fc.constantFrom('x', 'y', 'z', 'constructor'), setting),
);

/** What a configuration is after changes; what is null is not set. */
function applied(before: Configuration, changes: ConfigurationChange[]): Configuration {
  const after = structuredClone(before) as Record<string, Record<string, unknown>>;
  for (const { section, name, to } of changes) {
    if (!Object.hasOwn(after, section))
      Object.defineProperty(after, section, { value: {}, enumerable: true, configurable: true, writable: true });
    const settings = after[section] as Record<string, unknown>;
    if (to === null) delete settings[name];
    else Object.defineProperty(settings, name, { value: to, enumerable: true, configurable: true, writable: true });
  }
  return after;
}
const isSame = (one: Configuration, other: Configuration) => changesBetween(one, other).length === 0;

describe('the way back', () => {
  it('from any configuration to any other is what differs between them', () => {
    fc.assert(fc.property(configuration, configuration, (before, after) => isSame(applied(before, changesBetween(before, after)), after)));
  });

  it('of a version that nothing came after is the one before it', () => {
    fc.assert(
      fc.property(configuration, configuration, (before, after) => {
        const { changes, changedSince } = planUndo(before, after, after);
        return isSame(applied(after, changes), before) && changedSince.length === 0;
      }),
    );
  });

  it('leaves alone what the version did not change, and names what was changed again since', () => {
    fc.assert(
      fc.property(configuration, configuration, configuration, (before, after, now) => {
        const mistake = changesBetween(before, after).map(({ section, name }) => `${section}.${name}`);
        const { changes, changedSince } = planUndo(before, after, now);
        const later = new Set(changesBetween(after, now).map(({ section, name }) => `${section}.${name}`));
        expect(changes.every(({ section, name }) => mistake.includes(`${section}.${name}`))).toBe(true);
        expect(changedSince).toEqual(changes.filter(({ section, name }) => later.has(`${section}.${name}`)));
      }),
    );
  });

  it('has nothing to do where somebody has gone it already', () => {
    const before = { limits: { burst: 50 } };
    expect(planUndo(before, { limits: { burst: 5_000 } }, before)).toEqual({ changes: [], changedSince: [] });
  });
});
