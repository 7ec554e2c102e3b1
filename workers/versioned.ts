import type { WorkerOptions } from '@temporalio/worker';

type Deployment = NonNullable<WorkerOptions['workerDeploymentOptions']>;

/** A build of the workers: what it is a build of, and which. */
export type WorkerBuild = Deployment['version'];

/**
 * The options of a Worker of a build; none where releases are not versioned. A `PINNED` workflow finishes on the build that has begun
 * it: the life of a message. An `AUTO_UPGRADE` one goes on under whichever is current, and its changes are guarded by `patched`:
 * what lives for ever, as a limiter does, or is begun anew every minute.
 */
export function versioned(
  build: WorkerBuild | undefined,
  defaultVersioningBehavior: NonNullable<Deployment['defaultVersioningBehavior']>,
): Partial<WorkerOptions> {
  return build ? { workerDeploymentOptions: { version: build, useWorkerVersioning: true, defaultVersioningBehavior } } : {};
}
