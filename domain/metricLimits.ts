/** Limits of the figures of workspaces, unit last in the name; as in limits.ts. */

/** Events are counted this often: what is shown lags by so much, and storing a message pays nothing. */
export const metricsLookEveryMs = 5_000;
/** Workspaces of one look, and events of each. */
export const metricsWorkspacesPerLookMax = 50;
export const metricsEventsPerWorkspaceMax = 200;
/** Minutes are kept for so long; older ones are removed so often, so many at once. */
export const metricsKeptMs = 14 * 24 * 60 * 60_000;
export const metricsPrunedEveryMs = 60_000;
export const metricsPruneMax = 5_000;
/** A message that was queued before this is not timed. */
export const processingTimedWithinMs = 12 * 60 * 60_000;

/** What is counted is counted by the minute; a step is a whole number of them. */
export const metricsStepMinS = 60;
export const metricsStepMaxS = 86_400;
export const metricsPointsMax = 1_500;
export const metricsSpanDefaultMs = 60 * 60_000;
/** The delivery rate is an average over this time. */
export const deliveryRateWindowMs = 5 * 60_000;

/** A minute's share of errors above this is too high, where so many messages have ended in it. */
export const errorRateMax = 0.05;
export const errorRateMessagesMin = 10;
/** The alarm is over once no minute was too high for so long. */
export const errorRateQuietMs = 5 * 60_000;
/** Rates are looked at this often, of minutes that ended so long ago: the last events of a minute may not be counted yet. */
export const errorRateLookEveryMs = 60_000;
export const errorRateSettledMs = 15_000;
export const errorRateTimeoutMs = 60_000;
