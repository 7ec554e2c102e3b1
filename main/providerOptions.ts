import type { Config } from '../platform/config.js';
import { publicHosts } from '../platform/publicHosts.js';
import type { ProviderOptions } from '../providers/registry.js';

/** How the providers are reached, as the environment says. */
export function providerOptions(config: Config): ProviderOptions {
  const responseTimeoutMs = config.PROVIDER_RESPONSE_TIMEOUT_MS;
  const standby = config.TWILIO_STANDBY_API_BASE_URL;
  return {
    twilio: { baseUrl: config.TWILIO_API_BASE_URL, responseTimeoutMs },
    ...(standby !== undefined && { twilioStandby: { baseUrl: standby, responseTimeoutMs } }),
    telnyx: { baseUrl: config.TELNYX_API_BASE_URL, responseTimeoutMs },
    httpGateway: { hosts: config.GATEWAY_HOSTS === 'public' ? publicHosts : undefined, responseTimeoutMs },
  };
}
