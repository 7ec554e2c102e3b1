import type { LookupFunction } from 'node:net';
import { z } from 'zod';
import { gatewayUrlCharactersMax } from '../../domain/limits.js';

/** Which hosts a gateway may be at. A gateway's URL is chosen by a workspace, which must not reach into the network around us. */
export interface HostRule {
  /** Whether a host may not be asked, by its name or address alone. */
  refuses(hostname: string): boolean;
  /** Finds the addresses of a name, and fails for those that may not be asked. */
  lookup: LookupFunction;
}

const problem = (text: string, rule: HostRule | undefined): string | undefined => {
  if (text.length > gatewayUrlCharactersMax) return `is too long: at most ${gatewayUrlCharactersMax} characters`;
  if (!URL.canParse(text)) return 'is not a URL';
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (protocol !== 'https:' && !(protocol === 'http:' && rule === undefined)) return 'must be an https URL';
  if (username || password) return 'must not carry a user or a password: requests are signed';
  if (search || hash) return 'must not have a query or a fragment';
  if (rule?.refuses(hostname)) return 'leads into a private network';
  return undefined;
};

/** The base URL of a gateway. Without a rule every host may be asked, and http will do. */
export function gatewayUrl(rule: HostRule | undefined): z.ZodType<string, unknown> {
  return z.string().superRefine((text, context) => {
    const message = problem(text, rule);
    if (message) context.addIssue({ code: 'custom', message });
  });
}
