import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { searchAttributeNames } from '../../domain/taskQueues.js';
import { type Config, readConfig, roles, variables } from '../../platform/config.js';
import { parseArguments } from '../../simulator/arguments.js';

const root = path.join(__dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

interface Service {
  build?: string;
  image?: string;
  command?: string[];
  environment?: Record<string, unknown>;
  healthcheck?: { test: string[] };
  restart?: string;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
}

/** A file of Compose as it is read where nothing is set in .env. */
function readCompose(text: string): { services: Record<string, Service>; volumes: Record<string, unknown> } {
  const byDefault = text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
  return parse(byDefault, { merge: true });
}

const { services, volumes } = readCompose(read('docker-compose.yml'));
const all = Object.entries(services);
const ours = all.filter(([, { build }]) => build !== undefined);
/** Services that run main/run.ts: the image's own command. */
const processes = ours.filter(([, { command }]) => command === undefined);
const simulators = ours.filter(([, { command }]) => command?.includes('dist/simulator/main.js'));
const runsOnce = ({ restart }: Service) => restart === 'no';

function environmentOf({ environment = {} }: Service): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
}

/** Compiled files that a text names, as the sources they are made of. */
function sourcesNamedIn(text: string): string[] {
  return [...text.matchAll(/dist\/([\w/]+)\.js/g)].map(([, file]) => `${file}.ts`);
}

describe('the compose file', () => {
  test('works without anything being set: each variable in it has a default', () => {
    expect(JSON.stringify(services)).not.toContain('$');
  });

  test.each(all)('says where %s comes from, and how to see that it works', (_name, service) => {
    expect(service.build ?? service.image).toBeTruthy();
    if (!runsOnce(service)) expect(service.healthcheck?.test[0]).toBe('CMD');
    expect(['no', 'unless-stopped']).toContain(service.restart);
  });

  test.each(all)('lets %s wait only for services that there are, and for what they can fulfil', (_name, { depends_on = {} }) => {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const service = services[other] as Service;
      expect([other, service !== undefined]).toEqual([other, true]);
      expect([other, condition]).toEqual([other, runsOnce(service) ? 'service_completed_successfully' : 'service_healthy']);
    }
  });

  test('opens ports to this machine only', () => {
    const ports = all.flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  test('declares the volumes it uses', () => {
    const used = all.flatMap(([, service]) => service.volumes ?? []).map((volume) => volume.split(':')[0]);
    expect(new Set(used)).toEqual(new Set(Object.keys(volumes)));
  });

  test('runs only programs that there are', () => {
    const named = sourcesNamedIn(JSON.stringify(services));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  test("prepares Temporal for the product's search attributes", () => {
    const words = services.temporal?.command ?? [];
    for (const name of Object.values(searchAttributeNames)) expect(words).toContain(`--search-attribute=${name}=Keyword`);
  });
});

describe("the product's services", () => {
  test('are there, and so is the simulator', () => {
    expect([processes.length > 0, simulators.length]).toEqual([true, 1]);
  });

  test.each(ours)('set for %s only variables that its program reads', (_name, service) => {
    expect(Object.keys(service.environment ?? {}).filter((name) => !Object.hasOwn(variables, name))).toEqual([]);
  });

  test.each(processes)('give %s an environment that it accepts', (_name, service) => {
    expect(() => readConfig(environmentOf(service))).not.toThrow();
  });

  test('have all roles between them, and start workflows where they run them', () => {
    const configs = processes.map(([, service]): Config => readConfig(environmentOf(service)));
    expect(new Set(configs.flatMap(({ ROLES }) => ROLES))).toEqual(new Set(roles));
    for (const { ROLES } of configs) if (ROLES.includes('server')) expect(ROLES).toContain('messages');
  });

  test('send callbacks and requests to services and ports that there are', () => {
    for (const [, service] of processes) {
      const { DATABASE_URL, TEMPORAL_ADDRESS, REDIS_URL, PUBLIC_BASE_URL, TWILIO_API_BASE_URL } = readConfig(environmentOf(service));
      const hosts = [DATABASE_URL, `tcp://${TEMPORAL_ADDRESS}`, REDIS_URL, PUBLIC_BASE_URL, TWILIO_API_BASE_URL].map(
        (url) => new URL(url ?? '').hostname,
      );
      expect(hosts.filter((host) => !Object.hasOwn(services, host))).toEqual([]);
    }
    for (const [, { command = [] }] of simulators) expect(parseArguments(command.slice(2))).toMatchObject({ host: '0.0.0.0', port: 4010 });
  });
});

describe('the image', () => {
  const dockerfile = read('Dockerfile');

  test('runs only programs that there are', () => {
    const named = sourcesNamedIn(dockerfile);
    expect(named).toContain('main/run.ts');
    expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  test('copies only what there is, and what is kept from it is not copied', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' '));
    expect(copied).toContain('prisma/migrations');
    expect(copied.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
    const kept = read('.dockerignore').split('\n');
    expect(copied.filter((file) => kept.includes(file))).toEqual([]);
  });

  test('does not run as root', () => {
    expect(dockerfile.slice(dockerfile.lastIndexOf('FROM '))).toMatch(/^USER node$/m);
  });

  test('has every migration', () => {
    expect(readdirSync(path.join(root, 'prisma/migrations')).length).toBeGreaterThan(0);
    expect(dockerfile).toMatch(/^COPY prisma\/migrations prisma\/migrations$/m);
  });
});
