/**
 * Every limit and timeout of the product, unit last in the name. What an operator may change is read from the
 * environment in platform/config.ts and starts from the values here.
 */

export const bodyCharactersMax = 1_600;
export const mediaUrlsMax = 10;
export const metadataBytesMax = 2_048;
export const idempotencyKeyCharactersMax = 255;
export const jsonBodyBytesMax = 256 * 1024;
export const callbackBodyBytesMax = 64 * 1024;
/** So many last characters of a secret are shown, where it has as many as that. */
export const secretShownCharacters = 4;
export const secretShownFromCharacters = 16;
export const pageSizeMax = 100;
export const pageSizeDefault = 50;

/** Where Temporal does not commit a start within this time it is asked whether it answers at all; where not, the message goes into the backup queue. On a box that runs everything, starts of a burst take hundreds of milliseconds. */
export const acceptPatienceMs = 1_000;
/** A start that Temporal is slow to commit, though it answers, is waited for so long. */
export const slowStartPatienceMs = 5_000;
/** A start is given up after this time. */
export const startTimeoutMs = 10_000;
/** A database that takes longer than this to look for an idempotency key is not waited for. */
export const keyReadPatienceMs = 300;
/** Starts that a server has under way at once; a burst waits its turn here, so that its last ones don't run out of time at Temporal. */
export const acceptsConcurrentMax = 32;
/** Of those, the starts of one lane of a workspace: what is under way is before everybody else at Temporal, and a flood should wait where others pass it. */
export const acceptsOfLaneMax = 8;
/** How long a process trusts what it read of a workspace's settings while it does not hear of changes. Limits and consent are decided again in the attempt transaction. */
export const settingsUnheardMs = 5_000;
/** The same for API keys: a revoked one stops working within this time, and within moments while changes are heard of. */
export const apiKeyUnheardMs = 3_000;
/** What was read of settings is read anew after this time in any case; while the database is away it serves no longer than this. */
export const settingsKeptMaxMs = 5 * 60_000;
/** A database that takes longer than this to answer for settings is not waited for where they are known. */
export const settingsReadPatienceMs = 250;

export const rateDefaultPerSecond = 10;
export const burstDefault = 50;
export const rateMaxPerSecond = 1_000;
export const burstMax = 10_000;
export const cooldownMaxMs = 60 * 60_000;
/** After a cooldown the rate comes back over this time, in four steps. */
export const cooldownRampMs = 60_000;
/** A cooldown that ends this much later than the one that is on already is the same one: many refusals come at once. */
export const cooldownToleranceMs = 1_000;

/** This much of the calendar is free for every lane; beyond it bulk leaves every other slot free. */
export const currentSecondMs = 1_000;
/** How far ahead a lane books; over it a message is told to come later. */
export const normalHorizonMs = 10_000;
export const bulkHorizonMs = 1_000;
/** A message of any lane that its sender's own limit holds back books no farther. */
export const heldBackHorizonMaxMs = 10_000;
/** Each time a message comes back it may book this much farther, up to so many times. */
export const returnHorizonMs = 1_000;
export const returnsCountedMax = 4;
/** Where processes hold so much of the burst that a heavy message finds no room, it asks again after this time. */
export const heavyRetryMs = 1_000;
/** A heavy message that its sender's own limit holds back is booked ahead once it has asked this often. */
export const heavyPatienceAsks = 2;
/** Processes that told messages within this time when to come back share the turns. */
export const processSeenMs = 60_000;
/** A message that came back in vain waits at least this share of what it has waited; the times after, the second share, doubled each time. */
export const returnAgainShareMin = 0.05;
export const returnAgainShare = 0.25;
/** Up to this share more, so that those that were refused together come back apart. */
export const returnJitterShare = 0.1;
/** What a lane gets of the rate is measured over about this time. */
export const lineMemoryMs = 60_000;

/** A booked slot may be used this long after its time; later it is asked anew, so that an outage does not release a flood. */
export const slotValidityMs = 1_000;
/** A token for a message that is about to leave counts as used after this time, whatever became of the message. */
export const nowTokenLifeMs = 60_000;
/** A process stops using a held token this much before the limiter writes it off. */
export const holdingSafetyMs = 5_000;
/** Slots nearer than this are waited out inside the send step; farther ones by a durable timer. */
export const slotNearMs = 250;
/** The durable timer ends this much before the slot, so that a timer's lag does not make the slot stale. */
export const timerLeadMs = 300;
/** A send step waits in its process no longer than this; else the workflow sleeps. */
export const inProcessWaitMaxMs = 1_000;
export const leaseTokensMax = 10;
/** All processes together hold at most this share of the burst. */
export const leaseBurstShareMax = 0.2;
export const leaseLifeMs = 10 * 60_000;
export const reserveBatchWindowMs = 5;
export const reserveBatchMax = 200;
/** With the limiter away a reservation gives up after this time and the workflow sleeps instead of holding a worker's slot. */
export const reserveGiveUpMs = 2_000;
/** Where a limiter has answered the process within the first time, they are slow and not away, and the next question is worth the second: to ask anew would be the work twice. */
export const limiterAnswersLatelyMs = 10_000;
export const reserveSlowGiveUpMs = 6_000;
/**
 * The wait before the next question, doubled with each that found no answer: one that is only slow must not be asked the more
 * the slower it is.
 */
export const limiterRetryMs = 3_000;
export const limiterRetryMaxMs = 48_000;
export const limiterIdleEndMs = 15 * 60_000;
export const limiterUpdatesPerRunMax = 1_800;

/** From the question for the attempt's row to the first byte of the request; later the attempt is closed as not sent. */
export const attemptWriteWindowMs = 500;
/**
 * Twice as long after each try that came too late, up to this: where Postgres needs longer than the window for every row, nothing
 * would leave any more.
 */
export const attemptWriteWindowMaxMs = 4_000;
/** Twilio can hold a request this long before it errors; nothing about a doubtful attempt is decided earlier. */
export const providerHoldDefaultMs = 26_000;
/** Created-at window in which a message of the provider's list can belong to an attempt: before its start, after its deadline. */
export const candidateLeadMs = 5_000;
export const candidateLagMs = 30_000;
export const providerConnectTimeoutMs = 3_000;
export const providerQueueTimeoutMs = 2_000;
export const providerResponseTimeoutDefaultMs = 15_000;
export const providerSocketsMax = 256;
/** An answer of a provider is read up to here. */
export const providerAnswerBytesMax = 16 * 1024 * 1024;
export const gatewayUrlCharactersMax = 500;
/** A callback whose signature has a time is taken if that is no farther from ours. */
export const callbackClockToleranceMs = 5 * 60_000;
/** A send that is in doubt is repeated, where a repeat sends nothing twice, after this time, doubled with each repeat up to the bound. */
export const repeatDelayMs = 5_000;
export const repeatDelayMaxMs = 5 * 60_000;

/** Providers of one route, at most. */
export const routeEntriesMax = 10;
/** A provider's health falls by this for each failure, rises by this for each success, and by this with each second; never below the floor. */
export const healthStepDown = 0.05;
export const healthStepUp = 0.005;
export const healthRecoveryPerS = 0.001;
export const healthFloor = 0.05;
/** A conversation keeps its provider while that is in no worse health. */
export const healthKeepsContactMin = 0.5;
/** A process writes what it learned of a workspace's providers no more often than this, and reads it anew. */
export const healthEveryMs = 1_000;
/** So many failures in a row, within this time, open a breaker. */
export const breakerFailuresDefault = 5;
export const breakerWindowMs = 60_000;
/** An open breaker lets one message try after this time, and after so many times longer with each one that fails. */
export const breakerOpenDefaultMs = 10_000;
export const breakerOpenGrowth = 2;
export const breakerOpenMaxMs = 2 * 60_000;
/** The message that tries has this long; then another may. Others look again after this time whether it has succeeded. */
export const breakerProbeMs = 60_000;
export const breakerProbeLookMs = 5_000;
/** A message sleeps before a breaker no longer than this share of the time it has been open, between these; so it notices when a person closes it. */
export const breakerSleepShare = 0.5;
export const breakerSleepMinMs = 10_000;
export const breakerSleepMaxMs = 5 * 60_000;
/** They come back over this share of the time that it has been open, between these, so that not all come at once. */
export const breakerSpreadShare = 0.1;
export const breakerSpreadMinMs = 2_000;
export const breakerSpreadMaxMs = 60_000;
/** A person may force a breaker for so long. */
export const breakerForcedMaxMs = 24 * 60 * 60_000;
export const reconcileDelaysDefaultMs = [5_000, 30_000, 120_000] as const;

/** Start-to-close of submitToProvider: slot wait + connect + answer, with room. */
export const submitTimeoutMs = 60_000;
export const heartbeatTimeoutMs = 10_000;
export const heartbeatFromMs = 3_000;
export const heartbeatEveryMs = 2_000;
/** After this time a send whose run was lost with its worker is taken over, and what is known of it is looked up. */
export const lostRunRetryMs = 1_000;

/** A message whose account or sender is not set up is tried again within this time, until its validity ends. */
export const configurationRetryMs = 5 * 60_000;
/** A handset that could not be reached gets its one second try within this time. */
export const unreachableRetryMs = 15 * 60_000;
/** Tries that a workspace may ask for at most, and the bounds of the longest wait between two. */
export const errorAttemptsOverrideMax = 10;
export const errorDelayOverrideMinMs = 1_000;
export const errorDelayOverrideMaxMs = 60 * 60_000;
/** A workflow whose activity found the database away runs it again after a wait that grows between these, without end. */
export const databaseAwayWaitInitialMs = 2_000;
export const databaseAwayWaitMaxMs = 30_000;

export const messageValidityDefaultMs = 4 * 60 * 60_000;
/** After the end of its validity a message's workflow waits this long for a receipt before it asks once and closes. */
export const receiptGraceDefaultMs = 10 * 60_000;
/** The provider's validity period, and so a message's own. */
export const validitySecondsMax = 36_000;
/** How far ahead a message may be scheduled. */
export const scheduleAheadMaxMs = 35 * 24 * 60 * 60_000;
/** A sendAt that lies no further back than this means "now": clocks differ, and requests take their time. */
export const sendAtPastToleranceMs = 60_000;
/** Marketing does not leave in the last moments before the recipient's hours close: it takes its time to arrive. */
export const quietHoursMarginMs = 2 * 60_000;
/** A message that the provider refused for quiet hours leaves no sooner than this, whatever our own table of hours says. */
export const quietRefusalPauseMs = 60 * 60_000;
/** A message that is out of turn waits in its process, looking again after each of these, where no more than so many are before it. */
export const outOfTurnDelaysMs = [20, 30, 40, 50, 60, 70, 80, 90, 100, 110] as const;
export const messagesAheadNearMax = 8;
/** A message that has been queued for so long does not wait in a process any more: all of the delays above are over. */
export const asleepAfterMs = 650;
/** So many of those that sleep are called when the one before them has left: the others wake while the first leaves. */
export const calledAtOnceMax = 3;
/** The call to one of them is given up after this time. */
export const callTimeoutMs = 1_000;
/** When limits are raised, who waits under the lower ones is called: so many as may leave in this time are called and have not left yet. */
export const callAheadMs = 1_500;
/** They are called in steps so far apart; one run of the activity takes about so long, and is given up after so long. */
export const callStepMs = 250;
export const callRunMs = 2_000;
export const callRunTimeoutMs = 60_000;
/** Where those who were called do not leave, whatever holds them up, the others are called at this share of the rate. */
export const callAtLeastShare = 0.25;
/** Calls of one step, and those that are under way at once. */
export const callsOfStepMax = 250;
export const callsConcurrentMax = 50;
/**
 * The sleep of a message that is out of turn grows with how many are before it, each of them at this pace or the workspace's
 * where that is slower, and by this factor each time none of them has left. Who leaves wakes those behind it: the sleep is for
 * a call that was lost, and who wakes too early makes the machine slower for the one whose turn it is.
 */
export const outOfTurnPaceMs = 250;
export const outOfTurnSleepMinMs = 1_000;
export const outOfTurnSleepMaxMs = 30_000;
export const outOfTurnSleepGrowth = 1.3;
/** So many messages before it are counted; more make no difference to its sleep. */
export const messagesAheadCountedMax = 100;
/** A predecessor that began to send this long ago and has no answer does not hold others up. */
export const dispatchingHoldsMs = 2_000;
/** Order is kept among messages that were stored no further apart; one that waits longer has outlived its validity, or was scheduled. */
export const orderWindowMs = 11 * 60 * 60_000;
/** A message that waits longer than this becomes visible as unusual (search attribute MessageStatus). */
export const unusualWaitMs = 30_000;

/** The mark that a message has ended waits this long for others: nobody waits for it, and one statement serves many. */
export const recordLingerMs = 100;

/** While Temporal is away it is asked again and again whether it is back; one question may take this long. */
export const temporalProbeTimeoutMs = 1_000;

/** What a suppression rests on, in words, is kept up to this length. */
export const evidenceCharactersMax = 500;
/** Workflows of messages that an opt-out stopped are told at once in groups of so many. */
export const tellStoppedConcurrentMax = 20;
/** A step of an inbound message may take this long, and telling what it stopped so long. */
export const receiveStepTimeoutMs = 10_000;
export const tellStoppedTimeoutMs = 5 * 60_000;

/** The backup queue is looked into this often, so many messages are taken at once, and a relay that dies loses them after this time. */
export const relayEveryMs = 1_000;
export const relayBatchMax = 100;
export const relayClaimMs = 30_000;
/** A relay gives back what it has not started so long before its claim ends: another one would start the same once more. */
export const relayClaimSafetyMs = 10_000;
/** Of one lane so many are started at once: a busy Temporal takes half a second for each. */
export const relayStartsConcurrentMax = 8;

/** The sweep runs this often and looks at open messages that nothing has changed for so long. */
export const sweepEveryMs = 60_000;
export const sweepQuietMs = 60_000;
/** Messages quiet for longer than this are looked at by one sweep in so many: whoever waits long waits for a reason. */
export const sweepFreshMs = 3 * 60_000;
export const sweepShares = 10;
export const sweepPageSize = 500;
export const sweepTimeoutMs = 10 * 60_000;
export const maintenanceHeartbeatMs = 60_000;

/** Partitions stand so many weeks ahead of this one, and are looked after this often; an insert that finds none makes so many. */
export const partitionWeeksAhead = 5;
export const partitionWeeksAheadOfInsert = 1;
export const partitionsEveryMs = 60 * 60_000;
export const partitionsTimeoutMs = 60_000;
/** Who wants to change a table gives up after a moment (`lock_timeout` in the database), and comes again after up to this long, so often; the operator hears of the third time. */
export const lockPauseMaxMs = 500;
export const lockTriesMax = 10;
export const lockTriesUntilTold = 3;

/** A message of which its provider has said nothing is asked about at these ages of its attempt, by pages of the list. */
export const statusPollAgesMs = [2, 5, 15, 60].map((minutes) => minutes * 60_000);
export const statusPollEveryMs = 60_000;
export const pollTimeoutMs = 10 * 60_000;
/** Most messages of one poll, and most of an account that are asked for one by one because the list does not show them. */
export const pollBatchMax = 5_000;
export const pollFetchesMax = 50;

export const sendsConcurrentDefault = 50;
export const eventFollowIntervalMs = 200;
export const eventsPerFollowMax = 500;
export const traceQueryTimeoutMs = 2_000;
/** Who asks for the schedules again within this time gets the same answer. */
export const schedulesReadEveryMs = 5_000;
/** A workflow's state is shown beside what is known without it, where a worker answers within this time. */
export const stateQueryPatienceMs = 500;
/** A workflow that can't be told of stored news within this time is told by the sweep; a provider waits 15 s for the answer to its callback. */
export const tellTimeoutMs = 5_000;
/** A cancel is answered after this time, whether its workflow has heard of it or not. */
export const cancelSignalTimeoutMs = 1_000;
export const drainTimeoutMs = 10_000;

/** What the queues hold is counted no more often than this for one workspace and process, and not at more than this share of the time. */
export const queuesCountedEveryMs = 1_000;
export const queuesCountingShareMax = 0.05;
/** Throughput is read from so many of the newest events at most. */
export const throughputSpanMs = 60_000;
export const throughputEventsMax = 50_000;
export const reasonCharactersMax = 500;
/** After a redrive the old run of a message's workflow may take this long to close before a new one is started. */
export const oldRunCloseMs = 5_000;
export const oldRunLookEveryMs = 100;
/** Messages a second of a redrive. */
export const redriveRateDefaultPerSecond = 5;
export const redriveRateMaxPerSecond = 100;
/** One run of its activity takes about this long: a redrive that is canceled ends within it. */
export const redriveBatchMs = 5_000;
export const redriveBatchTimeoutMs = 10 * 60_000;
/** A cancellation by filter takes back so many messages in one transaction, tells so many workflows at once, and one batch may take so long. */
export const cancelBatchMax = 500;
export const tellCanceledConcurrentMax = 20;
export const cancelBatchTimeoutMs = 2 * 60_000;
/** An accepted message has its row within this time, unless the database is away. */
export const storedWithinMs = 2_000;

/** The highest number that a version of a configuration can have. */
export const versionMax = 2_147_483_646;

/** Webhook endpoints of a workspace, and what their settings may hold. */
export const webhookEndpointsMax = 10;
/** Servers that StatusCallback URLs of a workspace may lead to. */
export const callbackOriginsMax = 10;
export const webhookUrlCharactersMax = 2_048;
export const webhookDescriptionCharactersMax = 200;
/** A delivery is answered within this time, and no more of the answer is read. */
export const webhookTimeoutMs = 15_000;
export const webhookAnswerBytesMax = 64 * 1024;
/** Waits before the second and each further attempt, up to so much longer by chance: three days in all. */
export const webhookRetryDelaysDefaultMs = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map((s) => s * 1_000);
export const webhookRetryJitterShare = 0.2;
/** An endpoint whose every attempt has failed for so long is disabled. */
export const webhookDisableAfterDefaultMs = 5 * 24 * 60 * 60_000;
/** An endpoint that fails is left alone for this share of the time since it began to fail, within these bounds. */
export const webhookPauseShare = 0.5;
export const webhookPauseMinMs = 1_000;
export const webhookPauseMaxMs = 5 * 60_000;
/** After a rotation the secret of before signs as well for so long. */
export const webhookOldSecretLifeMs = 24 * 60 * 60_000;
/** How often is looked for events that are new to an endpoint, how many are taken of one at once, and of how many endpoints. */
export const webhookLookEveryMs = 500;
export const webhookEventsPerLookMax = 500;
export const webhookEndpointsPerLookMax = 50;
/** Endpoints that a process delivers to at once, requests to one of them at once, and the deliveries that are read together. */
export const webhookEndpointsConcurrentMax = 50;
export const webhookRequestsConcurrentMax = 10;
export const webhookBatchMax = 100;
/** One run of the activity takes about this long, and a request more. */
export const webhookBatchMs = 5_000;
export const webhookBatchTimeoutMs = 60_000;
/** Deliveries are kept for so long, whatever became of them; so many of the older ones are removed at a look, so often. */
export const webhookKeptMs = 30 * 24 * 60 * 60_000;
export const webhookPruneMax = 5_000;
/** StatusCallback URLs are kept for as long: the longest time ahead for which a message may be planned, and the time of a delivery. */
export const statusCallbackKeptMs = scheduleAheadMaxMs + webhookKeptMs;
export const webhookPruneEveryMs = 60_000;

/** A notification to which nothing was added for so long is over: what comes later is a new one. */
export const notificationQuietMs = 60 * 60_000;

/** A migration waits so long for a lock, and holds up everybody behind it meanwhile; then it lets them through and comes again. */
export const migrationLockTimeoutMs = 3_000;

/** Rows that a backup reads and a restore writes at once. */
export const backupRowsAtOnce = 1_000;
/** After a restore the numbers of events go on so far beyond those of the backup: more than were ever given since. */
export const restoredSequenceStep = 1_000_000_000;
/** The same for epochs of limits, which grow with each change by hand and each cooldown. */
export const restoredEpochStep = 1_000_000;
/** Accounts are held after a restore until it is reconciled, however long that takes. */
export const forcedHoldYears = 10;
/** How often is looked whether a restore is to be reconciled; who takes it has it for so long. */
export const restorationLookEveryMs = 2_000;
export const restorationClaimMs = 30 * 60_000;
/** Runs and lists are looked at from so long before the backup on: clocks differ, and lists lag. */
export const restorationMarginMs = 5 * 60_000;
/** Workflows that are asked at once, and messages that are read at once. */
export const restorationAskedAtOnce = 20;
export const restorationPageSize = 500;

/** Lives of a build that is withdrawn are given to another: so many at once, looked for so often, until so many looks found none. */
export const handOverAtOnceMax = 20;
export const handOverLookEveryMs = 1_000;
export const handOverLooks = 3;

/** Lines of a log that can't be written, as on a full disk, are kept up to this; then they are dropped, and counted. */
export const logBacklogBytesMax = 1024 * 1024;
