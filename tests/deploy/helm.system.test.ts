import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { drainTimeoutMs } from '../../domain/limits.js';
import { taskQueues } from '../../domain/taskQueues.js';
import { helmAtHand } from '../../local/helm.js';
import { readConfig, roles, variables } from '../../platform/config.js';

const helm = helmAtHand();
const root = path.join(__dirname, '../..');
const chart = path.join(root, 'deploy/helm/postrider');

interface Resource {
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  data?: Record<string, string>;
  spec: any;
}

function run(...words: string[]): { code: number; said: string } {
  try {
    return { code: 0, said: execFileSync(helm as string, words, { encoding: 'utf8', stdio: 'pipe' }) };
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: string };
    return { code: status, said: stderr };
  }
}

function rendered(...set: string[]): Resource[] {
  const { code, said } = run('template', 'pr', chart, '--kube-version', '1.31.0', ...set.flatMap((one) => ['--set', one]));
  if (code !== 0) throw new Error(said);
  return parseAllDocuments(said)
    .map((document) => document.toJS() as Resource | null)
    .filter((one): one is Resource => one !== null);
}

const builds = ['builds[0].id=r1', 'builds[0].tag=1.0.0', 'builds[1].id=r2', 'builds[1].tag=2.0.0'];
const everything = ['podMonitor.enabled=true', 'ingress.enabled=true', 'ingress.tlsSecret=tls'];
const podOf = ({ spec }: Resource) => spec.template.spec;
const of = (all: Resource[], kind: string) => all.filter((one) => one.kind === kind);
const running = (all: Resource[]) => [...of(all, 'Deployment'), ...of(all, 'Job')];
const envOf = (container: any) => new Map<string, string>((container.env ?? []).map(({ name, value }: any) => [name, value]));

/** What opens something: only a Secret may have it. */
const secret = /PASSWORD|TOKEN|SECRET|_KEY|KEYS?_|DATABASE|REDIS_URL/;

(helm ? describe : describe.skip)(`the Helm chart (helm ${helm ? 'is here' : 'is not here: npm run helm -- version builds it'})`, () => {
  const plain = helm ? rendered() : [];
  const versioned = helm ? rendered(...builds, ...everything) : [];

  it('passes the lint, and its templates, with what is off by default too', () => {
    expect(run('lint', chart)).toMatchObject({ code: 0 });
    expect(plain.length).toBeGreaterThan(15);
    expect(new Set(versioned.map(({ kind }) => kind))).toEqual(
      new Set([
        'ConfigMap',
        'Deployment',
        'HorizontalPodAutoscaler',
        'Ingress',
        'Job',
        'NetworkPolicy',
        'PodDisruptionBudget',
        'PodMonitor',
        'ScaledObject',
        'Service',
        'ServiceAccount',
      ]),
    );
    const names = versioned.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('runs nothing as root, writes nowhere, and bounds what each container takes', () => {
    for (const one of [...running(plain), ...running(versioned)]) {
      const pod = podOf(one);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(pod.automountServiceAccountToken).toBe(false);
      for (const { securityContext, resources } of pod.containers) {
        expect(securityContext).toEqual({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
        expect(resources).toMatchObject({
          requests: { cpu: expect.anything(), memory: expect.any(String) },
          limits: { memory: expect.any(String) },
        });
      }
    }
  });

  it('has no secret in it, refuses one among its values, and gives the owner of the tables to the migrations alone', () => {
    expect(of(versioned, 'Secret')).toEqual([]);
    for (const { data = {} } of of(versioned, 'ConfigMap')) expect(Object.keys(data).filter((name) => secret.test(name))).toEqual([]);
    for (const one of running(versioned))
      for (const container of podOf(one).containers) expect([...envOf(container).keys()].filter((name) => secret.test(name))).toEqual([]);
    expect(run('template', 'pr', chart, '--kube-version', '1.31.0', '--set', 'env.ENCRYPTION_KEY=x')).toMatchObject({
      code: 1,
      said: expect.stringMatching(/ENCRYPTION_KEY/),
    });
    const withOwner = running(versioned).filter((one) => JSON.stringify(one).includes('postrider-owner'));
    expect(withOwner.map(({ metadata }) => metadata.name)).toEqual(['pr-migrate']);
  });

  it('sets only variables that the product reads, and with its secret they are an environment that it accepts', () => {
    const secrets = {
      DATABASE_URL: variables.DATABASE_URL.example,
      KEYS_DATABASE_URL: variables.KEYS_DATABASE_URL.example,
      ENCRYPTION_KEY: variables.ENCRYPTION_KEY.example,
    };
    const [map] = of(versioned, 'ConfigMap');
    for (const one of of(versioned, 'Deployment')) {
      const env = { ...map?.data, ...Object.fromEntries(envOf(podOf(one).containers[0])) };
      expect(Object.keys(env).filter((name) => !Object.hasOwn(variables, name))).toEqual([]);
      expect(readConfig({ ...env, ...secrets }).METRICS_PORT).toBe(9464);
    }
  });

  it('has every role, and for each queue workers that grow with what waits there and never go to none', () => {
    const deployments = of(plain, 'Deployment');
    const given = deployments.flatMap((one) => envOf(podOf(one).containers[0]).get('ROLES')?.split(',') ?? []);
    expect(new Set(given)).toEqual(new Set(roles));
    const scaled = of(plain, 'ScaledObject');
    const workers = deployments.map(({ metadata }) => metadata.name).filter((name) => name !== 'pr-server');
    expect(scaled.map(({ spec }) => spec.scaleTargetRef.name).sort()).toEqual(workers.sort());
    const queues = scaled.map(({ spec }) => spec.triggers[0].metadata.taskQueue);
    expect(new Set(queues)).toEqual(new Set(Object.values(taskQueues)));
    for (const { spec } of scaled) expect(spec.minReplicaCount).toBeGreaterThanOrEqual(1);
  });

  it('asks each container how it is, and lets it end what it has begun', () => {
    for (const one of of(plain, 'Deployment')) {
      const pod = podOf(one);
      const [container] = pod.containers;
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
        expect(container[probe]?.httpGet.path).toMatch(/^\/(healthz|readyz|metrics)$/);
      const preStopS = Number(container.lifecycle?.preStop.exec.command[1] ?? 0);
      expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(preStopS * 1_000 + 2 * drainTimeoutMs);
      const { selector } = one.spec;
      expect(one.spec.template.metadata.labels).toMatchObject(selector.matchLabels);
      const budgets = of(plain, 'PodDisruptionBudget').filter(({ spec }) =>
        Object.entries(spec.selector.matchLabels).every(([name, value]) => selector.matchLabels[name] === value),
      );
      expect(budgets).toHaveLength(1);
    }
    const selectors = of(versioned, 'Deployment').map(({ spec }) => JSON.stringify(spec.selector));
    expect(new Set(selectors).size).toBe(selectors.length);
  });

  it('lets nobody in but the ingress and the monitoring, and nothing out to private networks but the services', () => {
    const [all, server] = of(plain, 'NetworkPolicy');
    expect(all?.spec.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(all?.spec.ingress.flatMap(({ ports }: any) => ports)).toEqual([{ port: 9464 }]);
    expect(server?.spec.ingress.flatMap(({ ports }: any) => ports)).toEqual([{ port: 3000 }]);
    const { ipBlock } = all?.spec.egress.at(-1).to[0] ?? {};
    for (const inner of ['10.0.0.0/8', '169.254.0.0/16', '192.168.0.0/16']) expect(ipBlock.except).toContain(inner);
  });

  it('migrates before anything of a release runs, by programs that there are', () => {
    const migrate = of(plain, 'Job').find(({ metadata }) => metadata.name === 'pr-migrate');
    expect(migrate?.metadata.annotations?.['helm.sh/hook']).toBe('pre-install,pre-upgrade');
    for (const job of of(versioned, 'Job')) {
      const [, program] = podOf(job).containers[0].command;
      expect(existsSync(path.join(root, program.replace('dist/', '').replace('.js', '.ts')))).toBe(true);
    }
  });

  it('runs the workers of several builds side by side, names the newest first, and keeps workers out of the servers then', () => {
    const images = of(versioned, 'Deployment').map((one) => {
      const [container] = podOf(one).containers;
      return [container.image, envOf(container).get('WORKER_BUILD_ID')];
    });
    const count = (tag: string, id?: string) => images.filter(([image, build]) => image === `postrider:${tag}` && build === id).length;
    expect([count('1.0.0', 'r1'), count('2.0.0', 'r2'), count('0.1.0')]).toEqual([5, 5, 1]);
    const first = of(versioned, 'Job').find(({ metadata }) => metadata.name === 'pr-first-build');
    expect(podOf(first as Resource).containers[0].command.slice(1)).toEqual(['dist/main/operator.js', 'deployment', 'set', 'r2']);
    expect(first?.metadata.annotations?.['helm.sh/hook']).toBe('post-install');
    const refused = run(
      'template',
      'pr',
      chart,
      '--kube-version',
      '1.31.0',
      ...[...builds, 'server.roles=server\\,messages'].flatMap((one) => ['--set', one]),
    );
    expect(refused).toMatchObject({ code: 1, said: expect.stringMatching(/server\.roles must be/) });
  });
});
