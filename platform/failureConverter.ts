import { DefaultFailureConverter } from '@temporalio/common';

/** The SDK looks for this name. A failure's words may be a provider's, and are as private as what they are about. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
