/** Limits of the audit, unit last in the name. */

/** How often the ends of the audit's chains are noted outside the database, where they have moved, and how long that may take. */
export const auditAnchorEveryMs = 10 * 60_000;
export const auditAnchorTimeoutMs = 5 * 60_000;
/** After a rotation of the master key an anchor by the one before is still believed for so long: processes change one after the other. */
export const auditKeyOverlapMs = 24 * 60 * 60_000;
/** Workspaces whose chains are looked at by one statement. */
export const auditHeadsPageSize = 1_000;
/** The newest anchors are looked for so many days back. */
export const auditAnchorDaysMax = 31;
/** Places of a chain that are read by one statement, and those that one request verifies. */
export const auditVerifyPageSize = 1_000;
export const auditVerifyPlacesMax = 20_000;
