import type { MessageEvent } from '../domain/events.js';
import { inboundWorkflowId, messageWorkflowId } from '../domain/ids.js';
import { traceQueryTimeoutMs } from '../domain/limits.js';
import type { MessageState } from '../domain/message.js';
import { type Intervention, interventionsOf } from '../storage/audit.js';
import type { StoredMessage } from '../storage/messages.js';
import type { StoredReceipt } from '../storage/receipts.js';
import { getMessageStateQuery } from '../workflows/messages.js';
import { type MessageView, viewOf } from './messageView.js';
import type { Services } from './services.js';
import { workflowUrl } from './workflowUrl.js';

export interface MessageTrace {
  message: MessageView;
  events: Omit<MessageEvent, 'workspaceId' | 'conversationId' | 'messageId' | 'direction'>[];
  attempts: unknown[];
  /** What the provider has told of it, as it came: also what changed nothing. */
  receipts: StoredReceipt[];
  /** What people did to it: who, when, why, before and after. */
  interventions: Intervention[];
  workflow: {
    id: string;
    /** The workflow in the Temporal Web UI, where its address is configured. */
    url: string | null;
    /** The answer of the query getMessageState, or null with the reason. */
    state: MessageState | null;
    unavailable?: string;
  };
}

/** The whole story of one message: what is stored beside what its workflow says of itself. */
export async function traceMessage(services: Services, message: StoredMessage): Promise<MessageTrace> {
  const { database, history, config } = services;
  const { workspaceId, id: messageId } = message;
  const workflowId = (message.direction === 'inbound' ? inboundWorkflowId : messageWorkflowId)({ workspaceId, messageId });
  const [events, attempts, receipts, interventions, asked] = await Promise.all([
    history.eventsOf(message),
    history.attemptsOf(message),
    history.receiptsOf(message),
    interventionsOf(database, { workspaceId, messageId }),
    askWorkflow(services, workflowId),
  ]);
  return {
    message: viewOf(message),
    events: events.map(({ workspaceId: _w, conversationId: _c, messageId: _m, direction: _d, ...event }) => event),
    attempts: attempts.map(({ createdAtMs: _, ...attempt }) => attempt),
    receipts,
    interventions,
    workflow: {
      id: workflowId,
      url: workflowUrl(config, workflowId),
      ...asked,
    },
  };
}

async function askWorkflow(
  { temporal, logger }: Services,
  workflowId: string,
): Promise<{ state: MessageState | null; unavailable?: string }> {
  try {
    const handle = temporal.workflow.getHandle(workflowId);
    return { state: await temporal.withDeadline(Date.now() + traceQueryTimeoutMs, () => handle.query(getMessageStateQuery)) };
  } catch (error) {
    logger.warn({ event: 'trace.query_failed', workflowId, error: String(error) });
    return { state: null, unavailable: 'the workflow could not be asked within 2 s; what is stored is shown' };
  }
}
