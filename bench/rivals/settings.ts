/** What a process of a rival is told by its parent, as JSON in its first argument. */
export interface RivalSettings {
  role: 'front' | 'worker';
  /** Of the front. */
  port: number;
  databaseUrl: string;
  simulatorUrl: string;
  redisUrl: string;
  temporalAddress: string;
  temporalNamespace: string;
}

/** A message as a rival keeps it. */
export interface RivalMessage {
  workspaceId: string;
  id: string;
  to: string;
  body: string;
  callbackUrl: string;
}

/** The product's default limit, which the rivals keep too where they can. */
export const ratePerSecond = 10;
export const burst = 50;
export const sendsConcurrentMax = 100;
