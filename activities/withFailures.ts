import { Context } from '@temporalio/activity';
import { failureOf } from './failures.js';

/** The same activity, whose errors are failures that say their class. */
export function withFailures<In extends unknown[], Out>(activity: (...input: In) => Promise<Out>): (...input: In) => Promise<Out> {
  return async (...input) => {
    try {
      return await activity(...input);
    } catch (error) {
      throw failureOf(error, { tries: Context.current().info.attempt });
    }
  };
}
