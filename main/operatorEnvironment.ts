import { UsageError } from '../platform/commandLine.js';
import { readConfigOf } from '../platform/config.js';

/** Where Postrider is, and as whom it is asked. Throws UsageError. */
export function operatorEnvironment(): { url: string; apiKey: string } {
  const { POSTRIDER_URL: url = 'http://127.0.0.1:3000', POSTRIDER_API_KEY: apiKey } = process.env;
  if (!(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)))
    throw new UsageError(`POSTRIDER_URL ${url} is not an http(s) URL, such as http://127.0.0.1:3000`);
  if (!apiKey) throw new UsageError('POSTRIDER_API_KEY is not set: it is an API key of the workspace, pr_…');
  return { url: url.replace(/\/+$/, ''), apiKey };
}

/** Where Temporal is, and which deployment is meant. Throws ConfigError. */
export function deploymentEnvironment(): { address: string; namespace: string; name: string } {
  const { TEMPORAL_ADDRESS: address } = process.env;
  return {
    address: readConfigOf('TEMPORAL_ADDRESS', { TEMPORAL_ADDRESS: address || '127.0.0.1:7233' }),
    namespace: readConfigOf('TEMPORAL_NAMESPACE'),
    name: readConfigOf('WORKER_DEPLOYMENT_NAME'),
  };
}
