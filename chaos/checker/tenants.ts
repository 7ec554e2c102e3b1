import type { Finding } from '../history.js';
import type { Joined } from './joined.js';

const notFound = 404;

/** I6, I10 and I12: each tenant's own, an audit that verifies, and no texts where none belong. */
export function checkTenants(joined: Joined): Finding[] {
  const { history } = joined;
  const findings: Finding[] = [];
  const find = (invariant: Finding['invariant'], what: string) => findings.push({ invariant, what });

  for (const { submission, ledger } of joined.lives) {
    const own = history.workspaces[submission.workspace];
    for (const { sid, accountSid, from, to } of ledger) {
      if (accountSid !== own?.accountSid)
        find('I6', `${sid} is of workspace ${submission.workspace} and left by the account ${accountSid}`);
      if (!own?.senders.includes(from)) find('I6', `${sid} is of workspace ${submission.workspace} and left from ${from}`);
      if (to !== submission.to) find('I6', `${sid} was for another recipient than it got`);
    }
  }
  for (const { as, of, id, status } of joined.of('probe'))
    if (status !== notFound) find('I6', `workspace ${as} asked for message ${id} of workspace ${of} and was answered ${status}`);
  for (const { what, status } of joined.of('forged'))
    if (status < 400) find('I6', `a callback that nobody should believe (${what}) was answered ${status}`);
  const workspaceOf = new Map(history.events.map(({ messageId, workspace }) => [messageId, workspace]));
  for (const { workspace, heard } of history.heard)
    for (const { messageId, seq } of heard) {
      const owner = workspaceOf.get(messageId);
      if (owner !== workspace)
        find('I6', `a socket of workspace ${workspace} heard event ${seq} of ${owner === undefined ? 'nobody' : owner}`);
    }
  for (const { workspace, intact } of history.audits) if (!intact) find('I10', `the audit of workspace ${workspace} does not verify`);
  for (const where of history.leaks) find('I12', `a text or a number of the run lies in ${where}`);
  return findings;
}
