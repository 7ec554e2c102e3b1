import { isGrpcServiceError } from '@temporalio/client';

/** gRPC: cancelled by the client's deadline, deadline exceeded, resource exhausted, unavailable. */
const awayCodes = new Set([1, 4, 8, 14]);

/** Whether a failed call says that Temporal did not answer, rather than that it refused. Whether it did what was asked is then not known. */
export function isTemporalAway(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) return awayCodes.has(cause.code);
  }
  return false;
}
