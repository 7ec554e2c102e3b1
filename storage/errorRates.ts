import { errorRateMax, errorRateMessagesMin, errorRateQuietMs, errorRateSettledMs } from '../domain/metricLimits.js';
import type { Database } from '../platform/database.js';

/** A workspace whose error rate is too high, or was. */
export interface ErrorRateAlarm {
  workspaceId: string;
  since: Date;
  /** Of its last minute that was too high. */
  errors: number;
  ended: number;
  /** Whether it is over. */
  isOver: boolean;
}

const errors = 'undelivered + failed + expired + parked';
const endedCount = `delivered + ${errors} + unknown`;

// One minute above begins an alarm; only some in a row without one end it. So what goes up and down is one alarm.
const watchText = `
  with high as (
    select distinct on (workspace_id) workspace_id, minute, ${errors} as errors, ${endedCount} as ended
    from metric_minute
    where minute >= now() - $1 * interval '1 millisecond' and minute + interval '1 minute' <= now() - $2 * interval '1 millisecond'
      and ${endedCount} >= $3::integer and ${errors} > $4::float8 * (${endedCount})
    order by workspace_id, minute desc
  ), raised as (
    insert into error_rate_alarm as a (workspace_id, since, high_at, errors, ended)
    select workspace_id, minute, minute, errors, ended from high
    on conflict (workspace_id) do update set high_at = excluded.high_at, errors = excluded.errors, ended = excluded.ended,
      over_at = null
    where a.high_at < excluded.high_at
    returning workspace_id
  )
  update error_rate_alarm a set over_at = now()
  where over_at is null and high_at < now() - $1 * interval '1 millisecond' and not exists (select from high h where h.workspace_id = a.workspace_id)`;

/** Begins and ends alarms by the minutes that are complete. Doing it twice changes nothing. As role maintenance. */
export async function watchErrorRates(database: Database): Promise<void> {
  await database.asMaintenance(watchText, [errorRateQuietMs + errorRateSettledMs, errorRateSettledMs, errorRateMessagesMin, errorRateMax]);
}

/** Alarms of which people have not been told yet: that they began, or are over. And how many last. As role maintenance. */
export async function errorRateAlarms(database: Database): Promise<{ untold: ErrorRateAlarm[]; lasting: number }> {
  const rows = await database.asMaintenance<ErrorRateAlarm & { told: boolean } & Record<string, unknown>>(
    `select workspace_id as "workspaceId", since, errors, ended, over_at is not null as "isOver", told_at is not null as told from error_rate_alarm`,
  );
  return {
    untold: rows.filter(({ told, isOver }) => isOver || !told),
    lasting: rows.filter(({ isOver }) => !isOver).length,
  };
}

/** Marks that people were told of an alarm; one that is over is forgotten, unless it has begun again. As role maintenance. */
export async function errorRateTold(database: Database, { workspaceId, isOver }: ErrorRateAlarm): Promise<void> {
  await database.asMaintenance(
    isOver
      ? 'delete from error_rate_alarm where workspace_id = $1 and over_at is not null'
      : 'update error_rate_alarm set told_at = now() where workspace_id = $1',
    [workspaceId],
  );
}
