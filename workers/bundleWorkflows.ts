/** Bundles the workflows for production: run after the compiler, by `npm run build`. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** Where the bundles of a build lie, beside the compiled code. */
export const bundlePaths = {
  messages: path.join(__dirname, '../workflows.bundle.js'),
  /** The same, for processes that trace. */
  tracedMessages: path.join(__dirname, '../traced.bundle.js'),
  limiter: path.join(__dirname, '../limiter.bundle.js'),
  maintenance: path.join(__dirname, '../maintenance.bundle.js'),
  webhooks: path.join(__dirname, '../webhooks.bundle.js'),
} as const;

// Loaded once a worker thread instead of once a workflow, and frozen by the SDK: they keep no state, and can't.
const preloaded = ['@temporalio/common', '@temporalio/workflow', require.resolve('../workflows/shortStacks')];

/** Bundles the workflows that `entry` exports, with the interceptors of these modules; answers the code. */
export async function bundle(entry: string, workflowInterceptorModules: string[] = []): Promise<string> {
  const workflowsPath = require.resolve(entry);
  const preloadModules = [...preloaded, workflowsPath];
  const failureConverterPath = require.resolve('../platform/failureConverter');
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    failureConverterPath,
    workflowInterceptorModules,
    logger: new DefaultLogger('WARN'),
    preloadModules,
  });
  return code;
}

async function main(): Promise<void> {
  await writeFile(bundlePaths.messages, await bundle('../workflows/index'));
  await writeFile(bundlePaths.tracedMessages, await bundle('../workflows/index', [require.resolve('../workflows/traced')]));
  await writeFile(bundlePaths.limiter, await bundle('../workflows/rateLimiter'));
  await writeFile(bundlePaths.maintenance, await bundle('../workflows/maintenance'));
  await writeFile(bundlePaths.webhooks, await bundle('../workflows/deliverWebhooks'));
}

if (require.main === module) void main();
