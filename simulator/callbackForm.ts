import type { LifeStep } from './actions.js';
import { errorSentence } from './apiErrors.js';
import type { LedgerEntry } from './ledgerEntries.js';
import { isFailure } from './messageStatus.js';

/**
 * The form of a status callback. An SMS callback has no time of its event; only the carrier's receipt brings one, by the minute.
 *
 * @param atMs epoch milliseconds of the receipt
 */
export function callbackForm(
  entry: LedgerEntry,
  step: Pick<LifeStep, 'status' | 'errorCode' | 'word'>,
  atMs: number,
): Record<string, string> {
  const form: Record<string, string> = {
    ApiVersion: '2010-04-01',
    AccountSid: entry.accountSid,
    From: entry.from,
    To: entry.to,
    MessageSid: entry.sid,
    SmsSid: entry.sid,
    MessageStatus: step.word ?? step.status,
    SmsStatus: step.word ?? step.status,
  };
  if (entry.messagingServiceSid) form['MessagingServiceSid'] = entry.messagingServiceSid;
  if (step.status === 'delivered' || step.status === 'undelivered') form['RawDlrDoneDate'] = receiptDate(atMs);
  if (isFailure(step.status) && step.errorCode !== undefined) {
    form['ErrorCode'] = String(step.errorCode);
    form['ErrorMessage'] = errorSentence(step.errorCode);
  }
  return form;
}

/** YYMMDDhhmm in UTC. */
function receiptDate(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\D/g, '').slice(2, 12);
}
