import type { Services } from './services.js';

/** A workflow in the Temporal Web UI; null where the address of that is not configured. */
export function workflowUrl(
  { TEMPORAL_UI_URL: uiUrl, TEMPORAL_NAMESPACE: namespace }: Pick<Services['config'], 'TEMPORAL_UI_URL' | 'TEMPORAL_NAMESPACE'>,
  workflowId: string,
): string | null {
  return uiUrl ? `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}` : null;
}
