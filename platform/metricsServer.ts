import { createServer, type RequestListener } from 'node:http';
import type { Telemetry } from './telemetry.js';

/** Answers what this process counts, for Prometheus. */
export function exposeMetrics(telemetry: Telemetry): RequestListener {
  return (_request, response) => {
    telemetry.exposition().then(
      ({ text, contentType }) => response.setHeader('content-type', contentType).end(text),
      () => response.writeHead(500).end(),
    );
  };
}

/** A server for metrics alone, on a port that only Prometheus needs to reach. Rejects where the port can't be had. */
export async function startMetricsServer(telemetry: Telemetry, host: string, port: number): Promise<{ close(): void }> {
  const server = createServer(exposeMetrics(telemetry));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return { close: () => server.close().closeAllConnections() };
}
