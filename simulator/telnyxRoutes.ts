import express, { Router } from 'express';
import { z } from 'zod';
import type { Dialect } from './dialect.js';
import { visibleAtMs } from './messageJson.js';
import { noteRefused, type SendContext, takeSend } from './takeSend.js';
import { telnyxJson } from './telnyxDialect.js';

/** What of `POST /v2/messages` this simulator cares for; its code is Twilio's for what is wrong. */
const fields = z.object({
  to: z.string().regex(/^\+[1-9]\d{6,14}$/, '21211'),
  from: z.string('21606').min(3, '21606'),
  text: z.string('21602').min(1, '21602').max(1_600, '21617'),
  messaging_profile_id: z.uuid('20404'),
  webhook_url: z.url().optional(),
  media_urls: z.array(z.url()).max(10).default([]),
});

/** Telnyx's paths for messages, to be mounted at /v2. There is no list. */
export function telnyxRoutes(context: SendContext, dialect: Dialect): Router {
  const router = Router({ caseSensitive: true });

  router.use((request, response, next) => {
    response.locals['receivedAtMs'] = Date.now();
    if (!/^Bearer \S+$/.test(request.headers.authorization ?? '')) return dialect.refuse(response, 20003);
    next();
  });

  router.post('/messages', express.json({ limit: '64kb' }), async (request, response) => {
    const receivedAtMs = response.locals['receivedAtMs'] as number;
    const { data, error } = fields.safeParse(request.body);
    if (!data) {
      const { to, from, messaging_profile_id: profile } = (request.body ?? {}) as Record<string, unknown>;
      const code = Number(error.issues[0]?.message) || 10015;
      noteRefused(context, { accountSid: String(profile), to, from, receivedAtMs }, code);
      return dialect.refuse(response, code);
    }
    const send = {
      accountSid: data.messaging_profile_id,
      authToken: '',
      to: data.to,
      from: data.from,
      messagingServiceSid: null,
      body: data.text,
      numMedia: data.media_urls.length,
      statusCallback: data.webhook_url ?? null,
      validityPeriodS: 36_000,
      receivedAtMs,
    };
    await takeSend(context, dialect, send, response);
  });

  router.get('/messages/:id', (request, response) => {
    const message = context.ledger.find(request.params.id);
    if (message?.entry.vendor !== 'telnyx' || visibleAtMs(message) > Date.now()) return dialect.refuse(response, 20404);
    response.json({ data: telnyxJson(message) });
  });

  router.use((_request, response) => dialect.refuse(response, 20404));
  return router;
}
