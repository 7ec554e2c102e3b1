/** Limits and times of keys, people, sign-ins and requests, unit last in the name; as domain/limits.ts. */

/** A key's use is written down no more often than this, and what is to be written waits so long for others. */
export const apiKeyUseNotedEveryMs = 60_000;
export const apiKeyUsesWrittenEveryMs = 2_000;
export const apiKeysMax = 100;
/** A token that a person shows is good for so long; before its end a new one is fetched. */
export const accessTokenLifeMs = 10 * 60_000;
/** Clocks of two servers may differ so much. */
export const accessTokenToleranceMs = 5_000;
/** After so long a person signs in again, whatever was refreshed meanwhile. */
export const sessionLifeMs = 30 * 24 * 60 * 60_000;
/** Two tabs may refresh at once: a refresh token that was used so recently is no sign of a theft. It brings an access token and no successor. */
export const refreshRaceMs = 10_000;
/** A used refresh token is remembered for so long. */
export const refreshTokenRememberedMs = 2 * 24 * 60 * 60_000;
/** Requests are counted in windows of this length; refused tokens in longer ones. */
export const requestWindowMs = 60_000;
export const signInFailureWindowMs = 10 * 60_000;
/** More than any one program needs of a server; operators set less. */
export const requestsPerKeyDefault = 60_000;
export const requestsPerAddressDefault = 6_000;
export const failuresPerAddressDefault = 1_000;
/** A shared bucket that does not answer within this time is left alone for the next while. */
export const sharedBucketPatienceMs = 50;
export const sharedBucketRestMs = 1_000;
/** A browser asks again after so long whether a page of others may use the API. */
export const corsMaxAgeS = 600;
/** A browser has so long at the OpenID provider, and that one so long for each answer. */
export const oidcSignInLifeMs = 10 * 60_000;
export const oidcAnswerTimeoutMs = 5_000;
export const signInLinkLifeMs = 60 * 60_000;
export const emailCharactersMax = 254;
export const personNameCharactersMax = 100;
export const membersMax = 1_000;
export const apiKeyNameCharactersMax = 100;
/** After a rotation the key of before is good for so long, unless the request says another time; and how long at most. */
export const apiKeyOldLifeMs = 24 * 60 * 60_000;
export const apiKeyOldLifeMaxMs = 30 * 24 * 60 * 60_000;
/** Keys that have ended are listed for so long. */
export const apiKeyEndedShownMs = 30 * 24 * 60 * 60_000;
/** So many workspaces are listed at once; a search finds the others. */
export const workspacesShownMax = 50;
export const workspaceSearchCharactersMax = 100;
