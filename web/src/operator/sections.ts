import type { Scope } from '../access.js';

/** One page of the operator's room, and what somebody must be allowed for it. */
export interface Section {
  path: string;
  label: string;
  scope: Scope | null;
}

/** In groups, as they stand at the side. */
export const sectionGroups: readonly { label: string; sections: readonly Section[] }[] = [
  {
    label: 'Messages',
    sections: [
      { path: '/operator', label: 'Queues', scope: 'messages:read' },
      { path: '/operator/failed', label: 'Stuck and parked', scope: 'messages:read' },
    ],
  },
  {
    label: 'Sending',
    sections: [
      { path: '/operator/limits', label: 'Limits', scope: 'workspace:read' },
      { path: '/operator/providers', label: 'Providers', scope: 'workspace:read' },
      { path: '/operator/webhooks', label: 'Webhooks', scope: 'workspace:read' },
      { path: '/operator/upkeep', label: 'Schedules and archive', scope: 'workspace:read' },
    ],
  },
  {
    label: 'Who and what',
    sections: [
      { path: '/operator/people', label: 'People', scope: 'people:read' },
      { path: '/operator/keys', label: 'API keys', scope: 'keys:read' },
      { path: '/operator/audit', label: 'Audit', scope: 'audit:read' },
      { path: '/operator/workspaces', label: 'Workspaces', scope: null },
    ],
  },
];

export const allSections: readonly Section[] = sectionGroups.flatMap(({ sections }) => sections);

/** What a right lets somebody do, in words. */
export const scopeWords: Partial<Record<Scope, string>> = {
  'messages:read': 'to read messages and queues',
  'workspace:read': 'to read the settings of the workspace',
  'people:read': 'to see who belongs to the workspace',
  'keys:read': 'to see the API keys',
  'audit:read': 'to read the audit',
};
