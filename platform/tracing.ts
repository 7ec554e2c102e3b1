/**
 * Traces by OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT says to whom they go; else nothing of this costs anything. The trace
 * of a message has the message's own id, without its dashes: who knows the one knows the other, whatever process did the work.
 */
import { type Attributes, context, ROOT_CONTEXT, type Span, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';

export interface Tracing {
  resource: Resource;
  processor: SpanProcessor;
  /** Sends what is left. */
  close(): Promise<void>;
}

/** Undefined while traces are off. */
let tracer: Tracer | undefined;
/** The id of the trace that is just being begun. */
let idOfNext: string | undefined;

/** Has all spans of this process sent to an endpoint of OTLP over HTTP. Once a process, before anything is traced. */
export async function startTracing(endpoint: string, roles: string): Promise<Tracing> {
  const [{ OTLPTraceExporter }, { Resource: Described }, { BatchSpanProcessor, NodeTracerProvider, RandomIdGenerator }] = await Promise.all(
    [import('@opentelemetry/exporter-trace-otlp-http'), import('@opentelemetry/resources'), import('@opentelemetry/sdk-trace-node')],
  );
  const resource = new Described({ 'service.name': 'postrider', 'service.instance.id': String(process.pid), 'postrider.roles': roles });
  const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` }));
  const random = new RandomIdGenerator();
  const idGenerator = { generateSpanId: random.generateSpanId, generateTraceId: () => idOfNext ?? random.generateTraceId() };
  const provider = new NodeTracerProvider({ resource, spanProcessors: [processor], idGenerator });
  provider.register();
  tracer = provider.getTracer('postrider');
  return { resource, processor, close: () => provider.shutdown().catch(() => undefined) };
}

/** The id of the trace of a message. */
export function traceIdOf(messageId: string): string {
  return messageId.replaceAll('-', '');
}

/** The id of the trace that this work is a part of; undefined where there is none. */
export function activeTraceId(): string | undefined {
  return trace.getSpan(context.active())?.spanContext().traceId;
}

/** Does work as a span of the trace of a message, which it begins where the work is no part of it yet. */
export function inMessageTrace<T>(messageId: string, name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  if (!tracer) return work();
  const all = { ...attributes, messageId };
  if (activeTraceId() === traceIdOf(messageId)) return tracer.startActiveSpan(name, { attributes: all }, (span) => spanning(span, work));
  const begun = beginTrace(tracer, messageId, name, all);
  return context.with(trace.setSpan(ROOT_CONTEXT, begun), () => spanning(begun, work));
}

/** Does work as a span of whatever it is a part of. */
export function inSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  return tracer ? tracer.startActiveSpan(name, { attributes }, (span) => spanning(span, work)) : work();
}

function beginTrace(by: Tracer, messageId: string, name: string, attributes: Attributes): Span {
  const before = trace.getSpanContext(context.active());
  idOfNext = traceIdOf(messageId);
  try {
    return by.startSpan(name, { root: true, attributes, ...(before && { links: [{ context: before }] }) }, ROOT_CONTEXT);
  } finally {
    idOfNext = undefined;
  }
}

async function spanning<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // What an error says may have a number in it: its name has not.
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'failed' });
    throw error;
  } finally {
    span.end();
  }
}
