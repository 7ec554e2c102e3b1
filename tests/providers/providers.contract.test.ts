import { expect, test } from '@jest/globals';
import { createProviders } from '../../providers/registry.js';
import { describeProvider } from './describeProvider.js';
import { stages } from './stages.js';

for (const [name, open] of Object.entries(stages)) describeProvider(name, open);

test('every provider of the registry has a stage', () => {
  const options = { baseUrl: 'http://127.0.0.1:9', responseTimeoutMs: 1_000 };
  const providers = createProviders({ twilio: options, telnyx: options, httpGateway: { ...options, hosts: undefined } });
  expect([...providers.keys()]).toEqual(Object.keys(stages));
  for (const provider of providers.values()) provider.close();
});
