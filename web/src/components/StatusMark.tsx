import type { MessageStatus } from '../../../domain/messageStatus.js';
import { type Mark, markOf, meaningOf } from '../statusWords.js';

const shapes: Record<Mark, string> = {
  clock: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2ZM8 5v3.2l2.1 1.3',
  faintTick: 'm3.5 8.6 3 2.9 6-6.8',
  tick: 'm3.5 8.6 3 2.9 6-6.8',
  ticks: 'm1 8.6 3 2.9 6-6.8M8.3 10.8l.8.7 6-6.8',
  warning: 'M8 2.3 14.3 13.3H1.7ZM8 6.5v3.2M8 11.5v.1',
};

/** How far a message has come, as a small picture. Its accessible name is the status itself. */
export function StatusMark({ status, told = false }: { status: MessageStatus /** What it means is said elsewhere. */; told?: boolean }) {
  const mark = markOf[status];
  return (
    <span className={`mark ${mark}`} role="img" aria-label={status} title={told ? undefined : meaningOf[status]}>
      <MarkShape mark={mark} />
    </span>
  );
}

export function MarkShape({ mark }: { mark: Mark }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d={shapes[mark]} />
    </svg>
  );
}
