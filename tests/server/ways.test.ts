import { describe, expect, it } from '@jest/globals';
import { type ApiCommand, commands } from '../../main/operator/arguments.js';
import { requestOf } from '../../main/operator/requestOf.js';
import { mutatingRoutes } from '../support/mutatingRoutes.js';
import { ways } from '../support/ways.js';

describe('the audit', () => {
  it('is told of every way to change something: a new route is added to tests/support/ways.ts, with what it leaves there', () => {
    expect(Object.keys(ways).sort()).toEqual(mutatingRoutes());
  });

  it('hears of what operators do, since each of their commands is such a way, or only reads', () => {
    const patterns = Object.keys(ways).map((way) => new RegExp(`^${way.replaceAll(/:\w+/g, '[^/]+')}$`));
    const own = Object.entries(commands).flatMap(([name, words]) => ('isOwn' in words ? [name] : []));
    // Which build gets messages belongs to no workspace: Temporal keeps who set it and when.
    expect(own).toEqual(['audit verify', 'record verify', 'deployment list', 'deployment set', 'deployment ramp', 'deployment rollback']);
    for (const command of Object.keys(commands) as ApiCommand[]) {
      if (own.includes(command)) continue;
      const values = { file: 'package.json', burst: '1', 'sent-as': 'x' };
      const { method, path } = requestOf({ command, id: 'account/1', values, json: false });
      const way = `${method} ${path.split('?')[0]}`;
      expect([way, method === 'GET' || patterns.some((pattern) => pattern.test(way))]).toEqual([way, true]);
    }
  });
});
