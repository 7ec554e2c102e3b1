import { timingSafeEqual } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import express, { type Request, type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { Problem } from '../../domain/errors.js';
import { codecBodyBytesMax } from '../../domain/privacyLimits.js';
import { sha256 } from '../../platform/crypto.js';
import type { SealingCodec } from '../../platform/payloadCodec.js';
import { onlyMethods } from '../problemResponses.js';
import type { Services } from '../services.js';
import { validate } from '../validate.js';

/** Payloads as JSON: bytes in base64. */
const base64 = z.string().transform((text) => Buffer.from(text, 'base64'));
const payloadsSchema = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), base64).default({}), data: base64.default(Buffer.alloc(0)) })).max(10_000),
});

const jsonOf = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')])),
  data: Buffer.from(data ?? []).toString('base64'),
});

/**
 * The codec server of the Temporal Web UI: a browser of an operator sends it what it shows, and gets it readable. Needs the
 * operators' token, as a bearer, or in the path where the UI can't send one. What it did not seal, and what no key opens, it
 * answers as it came: the UI sends everything.
 */
export function codecRouter({ config, codec }: Pick<Services, 'config' | 'codec'>): Router {
  const router = Router({ mergeParams: true });
  const { CODEC_TOKEN: token, TEMPORAL_UI_URL: uiUrl } = config;
  const origins = originsOf(uiUrl);

  const cors: RequestHandler = (request, response, next) => {
    const { origin } = request.headers;
    response.vary('Origin');
    if (origin !== undefined && origins.includes(origin)) {
      response.set({
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Methods': 'POST',
        'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-Namespace',
      });
    }
    if (request.method === 'OPTIONS') return void response.status(204).end();
    next();
  };
  const authorized: RequestHandler = (request, _response, next) => {
    if (!token) throw new Problem('not_found', 'this server has no codec: set CODEC_TOKEN');
    if (!isSame(tokenOf(request), token)) throw new Problem('unauthorized', "the codec needs the operators' token (CODEC_TOKEN)");
    next();
  };
  const body = express.json({ limit: codecBodyBytesMax, type: () => true });
  const answer =
    (how: (codec: SealingCodec, payload: Payload) => Promise<Payload>): RequestHandler =>
    async (request, response) => {
      const { payloads } = validate(payloadsSchema, request.body);
      response.json({ payloads: (await Promise.all(payloads.map((one) => how(codec, one).catch(() => one)))).map(jsonOf) });
    };

  const decode = async (by: SealingCodec, payload: Payload) => (await by.decode([payload]))[0] ?? payload;
  const encode = async (by: SealingCodec, payload: Payload) => (await by.encode([payload]))[0] ?? payload;
  for (const prefix of ['', '/:token']) {
    router.route(`${prefix}/decode`).all(cors).post(authorized, body, answer(decode)).all(onlyMethods('POST'));
    router.route(`${prefix}/encode`).all(cors).post(authorized, body, answer(encode)).all(onlyMethods('POST'));
  }
  return router;
}

function tokenOf({ headers, params }: Request): string {
  const inPath = (params as { token?: string }).token;
  return inPath ?? /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
}

const isSame = (a: string, b: string) => timingSafeEqual(sha256(a), sha256(b));

/** The origin of the Web UI; on one machine also by the other name of this machine. */
function originsOf(uiUrl: string | undefined): string[] {
  if (!uiUrl) return [];
  const { origin, hostname } = new URL(uiUrl);
  return hostname === '127.0.0.1' ? [origin, origin.replace('127.0.0.1', 'localhost')] : [origin];
}
