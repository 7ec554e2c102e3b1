import { ScheduleNotFoundError } from '@temporalio/client';
import { schedulesReadEveryMs, traceQueryTimeoutMs } from '../domain/limits.js';
import { schedules } from '../domain/schedules.js';
import type { Services } from './services.js';
import { workflowUrl } from './workflowUrl.js';

/** A schedule and its newest run, as the API shows them. */
export interface ScheduleView {
  id: string;
  about: string;
  everyS: number;
  state: 'running' | 'paused' | 'missing';
  lastRun: { at: string; outcome: 'running' | 'done' | 'failed'; url: string | null } | null;
  nextAt: string | null;
}

export interface SchedulesView {
  schedules: ScheduleView[];
  /** Why they are not known; null where they are. */
  unavailable: string | null;
}

/** Asks Temporal for the schedules; who asks again within some seconds gets the same answer. */
export class ScheduleReader {
  private kept: Promise<SchedulesView> | undefined;

  constructor(private readonly services: Pick<Services, 'temporal' | 'config' | 'logger'>) {}

  read(): Promise<SchedulesView> {
    this.kept ??= this.ask().finally(() => setTimeout(() => (this.kept = undefined), schedulesReadEveryMs).unref());
    return this.kept;
  }

  private async ask(): Promise<SchedulesView> {
    const { temporal, logger } = this.services;
    try {
      const all = await temporal.withDeadline(Date.now() + traceQueryTimeoutMs, () =>
        Promise.all(schedules.map((one) => this.viewOf(one))),
      );
      return { schedules: all.filter((one) => one !== undefined), unavailable: null };
    } catch (error) {
      logger.warn({ event: 'schedules.unavailable', error: String(error) });
      return { schedules: [], unavailable: 'Temporal could not be asked within 2 s' };
    }
  }

  private async viewOf({ id, about, every }: (typeof schedules)[number]): Promise<ScheduleView | undefined> {
    const view = { id, about, everyS: every / 1_000 };
    try {
      const { state, info } = await this.services.temporal.schedule.getHandle(id).describe();
      const last = info.recentActions.at(-1);
      return {
        ...view,
        state: state.paused ? 'paused' : 'running',
        lastRun: last ? await this.runOf(last.takenAt, last.action.workflow) : null,
        nextAt: info.nextActionTimes[0]?.toISOString() ?? null,
      };
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
      // The canary is only where somebody wants it.
      return id === 'send-canary' ? undefined : { ...view, state: 'missing', lastRun: null, nextAt: null };
    }
  }

  private async runOf(
    at: Date,
    { workflowId, firstExecutionRunId }: { workflowId: string; firstExecutionRunId: string },
  ): Promise<ScheduleView['lastRun']> {
    const { temporal, config } = this.services;
    const described = await temporal.workflow
      .getHandle(workflowId, firstExecutionRunId)
      .describe()
      .catch(() => undefined);
    const status = described?.status.name ?? 'COMPLETED';
    const outcome = status === 'RUNNING' ? 'running' : status === 'COMPLETED' || status === 'CONTINUED_AS_NEW' ? 'done' : 'failed';
    return { at: at.toISOString(), outcome, url: workflowUrl(config, workflowId) };
  }
}
