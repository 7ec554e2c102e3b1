/**
 * Every function of storage/ that asks the database, with one call of it: by `<file>.<function>`. A function or a named
 * statement that has none fails tests/storage/catalogue.system.test.ts.
 */
import { archiveCases, oldMessageCases } from './archiveCases.js';
import { maintenanceCases } from './maintenanceCases.js';
import { messageCases } from './messageCases.js';
import { identityCases, memberCases } from './peopleCases.js';
import { privacyCases, privacyMaintenanceCases } from './privacyCases.js';
import { settingsCases } from './settingsCases.js';
import type { Stage } from './stage.js';

/** Calls one function, and answers what it answers. */
export type Case = (stage: Stage) => Promise<unknown>;

/** Those that act for one workspace. */
export const workspaceCases: Readonly<Record<string, Case>> = {
  ...messageCases,
  ...oldMessageCases,
  ...privacyCases,
  ...settingsCases,
  ...memberCases,
};
export const cases: Readonly<Record<string, Case>> = {
  ...workspaceCases,
  ...maintenanceCases,
  ...archiveCases,
  ...privacyMaintenanceCases,
  ...identityCases,
};
