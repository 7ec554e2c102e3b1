import type { Response } from 'express';

/** A refusal as Twilio words it: an HTTP status and a JSON body. */
export interface ApiError {
  httpStatus: number;
  body: { code: number; message: string; more_info: string; status: number };
}

/** Codes known here with their sentence; all others answer 400 unless a rule says otherwise. */
const sentences: Record<number, string> = {
  20001: 'Unknown or invalid parameter',
  20003: 'Authenticate',
  20404: 'The requested resource was not found',
  20429: 'Too Many Requests',
  20500: 'Internal Server Error',
  20503: 'Service Unavailable',
  21211: "Invalid 'To' Phone Number",
  21212: "Invalid 'From' Phone Number",
  21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
  21602: 'Message body is required.',
  21603: "A 'From' phone number is required.",
  21604: "A 'To' phone number is required.",
  21606: "The 'From' phone number provided is not a valid, SMS-capable inbound phone number or short code for your account.",
  21608: 'The number is unverified. Trial accounts cannot send messages to unverified numbers.',
  21609: "The 'StatusCallback' URL is not a valid URL.",
  21610: 'Attempt to send to unsubscribed recipient',
  21611: "This 'From' number has exceeded the maximum number of queued messages.",
  21612: "The 'To' phone number is not currently reachable using the 'From' phone number via SMS.",
  21614: "'To' number is not a valid mobile number",
  21617: 'The concatenated message body exceeds the 1600 character limit.',
  21623: 'Number of media files exceeds allowed limit.',
  21705: 'The Messaging Service SID is invalid.',
  30003: 'Unreachable destination handset',
  30004: 'Message blocked',
  30005: 'Unknown destination handset',
  30006: 'Landline or unreachable carrier',
  30007: 'Message filtered',
  30008: 'Unknown error',
};

const httpStatuses: Record<number, number> = { 20003: 401, 20404: 404, 20429: 429, 20500: 500, 20503: 503 };

/** The sentence that goes with a code, for error bodies, `error_message` and the callback's ErrorMessage. */
export function errorSentence(code: number): string {
  return sentences[code] ?? `Error ${code}`;
}

/**
 * Builds Twilio's error answer.
 *
 * @param code Twilio's error code
 * @param httpStatus overrides the status that usually goes with the code
 */
export function apiError(code: number, httpStatus: number = httpStatuses[code] ?? 400): ApiError {
  return {
    httpStatus,
    body: { code, message: errorSentence(code), more_info: `https://www.twilio.com/docs/errors/${code}`, status: httpStatus },
  };
}

/** Answers with Twilio's error body. */
export function answerError(response: Response, error: ApiError): void {
  response.status(error.httpStatus).json(error.body);
}
