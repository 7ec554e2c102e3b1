import type { Client } from '@temporalio/client';

/** Where a build stands, in Temporal's words for it. */
export type BuildState = 'inactive' | 'current' | 'ramping' | 'draining' | 'drained';
const buildStates: Record<number, BuildState> = { 1: 'inactive', 2: 'current', 3: 'ramping', 4: 'draining', 5: 'drained' };

export interface Build {
  buildId: string;
  state: BuildState;
  /** When its first worker came, and until when it got new work; null where it still does, or never did. */
  createdMs: number;
  untilMs: number | null;
}

export interface DeploymentState {
  current: string | null;
  ramping: { buildId: string; percent: number } | null;
  builds: Build[];
}

/** Temporal refuses, with the reason in its own words. */
export class DeploymentRefused extends Error {
  override name = 'DeploymentRefused';
}

const grpcNotFound = 5;
type Time = { seconds?: unknown; nanos?: number | null } | null | undefined;
const msOf = (time: Time) => (time?.seconds ? Number(time.seconds) * 1_000 + (time.nanos ?? 0) / 1e6 : null);

/** The builds of the workers as Temporal knows them, and which of them gets new work. */
export class WorkerDeployment {
  constructor(
    private readonly temporal: Client,
    readonly name: string,
    private readonly identity: string,
  ) {}

  /** Undefined where no worker of the deployment has ever asked for work. Throws DeploymentRefused. */
  async describe(): Promise<DeploymentState | undefined> {
    const asked = this.service.describeWorkerDeployment({ namespace: this.namespace, deploymentName: this.name });
    const { workerDeploymentInfo } = await asked.catch((error: unknown) => {
      if ((error as { code?: number }).code === grpcNotFound) return { workerDeploymentInfo: undefined };
      throw refusedBy(error);
    });
    if (!workerDeploymentInfo) return undefined;
    const { routingConfig, versionSummaries } = workerDeploymentInfo;
    const ramping = routingConfig?.rampingDeploymentVersion?.buildId;
    const builds = (versionSummaries ?? []).map((one) => ({
      buildId: one.deploymentVersion?.buildId ?? '',
      state: buildStates[one.status ?? 1] ?? 'inactive',
      createdMs: msOf(one.createTime) ?? 0,
      untilMs: msOf(one.lastDeactivationTime),
    }));
    return {
      current: routingConfig?.currentDeploymentVersion?.buildId || null,
      ramping: ramping ? { buildId: ramping, percent: routingConfig?.rampingVersionPercentage ?? 0 } : null,
      builds,
    };
  }

  /**
   * Gives all new work to a build. With `anyQueues` also where it serves fewer queues than the one before, for the way back. Throws
   * DeploymentRefused, as where it has no workers.
   */
  async setCurrent(buildId: string, { anyQueues = false } = {}): Promise<void> {
    await this.service.setWorkerDeploymentCurrentVersion({ ...this.request, buildId, ignoreMissingTaskQueues: anyQueues }).catch(refuse);
  }

  /** Gives a share of new work to a build, 0 to 100 %; an empty one ends a ramp. Throws DeploymentRefused. */
  async ramp(buildId: string, percentage: number): Promise<void> {
    await this.service.setWorkerDeploymentRampingVersion({ ...this.request, buildId, percentage }).catch(refuse);
  }

  /** Lives that a build has begun and that are open, as a query for Temporal's lists, which lag a moment behind. */
  openLivesOf(buildId: string): string {
    const version = `TemporalWorkerDeploymentVersion = '${this.name}:${buildId}'`;
    return `${version} AND ExecutionStatus = 'Running' AND TemporalWorkflowVersioningBehavior = 'Pinned'`;
  }

  private get service() {
    return this.temporal.workflowService;
  }

  private get namespace() {
    return this.temporal.options.namespace;
  }

  private get request() {
    return { namespace: this.namespace, deploymentName: this.name, identity: this.identity };
  }
}

const refusedBy = (error: unknown) => new DeploymentRefused((error as { details?: string }).details || String(error), { cause: error });

function refuse(error: unknown): never {
  throw refusedBy(error);
}
