import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TwilioProvider } from '../../providers/twilio/twilioProvider.js';
import { type Simulator, startSimulator } from '../../simulator/server.js';
import { eventually } from '../simulator/eventually.js';
import { accountSid, authToken, recipient, sender } from '../simulator/stage.js';

interface Schema {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  nullable?: boolean;
  pattern?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
}

interface Operation {
  parameters: { name: string; in: string }[];
  requestBody: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content: Record<string, { schema: Schema }> }>;
}

interface OpenApi {
  paths: Record<string, Record<'get' | 'post', Operation>>;
  components: { schemas: Record<string, Schema> };
}

const messagesPath = '/2010-04-01/Accounts/{AccountSid}/Messages.json';
const file = process.env.TWILIO_OPENAPI || path.resolve(__dirname, '../../../shared/data/twilio_api_v2010.json');

if (existsSync(file)) describe("by Twilio's OpenAPI document", () => againstDocument(JSON.parse(readFileSync(file, 'utf8')) as OpenApi));
else
  test.skip("SKIPPED: requests and the simulator's answers by Twilio's OpenAPI document; set TWILIO_OPENAPI to its file twilio_api_v2010.json", () =>
    undefined);

function againstDocument(document: OpenApi): void {
  const { post, get } = document.paths[messagesPath] as Record<'get' | 'post', Operation>;
  const resolve = (schema: Schema): Schema =>
    schema.$ref ? resolve(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] as Schema) : schema;

  /** What in `value` does not fit, one line each. */
  const misfits = (value: unknown, unresolved: Schema, at: string): string[] => {
    const schema = resolve(unresolved);
    if (value === null) return schema.nullable === true || schema.type === undefined ? [] : [`${at} is null`];
    if (schema.enum && !schema.enum.includes(value)) return [`${at} is ${JSON.stringify(value)}, none of ${schema.enum.join(', ')}`];
    if (schema.pattern && !new RegExp(schema.pattern).test(String(value)))
      return [`${at} is ${JSON.stringify(value)}, not like ${schema.pattern}`];
    switch (schema.type) {
      case 'object':
        if (typeof value !== 'object') return [`${at} is no object`];
        if (!schema.properties) return [];
        return Object.entries(value).flatMap(([name, inner]) => {
          const property = schema.properties?.[name];
          return property ? misfits(inner, property, `${at}.${name}`) : [`${at}.${name} is not in the document`];
        });
      case 'array':
        return Array.isArray(value)
          ? value.flatMap((item, index) => misfits(item, schema.items ?? {}, `${at}[${index}]`))
          : [`${at} is no array`];
      case 'integer':
        return Number.isInteger(value) ? [] : [`${at} is no integer`];
      case 'string':
        return typeof value === 'string' ? [] : [`${at} is no string`];
      default:
        return [];
    }
  };

  describe('our requests', () => {
    const seen: { method: string; pathname: string; query: string[]; form: URLSearchParams }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
        seen.push({ method: request.method ?? '', pathname, query: [...searchParams.keys()], form: new URLSearchParams(body) });
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify(
            request.method === 'GET' ? { messages: [], next_page_uri: null } : { sid: `SM${'1'.repeat(32)}`, status: 'queued' },
          ),
        );
      });
    });
    let provider: TwilioProvider;
    const account = { accountSid, authToken, settings: {} };

    beforeAll(async () => {
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      provider = new TwilioProvider({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, responseTimeoutMs: 2_000 });
    });
    afterAll(async () => {
      provider.close();
      await new Promise((done) => server.close(done));
    });

    const service = `MG${'a'.repeat(32)}`;

    test.each([
      ['From', sender],
      ['MessagingServiceSid', service],
    ])('a send by its %s has only parameters of the document, of the types it says', async (by, from) => {
      const request = { to: recipient, from, body: 'Hello', mediaUrls: ['https://example.com/a.png', 'https://example.com/b.png'] };
      const callback = 'https://sms.example.com/callbacks?attempt=1';
      await provider.send(
        account,
        { ...request, statusCallback: callback, validitySeconds: 36_000, reference: 'reference-1' },
        () => Promise.resolve(true),
        () => true,
      );
      const { method, pathname, query, form } = seen.at(-1) as (typeof seen)[number];
      expect([method, pathname, query]).toEqual(['POST', messagesPath.replace('{AccountSid}', accountSid), []]);
      expect([...form]).toEqual(
        expect.arrayContaining([
          ['To', recipient],
          [by, from],
          ['Body', 'Hello'],
          ['StatusCallback', callback],
          ['ValidityPeriod', '36000'],
          ['MediaUrl', 'https://example.com/a.png'],
          ['MediaUrl', 'https://example.com/b.png'],
        ]),
      );
      expect([form.has('From'), form.has('MessagingServiceSid')]).toEqual([by === 'From', by !== 'From']);
      const { properties = {} } = resolve(post.requestBody.content['application/x-www-form-urlencoded']?.schema ?? {});
      for (const [name, value] of form) {
        expect(Object.keys(properties)).toContain(name);
        const { pattern } = properties[name] ?? {};
        if (pattern) expect(value).toMatch(new RegExp(pattern));
        if (properties[name]?.type === 'integer') expect(value).toMatch(/^\d+$/);
        if (form.getAll(name).length > 1) expect(`${name}: ${properties[name]?.type}`).toBe(`${name}: array`);
      }
    });

    test('a list has only parameters of the document', async () => {
      const queryOf = async (from: string) => {
        await provider.listMessages(account, { to: recipient, from, fromMs: 0, toMs: 1 });
        return (seen.at(-1) as (typeof seen)[number]).query;
      };
      const query = await queryOf(sender);
      // There is no filter for a service.
      expect(await queryOf(service)).toEqual(query.filter((name) => name !== 'From'));
      const known = get.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
      expect(query).toEqual(expect.arrayContaining(['To', 'From', 'PageSize']));
      expect(query.filter((name) => !known.includes(name))).toEqual([]);
    });
  });

  describe("the simulator's answers", () => {
    let simulator: Simulator;
    beforeAll(
      async () => void (simulator = await startSimulator({ callbacks: [{ status: 'undelivered', delayMs: 5, errorCode: 30_003 }] })),
    );
    afterAll(() => simulator.close());

    const ask = async (query = '', form?: Record<string, string>) => {
      const response = await fetch(`${simulator.url}${messagesPath.replace('{AccountSid}', accountSid)}${query}`, {
        headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` },
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      });
      return { httpStatus: response.status, json: (await response.json()) as Record<string, unknown> };
    };
    const answerOf = (operation: Operation, status: string): Schema =>
      operation.responses[status]?.content['application/json']?.schema ?? {};

    test.each<[string, Record<string, string>]>([
      ['a sender', { From: sender }],
      ['a Messaging Service', { MessagingServiceSid: `MG${'a'.repeat(32)}` }],
    ])('to a send by %s are messages as the document describes them', async (_what, by) => {
      const { httpStatus, json } = await ask('', { To: recipient, Body: 'Hello', ...by });
      expect([httpStatus, misfits(json, answerOf(post, '201'), 'message')]).toEqual([201, []]);
      const { properties = {} } = resolve(answerOf(post, '201'));
      expect(Object.keys(properties).filter((name) => !(name in json))).toEqual([]);
    });

    test('to a list are pages as the document describes them, of failed messages too', async () => {
      const failed = await eventually('a failed message', async () => {
        const { httpStatus, json } = await ask('?PageSize=1');
        expect([httpStatus, misfits(json, answerOf(get, '200'), 'page')]).toEqual([200, []]);
        return (json.messages as { status: string; error_code: number | null }[]).find(({ status }) => status === 'undelivered');
      });
      expect(failed.error_code).toBe(30_003);
    });

    test('are found wrong where they are', () => {
      const schema = { $ref: '#/components/schemas/api.v2010.account.message' };
      expect(misfits({ sid: 'SM1', status: 'flying', num_segments: 1, error_code: '3', hello: null }, schema, 'message')).toEqual([
        'message.sid is "SM1", not like ^(SM|MM)[0-9a-fA-F]{32}$',
        expect.stringContaining('message.status is "flying", none of queued, '),
        'message.num_segments is no string',
        'message.error_code is no integer',
        'message.hello is not in the document',
      ]);
    });
  });
}
