import { createHash, randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import express from 'express';
import { workspaceOfKey } from '../../load/workspaceOfKey.js';
import type { RivalMessage } from './settings.js';

export interface RivalFrontHooks {
  /** Makes it durable, once where the same comes again. */
  accept(message: RivalMessage): Promise<void>;
  report(workspaceId: string, id: string, status: string): Promise<void>;
}

/** The two routes that a rival needs: what comes from clients, and what comes from the provider. It trusts both. */
export function startRivalFront(port: number, { accept, report }: RivalFrontHooks): Promise<Server> {
  const app = express();
  app.post('/v1/messages', express.json(), async (request, response) => {
    const workspaceId = workspaceOfKey(request.get('authorization')?.slice('Bearer '.length) ?? '') ?? '';
    const { to, body } = request.body as { to: string; body: string };
    const id = idOf(workspaceId, request.get('idempotency-key') ?? randomUUID());
    await accept({ workspaceId, id, to, body, callbackUrl: `http://127.0.0.1:${port}/callbacks/${workspaceId}/${id}` });
    response.status(202).json({ id, conversationId: to, status: 'accepted' });
  });
  app.post('/callbacks/:workspaceId/:id', express.urlencoded({ extended: false }), async (request, response) => {
    await report(request.params.workspaceId, request.params.id, (request.body as { MessageStatus: string }).MessageStatus);
    response.status(204).end();
  });
  return new Promise((resolve, reject) => {
    const server = app.listen(port, '127.0.0.1', (error?: Error) => (error ? reject(error) : resolve(server)));
  });
}

/** The same for the same key, so that a repeated request makes nothing new. */
function idOf(workspaceId: string, idempotencyKey: string): string {
  const digest = createHash('sha256').update(`${workspaceId}/${idempotencyKey}`).digest('hex');
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
