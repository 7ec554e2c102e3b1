import express, { type Express } from 'express';
import { createApp } from '../../server/app.js';
import type { Services } from '../../server/services.js';

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle: Stacked;
}
type Stacked = { stack?: Layer[]; mountedAt?: string };

const reading = new Set(['get', 'head', '_all']);

/** Every route of the application that may change something, as `METHOD /path`. */
export function mutatingRoutes(): string[] {
  // Express does not say where a router was mounted: it is written down as it happens.
  const prototype = (express.Router as unknown as { prototype: { use: (...args: unknown[]) => unknown } }).prototype;
  const { use } = prototype;
  prototype.use = function (...args) {
    const at = typeof args[0] === 'string' ? args[0] : '';
    for (const router of args) if (typeof router === 'function') (router as Stacked).mountedAt = at;
    return use.apply(this, args);
  };
  try {
    return routesOf(createApp(anything as Services)).sort();
  } finally {
    prototype.use = use;
  }
}

function routesOf(app: Express): string[] {
  const walk = ({ stack = [] }: Stacked, prefix: string): string[] =>
    stack.flatMap(({ route, handle }) => {
      if (!route) return walk(handle, prefix + (handle.mountedAt ?? '').replace(/\/$/, ''));
      const methods = Object.keys(route.methods).filter((method) => !reading.has(method));
      const path = (prefix + route.path).replace(/(?<=.)\/$/, '');
      return methods.map((method) => `${method.toUpperCase()} ${path}`);
    });
  return [...new Set(walk(app.router as unknown as Stacked, ''))];
}

/** Services of which nothing is asked: routes are only made, and never run. */
const anything: unknown = new Proxy(() => anything, {
  get: (_target, name) => (name === Symbol.toPrimitive ? () => 'http://127.0.0.1/' : anything),
});
