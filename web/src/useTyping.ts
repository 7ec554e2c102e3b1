import { useEffect, useMemo, useRef } from 'react';

/** Said anew this often while somebody types; without a key for this long they do not any more. */
const sayEveryMs = 3_000;
const idleMs = 5_000;

/** Tells when somebody begins to type, that they still do, and when they stopped. */
export function useTyping(say: (typing: boolean) => void): { press(): void; stop(): void } {
  const latest = useRef(say);
  latest.current = say;
  const typing = useMemo(() => {
    let saidAtMs: number | null = null;
    let idle: ReturnType<typeof setTimeout> | undefined;
    const stop = () => {
      clearTimeout(idle);
      if (saidAtMs !== null) latest.current(false);
      saidAtMs = null;
    };
    const press = () => {
      clearTimeout(idle);
      idle = setTimeout(stop, idleMs);
      if (saidAtMs !== null && Date.now() - saidAtMs < sayEveryMs) return;
      saidAtMs = Date.now();
      latest.current(true);
    };
    return { press, stop };
  }, []);
  useEffect(() => typing.stop, [typing]);
  return typing;
}
