import express, { Router } from 'express';
import { z } from 'zod';
import type { Dialect } from './dialect.js';
import { gatewayJson } from './gatewayDialect.js';
import { isSignedBy } from './gatewaySecret.js';
import { visibleAtMs } from './messageJson.js';
import { noteRefused, type SendContext, takeSend } from './takeSend.js';

/** What the contract sends; the code is Twilio's for what is wrong. */
const fields = z.strictObject({
  reference: z.string().min(1),
  account: z.string().min(1),
  to: z.string().regex(/^\+[1-9]\d{6,14}$/, '21211'),
  from: z.string('21606').min(3, '21606'),
  text: z.string(),
  mediaUrls: z.array(z.url()),
  validitySeconds: z.int().positive(),
  statusCallbackUrl: z.url(),
});

/** An HTTP gateway, by the contract of docs/using/http-gateway.md, to be mounted at /gateway. */
export function gatewayRoutes(context: SendContext, dialect: Dialect): Router {
  const router = Router({ caseSensitive: true });

  router.post('/:account/messages', express.text({ type: () => true, limit: '64kb' }), async (request, response) => {
    const receivedAtMs = Date.now();
    const text = typeof request.body === 'string' ? request.body : '';
    const { account } = request.params;
    const { data, error } = fields.safeParse(parsed(text));
    if (!data) {
      const code = Number(error.issues[0]?.message) || 20001;
      noteRefused(context, { accountSid: account, to: null, from: null, receivedAtMs }, code);
      return dialect.refuse(response, code);
    }
    if (data.account !== account || !isSignedBy(account, data.reference, request.headers, text)) return dialect.refuse(response, 20003);
    const send = {
      reference: data.reference,
      accountSid: account,
      authToken: '',
      to: data.to,
      from: data.from,
      messagingServiceSid: null,
      body: data.text,
      numMedia: data.mediaUrls.length,
      statusCallback: data.statusCallbackUrl,
      validityPeriodS: data.validitySeconds,
      receivedAtMs,
    };
    await takeSend(context, dialect, send, response);
  });

  router.get('/:account/messages/:id', (request, response) => {
    const { account, id } = request.params;
    if (!isSignedBy(account, id, request.headers, '')) return dialect.refuse(response, 20003);
    const message = context.ledger.find(id);
    if (message?.entry.accountSid !== account || visibleAtMs(message) > Date.now()) return dialect.refuse(response, 20404);
    response.json(gatewayJson(message));
  });

  router.use((_request, response) => dialect.refuse(response, 20404));
  return router;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
