import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { io, type Socket } from 'socket.io-client';
import { type ProcessLayout, type Stack, startStack } from '../../local/stack.js';
import { Steps } from '../../local/steps.js';
import type { DemoWorkspace } from '../../main/seedDemo.js';
import { roles } from '../../platform/config.js';
import { masterKeysOf } from '../../platform/masterKeys.js';
import { dataConverterOf } from '../../platform/payloadCodec.js';
import { createTestDatabase, temporalAddress, testDirectory } from './database.js';
import { eventually } from './eventually.js';
import { faultsOfAnswer } from './openapi/contract.js';

/** What the simulator wrote down of a message that it accepted. */
export interface LedgerEntry {
  sid: string;
  to: string;
  from: string;
  body: string;
  statusCallback: string;
  acceptedAtMs: number;
  requestReceivedAtMs: number;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: any;
}

export interface System extends Stack {
  /** What a client of Temporal needs to read what the system writes. */
  dataConverter: DataConverter;
  workspace: DemoWorkspace;
  /** Of the system's own namespace; closed with it. */
  temporal: Client;
  /** A request as the workspace, or as whoever `headers` say. */
  request(
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string>; as?: DemoWorkspace | null },
  ): Promise<Answer>;
  send(message: Record<string, unknown>, key?: string, as?: DemoWorkspace): Promise<Answer>;
  /** The message once it has one of these states. */
  message(id: string, statuses: string[], options?: { withinMs?: number; as?: DemoWorkspace }): Promise<any>;
  control(method: string, path: string, body?: unknown): Promise<any>;
  ledger(bodyIncludes?: string): Promise<LedgerEntry[]>;
  socket(as?: DemoWorkspace): Promise<Socket>;
}

/** How often a request is made again that found the database too slow, where a test does not take services away. */
const asksAgainMax = 3;

/** All roles in one process: what most tests need, and half of what two cost to start. */
const oneProcess: ProcessLayout[] = [{ name: 'front', roles: roles.join(',') }];

/** The whole system as real processes on free ports, with a database and a Temporal namespace of its own. */
export async function startSystem(
  options: {
    processes?: ProcessLayout[];
    env?: Record<string, string>;
    workspaces?: number;
    simulatorArgs?: string[];
    canaryTo?: string;
    /** Master key, base64, where the test makes accounts of its own. */
    encryptionKey?: string;
    /** A Postgres and a Temporal of its own, which the test may freeze and kill. */
    ownServices?: boolean;
  } = {},
): Promise<System> {
  const database = options.ownServices ? undefined : await createTestDatabase();
  const name = `test-${randomBytes(4).toString('hex')}`;
  const said: string[] = [];
  const stack = await startStack({
    dataDirectory: path.join(testDirectory(), name),
    ...(database && { databaseUrl: database.url, temporalAddress: temporalAddress() }),
    temporalNamespace: name,
    anyPorts: true,
    simulatorArgs: options.simulatorArgs ?? ['--callbacks', 'sent:20,delivered:60'],
    processes: options.processes ?? oneProcess,
    ...(options.workspaces && { workspaces: options.workspaces }),
    ...(options.canaryTo && { canaryTo: options.canaryTo }),
    ...(options.encryptionKey && { encryptionKey: options.encryptionKey }),
    // Faults that a test asks for are for the messages it names; what they do to all others is for the tests of breakers.
    // Nor is anything given up because this machine is busy.
    env: { LOG_LEVEL: 'warn', BREAKER_FAILURES: '1000', LOAD_QUEUE_AGE_S: '3600', LOAD_LAG_MS: '600000', ...options.env },
    steps: new Steps((line) => said.push(line)),
  });
  const workspace = stack.workspaces[0] as DemoWorkspace;
  const sockets: Socket[] = [];
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const dataConverter = dataConverterOf(masterKeysOf({ ENCRYPTION_KEY: stack.encryptionKey }));

  const ask = async (method: string, target: string, { body, headers = {}, as = workspace }: Parameters<System['request']>[2] = {}) => {
    const response = await fetch(stack.url + target, {
      method,
      headers: {
        ...(as && { authorization: `Bearer ${as.apiKey}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const { status, headers: answered } = response;
    const answer: Answer = { status, headers: answered, body: /json/.test(answered.get('content-type') ?? '') ? JSON.parse(text) : text };
    // Whatever else a test is about: the API answers as its document says.
    if (target.startsWith('/v1/'))
      expect({ request: `${method} ${target}`, faults: faultsOfAnswer(method, target, answer) }).toMatchObject({ faults: [] });
    return answer;
  };
  // As the answer says: on a busy machine a connection to Postgres may take longer than the product waits for one.
  const request: System['request'] = async (method, target, wanted) => {
    for (let left = options.ownServices ? 0 : asksAgainMax; ; left -= 1) {
      const answer = await ask(method, target, wanted);
      if (answer.body?.code !== 'unavailable' || left <= 0) return answer;
      await delay(Number(answer.headers.get('retry-after')) * 1_000);
    }
  };
  const control: System['control'] = async (method, target, body) => {
    const response = await fetch(`${stack.simulatorUrl}/_control${target}`, {
      method,
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`simulator: ${JSON.stringify(answer)}`);
    return answer;
  };

  return {
    ...stack,
    dataConverter,
    workspace,
    temporal: new Client({ connection, namespace: stack.temporalNamespace, dataConverter }),
    request,
    control,
    // As every client should: the same request under the same key where the outcome was left open.
    send: async (message, key = randomBytes(8).toString('hex'), as = workspace) => {
      for (;;) {
        const answer = await request('POST', '/v1/messages', { body: message, headers: { 'idempotency-key': key }, as });
        if (answer.status !== 503) return answer;
        await delay(Number(answer.headers.get('retry-after')) * 1_000);
      }
    },
    message: (id, statuses, { withinMs, as = workspace } = {}) => {
      let last: unknown;
      return eventually(async () => {
        const { status, body } = await request('GET', `/v1/messages/${id}`, { as });
        last = body.status;
        return status === 200 && statuses.includes(body.status) && body;
      }, withinMs).catch((error: unknown) => {
        throw new Error(`message ${id} is ${String(last)}, not ${statuses.join(' or ')}`, { cause: error });
      });
    },
    ledger: async (bodyIncludes = '') => {
      const { entries } = (await control('GET', '/ledger')) as { entries: LedgerEntry[] };
      return entries.filter(({ body }) => body.includes(bodyIncludes));
    },
    socket: async (as = workspace) => {
      const socket = io(`${stack.url}/workspace/${as.id}`, { transports: ['websocket'], auth: { token: as.apiKey }, forceNew: true });
      sockets.push(socket);
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('connect_error', reject);
      });
      return socket;
    },
    stop: async () => {
      for (const socket of sockets) socket.close();
      await connection.close();
      await stack.stop();
      await database?.drop();
      const killed = said.filter((text) => /did not end within/.test(text));
      if (killed.length > 0) throw new Error(killed.join('\n'));
    },
  };
}
