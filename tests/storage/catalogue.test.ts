import { describe, expect, it } from '@jest/globals';
import { cases } from '../support/catalogue/cases.js';
import { declaredFunctions, declaredStatements, othersThatAsk } from '../support/catalogue/declared.js';

/** Classes whose every question is one of the functions. */
const onlyPassOn = ['messageStore.MessageStore', 'workspaceDirectory.WorkspaceDirectory'];

describe('the catalogue of what is asked of the database', () => {
  it('has a case for every function of storage/: add yours to tests/support/catalogue, as CONTRIBUTING.md says', () => {
    const missing = declaredFunctions().filter((name) => !(name in cases) && !onlyPassOn.includes(name));
    expect(missing).toEqual([]);
  });

  it('has no case for a function that is gone', () => {
    const declared = new Set(declaredFunctions());
    expect(Object.keys(cases).filter((name) => !declared.has(name) && !name.startsWith('platform.'))).toEqual([]);
  });

  it('sees that there are functions and statements', () => {
    expect(declaredFunctions().length).toBeGreaterThan(80);
    expect(declaredStatements().length).toBeGreaterThan(80);
  });

  it('knows each statement by a name of its own', () => {
    const names = declaredStatements();
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('holds for the whole product: nobody else asks the database', () => {
    expect(othersThatAsk()).toEqual([]);
  });
});
