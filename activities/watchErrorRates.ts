import { errorRateMax } from '../domain/metricLimits.js';
import type { Notice } from '../domain/notifications.js';
import { type ErrorRateAlarm, errorRateAlarms, errorRateTold, watchErrorRates as watch } from '../storage/errorRates.js';
import type { MaintenanceDependencies } from './dependencies.js';

const percent = (share: number) => `${Math.round(share * 100)} %`;

/**
 * Looks at the error rate of every workspace, and tells it and the operators where that is too high, once; and that it is over,
 * once. Answers how many are too high at this moment.
 */
export function watchErrorRates({ database, store, telemetry, logger }: MaintenanceDependencies) {
  return async (): Promise<number> => {
    await watch(database);
    const { untold, lasting } = await errorRateAlarms(database);
    for (const alarm of untold) {
      const { workspaceId, isOver, errors, ended } = alarm;
      for (const notice of noticesOf(alarm)) await store.notify(notice);
      if (isOver) logger.info({ event: 'metrics.error_rate_over', workspaceId });
      else logger.warn({ event: 'metrics.error_rate_high', workspaceId, errors, ended });
      await errorRateTold(database, alarm);
    }
    telemetry.set('workspaces_failing', {}, lasting);
    return lasting;
  };
}

/** The workspace is told, and so are the operators. */
function noticesOf({ workspaceId, since, isOver, errors, ended }: ErrorRateAlarm): Notice[] {
  const about = { workspaceId, subject: 'errorRate', details: { since: since.toISOString(), errors, ended, threshold: errorRateMax } };
  if (isOver) {
    const summary = `The error rate is below ${percent(errorRateMax)} again.`;
    return [{ ...about, kind: 'error_rate.over', summary }];
  }
  const summary = `${errors} of ${ended} messages that ended within a minute did not arrive (${percent(errors / ended)}): more than ${percent(errorRateMax)}.`;
  return [
    { ...about, kind: 'error_rate.high', summary },
    { ...about, kind: 'error_rate.high_of_workspace', summary: `In this workspace ${summary}` },
  ];
}
