/**
 * Names of workflows. They are read by people in the Temporal Web UI and never encrypted, so no phone number is in them.
 * Ids of things are UUIDs; a workflow id says what it is and where it lives.
 */
export interface MessageRef {
  workspaceId: string;
  messageId: string;
}

export function messageWorkflowId({ workspaceId, messageId }: MessageRef): string {
  return `msg/${workspaceId}/${messageId}`;
}

export function messageOfWorkflowId(workflowId: string): MessageRef | undefined {
  const [kind, workspaceId, messageId] = workflowId.split('/');
  return kind === 'msg' && workspaceId && messageId ? { workspaceId, messageId } : undefined;
}

/** The workflow that takes up a message which came in. */
export function inboundWorkflowId({ workspaceId, messageId }: MessageRef): string {
  return `in/${workspaceId}/${messageId}`;
}

export function rateLimiterWorkflowId(workspaceId: string): string {
  return `ratelimiter/${workspaceId}`;
}

export function workspaceOfRateLimiter(workflowId: string): string {
  return workflowId.slice(rateLimiterWorkflowId('').length);
}

/** The workflow that calls the messages of a workspace which wait for turns of lower limits. */
export function callWaitingWorkflowId(workspaceId: string): string {
  return `call-waiting/${workspaceId}`;
}

export function redriveWorkflowId(workspaceId: string, redriveId: string): string {
  return `redrive/${workspaceId}/${redriveId}`;
}

export function cancellationWorkflowId(workspaceId: string, cancellationId: string): string {
  return `cancellation/${workspaceId}/${cancellationId}`;
}

export function exportWorkflowId(workspaceId: string, exportId: string): string {
  return `export/${workspaceId}/${exportId}`;
}

/** The workflow that delivers to one webhook endpoint. */
export function webhookWorkflowId(workspaceId: string, endpointId: string): string {
  return `webhook/${workspaceId}/${endpointId}`;
}

export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Before every other id, and nobody's. */
export const nilUuid = '00000000-0000-0000-0000-000000000000';

export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}

/** A UUID of version 8 (custom) from 16 bytes, e.g. of an HMAC: the same input always names the same thing. */
export function uuidFromBytes(bytes: Uint8Array, version: 7 | 8 = 8): string {
  if (bytes.length < 16) throw new RangeError(`a UUID needs 16 bytes, got ${bytes.length}`);
  const hex = [...bytes.subarray(0, 16)].map((byte, index) => {
    const value = index === 6 ? (byte & 0x0f) | (version << 4) : index === 8 ? (byte & 0x3f) | 0x80 : byte;
    return value.toString(16).padStart(2, '0');
  });
  return uuidFromHex(hex.join(''));
}

/** 32 hex digits as a UUID is written. */
export function uuidFromHex(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
