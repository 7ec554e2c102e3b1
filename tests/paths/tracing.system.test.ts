import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { anybody } from '../support/anybody.js';
import { eventually } from '../support/eventually.js';
import { type System, startSystem } from '../support/system.js';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: Record<string, unknown> }[];
}

let collector: Server;
let system: System;
const received: string[] = [];

/** Spans of a trace, as the collector was told. */
const spansOf = (traceId: string): Span[] =>
  received
    .flatMap((text) => JSON.parse(text).resourceSpans as any[])
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }: { spans: Span[] }) => spans))
    .filter((span) => span.traceId === traceId);

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  collector = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      received.push(Buffer.concat(parts).toString());
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  system = await startSystem({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '200' } });
}, 60_000);
afterAll(async () => {
  await system.stop();
  collector.closeAllConnections();
  await new Promise((resolve) => collector.close(resolve));
}, 30_000);

describe('the trace of a message', () => {
  it('has its id, and goes from the request through workflow and activity to the provider and its callback', async () => {
    const number = anybody();
    const { body } = await system.send({ to: number, body: 'a text that nobody should read in a trace' });
    await system.message(body.id, ['delivered'], { withinMs: 15_000 });
    const traceId = body.id.replaceAll('-', '');
    const wanted = ['accept', 'StartWorkflow:sendMessage', 'RunWorkflow:sendMessage', 'RunActivity:persistAndReserve', 'send', 'callback'];
    const spans = await eventually(() => {
      const all = spansOf(traceId);
      return wanted.every((name) => all.some((span) => span.name === name)) && all;
    }, 20_000);
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    /** Names from a span up to the root. */
    const wayOf = (span: Span | undefined): string[] => (span ? [span.name, ...wayOf(byId.get(span.parentSpanId ?? ''))] : []);
    const way = wayOf(spans.find(({ name }) => name === 'send'));
    expect(way[0]).toBe('send');
    expect(way.at(-1)).toBe('accept');
    for (const name of ['RunActivity:persistAndReserve', 'RunWorkflow:sendMessage', 'StartWorkflow:sendMessage'])
      expect(way).toContain(name);
    const send = spans.find(({ name }) => name === 'send');
    const attributes = Object.fromEntries((send?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]));
    expect(attributes).toMatchObject({ messageId: body.id, provider: 'twilio', attempt: 1 });
    const said = received.join('\n');
    expect(said).not.toContain('nobody should read');
    expect(said).not.toContain(number.slice(1));
  }, 45_000);

  it('can begin while workflows are under way that began without: their histories replay with the interceptors', async () => {
    const directory = path.join(__dirname, '../replay/histories');
    const recorded = readdirSync(directory)
      .map((file) => JSON.parse(readFileSync(path.join(directory, file), 'utf8')))
      .filter(({ history }) =>
        ['sendMessage', 'receiveMessage'].includes(history.events[0].workflowExecutionStartedEventAttributes.workflowType.name),
      );
    expect(recorded.length).toBeGreaterThan(5);
    const workflowBundle = await bundleWorkflowCode({
      workflowsPath: require.resolve('../support/allWorkflows'),
      workflowInterceptorModules: [require.resolve('../../workflows/traced')],
      logger: new DefaultLogger('WARN'),
    });
    const sinks = { exporter: { export: { fn: () => undefined, callDuringReplay: false } } };
    const faults: string[] = [];
    for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle, sinks }, recorded)) {
      if (error) faults.push(`${workflowId}: ${error.message}`);
    }
    expect(faults).toEqual([]);
  }, 60_000);
});
