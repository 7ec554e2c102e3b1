import { type HttpGatewayOptions, HttpGatewayProvider } from './httpGateway/httpGatewayProvider.js';
import type { SmsProvider } from './provider.js';
import { type TelnyxOptions, TelnyxProvider } from './telnyx/telnyxProvider.js';
import { type TwilioOptions, TwilioProvider } from './twilio/twilioProvider.js';

/** Every provider by the name under which accounts and references are stored. */
export type ProviderRegistry = ReadonlyMap<string, SmsProvider>;

export interface ProviderOptions {
  twilio: TwilioOptions;
  /** A second server that speaks Twilio, where there is one. */
  twilioStandby?: TwilioOptions | undefined;
  telnyx: TelnyxOptions;
  httpGateway: HttpGatewayOptions;
}

export function createProviders({ twilio, twilioStandby, telnyx, httpGateway }: ProviderOptions): ProviderRegistry {
  const all: SmsProvider[] = [new TwilioProvider(twilio), new TelnyxProvider(telnyx), new HttpGatewayProvider(httpGateway)];
  if (twilioStandby) all.push(new TwilioProvider(twilioStandby, 'twilio-standby'));
  return new Map(all.map((provider) => [provider.name, provider]));
}

/** The provider of that name; throws where the registry has none. */
export function providerNamed(providers: ProviderRegistry, name: string): SmsProvider {
  const provider = providers.get(name);
  if (!provider) throw new Error(`there is no provider ${JSON.stringify(name)}; known: ${[...providers.keys()].join(', ')}`);
  return provider;
}
