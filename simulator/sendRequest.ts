import type { Credentials } from './accounts.js';
import { type ApiError, apiError } from './apiErrors.js';

/** A valid request to send, with the fields this simulator cares for. */
export interface SendRequest extends Credentials {
  to: string;
  /** As posted; null when the Messaging Service chooses the sender. */
  from: string | null;
  messagingServiceSid: string | null;
  body: string;
  numMedia: number;
  statusCallback: string | null;
  /** Seconds, Twilio's default is 36,000. */
  validityPeriodS: number;
  /** Under which the vendor accepts nothing a second time. */
  reference?: string;
  receivedAtMs: number;
}

export type Form = Record<string, string | string[] | undefined>;

const bodyLengthMax = 1_600;
const mediaUrlsMax = 10;
const validityPeriodSMax = 36_000;
const e164 = /^\+[1-9]\d{6,14}$/;
const shortCode = /^\d{3,8}$/;
const alphanumericSender = /^(?=.*[A-Za-z])[A-Za-z0-9 _&+-]{1,11}$/;
const serviceSid = /^MG[0-9a-f]{32}$/i;

/**
 * Checks the form of a send as Twilio does, one error at a time.
 *
 * @param receivedAtMs epoch milliseconds at which the request reached the simulator
 */
export function readSendRequest(form: Form, credentials: Credentials, receivedAtMs: number): SendRequest | ApiError {
  const to = text(form['To']);
  const from = text(form['From']);
  const messagingServiceSid = text(form['MessagingServiceSid']);
  const body = text(form['Body']);
  const statusCallback = text(form['StatusCallback']);
  const numMedia = [form['MediaUrl'] ?? []].flat().filter((url) => url !== '').length;
  const validityPeriodS = Number(text(form['ValidityPeriod']) || validityPeriodSMax);

  if (to === '') return apiError(21604);
  if (from === '' && messagingServiceSid === '') return apiError(21603);
  if (body === '' && numMedia === 0 && text(form['ContentSid']) === '') return apiError(21602);
  // UTF-16 units: the stricter reading of "characters", so that a client which counts more loosely is found out here.
  if (body.length > bodyLengthMax) return apiError(21617);
  if (numMedia > mediaUrlsMax) return apiError(21623);
  if (!e164.test(to)) return apiError(21211);
  if (from !== '' && !e164.test(from) && !shortCode.test(from) && !alphanumericSender.test(from)) return apiError(21212);
  if (messagingServiceSid !== '' && !serviceSid.test(messagingServiceSid)) return apiError(21705);
  if (statusCallback !== '' && !isCallbackUrl(statusCallback)) return apiError(21609);
  if (!Number.isInteger(validityPeriodS) || validityPeriodS < 1 || validityPeriodS > validityPeriodSMax) return apiError(20001);

  return {
    ...credentials,
    to,
    from: from || null,
    messagingServiceSid: messagingServiceSid || null,
    body,
    numMedia,
    statusCallback: statusCallback || null,
    validityPeriodS,
    receivedAtMs,
  };
}

function text(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

function isCallbackUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  // Twilio refuses hosts with an underscore, although the URL grammar allows them.
  return /^https?:$/.test(url.protocol) && !url.hostname.includes('_');
}
