import { ConfigError } from './config.js';

export interface StandingQuestion {
  /** Rejects with ConfigError where it turns out later that the process may not run so; else never settles. */
  failed: Promise<never>;
  close(): void;
}

/**
 * Asks whether the process may run as it is configured, before it does anything. Throws ConfigError where it may not. Where
 * nobody answers the process starts all the same, and it is asked again every `everyMs` until somebody does.
 *
 * @param look throws ConfigError where the process may not run, and whatever else where nobody answered
 * @param onUnanswered is told of each time that nobody did
 */
export async function untilAnswered(
  look: () => Promise<void>,
  everyMs: number,
  onUnanswered: (error: unknown) => void = () => undefined,
): Promise<StandingQuestion> {
  let timer: NodeJS.Timeout | undefined;
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  const ask = async (): Promise<void> => {
    try {
      await look();
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      onUnanswered(error);
      timer = setTimeout(() => void ask().catch(fail), everyMs);
    }
  };
  await ask();
  return { failed, close: () => clearTimeout(timer) };
}
