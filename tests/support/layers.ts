/**
 * The house rules that a machine can check: which folder may import what, and a few words that are banned. Each
 * violation is a sentence that names the file, what is wrong in it and the cure. Tested by tests/tidy.test.ts.
 */
import path from 'node:path';
import { parseSync } from '@swc/core';

interface Layer {
  /**
   * What a file of the folder may import: a folder (`domain/`), a file (`workflows/messages`), a package (`zod`), or
   * `node:*`. With `type ` before it, by `import type` alone. Its own folder is always allowed.
   */
  may: readonly string[];
  /** More for single files. */
  files?: Readonly<Record<string, readonly string[]>>;
  /** Why it may no more. */
  because: string;
  cure: string;
}

const clock = ['node:crypto', 'node:timers/promises'];
const belowMain = ['domain/', 'platform/', 'storage/', 'providers/', 'limiter/', 'lives/', 'activities/', 'workers/', 'server/'];

export const layers: Readonly<Record<string, Layer>> = {
  domain: {
    may: [],
    files: { 'domain/phoneNumber.ts': ['libphonenumber-js'] },
    because: 'domain is pure, so that it runs inside the workflow sandbox and in the browser',
    cure: 'pass the value in as an argument, or move the code to platform/ (sockets, clocks, files) or activities/',
  },
  workflows: {
    may: ['domain/', '@temporalio/workflow', '@temporalio/common', 'type activities/'],
    files: { 'workflows/traced.ts': ['@temporalio/interceptors-opentelemetry/lib/workflow'] },
    because: 'a workflow is replayed in a sandbox',
    cure: 'let an activity do it and call it through workflows/activityProxies.ts; of activities/ use `import type`',
  },
  platform: {
    may: ['domain/', 'node:*', 'npm:*'],
    files: { 'platform/prisma.ts': ['generated/'] },
    because: 'platform knows sockets and clocks, not the nouns of the product',
    cure: 'pass what it needs as an argument, or move the code up to storage/ or activities/; the Prisma client is used through platform/prisma.ts',
  },
  storage: {
    may: ['domain/', 'platform/', 'pg', 'node:*'],
    because: 'storage keeps nouns and does not know who asks for them',
    cure: 'take the value as an argument and let activities/ or server/ bring the two together',
  },
  providers: {
    may: ['domain/', 'node:crypto', 'node:http', 'node:https', 'node:net', 'node:tls', 'zod'],
    files: { 'providers/httpGateway/signature.ts': ['platform/webhookSignature'] },
    because: 'a provider is a port to one vendor: storage, logger and clock stay before it',
    cure: 'pass it in as an argument, or do it in activities/; what two providers share goes into a file of providers/ itself',
  },
  limiter: {
    may: ['domain/', 'workflows/messages', 'type workflows/rateLimiter', '@temporalio/client', ...clock],
    because: 'the limiter only asks the rateLimiter workflows, by their messages',
    cure: 'move the decision to domain/rateLimit.ts or the caller in activities/; of workflows/rateLimiter use `import type`',
  },
  lives: {
    may: [
      'domain/',
      'platform/',
      'storage/',
      'providers/',
      'workflows/messages',
      'type workflows/deliverWebhooks',
      'type workflows/callWaiting',
      'type workflows/receiveMessage',
      'type workflows/sendMessage',
      '@temporalio/client',
      '@temporalio/common',
      '@temporalio/common/lib/internal-non-workflow',
      ...clock,
    ],
    because: 'it starts the workflows of messages, asks providers what became of them and tells what was stored',
    cure: 'take the value as an argument; of workflows use `import type`',
  },
  activities: {
    may: [
      'domain/',
      'platform/',
      'storage/',
      'providers/',
      'limiter/',
      'lives/',
      '@temporalio/client',
      '@temporalio/activity',
      '@temporalio/common',
      ...clock,
    ],
    because: 'an activity is called by workflows and knows neither them nor who serves people',
    cure: 'move what both need down to domain/ or storage/',
  },
  workers: {
    may: ['domain/', 'type activities/', '@temporalio/worker'],
    files: {
      'workers/bundleWorkflows.ts': ['node:fs/promises', 'node:path'],
      'workers/leanWorkflowThreads.ts': ['node:vm', 'node:worker_threads'],
    },
    because: 'workers are wiring only',
    cure: 'take it as an argument from main/, which composes processes; of activities/ use `import type`',
  },
  server: {
    may: ['domain/', 'platform/', 'storage/', 'providers/', 'lives/', 'workflows/messages', 'type workflows/', 'node:*', 'npm:*'],
    because: 'the server starts workflows and asks them, it does not do their work',
    cure: 'send a message of workflows/messages.ts, use `import type` of a workflow, or move what both need down to domain/ or storage/',
  },
  main: {
    may: [...belowMain, 'local/', 'load/', 'type workflows/', 'type generated/api/schema', 'node:*', 'npm:*'],
    because: 'main composes processes',
    cure: 'a workflow runs only in its bundle (workers/bundleWorkflows.ts), and the simulator only in a process of its own (local/)',
  },
  simulator: {
    may: ['node:*', 'npm:*'],
    because: 'the simulator stands for a provider and must be able to find the product wrong',
    cure: 'write it again in simulator/, from what the provider documents',
  },
  load: {
    may: ['node:*'],
    files: { 'load/sockets.ts': ['socket.io-client'], 'load/follower.ts': ['socket.io-client'] },
    because: 'load is a client like any other and checks what the product says of itself',
    cure: 'ask over HTTP, or take it as an argument',
  },
  local: {
    may: ['domain/', 'platform/', 'storage/migrate', 'storage/productLogin', 'main/seedDemo', '@temporalio/client', 'pg', 'node:*'],
    because: 'local brings up the parts of a system on one machine, each as a process of its own',
    cure: 'start it as a process (local/service.ts), or move the code to main/',
  },
  bench: {
    may: ['domain/', 'platform/', 'workers/', 'local/', 'load/', 'node:*', 'npm:*'],
    // What sealing costs is seen only where it is done.
    files: { 'bench/encryption.ts': ['storage/'] },
    because: 'the bench measures the product from outside',
    cure: 'drive it over HTTP (load/), or bring it up by local/',
  },
  chaos: {
    may: ['domain/limits', 'platform/commandLine', 'platform/projectRoot', 'local/', 'load/', 'node:*', 'npm:*'],
    because: 'chaos judges the product from outside, by what a client and a provider saw',
    cure: 'drive it over HTTP (load/), bring it up by local/, or write the expectation again in chaos/',
  },
  web: {
    may: ['type domain/', 'type generated/api/schema', 'npm:*'],
    because: "the page is its own program: a value of the server's would be in everyone's download",
    cure: 'use `import type`, or write the value again in web/src/',
  },
};

/** Where the environment may be read. */
const readsEnvironment = /^(platform\/config\.ts$|local\/|main\/(start|operator)[^/]*\.ts$|bench\/|chaos\/|scripts\/|tests\/)/;
const linesMax = 400;

interface Import {
  from: string;
  typeOnly: boolean;
}

/** Everything of a file that the rules look at, found in its syntax tree: words in strings do not count. */
interface Findings {
  imports: Import[];
  readsEnvironment: boolean;
  asAny: boolean;
  console: boolean;
  only: boolean;
}

type Node = { type?: string } & Record<string, unknown>;

function findingsOf(file: string, source: string): Findings {
  const found: Findings = { imports: [], readsEnvironment: false, asAny: false, console: false, only: false };
  const add = (from: unknown, typeOnly: boolean) => found.imports.push({ from: (from as { value: string }).value, typeOnly });
  const isMember = (node: Node, object: string) => (node.object as Node).type === 'Identifier' && (node.object as Node).value === object;

  const look = (node: Node): void => {
    switch (node.type) {
      case 'ImportDeclaration': {
        const names = node.specifiers as { isTypeOnly?: boolean }[];
        add(node.source, node.typeOnly === true || (names.length > 0 && names.every(({ isTypeOnly }) => isTypeOnly === true)));
        break;
      }
      case 'ExportAllDeclaration':
      case 'ExportNamedDeclaration':
        if (node.source) add(node.source, node.typeOnly === true);
        break;
      case 'TsImportType':
        add(node.argument, true);
        break;
      case 'CallExpression': {
        const callee = node.callee as Node;
        const [first] = node.arguments as { expression: Node }[];
        const loads = callee.type === 'Import' || (callee.type === 'Identifier' && callee.value === 'require');
        if (loads && first?.expression.type === 'StringLiteral') add(first.expression, false);
        if (callee.type === 'MemberExpression' && (callee.property as Node).value === 'only') found.only = true;
        break;
      }
      case 'MemberExpression':
        if (isMember(node, 'process') && (node.property as Node).value === 'env') found.readsEnvironment = true;
        if (isMember(node, 'console')) found.console = true;
        break;
      case 'TsAsExpression':
        if ((node.typeAnnotation as Node).kind === 'any') found.asAny = true;
        break;
    }
  };
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) walk(item);
    else if (value !== null && typeof value === 'object') {
      look(value as Node);
      for (const inner of Object.values(value)) walk(inner);
    }
  };
  walk(parseSync(source, { syntax: 'typescript', tsx: file.endsWith('x') }).body);
  return found;
}

/** What an import leads to: a path from the root, or a package as it is written. */
function targetOf(file: string, from: string): string {
  return from.startsWith('.') ? path.posix.join(path.posix.dirname(file), from).replace(/\.[jt]sx?$/, '') : from;
}

function allows(rule: string, target: string, { from, typeOnly }: Import): boolean {
  if (rule.startsWith('type ')) return typeOnly && allows(rule.slice('type '.length), target, { from, typeOnly });
  const isPackage = !from.startsWith('.');
  if (rule === 'npm:*') return isPackage && !from.startsWith('node:');
  if (rule === 'node:*') return from.startsWith('node:');
  if (isPackage) return from === rule || from.startsWith(`${rule}/`);
  return rule.endsWith('/') ? target.startsWith(rule) : target === rule;
}

/** The folder that is a file's own; among the providers, the vendor's. */
function ownFolderOf(file: string): string {
  return (/^providers\/[^/]+\//.exec(file) ?? /^[^/]+\//.exec(file) ?? [''])[0];
}

function importViolations(file: string, found: Findings): string[] {
  const name = file.split('/')[0] ?? '';
  const layer = layers[name];
  if (!layer)
    return [`${file}: the folder ${name}/ has no layer. Put the file into one that has, or give ${name}/ a row in tests/support/layers.ts`];
  const rules = [...layer.may, ...(layer.files?.[file] ?? [])];
  // A vendor's SDK belongs to its provider.
  const vendor = /^providers\/([^/]+)\//.exec(file)?.[1];
  if (vendor) rules.push(vendor);
  return found.imports.flatMap((one) => {
    const target = targetOf(file, one.from);
    if (!path.isAbsolute(one.from) && target.startsWith(ownFolderOf(file))) return [];
    // What providers share lies beside their folders.
    if (vendor && /^providers\/[^/]+$/.test(target) && target !== 'providers/registry') return [];
    if (rules.some((rule) => allows(rule, target, one))) return [];
    return [
      `${file}: ${one.typeOnly ? 'the type ' : ''}import of ${one.from} is banned here, because ${layer.because}. Cure: ${layer.cure}`,
    ];
  });
}

/**
 * What a file does against the rules, as sentences.
 *
 * @param file its path from the root, with slashes
 */
export function violations(file: string, source: string): string[] {
  const found: string[] = [];
  const lines = source.split('\n');
  if (lines.length > linesMax + 1) {
    found.push(
      `${file}: ${lines.length - 1} lines are too many to read at once (at most ${linesMax}). Cure: split it by what it is about, an export a file`,
    );
  }
  const drawer = /(^|\/)(utils?|helpers?|lib)(\/|\.[jt]sx?$)/.exec(file)?.[2];
  if (drawer)
    found.push(
      `${file}: "${drawer}" is a drawer for anything. Cure: name the file for what it does and put it into the layer it belongs to`,
    );
  for (const [index, line] of lines.entries()) {
    const note = /\b(TO(?:DO)|FIX(?:ME))\b/.exec(line)?.[1];
    if (note)
      found.push(`${file}:${index + 1}: ${note} is banned here. Cure: do it now, or open an issue and say in the comment how things are`);
  }
  if (!/\.tsx?$/.test(file)) return found;
  // Tests may do anything but this; most need not be parsed to see that they don't.
  if (file.startsWith('tests/') && !source.includes('.only')) return found;

  const syntax = findingsOf(file, source);
  if (syntax.only) found.push(`${file}: .only( hides all other tests. Cure: remove it, and name the test on the command line: jest -t "…"`);
  if (syntax.readsEnvironment && !readsEnvironment.test(file)) {
    found.push(`${file}: process.env is banned here. Cure: declare the variable in platform/config.ts and take the value as an argument`);
  }
  if (file.startsWith('tests/')) return found;
  if (syntax.asAny) found.push(`${file}: "as any" is banned here. Cure: say what the value is, or parse it with a zod schema`);
  if (syntax.console) {
    found.push(
      `${file}: console is banned here. Cure: use the logger that is passed in; what a command prints goes to process.stdout.write`,
    );
  }
  return [...found, ...importViolations(file, syntax)];
}
