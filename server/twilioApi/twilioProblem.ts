import type { ErrorRequestHandler } from 'express';
import { Problem, type ProblemCode } from '../../domain/errors.js';
import type { Logger } from '../../platform/logger.js';
import { requestIdOf } from '../http/requestId.js';
import { toProblem } from '../problemResponses.js';

/** Twilio's code for ours, where a client of Twilio would know it. */
const codes: Partial<Record<ProblemCode, number>> = {
  unauthorized: 20003,
  forbidden: 20003,
  not_found: 20404,
  method_not_allowed: 20004,
  unknown_sender: 21606,
  opted_out: 21610,
  too_late_to_cancel: 30409,
  too_many_requests: 20429,
  overloaded: 20503,
  unavailable: 20503,
  internal: 20500,
};

/** Twilio's code for a field that does not do. Anything else is an invalid parameter. */
const fieldCodes: Record<string, number> = {
  To: 21211,
  From: 21212,
  MessagingServiceSid: 21705,
  MediaUrl: 21620,
  SendAt: 35114,
  ScheduleType: 35111,
  ValidityPeriod: 21615,
  StatusCallback: 21609,
};
const invalidParameter = 20001;

/** A refusal as Twilio words one: `{code, message, more_info, status}`, which its clients turn into a RestException. */
export class TwilioProblem extends Problem {
  constructor(
    readonly twilioCode: number,
    detail: string,
    code: ProblemCode = 'invalid_request',
  ) {
    super(code, detail);
  }
}

/** The names that fields of ours have in Twilio's form. */
const twilioField: Record<string, string> = {
  to: 'To',
  from: 'From',
  body: 'Body',
  mediaUrls: 'MediaUrl',
  sendAt: 'SendAt',
  validitySeconds: 'ValidityPeriod',
  cursor: 'PageToken',
};

function codeOf(problem: Problem): number {
  if (problem instanceof TwilioProblem) return problem.twilioCode;
  const [first] = problem.extra.errors ?? [];
  return codes[problem.code] ?? fieldCodes[twilioField[first?.field.split('.')[0] ?? ''] ?? ''] ?? invalidParameter;
}

/** Twilio answers 400 where we say that a request does not fit. */
const statusOf = ({ status }: Problem) => (status === 422 ? 400 : status);

const inTwilioWords = (text: string) =>
  text.replace(/\b(to|from|body|mediaUrls|sendAt|validitySeconds|cursor)\b(?=[ :.])/, (ours) => twilioField[ours] ?? ours);

/** Answers errors of the Twilio-shaped API in Twilio's shape. */
export function handleTwilioErrors(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    if (response.headersSent) return void response.destroy();
    const problem = toProblem(error, logger, { requestId: requestIdOf(response), method: request.method, path: request.path });
    const code = codeOf(problem);
    const status = statusOf(problem);
    if (problem.extra.retryAfterSeconds) response.set('Retry-After', String(problem.extra.retryAfterSeconds));
    if (problem.extra.idempotencyKey) response.set('Idempotency-Key', problem.extra.idempotencyKey);
    if (problem.extra.allow) response.set('Allow', problem.extra.allow);
    if (problem.code === 'unauthorized') response.set('WWW-Authenticate', 'Basic realm="Twilio API"');
    response
      .status(status)
      .json({ code, message: inTwilioWords(problem.message), more_info: `https://www.twilio.com/docs/errors/${code}`, status });
  };
}
