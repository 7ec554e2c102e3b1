import type { Submission, SubmitInput } from '../domain/submission.js';
import type { Dependencies } from './dependencies.js';
import { submit } from './submit.js';
import { whileBeating } from './whileBeating.js';

/**
 * The send as an activity of its own: for whose slot was not free at once, and for every retry, so that support sees
 * it pending with its attempts and last failure. Retried by Temporal only where the failure proves that the provider
 * did not process the message.
 */
export function submitToProvider(dependencies: Dependencies) {
  return (input: SubmitInput): Promise<Submission> => whileBeating(() => submit(dependencies, input));
}
