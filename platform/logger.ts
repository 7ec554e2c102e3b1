import { type Logger, pino } from 'pino';

export type { Logger };

/**
 * Structured logs on stdout. Numbers are logged masked (domain/phoneNumber) and bodies not at all; what could slip
 * through as a field is redacted here.
 */
export function createLogger(level: string, bindings: Record<string, unknown> = {}): Logger {
  return pino({
    level,
    base: bindings,
    redact: {
      paths: [
        'authorization',
        '*.authorization',
        'headers.authorization',
        'req.headers.authorization',
        'token',
        '*.token',
        'apiKey',
        '*.apiKey',
        '*.authToken',
        'body',
        '*.body',
      ],
      censor: '[redacted]',
    },
  });
}
