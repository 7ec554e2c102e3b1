import { equalBytes, hmac } from '../platform/crypto.js';
import type { Workspace } from './workspaces.js';

/** Which send a status callback is about. */
export interface CallbackSubject {
  messageId: string;
  /** When the message was stored, so that its row is found in one partition. Epoch milliseconds. */
  createdAtMs: number;
  attempt: number;
  /** To whom it was sent; URLs of before there were keys of contacts do not say. */
  contactId?: string | undefined;
}

/** The path at which a provider reports to a workspace: the states of what was sent, or messages that come in. */
export function callbackPath(provider: string, workspaceId: string, about: 'status' | 'inbound'): string {
  return `/callbacks/${provider}/${workspaceId}/${about}`;
}

function signatureOf({ id, keys }: Workspace, { messageId, createdAtMs, attempt, contactId }: CallbackSubject): Buffer {
  const named = contactId === undefined ? [] : [contactId];
  return hmac(keys.callback, id, messageId, String(createdAtMs), String(attempt), ...named).subarray(0, 16);
}

/**
 * The URL a provider reports a send's states to. It names workspace, message and attempt under our own signature, so a
 * callback finds its message without the provider's id, which it may bring before the send has returned it.
 */
export function statusCallbackUrl(publicBaseUrl: string, workspace: Workspace, provider: string, subject: CallbackSubject): string {
  const signature = signatureOf(workspace, subject).toString('base64url');
  const { messageId, createdAtMs, attempt, contactId } = subject;
  const contact = contactId === undefined ? '' : `&contact=${contactId}`;
  return `${publicBaseUrl}${callbackPath(provider, workspace.id, 'status')}?message=${messageId}&stored=${createdAtMs}&attempt=${attempt}${contact}&signature=${signature}`;
}

/** Whether the query of a callback URL is one that we made for this workspace. */
export function isOurCallback(workspace: Workspace, subject: CallbackSubject, signature: string): boolean {
  return equalBytes(signatureOf(workspace, subject), Buffer.from(signature, 'base64url'));
}
