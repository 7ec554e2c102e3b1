import { Client, Connection } from '@temporalio/client';
import { handOverLives } from '../../lives/handOverLives.js';
import { type Build, DeploymentRefused, type DeploymentState, WorkerDeployment } from '../../platform/workerDeployment.js';
import { deploymentEnvironment } from '../operatorEnvironment.js';
import type { CommandName, OperatorArguments, OwnCommand } from './arguments.js';

type DeploymentCommand = Extract<OwnCommand, `deployment ${string}`>;
type Answer = Record<string, unknown>;

export function isDeploymentCommand(command: CommandName): command is DeploymentCommand {
  return command.startsWith('deployment ');
}

/** Does it at Temporal, and prints what came of it. Throws DeploymentRefused with what to do instead. */
export async function deployment(command: DeploymentCommand, { id, values, json }: OperatorArguments): Promise<void> {
  const { address, namespace, name } = deploymentEnvironment();
  const connection = await Connection.connect({ address }).catch((error: unknown) => {
    throw new DeploymentRefused(`Temporal does not answer at ${address} (${(error as Error).message}): see that TEMPORAL_ADDRESS is right`);
  });
  try {
    const temporal = new Client({ connection, namespace });
    const own = new WorkerDeployment(temporal, name, `operator@${process.pid}`);
    const answer = await run(command, {
      temporal,
      own,
      id,
      percent: Number(values.percent ?? 0),
      reason: String(values.reason ?? 'rollback'),
    });
    process.stdout.write(json ? `${JSON.stringify(answer)}\n` : `${linesOf(answer).join('\n')}\n`);
  } finally {
    await connection.close();
  }
}

interface Work {
  temporal: Client;
  own: WorkerDeployment;
  id: string;
  percent: number;
  reason: string;
}

async function run(command: DeploymentCommand, work: Work): Promise<Answer> {
  const { own, id, percent } = work;
  const state = await own.describe();
  if (!state) throw new DeploymentRefused(`no worker has a build of ${own.name} yet: start them with WORKER_BUILD_ID`);
  switch (command) {
    case 'deployment list':
      return list(work, state);
    case 'deployment set':
      mustKnow(state, id);
      await own.setCurrent(id);
      return { done: `all new messages go to ${id}`, before: state.current };
    case 'deployment ramp':
      mustKnow(state, id);
      if (state.current === null) throw new DeploymentRefused('no build is current yet: deployment set BUILD');
      await own.ramp(percent > 0 ? id : '', percent);
      return { done: `${percent} % of new messages go to ${id}, the others to ${state.current}` };
    case 'deployment rollback':
      return rollback(work, state);
  }
}

/**
 * A ramp is ended; where there is none, the older build that had new messages last gets them again: never a younger one, or a second
 * rollback would bring back what the first has taken away. What the withdrawn build has begun goes on there.
 */
async function rollback({ temporal, own, reason }: Work, { current, ramping, builds }: DeploymentState): Promise<Answer> {
  const withdrawn = ramping?.buildId ?? current;
  const bornMs = builds.find(({ buildId }) => buildId === current)?.createdMs ?? 0;
  const before = builds.filter(({ createdMs, untilMs }) => createdMs < bornMs && untilMs !== null);
  const good = ramping ? current : before.sort((a, b) => Number(b.untilMs) - Number(a.untilMs))[0]?.buildId;
  if (!withdrawn || !good)
    throw new DeploymentRefused('no older build has had messages: name the one that shall get them, with deployment set BUILD');
  if (ramping) await own.ramp('', 0);
  else await own.setCurrent(good, { anyQueues: true });
  const lives = await handOverLives(temporal, own, withdrawn, good, reason);
  return { done: `all new messages go to ${good}, and so do ${lives} that ${withdrawn} had begun`, current: good, withdrawn, lives };
}

async function list({ temporal, own }: Work, { current, ramping, builds }: DeploymentState): Promise<Answer> {
  const withLives = builds.map(async (build) => ({
    ...build,
    lives: (await temporal.workflow.count(own.openLivesOf(build.buildId))).count,
  }));
  return { deployment: own.name, current, ramping, builds: await Promise.all(withLives) };
}

function mustKnow({ builds }: DeploymentState, buildId: string): void {
  if (builds.some((build) => build.buildId === buildId)) return;
  const known = builds.map((build) => build.buildId).join(', ') || 'none';
  throw new DeploymentRefused(`no worker of build ${buildId} has asked for work: start it first. There are: ${known}`);
}

function linesOf({ done, builds, ramping }: Answer): string[] {
  if (typeof done === 'string') return [done];
  const share = ramping as DeploymentState['ramping'];
  const all = builds as (Build & { lives: number })[];
  const rows = all.map(({ buildId, state, lives }) => {
    const shown = share?.buildId === buildId ? `ramping, ${share.percent} %` : state;
    return [buildId, shown, String(lives)];
  });
  return [['BUILD', 'STATE', 'OPEN LIVES'], ...rows].map(([build = '', state = '', lives = '']) =>
    `${build.padEnd(24)} ${state.padEnd(16)} ${lives}`.trimEnd(),
  );
}
