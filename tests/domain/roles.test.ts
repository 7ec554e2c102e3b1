import { describe, expect, it } from '@jest/globals';
import { roleNames, scopesOfRole } from '../../domain/roles.js';
import { allows, covers, scopeNames } from '../../domain/scopes.js';

describe('a role', () => {
  it('of an owner may everything, and only an owner makes owners', () => {
    for (const scope of scopeNames) expect(allows(scopesOfRole.owner, scope)).toBe(true);
    for (const role of roleNames) expect([role, covers(scopesOfRole[role], scopesOfRole.owner)]).toEqual([role, role === 'owner']);
  });

  it('of an agent sends and reads, of a viewer reads, of an auditor reads no message', () => {
    const may = (role: keyof typeof scopesOfRole) =>
      (['messages:send', 'messages:read', 'audit:read'] as const).map((one) => allows(scopesOfRole[role], one));
    expect({ agent: may('agent'), viewer: may('viewer'), auditor: may('auditor') }).toEqual({
      agent: [true, true, false],
      viewer: [false, true, false],
      auditor: [false, false, true],
    });
  });

  it('below admin changes neither settings nor people nor keys', () => {
    for (const role of ['agent', 'viewer', 'auditor'] as const)
      for (const scope of ['workspace:manage', 'people:manage', 'keys:manage', 'queues:manage'] as const)
        expect([role, scope, allows(scopesOfRole[role], scope)]).toEqual([role, scope, false]);
  });
});
