/**
 * Gathers single calls into statements over many rows: what arrives while a statement runs goes together into the
 * next one, so that a quiet system pays no delay and a busy one pays one transaction for many messages.
 */
interface Job<In, Out> {
  input: In;
  resolve(output: Out): void;
  reject(error: unknown): void;
}

export interface BatchOptions<In> {
  /** Most inputs in one statement. */
  sizeMax?: number;
  /** Most statements under way at once. */
  concurrentMax?: number;
  /** How long a statement waits for more inputs, where nobody waits for its answer. */
  lingerMs?: number;
  /** Inputs of one key never share a statement. */
  keyOf(input: In): string;
}

/**
 * Turns a function over many inputs into one over a single input. `run` answers one output an input, in order. A batch
 * that fails is run again one by one, so that one bad row can't fail its neighbours.
 */
export function batched<In, Out>(run: (inputs: In[]) => Promise<Out[]>, options: BatchOptions<In>): (input: In) => Promise<Out> {
  const { sizeMax = 200, concurrentMax = 2, lingerMs = 0, keyOf } = options;
  let waiting: Job<In, Out>[] = [];
  let running = 0;

  const take = (): Job<In, Out>[] => {
    const keys = new Set<string>();
    const batch: Job<In, Out>[] = [];
    const rest: Job<In, Out>[] = [];
    for (const job of waiting) {
      const key = keyOf(job.input);
      if (batch.length < sizeMax && !keys.has(key)) {
        keys.add(key);
        batch.push(job);
      } else rest.push(job);
    }
    waiting = rest;
    return batch;
  };

  const runBatch = async (batch: Job<In, Out>[]): Promise<void> => {
    try {
      const outputs = await run(batch.map((job) => job.input));
      batch.forEach((job, index) => job.resolve(outputs[index] as Out));
    } catch (error) {
      const [only] = batch;
      if (batch.length === 1 && only) only.reject(error);
      else for (const job of batch) await runBatch([job]);
    }
  };

  const pump = (): void => {
    while (waiting.length > 0 && running < concurrentMax) {
      running += 1;
      void runBatch(take()).finally(() => {
        running -= 1;
        pump();
      });
    }
  };

  return (input) =>
    new Promise<Out>((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      if (waiting.length > 1) return;
      if (lingerMs > 0) setTimeout(pump, lingerMs);
      // After this turn of the event loop, so that calls made together travel together.
      else setImmediate(pump);
    });
}
